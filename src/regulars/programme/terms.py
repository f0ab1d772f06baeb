"""The kinds of terms: each a frozen dataclass, read from and written to a document; errors say where by a pointer."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from regulars.basics.forms import IN_WORDS
from regulars.programme.errors import UnknownTerms, WrongTerms

LARGEST: Final = 9_007_199_254_740_991  # what every JSON reader keeps exactly
_DEEPEST: Final = 12


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a document, and where (a JSON pointer)."""

    pointer: str
    detail: str
    code: str = "terms"


Path = tuple[str, ...]
Check = Callable[[Any, UUID], Iterable[Problem]]
CheckCode = Callable[[str, UUID], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of terms: its type, and what is looked at beside the form when a version is published."""

    name: str
    of: type[Any]
    around: type[BaseModel]  # has the terms as its one field
    check: Check
    check_code: CheckCode

    def read(self, document: Mapping[str, Any], *, within: str = "") -> Any:
        """The document as a value of the kind's type; fields it does not know are refused. `within`: where it stands
        in what was sent. Raises WrongTerms."""
        problems = list(_out_of_bounds(document, "", 0))
        if problems:
            raise wrong(self.name, problems, within=within)
        try:
            terms = self.around.model_validate_json(json.dumps({"terms": document})).terms  # type: ignore[attr-defined]
        except ValidationError as found:
            raise wrong(self.name, _problems(found, document), within=within) from found
        if problems := list(_unsaid(document, self.write(terms), "")):
            raise wrong(self.name, problems, within=within)
        return terms

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


def of_kind(name: str, type_: type[Any], *, check: Check = _nothing, check_code: CheckCode = _nothing) -> None:
    """Says of which type the terms of a kind are. `check` looks at what a form cannot: whether a unit is there …;
    `check_code` at codes that are those of something else."""
    assert name not in _KINDS or _KINDS[name].of is type_, f"two types for {name}"
    # Strict, and nothing unknown: dataclasses inside take this over from the outermost.
    around = create_model(name, __config__=ConfigDict(extra="forbid", strict=True), terms=(type_, ...))
    _KINDS[name] = Kind(name, type_, around, check, check_code)


DEFAULT: Final = "default"  # the code of terms of which an organisation has one


def only_one(code: str, organisation: UUID) -> Iterable[Problem]:
    """A `check_code`: under another code nobody would ever ask for it."""
    if code != DEFAULT:
        yield Problem("/code", f"There is one of this kind, and its code is {DEFAULT}.", "code")


def kind(name: str) -> Kind:
    """Raises UnknownTerms."""
    found = _KINDS.get(name)
    if found is None:
        raise UnknownTerms(f"There are no terms of the kind {name[:40]!r}.", known=sorted(_KINDS))
    return found


def kinds() -> list[str]:
    return sorted(_KINDS)


def wrong(name: str, problems: Iterable[Problem], *, within: str = "") -> WrongTerms:
    """The refusal that tells all problems."""
    told = [{"pointer": within + one.pointer, "in": "body", "detail": one.detail, "code": one.code} for one in problems]
    assert told
    first = f"{told[0]['pointer'] or '/'}: {told[0]['detail']}"
    return WrongTerms(f"These terms of the kind {name} cannot be kept. {first}", errors=told)


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader of forms says: where in the document, within which alternatives, and what."""

    where: Path
    within: tuple[tuple[Path, str], ...]  # the place of a choice, and the alternative that was tried
    detail: str
    code: str

    @property
    def other_type(self) -> bool:
        """Whether it says no more than that another alternative was meant."""
        return bool(self.within) and self.where == (*self.within[-1][0], "type") and self.code == "literal_error"


def _problems(found: ValidationError, document: Mapping[str, Any]) -> list[Problem]:
    """Of alternatives told apart by their `type`, only what concerns the one that was meant."""
    told = [
        Told(*_place(tuple(one["loc"][1:]), document), _in_words(one["type"], one["msg"]), one["type"])
        for one in found.errors(include_url=False, include_context=False, include_input=False)
    ]
    choices = sorted({place for one in told for place, _ in one.within})
    untyped = [place for place in choices if not _says_type(_at(document, place))]
    others = {one.within[-1] for one in told if one.other_type}
    unknown = [
        place
        for place in choices
        if place not in untyped and not {w for one in told for w in one.within if w[0] == place} - others
    ]
    return [
        *(Problem(pointer((*place, "type")), "Say which type it is.", "type") for place in untyped),
        *(Problem(pointer((*place, "type")), _no_type(told, place), "type") for place in unknown),
        *(
            Problem(pointer(one.where), one.detail, one.code)
            for one in told
            if not any(within in others or within[0] in untyped for within in one.within)
        ),
    ]


def _no_type(told: Iterable[Told], place: Path) -> str:
    names = [one.detail.rpartition(" ")[2].strip("'") for one in told if one.other_type and one.within[-1][0] == place]
    return f"There is no such type; there are {', '.join(dict.fromkeys(names))}."


def _in_words(kind: str, message: str) -> str:
    return IN_WORDS.get(kind) or message.removeprefix("Value error, ")


def _place(path: tuple[str | int, ...], document: object) -> tuple[Path, tuple[tuple[Path, str], ...]]:
    """A path without the names of alternatives that were tried, which are no part of the document; and these."""
    where: Path = ()
    within: tuple[tuple[Path, str], ...] = ()
    here: object = document
    for part in path:
        inside = part in here if isinstance(here, Mapping) else isinstance(here, list) and part in range(len(here))
        if not inside and str(part)[:1].isupper():
            within += ((where, str(part)),)
            continue
        where += (str(part),)
        here = _at(here, (str(part),)) if inside else None
    return where, within


def _says_type(value: object) -> bool:
    return isinstance(value, Mapping) and "type" in value


def _at(document: object, where: Path) -> Any:
    for part in where:
        document = document[int(part)] if isinstance(document, list | tuple) else document[part]  # type: ignore[index]
    return document


def pointer(path: Iterable[str]) -> str:
    """A JSON pointer.

    >>> pointer(["award", "a/b"])
    '/award/a~1b'
    """
    return "".join(f"/{_escaped(part)}" for part in path)


def _unsaid(given: object, understood: object, where: str) -> Iterable[Problem]:
    """Alternatives whose `type` is not said: one was found that fits, but perhaps not the one that was meant."""
    match given, understood:
        case Mapping(), Mapping():
            if "type" in understood and "type" not in given:
                yield Problem(f"{where}/type", "Say which type it is.", "type")
            for name in given.keys() & understood.keys():
                yield from _unsaid(given[name], understood[name], f"{where}/{_escaped(name)}")
        case list() | tuple(), list() | tuple():
            for place, (one, other) in enumerate(zip(given, understood, strict=False)):
                yield from _unsaid(one, other, f"{where}/{place}")


def _escaped(name: object) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


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
        yield from _out_of_bounds(part, f"{where}/{_escaped(name)}", depth + 1)
