"""Standings as rows and as values; the one statement that writes them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.journal.statements import columns, run, unnested
from regulars.rules.tiers import deciding
from regulars.rules.tiers.deciding import begun
from regulars.rules.tiers.ladder import Ladder
from regulars.rules.tiers.replaying import Versions
from regulars.rules.tiers.standing import Because, Grant, Held, Standing, held

_EARNED: Final = tuple(one.name for one in fields(Standing))
_TYPES: Final = {
    "member": "uuid", "ladder": "text", "organisation": "uuid", "joined_at": "timestamptz", "level": "text",
    "since": "timestamptz", "qualified_at": "timestamptz", "because": "text", "valid_until": "timestamptz",
    "review_at": "timestamptz", "grace_until": "timestamptz", "counted_from": "timestamptz",
    "afresh_from": "timestamptz", "floor": "text", "held": "jsonb", "recheck_at": "timestamptz", "landed": "boolean",
    "shown_level": "text", "shown_since": "timestamptz", "shown_until": "timestamptz", "shown_because": "text",
    "decided_at": "timestamptz", "due_at": "timestamptz",
}  # fmt: skip
assert tuple(_TYPES)[4:17] == _EARNED, "columns in the order of the value's fields"
NAMES: Final = ", ".join(f"s.{name}" for name in _TYPES)
_SET: Final = ", ".join(f"{name} = excluded.{name}" for name in list(_TYPES)[3:])
_WRITE: Final = (
    f"INSERT INTO programme_standing ({', '.join(_TYPES)}) SELECT {', '.join(_TYPES)} FROM {unnested(_TYPES)}"
    f" ON CONFLICT (member, ladder) DO UPDATE SET {_SET}"
)
_BEGIN: Final = (
    f"INSERT INTO programme_standing ({', '.join(_TYPES)}) SELECT {', '.join(_TYPES)} FROM {unnested(_TYPES)}"
    " ORDER BY member, ladder ON CONFLICT (member, ladder) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Row:
    """Where a member stands on a ladder, and when that must be looked at again."""

    member: UUID
    ladder: str
    organisation: UUID
    joined_at: datetime
    earned: Standing
    shown: Held
    decided_at: datetime
    due_at: datetime | None


def row(values: Sequence[Any]) -> Row:
    """A row of the table, its columns in the order of NAMES."""
    level, since, qualified_at, because, valid_until, review_at, grace_until, counted_from, afresh_from, floor = (
        values[4:14]
    )  # fmt: skip
    years = {} if values[14] == "{}" else json.loads(values[14])
    earned = Standing(
        level, since, qualified_at, Because(because), valid_until, review_at, grace_until, counted_from, afresh_from,
        floor, years, values[15], values[16],
    )  # fmt: skip
    shown = Held(values[17], values[18], values[19], Because(values[20]))
    member, ladder, organisation, joined_at = values[:4]
    return Row(member, ladder, organisation, joined_at, earned, shown, values[21], values[22])


def first(member: UUID, ladder: str, organisation: UUID, joined_at: datetime, listed: Versions, at: datetime) -> Row:
    """Where everybody begins: before the ladder there was nothing to decide."""
    earned = begun(listed[0][1], joined_at)
    fresh = Row(member, ladder, organisation, joined_at, earned, _shown(earned), min(joined_at, at), None)
    return replace(fresh, due_at=_due(listed, fresh, (), at))


def decided(before: Row, earned: Standing, listed: Versions, grants: Sequence[Grant], at: datetime) -> Row:
    """The row with what was decided."""
    ladder = ladder_at(listed, at)
    shown = held(ladder, earned, grants, at)
    after = replace(before, earned=earned, shown=shown, decided_at=at)
    return replace(after, due_at=_due(listed, after, grants, at))


def ladder_at(listed: Versions, at: datetime) -> Ladder:
    return max((one for one in listed if one[0] <= at), key=lambda one: one[0], default=listed[0])[1]


def _shown(earned: Standing) -> Held:
    return Held(earned.level, earned.since, earned.valid_until, earned.because)


def _due(listed: Versions, one: Row, grants: Sequence[Grant], at: datetime) -> datetime | None:
    """When something may change though nothing happens: a review, a version that begins, a grant at its ends."""
    moments = [deciding.due_at(ladder_at(listed, at), one.earned)]
    moments += [begins_at for begins_at, _ in listed]
    moments += [edge for grant in grants for edge in (grant.begins_at, grant.ends_at)]
    return min((moment for moment in moments if moment is not None and moment > at), default=None)


def write(rows: Iterable[Row]) -> None:
    """All of them. One query."""
    listed = [_values(one) for one in rows]
    if listed:
        run(_WRITE, columns(listed, len(_TYPES)))


def begin(rows: Iterable[Row]) -> None:
    """Those that are not there yet. One query."""
    listed = [_values(one) for one in rows]
    if listed:
        run(_BEGIN, columns(listed, len(_TYPES)))


def _values(one: Row) -> tuple[object, ...]:
    earned = tuple(getattr(one.earned, name) for name in _EARNED)
    shown = (one.shown.level, one.shown.since, one.shown.until, one.shown.because.value)
    return (one.member, one.ladder, one.organisation, one.joined_at, *earned, *shown, one.decided_at, one.due_at)


def plain(earned: Standing) -> dict[str, Any]:
    """As JSON keeps it."""
    return {
        name: value.isoformat() if isinstance(value := getattr(earned, name), datetime) else value for name in _EARNED
    }


def from_plain(kept: Mapping[str, Any]) -> Standing:
    """
    >>> from datetime import UTC
    >>> one = Standing("gold", datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 4, tzinfo=UTC), Because.KEPT)
    >>> from_plain(plain(one)) == one
    True
    """
    moments = {
        name: datetime.fromisoformat(value)
        for name, value in kept.items()
        if isinstance(value, str) and (name.endswith(("_at", "_until", "_from")) or name == "since")
    }
    return Standing(**{**kept, **moments, "because": Because(kept["because"])})
