"""What only the whole of a file tells: isolated dates, prices far from their product's, fees by name; and its sums."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from regulars.history.drafts import Draft
from regulars.history.engine import Engine, quoted
from regulars.history.fees import named_like_a_fee
from regulars.history.judging import Plan

LATE = "late_refusals"  # table of this session: line, reason
TIMES_THE_MEDIAN = 1_000
_NAMES = "names_seen"  # table of this session: n
_WIDE = "wide_prices"  # table of this session: products
_SOLD_OFTEN = 10
_GAP_MONTHS = 24
_ISOLATED_SHARE = 0.005

# Note → column of `facts_of`.
NOTES = {"anonymous": "anonymous", "return": "returns", "fee": "fees", "zero-price": "zero_price"}

# Column of `facts_of` → the lines that it counts, and those of which it is enough that there is one.
_COUNTED = {
    "anonymous": "customer IS NULL",
    "returns": "kind = 'return'",
    "fees": "kind = 'fee'",
    "zero_price": "amount_minor = 0",
}
_SEEN = {"has_receipt": "receipt IS NOT NULL", "has_time": "sold_at != date_trunc('day', sold_at)"}


@dataclass(frozen=True, slots=True)
class SecondThoughts:
    """Rows to refuse after all (in the table LATE), and lower-case names of products that are fees after all."""

    refused: int
    fees: Sequence[str]


def second_thoughts(draft: Draft, plan: Plan, engine: Engine) -> SecondThoughts:
    """Looks over the kept lines; leaves the table LATE behind."""
    source = draft.source
    engine.connection.execute(f"CREATE OR REPLACE TEMP TABLE {LATE} (line BIGINT, reason VARCHAR)")
    fees = _late_fees(source, plan, engine)
    for first, last in isolated_months(_months(draft, engine)):
        engine.connection.execute(
            f"INSERT INTO {LATE} SELECT line, 'absurd-date' FROM {source}"
            f" WHERE date_trunc('month', sold_at) BETWEEN DATE '{first}' AND DATE '{last}'"
        )
    if plan.has("product"):
        _absurd_prices(source, fees, engine)
    return SecondThoughts(_count(engine, f"SELECT count(*) FROM {LATE}"), fees)


def _count(engine: Engine, query: str) -> int:
    row = engine.connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _late_fees(source: str, plan: Plan, engine: Engine) -> list[str]:
    if not plan.has("product"):
        return []
    # The owner's word that something is goods stands.
    never = {str(word).lower() for word in (plan.mapping.options.get("not_fees") or ())}  # type: ignore[attr-defined]
    # A table, or the engine would look at the name of every line.
    engine.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_NAMES} AS"
        f" SELECT DISTINCT coalesce(product_name, product) AS n FROM {source} WHERE kind != 'fee'"
    )
    rows = engine.connection.execute(
        f"SELECT DISTINCT lower(n) FROM {_NAMES} WHERE {named_like_a_fee('n')} ORDER BY 1"
    ).fetchall()
    engine.connection.execute(f"DROP TABLE {_NAMES}")
    return [str(row[0]) for row in rows if str(row[0]) not in never]


def _months(draft: Draft, engine: Engine) -> list[tuple[date, int]]:
    if draft.parts:
        counts: Counter[str] = Counter()
        for part in draft.parts:
            counts[part.month] += part.rows
        return [(date.fromisoformat(f"{month}-01"), counts[month]) for month in sorted(counts)]
    rows = engine.connection.execute(
        f"SELECT CAST(date_trunc('month', sold_at) AS DATE) AS m, count(*) FROM {draft.source} GROUP BY m ORDER BY m"
    ).fetchall()
    return [(row[0], int(row[1])) for row in rows]


def isolated_months(months: Sequence[tuple[date, int]]) -> list[tuple[date, date]]:
    """Runs of months, (first, last), that lie two years or more from the rest and hold next to nothing of the file.

    >>> isolated_months([(date(1999, 1, 1), 1), (date(2024, 1, 1), 900), (date(2024, 2, 1), 800)])
    [(datetime.date(1999, 1, 1), datetime.date(1999, 1, 1))]
    """
    runs: list[list[tuple[date, int]]] = []
    for month, count in months:
        if runs and _apart(runs[-1][-1][0], month) < _GAP_MONTHS:
            runs[-1].append((month, count))
        else:
            runs.append([(month, count)])
    total = sum(count for _, count in months)
    return [(run[0][0], run[-1][0]) for run in runs if sum(count for _, count in run) < _ISOLATED_SHARE * total]


def _apart(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def _absurd_prices(source: str, fees: Sequence[str], engine: Engine) -> None:
    """Unit prices a thousand times the product's median or more. The median is taken only for the few products whose
    dearest line is that far from their cheapest, and over lines that cost at least the smallest coin."""
    unit = "abs(amount_minor) / abs(coalesce(nullif(quantity, 0), 1))"
    named_n = "lower(coalesce(product_name, product)) AS n"
    goods = f"(SELECT line, product, {named_n}, CAST({unit} AS DOUBLE) AS unit FROM {source}"
    goods += " WHERE kind != 'fee' AND product IS NOT NULL AND amount_minor != 0)"
    if fees:
        named = ", ".join(quoted(name) for name in fees)
        goods = f"(SELECT * FROM {goods} WHERE n NOT IN ({named}))"
    engine.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_WIDE} AS SELECT product FROM {goods} WHERE unit >= 1 GROUP BY product"
        f" HAVING count(*) >= {_SOLD_OFTEN} AND max(unit) >= {TIMES_THE_MEDIAN} * min(unit)"
    )
    if not _count(engine, f"SELECT count(*) FROM {_WIDE}"):
        return
    usual = (
        f"SELECT product, median(unit) AS usual FROM {goods} WHERE unit >= 1 AND product IN (FROM {_WIDE})"
        " GROUP BY product"
    )
    engine.connection.execute(
        f"INSERT INTO {LATE} SELECT line, 'absurd-price' FROM {goods} JOIN ({usual}) USING (product)"
        f" WHERE unit >= {TIMES_THE_MEDIAN} * usual AND line NOT IN (SELECT line FROM {LATE})"
    )


def facts_of(source: str, engine: Engine) -> dict[str, Any]:
    """Counts over the kept lines (SQL: a table of them), by name."""

    # Each is asked for by itself: where statistics say that a block has no such line, it is not read.
    counts = [f"(SELECT count(*) FROM {source} WHERE {test}) AS {name}" for name, test in _COUNTED.items()]
    signs = [f"EXISTS (SELECT 1 FROM {source} WHERE {test}) AS {name}" for name, test in _SEEN.items()]
    cursor = engine.connection.execute(
        f"SELECT count(*) AS kept, {', '.join([*counts, *signs])}, CAST(min(sold_at) AS DATE) AS first_on,"
        f" CAST(max(sold_at) AS DATE) AS last_on FROM {source}"
    )
    names = [column[0] for column in cursor.description or []]
    row = cursor.fetchone()
    assert row is not None
    return dict(zip(names, row, strict=True))
