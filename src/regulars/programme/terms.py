"""The kinds of terms: each a frozen dataclass, read from and written to a document; errors say where by a pointer."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from regulars.programme.errors import UnknownTerms, WrongTerms

LARGEST: Final = 9_007_199_254_740_991  # what every JSON reader keeps exactly
_DEEPEST: Final = 12


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a document, and where (a JSON pointer)."""

    pointer: str
    detail: str
    code: str = "terms"


Check = Callable[[Any, UUID], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of terms: its type, and what is looked at beside the form when a version is published."""

    name: str
    of: type[Any]
    around: type[BaseModel]  # has the terms as its one field
    check: Check

    def read(self, document: Mapping[str, Any]) -> Any:
        """The document as a value of the kind's type; fields it does not know are refused. Raises WrongTerms."""
        problems = list(_out_of_bounds(document, "", 0))
        if problems:
            raise wrong(self.name, problems)
        try:
            return self.around.model_validate_json(json.dumps({"terms": document})).terms  # type: ignore[attr-defined]
        except ValidationError as found:
            raise wrong(self.name, _problems(found)) from found

    def write(self, terms: Any) -> dict[str, Any]:
        """The document of a value; read again it is equal."""
        document = self.around.model_construct(terms=terms).model_dump(mode="json")["terms"]
        assert isinstance(document, dict)
        return document

    def schema(self) -> dict[str, Any]:
        """The document's JSON schema."""
        whole = self.around.model_json_schema()
        return {"$ref": whole["properties"]["terms"]["$ref"], "$defs": whole["$defs"]}


_KINDS: Final[dict[str, Kind]] = {}


def _nothing(terms: Any, organisation: UUID) -> Iterable[Problem]:
    return ()


def of_kind(name: str, type_: type[Any], *, check: Check = _nothing) -> None:
    """Says of which type the terms of a kind are. `check` looks at what a form cannot: whether a unit is there …"""
    assert name not in _KINDS or _KINDS[name].of is type_, f"two types for {name}"
    # Strict, and nothing unknown: dataclasses inside take this over from the outermost.
    around = create_model(name, __config__=ConfigDict(extra="forbid", strict=True), terms=(type_, ...))
    _KINDS[name] = Kind(name, type_, around, check)


def kind(name: str) -> Kind:
    """Raises UnknownTerms."""
    found = _KINDS.get(name)
    if found is None:
        raise UnknownTerms(f"There are no terms of the kind {name[:40]!r}.", known=sorted(_KINDS))
    return found


def kinds() -> list[str]:
    return sorted(_KINDS)


def wrong(name: str, problems: Iterable[Problem]) -> WrongTerms:
    """The refusal that tells all problems."""
    told = [{"pointer": one.pointer, "detail": one.detail, "code": one.code} for one in problems]
    assert told
    first = f"{told[0]['pointer'] or '/'}: {told[0]['detail']}"
    return WrongTerms(f"These terms of the kind {name} cannot be kept. {first}", errors=told)


def _problems(found: ValidationError) -> list[Problem]:
    """Of alternatives told apart by their `type`, only what concerns the one that was meant."""
    told = [
        (tuple(str(part) for part in one["loc"][1:]), one["msg"], one["type"])
        for one in found.errors(include_url=False, include_context=False, include_input=False)
    ]
    not_meant = {where[:-1]: where[:-2] for where, _, code in told if _of_type(where, code)}
    choices = set(not_meant.values())
    meant = {choice for choice in choices for where, _, _ in told if _meant(where, choice, not_meant)}
    kept = [one for one in told if not any(_within(one[0], other) for other in not_meant)]
    return [
        *(Problem(pointer((*choice, "type")), "There is no such type.", "type") for choice in sorted(choices - meant)),
        *(Problem(pointer(where), detail, code) for where, detail, code in kept),
    ]


def _of_type(where: tuple[str, ...], code: str) -> bool:
    """Whether an alternative was not the one meant."""
    return len(where) > 1 and where[-1] == "type" and where[-2][:1].isupper() and code in ("literal_error", "missing")


def _meant(where: tuple[str, ...], choice: tuple[str, ...], not_meant: Mapping[tuple[str, ...], object]) -> bool:
    """Whether this error concerns the alternative that was meant."""
    return _within(where, choice) and where[: len(choice) + 1] not in not_meant


def _within(where: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return len(where) > len(whole) and where[: len(whole)] == whole


def pointer(path: Iterable[str]) -> str:
    """A JSON pointer. Names of alternatives, which stand in pydantic's paths, are no part of the document.

    >>> pointer(["award", "PerAmount", "points"]), pointer(["what", "items", "0"])
    ('/award/points', '/what/items/0')
    """
    parts = (part.replace("~", "~0").replace("/", "~1") for part in path if not part[:1].isupper())
    return "".join("/" + part for part in parts)


def _out_of_bounds(value: object, where: str, depth: int) -> Iterable[Problem]:
    """Numbers that not every reader keeps, texts that no database keeps, and trees without end."""
    match value:
        case Mapping():
            parts: Iterable[tuple[object, object]] = value.items()
        case list() | tuple():
            parts = enumerate(value)
        case int() if abs(value) > LARGEST:
            yield Problem(where, "A whole number of at most 16 digits.", "too-large")
            return
        case str() if "\x00" in value:
            yield Problem(where, "A text without NUL.", "text")
            return
        case _:
            return
    if depth == _DEEPEST:
        yield Problem(where, "Too deep.", "too-deep")
        return
    for name, part in parts:
        yield from _out_of_bounds(part, f"{where}/{str(name).replace('~', '~0').replace('/', '~1')}", depth + 1)
