"""Coupons that come with a level: noted once for each member, level and period, then handed over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.journal.statements import column, columns, run, unnested
from regulars.programme.book import Book
from regulars.programme.ladders import benefits, holding
from regulars.programme.models import LevelCoupon
from regulars.programme.moves_tiers import LevelCoupons
from regulars.programme.standings import Row
from regulars.rules.benefits import span

_ROWS: Final = {
    "organisation": "uuid", "member": "uuid", "own": "uuid", "ladder": "text", "level": "text", "benefit": "text",
    "version": "uuid", "period": "text", "series": "text", "count": "int", "issued_at": "timestamptz",
}  # fmt: skip
_NAMES: Final = ", ".join(_ROWS)
_BRING: Final = (
    f"INSERT INTO programme_level_coupon ({_NAMES}) SELECT {_NAMES} FROM {unnested(_ROWS)} WHERE NOT EXISTS ("
    " SELECT FROM programme_level_coupon c WHERE c.member = new.member AND c.ladder = new.ladder"
    " AND c.level = new.level AND c.benefit = new.benefit AND c.period = new.period)"
    " ON CONFLICT (own, ladder, level, benefit, period) DO NOTHING"
)


def bring(rows: Sequence[Row], *, terms: Book, at: datetime) -> None:
    """Notes what these levels bring in their present period; what was noted before is not again. One query at most."""
    ladders = holding(terms, at)
    bringing = [one for one in benefits(terms, at).values() if one.terms.coupons]
    wanted = [
        (
            row.organisation, row.member, row.member, row.ladder, row.shown.level, one.code, one.id,
            span(one.terms, ladders[row.ladder], at, row.joined_at).key, one.terms.coupons,
            one.terms.levels[row.shown.level], at,
        )
        for row in rows
        for one in bringing
        if one.terms.ladder == row.ladder and row.ladder in ladders and row.shown.level in one.terms.levels
    ]  # fmt: skip
    if wanted:
        run(_BRING, columns(wanted, len(_ROWS)))


def waiting(organisation: UUID, *, most: int = 1000) -> list[LevelCoupons]:
    """Coupons to be handed over, the oldest first. One query."""
    rows = LevelCoupon.objects.filter(organisation=organisation, handed_at=None).order_by("id")[:most]
    return [
        LevelCoupons(row.id, row.organisation, row.member, row.series, row.count, row.ladder, row.level, row.period)
        for row in rows
    ]


def handed(ids: Sequence[int], *, at: datetime) -> None:
    """These were handed over; for who does it, in the same transaction. One query."""
    run(
        "UPDATE programme_level_coupon SET handed_at = %s WHERE id = ANY(%s::bigint[]) AND handed_at IS NULL",
        [at, column(sorted(ids))],
    )
