"""Goodwill as it stands, and added up; each says what it costs in queries."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from regulars.access.selectors import places
from regulars.basics.periods import start_of
from regulars.journal.statements import column, run
from regulars.ledger.models import Adjustment
from regulars.programme.goodwill.moves import Asked, Given, Total
from regulars.programme.models import Goodwill

_STATE: Final = (
    "CASE WHEN g.taken_back_at IS NOT NULL THEN 'taken-back' WHEN a.state IN ('asked', 'refused') THEN a.state"
    " ELSE 'given' END"
)
_TOTALS: Final = (
    f"SELECT g.role, g.person, g.reason, g.unit, g.series, {_STATE}, count(*), sum(g.amount)::bigint"
    " FROM programme_goodwill g LEFT JOIN ledger_adjustment a ON a.id = g.adjustment WHERE {where}"
    " GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6"
)


def told(number: UUID, *, codes: Mapping[UUID, str | None] | None = None, replayed: bool = False) -> Given:
    """One deed. Two queries at most."""
    row = Goodwill.objects.get(pk=number)
    state, transfer = ("given" if row.taken_back_at is None else "taken-back"), row.transfer
    if row.adjustment is not None:
        asked = Adjustment.objects.get(pk=row.adjustment)
        state, transfer = ("given" if asked.state == "posted" else asked.state), asked.transfer
    coupons = tuple((one, (codes or {}).get(one)) for one in row.coupons)
    return Given(
        row.id, row.member, row.role, row.person, row.unit, row.series, row.amount, row.reason, state, row.given_at,
        transfer, row.adjustment, coupons, row.cause, replayed,
    )  # fmt: skip


def totals(asked: Asked) -> list[Total]:
    """What was given, by role, person, reason and unit or series. One query."""
    where, values = ["g.organisation = %s"], [asked.organisation]
    more: list[tuple[str, Any]] = []
    zone = places().zones.get(asked.organisation, "UTC")
    if asked.first_on is not None:
        more.append(("g.given_at >= %s", start_of(asked.first_on, zone)))
    if asked.last_on is not None:
        more.append(("g.given_at < %s", start_of(asked.last_on + timedelta(days=1), zone)))
    more += [
        (f"g.{name} = %s", text)
        for name, text in (("role", asked.role), ("person", asked.person), ("reason", asked.reason))
        if text
    ]
    if asked.merchants is not None:
        where.append("(g.merchant = ANY(%s::text[]) OR g.store = ANY(%s::text[]))")
        values += [column(sorted(asked.merchants)), column(sorted(asked.stores))]  # type: ignore[list-item]
    where += [text for text, _ in more]
    rows = run(_TOTALS.format(where=" AND ".join(where)), [*values, *(value for _, value in more)])
    return [Total(*row) for row in rows]
