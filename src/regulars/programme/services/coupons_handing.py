"""Coupons that come with a level are handed over: once for each member, level and period (SEMANTICS 23)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.journal.moves import Actor
from regulars.journal.statements import run
from regulars.programme.coupons.moves import Binding, Gift
from regulars.programme.coupons.terms import SERIES
from regulars.programme.services.coupons_issuing import issue
from regulars.programme.services.level_coupons import handed

AT_ONCE: Final = 500
# What is of a series that does not hold now, or whose coupons need a product, waits, and keeps nobody else waiting.
_WAITING: Final = (
    "SELECT c.id, c.organisation, c.member, c.series, c.count FROM programme_level_coupon c"
    " JOIN programme_terms t ON t.organisation = c.organisation AND t.kind = %s AND t.code = c.series"
    " AND t.begins_at <= %s AND (t.ends_at IS NULL OR t.ends_at > %s)"
    " AND t.document -> 'per_item' IS DISTINCT FROM 'true'::jsonb"
    " WHERE c.handed_at IS NULL ORDER BY c.id LIMIT %s"
)


@dataclass(frozen=True, slots=True)
class _Note:
    id: int
    organisation: UUID
    member: UUID
    series: str
    count: int


@transaction.atomic
def hand_over_due(*, actor: Actor, at: datetime) -> int:
    """Issues what levels have brought, to those members alone; how many notes of it. Safe to repeat."""
    notes = [_Note(*row) for row in run(_WAITING, [SERIES, at, at, AT_ONCE])]
    for (organisation, series), some in groupby(sorted(notes, key=_series), key=_series):
        _issue(list(some), organisation, series, actor, at)
    if notes:
        handed([one.id for one in notes], at=at)
    return len(notes)


def _series(one: _Note) -> tuple[UUID, str]:
    return one.organisation, one.series


def _issue(notes: Sequence[_Note], organisation: UUID, series: str, actor: Actor, at: datetime) -> None:
    gifts = [Gift(one.member, f"level {one.id}/{number}") for one in notes for number in range(one.count)]
    issue(series, organisation=organisation, to=gifts, binding=Binding.HARD, actor=actor, at=at)
