"""Conditions as the page draws them: each input with its name, what was typed, and what there is to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from regulars.console.builder.inputs import GROUPS, KINDS, Input, Sort
from regulars.console.builder.tree import Part

HINTED: Final = frozenset({"categories", "brands", "items", "channels", "fields", "purposes", "tags", "marks"})
Lists = Mapping[str, Sequence[tuple[str, Any]]]


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen, and whether it is."""

    value: str
    label: Any
    chosen: bool


@dataclass(frozen=True, slots=True)
class Box:
    """An input. `how`: select, boxes, day, number or text; `hints`: the list of words it suggests."""

    name: str
    label: Any
    how: str
    value: str
    choices: tuple[Choice, ...]
    hints: str

    @property
    def id(self) -> str:
        return self.name.replace(":", "-").replace(".", "-")

    @property
    def chosen(self) -> list[Any]:
        return [one.label for one in self.choices if one.chosen]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A part of the page. `rest`: what is folded away; `open`: something of it was said."""

    part: Part
    label: Any
    boxes: tuple[Box, ...]
    rest: tuple[Box, ...]
    open: bool
    below: tuple["Drawn", ...]


def drawn(part: Part, lists: Lists) -> Drawn:
    """It and all below."""
    if part.group:
        return Drawn(part, "", (), (), False, tuple(drawn(one, lists) for one in part.parts))
    kind = KINDS[part.kind]
    boxes = [(one, _box(part, one, lists)) for one in kind.inputs]
    rest = tuple(box for one, box in boxes if one.more)
    said = any(box.value if box.how != "boxes" else box.chosen for box in rest if not box.name.endswith(":currency"))
    return Drawn(part, kind.label, tuple(box for one, box in boxes if not one.more), rest, said, ())


def groups() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """The kinds there are, as they are offered."""
    return [(label, [(name, KINDS[name].label) for name in names]) for label, names in GROUPS]


def _box(part: Part, one: Input, lists: Lists) -> Box:
    name, typed = f"{part.path}:{one.name}", part.typed.get(one.name, [])
    known = lists.get(one.known, ())
    if one.sort in (Sort.PLACES, Sort.LEVELS, Sort.TICKS):
        return Box(name, one.label, "boxes", "", _choices(known, typed), "")
    if one.sort == Sort.YES:
        return Box(name, one.label, "select", part.text(one.name), _choices(_either(), typed), "")
    if one.sort == Sort.CHOICE:
        return Box(name, one.label, "select", part.text(one.name), _choices(known, typed), "")
    how = {Sort.DAY: "day", Sort.WHOLE: "number"}.get(one.sort, "text")
    return Box(name, one.label, how, part.text(one.name), (), one.known)


def _either() -> list[tuple[str, Any]]:
    return [("", _("Either")), ("yes", _("Yes")), ("no", _("No"))]


def _choices(known: Sequence[tuple[str, Any]], typed: Sequence[str]) -> tuple[Choice, ...]:
    """What was chosen and is there no more stays chosen: it is refused with its place, not lost."""
    listed = [Choice(value, label, value in typed) for value, label in known]
    there = {value for value, _label in known}
    return (*listed, *(Choice(text, text, True) for text in typed if text and text not in there))
