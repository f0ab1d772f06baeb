"""What everybody who was assigned bought, day by day, as the analysis wants it. Loads DuckDB: workers only.

It comes from the tills' own rows and not from the lake: these are the members as they stand now, and coupons that were
redeemed are found at the same sales. A purchase counts for who was assigned: whose card was shown, or whom that person
was merged into.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

import ibis.expr.types as ir
from django.conf import settings
from django.db import connection

from regulars.history.engine import Engine, quoted

NO_GOODS: Final = ("gift-card", "deposit", "fee", "postage")  # marks of lines that are money, but not goods
MEMORY: Final = "1GB"
_TYPES: Final = (
    "{'customer': 'VARCHAR', 'basket': 'VARCHAR', 'day': 'DATE', 'kind': 'VARCHAR', 'amount_minor': 'BIGINT',"
    " 'cost_minor': 'BIGINT', 'returned': 'BOOLEAN', 'returned_on': 'DATE'}"
)
# Everybody assigned: {who} has the columns member and arm. One line a sale, and one for what of it has no cost.
_LINES: Final = """
WITH who AS MATERIALIZED ({who}),
theirs AS (
    SELECT x.id AS shown, coalesce(own.member, root.member) AS customer FROM members_member x
    LEFT JOIN who own ON own.member = x.id LEFT JOIN who root ON root.member = x.root_id
    WHERE x.organisation = %(organisation)s AND coalesce(own.member, root.member) IS NOT NULL
),
sold AS (
    SELECT s.id, t.customer, (s.effective_at AT TIME ZONE %(zone)s)::date AS day,
        s.returned > 0 AND s.returned = s.amount - s.discount AS back
    FROM sales_sale s JOIN theirs t ON t.shown = s.member
    WHERE s.organisation = %(organisation)s AND s.state = 'complete' AND s.currency = %(currency)s
        AND s.effective_at >= %(first)s AND s.effective_at < %(last)s
)
SELECT s.customer, s.id AS basket, s.day, 'sale' AS kind, sum(l.amount - l.discount)::bigint AS amount_minor,
    sum(l.cost)::bigint AS cost_minor, s.back AS returned,
    CASE WHEN s.back THEN (
        SELECT max(r.effective_at AT TIME ZONE %(zone)s)::date FROM sales_return r WHERE r.sale_id = s.id
    ) END AS returned_on
FROM sold s JOIN sales_line l ON l.sale_id = s.id
WHERE NOT l.marks && %(fees)s::text[] GROUP BY s.customer, s.id, s.day, s.back, l.cost IS NULL
UNION ALL
SELECT t.customer, r.id, (r.effective_at AT TIME ZONE %(zone)s)::date, 'return', -sum(b.amount)::bigint,
    -sum(round(l.cost::numeric * b.quantity / l.quantity))::bigint, false, NULL
FROM sales_return r JOIN sales_sale s ON s.id = r.sale_id JOIN theirs t ON t.shown = s.member
JOIN sales_return_line b ON b.return_id = r.id JOIN sales_line l ON l.sale_id = s.id AND l.number = b.number
WHERE r.organisation = %(organisation)s AND s.currency = %(currency)s
    AND r.effective_at >= %(first)s AND r.effective_at < %(last)s AND NOT l.marks && %(fees)s::text[]
GROUP BY t.customer, r.id, (r.effective_at AT TIME ZONE %(zone)s)::date, l.cost IS NULL
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """Whose purchases count: `who` selects `member` and `arm` and more; its values stand beside it."""

    organisation: UUID
    zone: str
    currency: str
    who: str
    values: dict[str, Any]
    first: date  # of the days that are read, both included
    last: date


@contextmanager
def desk() -> Iterator[tuple[Engine, Path]]:
    """An engine and a folder of its own, for as long as one result takes."""
    parent = settings.PLACE.data / "campaigns"
    parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=parent) as scratch:
        folder = Path(scratch)
        with Engine(memory=MEMORY, scratch=folder) as engine:
            yield engine, folder


def assigned(counted: Counted, columns: str, types: str, engine: Engine, folder: Path) -> ir.Table:
    """Who is in which arm, with more `columns` of `who`. One query."""
    file = folder / "assigned.csv"
    _copied(f"SELECT member AS customer, arm, {columns} FROM ({counted.who}) w", counted.values, file)
    known = "{'customer': 'VARCHAR', 'arm': 'VARCHAR', " + types + "}"
    return _read("assigned", file, known, engine)


def bought(counted: Counted, engine: Engine, folder: Path) -> ir.Table:
    """Their purchases and returns. One query."""
    file = folder / "lines.csv"
    values = {
        **counted.values,
        "organisation": counted.organisation,
        "zone": counted.zone,
        "currency": counted.currency,
        "fees": list(NO_GOODS),
        "first": counted.first - timedelta(days=1),  # days begin by the organisation's clock, whatever that is
        "last": counted.last + timedelta(days=2),
    }
    _copied(_LINES.format(who=counted.who), values, file)
    _read("lines_read", file, _TYPES, engine)
    return engine.view(
        "lines",
        "SELECT customer, (hash(basket) >> 1)::BIGINT AS basket, day AS sold_at, kind, amount_minor, cost_minor,"
        f" returned, returned_on FROM lines_read WHERE day BETWEEN {quoted(counted.first.isoformat())}"
        f" AND {quoted(counted.last.isoformat())}",
    )


def _read(name: str, file: Path, types: str, engine: Engine) -> ir.Table:
    engine.connection.execute(
        f"CREATE OR REPLACE TABLE {name} AS FROM read_csv({quoted(file)}, header = true, columns = {types},"
        " delim = ',', quote = '\"', escape = '\"', nullstr = '')"
    )
    return engine.named(name)


def _copied(statement: str, values: dict[str, Any], file: Path) -> None:
    asked = f"COPY ({statement}) TO STDOUT (FORMAT csv, HEADER)"
    with connection.cursor() as cursor, cursor.copy(asked, values) as copied, file.open("wb") as out:
        for piece in copied:
            out.write(piece)
