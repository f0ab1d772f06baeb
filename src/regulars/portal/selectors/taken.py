"""What was taken from a member, as the terms say, and what became of their asking for it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.ledger.models import Unit
from regulars.members.selectors import group_of
from regulars.programme.errors import UnknownReset
from regulars.programme.models import Reset
from regulars.programme.resets.taking import PREFIX, resets_of

SHOWN: Final = timedelta(days=90)  # after it was taken or decided, or until it is decided
FRESH: Final = timedelta(days=14)  # a decision that the first page tells


@dataclass(frozen=True, slots=True)
class Taken:
    """`may_ask`: the time for it is not over, and nobody has asked or decided. `fresh`: it was decided lately."""

    id: UUID
    unit: Unit
    amount: int
    at: datetime
    until: datetime
    state: str
    may_ask: bool
    fresh: bool = False


def taken(root: UUID, *, at: datetime) -> Sequence[Taken]:
    """The latest first. Three queries; two where nothing was."""
    rows = [row for row in resets_of(root) if row.state == "appealed" or (row.decided_at or row.taken_at) > at - SHOWN]
    units = {one.code: one for one in Unit.objects.filter(code__in={row.unit for row in rows})} if rows else {}
    return [
        Taken(
            row.id, units[row.unit], row.amount, row.taken_at, row.appeal_until, row.state,
            row.state == "taken" and at < row.appeal_until, row.decided_at is not None and row.decided_at > at - FRESH,
        )
        for row in rows
    ]  # fmt: skip


def own(reset: UUID, root: UUID) -> Reset:
    """One of the member's. Two queries. Raises UnknownReset."""
    row = Reset.objects.filter(id=reset, member__in=group_of(root)).first()
    if row is None:
        raise UnknownReset("Nothing was taken under this id.", reset=typed(PREFIX, reset))
    return row
