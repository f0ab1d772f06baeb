"""Coupons that come with a level: noted once for each member, level and period, then handed over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.periods import day_of, months_after
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, columns, run, unnested
from regulars.programme.book import Book, book
from regulars.programme.ladders import BENEFIT, benefits, holding
from regulars.programme.models import LevelCoupon
from regulars.programme.moves import Version
from regulars.programme.moves_tiers import LevelCoupons
from regulars.programme.standings import NAMES, Row, row
from regulars.rules.benefits import Benefit, Often, span
from regulars.rules.tiers.ladder import Ladder, Windows

_ROWS: Final = {
    "organisation": "uuid", "member": "uuid", "own": "uuid", "ladder": "text", "level": "text", "benefit": "text",
    "version": "uuid", "period": "text", "series": "text", "count": "int", "issued_at": "timestamptz",
}  # fmt: skip
_NAMES: Final = ", ".join(_ROWS)
_BRING: Final = (
    f"INSERT INTO programme_level_coupon ({_NAMES}) SELECT {_NAMES} FROM {unnested(_ROWS)} WHERE NOT EXISTS ("
    " SELECT FROM programme_level_coupon c WHERE c.member = new.member AND c.ladder = new.ladder"
    " AND c.level = new.level AND c.benefit = new.benefit AND c.period = new.period)"
    " ON CONFLICT (own, ladder, level, benefit, period) DO NOTHING RETURNING 1"
)
AT_ONCE: Final = 20_000


def bring(rows: Sequence[Row], *, terms: Book, at: datetime) -> int:
    """Notes what these levels bring in their present period; what was noted before is not again. How many notes there
    are new. One query at most."""
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
    return len(run(_BRING, columns(wanted, len(_ROWS)))) if wanted else 0


@transaction.atomic
def renew_due(*, actor: Actor, at: datetime) -> int:
    """A level that lasts over several periods brings its coupons in each. How many were noted; once for each member,
    level and period, however often it is asked. Two queries for each benefit that brings coupons."""
    found = 0
    for (organisation,) in run("SELECT DISTINCT organisation FROM programme_terms WHERE kind = %s", [BENEFIT]):
        terms = book(organisation)
        ladders = holding(terms, at)
        for one in benefits(terms, at).values():
            if one.terms.coupons and one.terms.ladder in ladders:
                found += bring(_without(one, ladders[one.terms.ladder], organisation, at), terms=terms, at=at)
    if found:
        record([Deed("tiers.bring", after={"coupons": found})], actor=actor, at=at)
    return found


def _without(one: Version, ladder: Ladder, organisation: UUID, at: datetime) -> list[Row]:
    """Who is on a level that brings coupons and has none of the present period. Where everybody's period is another,
    the present one is that which begins within the last so many months."""
    benefit: Benefit = one.terms
    if benefit.every == Often.PERIOD and ladder.window.kind == Windows.ANNIVERSARY:
        which, value = ">", months_after(day_of(at, ladder.zone), -ladder.window.months).isoformat()
    else:
        which, value = "=", span(benefit, ladder, at, at).key
    rows = run(
        f"SELECT {NAMES} FROM programme_standing s WHERE s.organisation = %s AND s.ladder = %s"
        " AND s.shown_level = ANY(%s::text[]) AND NOT EXISTS (SELECT FROM programme_level_coupon c"
        " WHERE c.member = s.member AND c.ladder = s.ladder AND c.level = s.shown_level AND c.benefit = %s"
        f" AND c.period {which} %s) ORDER BY s.member LIMIT %s",
        [organisation, benefit.ladder, column(sorted(benefit.levels)), one.code, value, AT_ONCE],
    )
    return [row(values) for values in rows]


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
