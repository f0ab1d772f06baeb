"""A row of a file, understood as far as it can be. Writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.basics.ids import WrongId, untyped
from regulars.members.moves import Presented
from regulars.programme.moving.cells import Cells
from regulars.programme.moving.columns import Columns, kind_named
from regulars.programme.moving.known import Known
from regulars.programme.moving.moves import Brought, Card, Coupon, Kind, Lot, Pending, Row, Tier

NOBODY: Final = UUID(int=0)  # an id that could not be read leads to nobody


@dataclass(frozen=True, slots=True)
class Policy:
    """How files are understood. `source` says whose the numbers in them are; `means`: heading → field, or "-"; `same`:
    field → what all rows have in it."""

    source: str
    means: Mapping[str, str] = field(default_factory=dict)
    same: Mapping[str, str] = field(default_factory=dict)
    region: str | None = None  # how phone numbers without their country are read
    date_format: str = ""  # as strptime has it; empty: year first
    decimal_comma: bool = False


def read_row(file: str, line: int, values: Sequence[str | None], columns: Columns, policy: Policy, known: Known) -> Row:
    """What could not be read is told by `wrong`."""
    texts = dict(policy.same)
    headings = {name: heading for name, (_, heading) in columns.places.items()}
    for name, (place, _) in columns.places.items():
        text = " ".join((values[place] or "").split())
        if text:
            texts[name] = text
    cells = Cells(texts, headings, policy.date_format, policy.decimal_comma)
    kind = columns.kind or kind_named(cells.text("kind"))
    if kind is None:
        return Row(file, line, Lot("", None), wrong=(headings.get("kind", "kind"), "unknown-kind"))
    brings = _READ[kind](cells, policy, known)
    member = _member(cells)
    return Row(file, line, brings, member, tuple(_shown(cells, kind, policy)), cells.wrong)


def _member(cells: Cells) -> UUID | None:
    text = cells.text("member")
    try:
        return untyped("mbr", text) if text else None
    except WrongId:
        return NOBODY


def _shown(cells: Cells, kind: Kind, policy: Policy) -> list[Presented]:
    """What they are recognised by. A spreadsheet turns a number into 12345.0."""
    found = []
    number = cells.text("external") or (cells.text("number") if kind != Kind.CARD else "")
    if number:
        found.append(Presented("external", _whole(number), policy.source))
    found += [Presented(name, _whole(cells.text(name))) for name in ("phone", "email") if cells.text(name)]
    return found


def _whole(text: str) -> str:
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text


def _lot(cells: Cells, policy: Policy, known: Known) -> Brought:
    unit = known.unit(cells.text("unit"))
    zone = known.zone_of_unit(unit)
    return Lot(
        unit,
        cells.amount("amount", known.units[unit].scale if unit in known.units else 0),
        cells.begins("earned", zone),
        cells.begins("starts", zone),
        _end(cells, zone),
        cells.text("funder"),
        cells.text("reason"),
    )


def _pending(cells: Cells, policy: Policy, known: Known) -> Brought:
    unit = known.unit(cells.text("unit"))
    zone = known.zone_of_unit(unit)
    return Pending(
        unit,
        cells.amount("amount", known.units[unit].scale if unit in known.units else 0),
        cells.begins("earned", zone),
        cells.begins("activates", zone),
        cells.ends("cancels", zone),
        _end(cells, zone),
        cells.text("validity"),
        cells.text("reason"),
    )


def _tier(cells: Cells, policy: Policy, known: Known) -> Brought:
    ladder = known.ladder(cells.text("ladder"))
    zone = known.zone_of_ladder(ladder)
    since = "since" if cells.text("since") else "starts"
    return Tier(
        ladder,
        known.level(ladder, cells.text("level")),
        cells.begins(since, zone),
        _end(cells, zone),
        cells.flag("for_ever"),
        cells.text("reason"),
    )


def _card(cells: Cells, policy: Policy, known: Known) -> Brought:
    return Card(_whole(cells.text("number")), cells.text("source") or policy.source)


def _coupon(cells: Cells, policy: Policy, known: Known) -> Brought:
    return Coupon(cells.text("code"), cells.text("series"), cells.whole("uses", 1), _end(cells, known.zone))


def _end(cells: Cells, zone: str) -> datetime | None:
    """Products call the end of anything "valid until"."""
    return cells.ends("expires" if cells.text("expires") else "ends", zone)


_READ: Final = {Kind.LOT: _lot, Kind.PENDING: _pending, Kind.TIER: _tier, Kind.CARD: _card, Kind.COUPON: _coupon}
