"""Reads of benefits. Each says its cost in queries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.journal.statements import columns, run
from regulars.programme.book import Book
from regulars.programme.ladders import benefits, holding
from regulars.programme.models import BenefitUse
from regulars.programme.moves import Version
from regulars.programme.moves_tiers import Entitled, Used
from regulars.programme.standings import Row
from regulars.rules.benefits import Span, span
from regulars.rules.conditions import Where

_USED: Final = (
    "SELECT w.n, sum(u.count - u.given_back)::int"
    " FROM unnest(%s::int[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[])"
    " AS w(n, member, benefit, ladder, level, period)"
    " JOIN programme_benefit_use u ON u.member = w.member AND u.benefit = w.benefit AND u.ladder = w.ladder"
    " AND u.level = w.level AND u.period = w.period GROUP BY w.n"
)
Wanted = tuple[Row, Version, Span]


def entitled(
    rows: Sequence[Row], *, terms: Book, at: datetime, merchant: str = "", store: str = ""
) -> dict[UUID, list[Entitled]]:
    """What levels bring members now, at a place where one is said. One query, none where they bring nothing."""
    wanted = [one for one in _brought(rows, terms, at) if _here(one[1].terms.where, merchant, store)]
    found: dict[UUID, list[Entitled]] = {row.member: [] for row in rows}
    for (row, one, period), used in zip(wanted, _used(wanted), strict=True):
        until = min((end for end in (period.ends_at, row.shown.until) if end is not None), default=None)
        most = one.terms.levels[row.shown.level]
        found[row.member].append(
            Entitled(
                one.code, one.id, one.terms.name, row.ladder, row.shown.level, period.key, most, used, until,
                one.terms.note, period.ends_at,
            )
        )  # fmt: skip
    return found


def used_of(rows: Sequence[Row], *, terms: Book, at: datetime) -> dict[tuple[UUID, str], dict[str, int]]:
    """How often what levels bring was used in its present period, by member and ladder. One query."""
    wanted = _brought(rows, terms, at)
    found: dict[tuple[UUID, str], dict[str, int]] = {}
    for (row, one, _), used in zip(wanted, _used(wanted), strict=True):
        if used:
            found.setdefault((row.member, row.ladder), {})[one.code] = used
    return found


def uses(member: UUID, *, limit: int = 100) -> list[Used]:
    """What was used, newest first. One query."""
    return [told(row) for row in BenefitUse.objects.filter(member=member).order_by("-id")[:limit]]


def told(row: BenefitUse, *, left: int | None = None, replayed: bool = False) -> Used:
    return Used(
        row.id, row.member, row.benefit, row.level, row.period, row.count, row.given_back, row.used_at, left, replayed
    )


def _brought(rows: Sequence[Row], terms: Book, at: datetime) -> list[Wanted]:
    ladders, known = holding(terms, at), benefits(terms, at).values()
    return [
        (row, one, span(one.terms, ladders[row.ladder], at, row.joined_at))
        for row in rows
        for one in known
        if row.ladder in ladders
        and one.terms.ladder == row.ladder
        and row.shown.level in one.terms.levels
        and not one.terms.coupons
    ]


def _used(wanted: Sequence[Wanted]) -> list[int]:
    asked = [
        (place, row.member, one.code, row.ladder, row.shown.level, period.key)
        for place, (row, one, period) in enumerate(wanted)
    ]
    found = dict(run(_USED, columns(asked, 6))) if asked else {}
    return [found.get(place, 0) for place in range(len(wanted))]


def _here(where: Where, merchant: str, store: str) -> bool:
    """Whether a benefit is given at a place; without a place, whether there is one for it anywhere."""
    if not merchant and not store:
        return True
    fits_merchant = not where.merchants or merchant in where.merchants
    return fits_merchant and (not where.stores or store in where.stores)
