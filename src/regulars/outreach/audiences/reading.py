"""A document of nested conditions, read strictly: each fault is told with its place, a JSON pointer."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from regulars.basics.forms import IN_WORDS
from regulars.outreach.audiences.forms import KINDS, Leaf
from regulars.outreach.errors import WrongAudience

DEEPEST: Final = 8
MOST: Final = 60  # conditions in one audience
GROUPS: Final = ("all", "any", "not")


@dataclass(frozen=True, slots=True)
class All:
    """Every one of these."""

    parts: tuple["Node", ...]
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Any_:
    """At least one of these."""

    parts: tuple["Node", ...]
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Not:
    """Not this."""

    part: "Node"
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class One:
    """A single condition, and where it stands in the document."""

    asked: Leaf
    pointer: str = ""


Node = All | Any_ | Not | One


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where."""

    pointer: str
    detail: str
    code: str = "audience"


def read(document: object, *, within: str = "") -> Node:
    """The tree of a document. `within`: where it stands in what was sent. Raises WrongAudience."""
    faults: list[Fault] = []
    tree = _node(document, "", 1, faults)
    if tree is not None and len(list(leaves(tree))) > MOST:
        faults.append(Fault("", f"At most {MOST} conditions.", "too-many"))
    if faults or tree is None:
        raise wrong(faults, within=within)
    return tree


def wrong(faults: list[Fault], *, within: str = "") -> WrongAudience:
    """The refusal that tells all faults."""
    assert faults
    told = [{"pointer": within + one.pointer, "in": "body", "detail": one.detail, "code": one.code} for one in faults]
    return WrongAudience(f"This audience cannot be kept. {told[0]['pointer'] or '/'}: {told[0]['detail']}", errors=told)


def leaves(tree: Node) -> Iterator[One]:
    """Every condition, in the order of the document."""
    match tree:
        case One():
            yield tree
        case Not(part=part):
            yield from leaves(part)
        case All(parts=parts) | Any_(parts=parts):
            for part in parts:
                yield from leaves(part)


def _node(document: object, pointer: str, depth: int, faults: list[Fault]) -> Node | None:
    if not isinstance(document, Mapping):
        faults.append(Fault(pointer, "A condition is an object: with all, any or not, or with a type.", "object"))
        return None
    if depth > DEEPEST:
        faults.append(Fault(pointer, f"Conditions are nested at most {DEEPEST} deep.", "too-deep"))
        return None
    named = [name for name in GROUPS if name in document]
    if not named:
        return _leaf(document, pointer, faults)
    for other in sorted(set(map(str, document)) - {named[0]}):
        faults.append(Fault(f"{pointer}/{_escaped(other)}", f"Beside {named[0]} stands nothing.", "extra_forbidden"))
    return _group(named[0], document[named[0]], f"{pointer}/{named[0]}", depth, faults)


def _group(name: str, held: object, pointer: str, depth: int, faults: list[Fault]) -> Node | None:
    if name == "not":
        part = _node(held, pointer, depth + 1, faults)
        return None if part is None else Not(part, pointer)
    if not isinstance(held, list) or not held:
        faults.append(Fault(pointer, "A list of at least one condition.", "list_type"))
        return None
    if len(held) > MOST:
        faults.append(Fault(pointer, f"At most {MOST} conditions.", "too-many"))
        return None
    parts = [_node(one, f"{pointer}/{place}", depth + 1, faults) for place, one in enumerate(held)]
    whole = tuple(part for part in parts if part is not None)
    return (All if name == "all" else Any_)(whole, pointer) if len(whole) == len(parts) else None


def _leaf(document: Mapping[Any, Any], pointer: str, faults: list[Fault]) -> One | None:
    kind = document.get("type")
    form = KINDS.get(kind) if isinstance(kind, str) else None
    if form is None:
        where = f"{pointer}/type" if "type" in document else pointer
        faults.append(Fault(where, f"One of all, any, not, or a type: {', '.join(sorted(KINDS))}.", "type"))
        return None
    try:
        # As JSON: lists may become tuples and texts days, and nothing else is guessed.
        return One(form.model_validate_json(json.dumps(document)), pointer)  # type: ignore[arg-type]
    except ValidationError as found:
        for one in found.errors(include_url=False, include_context=False, include_input=False):
            place = _place(one["loc"], document)
            faults.append(Fault(pointer + place, IN_WORDS.get(one["type"], one["msg"]), one["type"]))
        return None


def _place(loc: tuple[int | str, ...], document: Mapping[Any, Any]) -> str:
    """Only what stands in the document: a reader of alternatives names the alternative too."""
    path, here = "", document
    for step in loc:
        inside = isinstance(here, Mapping) and step in here
        listed = isinstance(here, list) and isinstance(step, int) and step < len(here)
        if not (inside or listed):
            if not path and isinstance(step, str):  # a field that is missing
                path = f"/{_escaped(step)}"
            break
        path, here = f"{path}/{_escaped(str(step))}", here[step]
    return path


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
