"""Conditions as somebody puts them together: half-typed values, nested, each at its place; and steps that change them.

A place is `r` for the whole, `r.0` for its first part and so on; an input is named after its place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.http import QueryDict

from regulars.console.builder.inputs import KINDS
from regulars.outreach.audiences.reading import DEEPEST, MOST

ROOT: Final = "r"
_LONGEST: Final = 20_000


@dataclass(slots=True)
class Part:
    """A group (`all`, `any`) with parts, or a condition of a kind with what was typed."""

    kind: str
    negated: bool = False
    parts: list["Part"] = field(default_factory=list)
    typed: dict[str, list[str]] = field(default_factory=dict)
    path: str = ROOT
    fresh: bool = False
    faults: list[str] = field(default_factory=list)

    @property
    def group(self) -> bool:
        return self.kind in ("all", "any")

    @property
    def deepest(self) -> bool:
        return self.path.count(".") >= DEEPEST - 3  # a `not` and a condition go below

    def text(self, name: str) -> str:
        return (self.typed.get(name) or [""])[0].strip()


def walked(part: Part) -> Iterator[Part]:
    """It and all below."""
    yield part
    for below in part.parts:
        yield from walked(below)


def placed(part: Part, path: str = ROOT) -> Part:
    """Each at its place."""
    part.path = path
    for number, below in enumerate(part.parts):
        placed(below, f"{path}.{number}")
    return part


def posted(form: QueryDict) -> Part:
    """What a form holds. What it could not have sent is left out."""
    found: dict[str, Part] = {}
    for path in form.getlist("at")[: 2 * MOST]:
        above = found.get(path.rpartition(".")[0])
        kind = form.get(f"{path}:is", "")
        if path in found or (path != ROOT and (above is None or not above.group)):
            continue
        if kind not in KINDS and kind not in ("all", "any"):
            continue
        names = [one.name for one in KINDS[kind].inputs] if kind in KINDS else []
        typed = {name: [text[:_LONGEST] for text in form.getlist(f"{path}:{name}")] for name in names}
        part = found[path] = Part(kind, f"{path}:not" in form, typed=typed, path=path)
        if above is not None:
            above.parts.append(part)
    whole = found.get(ROOT)
    if whole is None or not whole.group:
        return Part("all")
    return placed(whole)


def stepped(whole: Part, step: str, form: Mapping[str, str]) -> Part:
    """After a button was pressed: `add PLACE`, `group PLACE`, `drop PLACE`; any other changes nothing."""
    verb, _, path = step.partition(" ")
    known = {part.path: part for part in walked(whole)}
    part = known.get(path)
    if part is None:
        return whole
    if verb == "drop" and path != ROOT:
        above = known[path.rpartition(".")[0]]
        above.parts.remove(part)
    elif verb == "add" and part.group:
        kind = form.get(f"{path}:new", "bought")
        if kind in KINDS and len(known) < MOST:
            part.parts.append(begun(kind))
    elif verb == "group" and part.group and not part.deepest and len(known) < MOST:
        part.parts.append(Part("any" if part.kind == "all" else "all", parts=[begun("bought")]))
    return placed(whole)


def begun(kind: str) -> Part:
    """A condition that was just added, with what is mostly meant."""
    return Part(kind, typed={one.name: [one.start] for one in KINDS[kind].inputs if one.start}, fresh=True)
