"""Frozen values that are made by the hundred thousand."""

from dataclasses import MISSING, fields, is_dataclass
from typing import Any, TypeVar

Kind = TypeVar("Kind", bound=type[Any])


def quick(kind: Kind) -> Kind:
    """A frozen dataclass with slots that is made in a third of the time: a frozen one asks `object.__setattr__` for
    each field. Until its fields are set, a value is of an open twin with the same slots; nobody sees it before.

    >>> from dataclasses import dataclass, replace
    >>> @quick
    ... @dataclass(frozen=True, slots=True)
    ... class Stay:
    ...     nights: int
    ...     marks: tuple[str, ...] = ()
    >>> stay = Stay(2)
    >>> stay, replace(stay, nights=3) == Stay(3), hash(stay) == hash(Stay(nights=2))
    (Stay(nights=2, marks=()), True, True)
    >>> stay.nights = 4
    Traceback (most recent call last):
    dataclasses.FrozenInstanceError: cannot assign to field 'nights'
    """
    assert is_dataclass(kind), kind
    assert kind.__mro__ == (kind, object), "fields of its own alone"
    twin = type(kind.__name__, (), {"__slots__": vars(kind)["__slots__"]})
    known: dict[str, object] = {"set_": object.__setattr__, "twin_": twin, "kind_": kind, "absent_": MISSING}
    head, body = ["self"], []
    for one in fields(kind):
        name, value = one.name, one.name
        if one.default_factory is not MISSING:
            known[f"{name}_made"], head = one.default_factory, [*head, f"{name}=absent_"]
            value = f"{name}_made() if {name} is absent_ else {name}"
        elif one.default is not MISSING:
            known[f"{name}_mostly"], head = one.default, [*head, f"{name}={name}_mostly"]
        else:
            head.append(name)
        body.append(f"self.{name} = {value}")
    after = ["self.__post_init__()"] if hasattr(kind, "__post_init__") else []
    lines = ["set_(self, '__class__', twin_)", *body, "self.__class__ = kind_", *after]
    exec(f"def __init__({', '.join(head)}):\n    " + "\n    ".join(lines), known)
    made: Any = known["__init__"]
    made.__qualname__, made.__annotations__ = f"{kind.__qualname__}.__init__", kind.__init__.__annotations__
    type.__setattr__(kind, "__init__", made)
    return kind
