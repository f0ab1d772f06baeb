"""What was put together as a document, and a document as it is put together."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from regulars.basics.money import minor_digits
from regulars.console.asking import minor_of
from regulars.console.builder.inputs import KINDS, Input, Sort
from regulars.console.builder.tree import Part, placed
from regulars.outreach.audiences.reading import All, Any_, Node, Not, One, read
from regulars.outreach.errors import WrongAudience

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,20})?")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,，"]+)')


@dataclass(slots=True)
class Written:
    """A document, and where each part of the page stands in it."""

    document: dict[str, Any]
    places: dict[str, Part] = field(default_factory=dict)
    sound: bool = True


def write(whole: Part, scales: Mapping[str, int]) -> Written:
    """The document. What cannot be read is told at its part. `scales`: decimals of units."""
    found = Written({})
    found.document = _node(whole, "", scales, found)
    if not whole.parts:
        found.sound = False
    return found


def check(written: Written) -> Node | None:
    """The tree that is asked, or None: each fault stands at its part."""
    if not written.sound:
        return None
    try:
        return read(written.document)
    except WrongAudience as wrong:
        point(written, wrong)
        return None


def point(written: Written, wrong: WrongAudience) -> None:
    """Says each fault at the part that it is in."""
    for fault in wrong.facts["errors"]:  # type: ignore[attr-defined]
        pointer = str(fault["pointer"])
        while pointer and pointer not in written.places:
            pointer = pointer.rpartition("/")[0]
        part = written.places[pointer]
        part.faults.append(said(str(fault["code"]), str(fault["detail"])))
    written.sound = False


def said(code: str, detail: str) -> str:
    """A fault in the words of the reader; one that is rare in those of whoever found it."""
    known = {
        "nothing_asked": _("Say at least one of these."),
        "order": _("The first is above the second."),
        "currency": _("An amount needs its currency."),
        "unknown": _("There is no such thing here."),
        "too_short": _("Say at least one."),
        "missing": _("Something is not said yet."),
        "string_too_short": _("Something is not said yet."),
        "greater_than_equal": _("A number is too small."),
        "less_than_equal": _("A number is too large."),
        "string_pattern_mismatch": _("This is no such word."),
        "too-many": _("These are too many conditions."),
        "too-deep": _("This is nested too deep."),
        "list_type": _("Add a condition, or remove the group."),
    }
    return known.get(code, detail)


def _node(part: Part, pointer: str, scales: Mapping[str, int], found: Written) -> dict[str, Any]:
    inner = f"{pointer}/not" if part.negated else pointer
    found.places[pointer] = found.places[inner] = part
    if part.group:
        inside = f"{inner}/{part.kind}"
        found.places[inside] = part
        listed = [_node(one, f"{inside}/{number}", scales, found) for number, one in enumerate(part.parts)]
        document: dict[str, Any] = {part.kind: listed}
    else:
        document = _condition(part, scales, found)
    return {"not": document} if part.negated else document


def _condition(part: Part, scales: Mapping[str, int], found: Written) -> dict[str, Any]:
    document: dict[str, Any] = {"type": part.kind}
    for one in KINDS[part.kind].inputs:
        try:
            document |= _READERS.get(one.sort, _text)(part, one, scales)
        except ValidationError as wrong:
            part.faults.append(f"{one.label}: {' '.join(wrong.messages)}")
            found.sound = False
    if not any(name.startswith(("amount_", "worth_")) for name in document):
        document.pop("currency", None)  # it stands there anyhow
    return document


Reader = Callable[[Part, Input, Mapping[str, int]], dict[str, Any]]


def _text(part: Part, one: Input, _scales: Mapping[str, int]) -> dict[str, Any]:
    text = part.text(one.name)
    if one.known == "decades" and text:
        return {one.name: int(text)} if _WHOLE.fullmatch(text) else {}
    return {one.name: text} if text else {}


def _whole(part: Part, one: Input, _scales: Mapping[str, int]) -> dict[str, Any]:
    text = part.text(one.name)
    if text and not _WHOLE.fullmatch(text):
        raise ValidationError(_("This is no whole number."))
    return {one.name: int(text)} if text else {}


def _number(part: Part, one: Input, _scales: Mapping[str, int]) -> dict[str, Any]:
    text = part.text(one.name).replace(",", ".")
    if text and not _NUMBER.fullmatch(text):
        raise ValidationError(_("This is no number."))
    return {one.name: _plain(text)} if text else {}


def _plain(text: str) -> int | float:
    return int(text) if _WHOLE.fullmatch(text) else float(text)


def _units(part: Part, one: Input, scales: Mapping[str, int]) -> dict[str, Any]:
    text = part.text(one.name)
    return {one.name: minor_of(text, "", signed=True, digits=scales.get(part.text("unit"), 0))} if text else {}


def _money(part: Part, one: Input, _scales: Mapping[str, int]) -> dict[str, Any]:
    text = part.text(one.name)
    return {one.name: minor_of(text, part.text("currency"))} if text else {}


def _yes(part: Part, one: Input, _scales: Mapping[str, int]) -> dict[str, Any]:
    text = part.text(one.name)
    return {one.name: text == "yes"} if text in ("yes", "no") else {}


def _places(part: Part, one: Input, _scales: Mapping[str, int]) -> dict[str, Any]:
    ticked = part.typed.get(one.name, [])
    found = {
        "stores": [text for text in ticked if text.startswith("str_")],
        "merchants": [text for text in ticked if text.startswith("mrc_")],
    }
    return {name: listed for name, listed in found.items() if listed}


def _ticks(part: Part, one: Input, _scales: Mapping[str, int]) -> dict[str, Any]:
    ticked = part.typed.get(one.name, [])
    return {one.name: ticked} if ticked else {}


def _levels(part: Part, one: Input, _scales: Mapping[str, int]) -> dict[str, Any]:
    ticked = [text.partition("/")[::2] for text in part.typed.get(one.name, []) if "/" in text]
    if not ticked:
        raise ValidationError(_("Say at least one."))
    ladders = {ladder for ladder, _level in ticked}
    if len(ladders) > 1:
        raise ValidationError(_("Levels of one ladder: add another condition for another."))
    return {"ladder": ladders.pop(), "levels": [level for _ladder, level in ticked]}


def _words(part: Part, one: Input, _scales: Mapping[str, int]) -> dict[str, Any]:
    listed = [text for text, _quoted in _parted(part.text(one.name))]
    return {one.name: listed} if listed else {}


def _values(part: Part, one: Input, _scales: Mapping[str, int]) -> dict[str, Any]:
    listed = [text if quoted else _guessed(text) for text, quoted in _parted(part.text(one.name))]
    return {one.name: listed} if listed else {}


def _parted(text: str) -> list[tuple[str, bool]]:
    """Texts with commas between, and whether each stood in quotes.

    >>> _parted('tea, "green, dark" ，茶')
    [('tea', False), ('green, dark', True), ('茶', False)]
    """
    found = []
    for match in _QUOTED.finditer(text):
        quoted = match[1] is not None
        word = str(json.loads(f'"{match[1]}"')) if quoted and _loads(match[1]) else (match[1] or match[2] or "").strip()
        if word:
            found.append((word, quoted))
    return found


def _loads(text: str) -> bool:
    try:
        json.loads(f'"{text}"')
    except ValueError:
        return False
    return True


def _guessed(text: str) -> bool | int | float | str:
    if text in ("true", "false"):
        return text == "true"
    return _plain(text) if _NUMBER.fullmatch(text) else text


_READERS: Final[Mapping[Sort, Reader]] = {
    Sort.WHOLE: _whole, Sort.NUMBER: _number, Sort.UNITS: _units, Sort.MONEY: _money, Sort.YES: _yes,
    Sort.PLACES: _places, Sort.LEVELS: _levels, Sort.TICKS: _ticks, Sort.WORDS: _words, Sort.VALUES: _values,
}  # fmt: skip


def unfolded(document: Mapping[str, Any], scales: Mapping[str, int]) -> Part:
    """A document that is kept, as it is put together. One condition alone stands in a group."""
    whole = _part(read(document), scales)
    return placed(whole if whole.group else Part("all", parts=[whole]))


def _part(node: Node, scales: Mapping[str, int]) -> Part:
    match node:
        case Not(part=below):
            found = _part(below, scales)
            found.negated = not found.negated
            return found
        case All(parts=parts):
            return Part("all", parts=[_part(one, scales) for one in parts])
        case Any_(parts=parts):
            return Part("any", parts=[_part(one, scales) for one in parts])
        case One(asked=asked):
            said_so = asked.model_dump(mode="json", exclude_unset=True)
            kind = said_so.pop("type")
            typed = {one.name: _typed(one, said_so, scales) for one in KINDS[kind].inputs}
            return Part(kind, typed={name: texts for name, texts in typed.items() if texts})


def _typed(one: Input, document: Mapping[str, Any], scales: Mapping[str, int]) -> list[str]:
    if one.sort == Sort.PLACES:
        return [*document.get("merchants", ()), *document.get("stores", ())]
    if one.sort == Sort.LEVELS:
        return [f"{document['ladder']}/{level}" for level in document["levels"]]
    value = document.get(one.name)
    if value is None:
        return []
    match one.sort:
        case Sort.TICKS:
            return list(value)
        case Sort.YES:
            return ["yes" if value else "no"]
        case Sort.WORDS | Sort.VALUES:
            guesses = one.sort == Sort.VALUES
            return [", ".join(_told(word, guesses=guesses) for word in value)] if value else []
        case Sort.UNITS:
            return [f"{Decimal(value).scaleb(-scales.get(document['unit'], 0)):f}"]
        case Sort.MONEY:
            return [f"{Decimal(value).scaleb(-minor_digits(document['currency'])):f}"]
        case _:
            return [f"{Decimal(repr(value)):f}" if isinstance(value, float) else f"{value}"]


def _told(value: Any, *, guesses: bool) -> str:
    """A value so that it is read again as the same."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return f"{Decimal(repr(value)):f}"
    bare = value.strip() == value and not re.search(r'[,，"\\]', value)
    return value if bare and not (guesses and _guessed(value) != value) else json.dumps(value, ensure_ascii=False)
