"""Returns: which line takes back what of which sale.

A return belongs to an earlier (or simultaneous) sale of the same product to the same customer with enough left of it;
each piece sold is used once. The closest likeness is tried first: the very line mirrored (same quantity and amount), on
the receipt that the return names, in the same store; then the line mirrored anywhere; then part of a line, in the same
order. A return names a receipt by its own number, with or without a leading C. Anonymous returns need that receipt.
"""

from dataclasses import dataclass
from typing import Final

from regulars.history.engine import Engine

PAIRS: Final = "lake_returns"
WHOLE: Final = "lake_whole"

# From the closest likeness to the loosest: what has to be equal, and whether the whole line is mirrored.
_ROUNDS: Final = (
    (("customer", "product", "units", "amount", "origin", "store"), True),
    (("customer", "product", "units", "amount", "store"), True),
    (("customer", "product", "units", "amount"), True),
    (("customer", "product", "origin", "store"), False),
    (("customer", "product", "store"), False),
    (("customer", "product"), False),
)
# Quantities in thousandths; a line without quantity is one piece. Signs are turned so that a mirrored line is equal.
_COLUMNS: Final = """file, line, sold_at, customer, product, coalesce(store, '') AS store,
    regexp_replace(upper(receipt), '^C', '') AS origin,
    abs(coalesce(quantity * 1000, 1000))::BIGINT AS units, abs(coalesce(quantity * 1000, 1000))::BIGINT AS left_over"""


@dataclass(frozen=True, slots=True)
class ReturnsSummary:
    """How many return lines there are, and what was found for them."""

    returns: int
    matched: int  # return lines wholly found among the sales
    partly: int  # some of their pieces found
    sales_returned: int  # sale lines that came back whole, money and all


def match(engine: Engine, lines: str) -> None:
    """Matches the returns in a query of lines (LINES contract).

    Makes two tables in the engine: `lake_returns` (return_file, return_line, sale_file, sale_line, quantity) and
    `lake_whole` (file, line of the sale lines that came back whole). Nothing but the returns and the sales of the same
    customers and products is kept on the way.
    """
    run = engine.connection.execute
    run(
        f"CREATE OR REPLACE TABLE {PAIRS} (return_file INTEGER, return_line BIGINT, sale_file INTEGER, "
        "sale_line BIGINT, units BIGINT)"
    )
    run(
        f"CREATE OR REPLACE TEMP TABLE came_back AS SELECT {_COLUMNS}, -amount_minor AS amount FROM ({lines}) "
        "WHERE kind = 'return' AND product IS NOT NULL AND quantity IS DISTINCT FROM 0"
    )
    returned = bool(engine.connection.table("came_back").limit(1).fetchall())
    origin = "regexp_replace(upper(receipt), '^C', '')"
    sales = (
        f"SELECT {_COLUMNS}, amount_minor AS amount FROM ({lines}) WHERE kind = 'sale' AND quantity IS DISTINCT FROM 0"
    )
    run(
        f"CREATE OR REPLACE TEMP TABLE sold AS {sales} AND (customer, product) IN "
        f"(SELECT (customer, product) FROM came_back WHERE customer IS NOT NULL) UNION ALL {sales} "
        f"AND customer IS NULL AND ({origin}, product) IN (SELECT (origin, product) FROM came_back "
        "WHERE customer IS NULL AND origin IS NOT NULL)"
    )
    for equal, mirrored in _ROUNDS if returned else ():
        run(f"CREATE OR REPLACE TEMP TABLE found AS {_mirrored(equal) if mirrored else _in_parts(equal)}")
        run(f"INSERT INTO {PAIRS} FROM found")
        for side, table in (("sale", "sold"), ("return", "came_back")):
            run(
                f"UPDATE {table} SET left_over = left_over - taken FROM (SELECT {side}_file AS f, {side}_line AS l, "
                f"sum(units) AS taken FROM found GROUP BY ALL) WHERE file = f AND line = l"
            )
    run(f"CREATE OR REPLACE TABLE {WHOLE} AS {_came_back_whole()}")
    run(
        f"CREATE OR REPLACE TABLE {PAIRS} AS SELECT * EXCLUDE (units), (units / 1000)::DECIMAL(18,3) AS quantity "
        f"FROM {PAIRS}"
    )


def marked(engine: Engine, lines: str) -> str:
    """The query of lines with `returned` and the day on which the last piece came back, after `match`."""
    if not engine.connection.table(WHOLE).limit(1).fetchall():
        return f"SELECT *, false AS returned, NULL::DATE AS returned_on FROM ({lines})"
    return (
        f"SELECT l.*, w.line IS NOT NULL AS returned, w.returned_on FROM ({lines}) l "
        f"LEFT JOIN {WHOLE} w ON l.file = w.file AND l.line = w.line"
    )


def summary(engine: Engine, lines: str) -> ReturnsSummary:
    """Counts after `match`; `lines` as given there."""
    ((returns, matched, partly, whole),) = engine.connection.execute(
        f"SELECT (SELECT count(*) FROM ({lines}) WHERE kind = 'return'), "
        f"count(*) FILTER (found AND left_over = 0), count(*) FILTER (found AND left_over > 0), "
        f"(SELECT count(*) FROM {WHOLE}) FROM (SELECT left_over, left_over < units AS found FROM came_back)"
    ).fetchall()
    return ReturnsSummary(returns, matched, partly, whole)


def _events(equal: tuple[str, ...], *, untouched: bool) -> str:
    """Sales and returns that are alike, as one sequence per pool; a sale comes before a return of the same moment."""
    pool = f"hash({', '.join(equal)})"
    named = "" if "customer" in equal and "origin" not in equal else "origin IS NOT NULL"
    known = named or "customer IS NOT NULL"
    left = "left_over = units" if untouched else "left_over > 0"
    sides = (
        f"SELECT {pool} AS pool, sold_at, {side} AS side, file, line, left_over FROM {table} WHERE {known} AND {left}"
        for side, table in ((0, "sold"), (1, "came_back"))
    )
    return (
        f"WITH alike AS ({' UNION ALL '.join(sides)}), events AS (SELECT * FROM alike SEMI JOIN "
        "(SELECT pool FROM alike GROUP BY pool HAVING count(DISTINCT side) = 2) USING (pool))"
    )


_IN_TIME: Final = "(PARTITION BY pool ORDER BY sold_at, side, file, line ROWS UNBOUNDED PRECEDING)"


def _mirrored(equal: tuple[str, ...]) -> str:
    """Whole lines, last sold first returned.

    Sales step up, returns step down, never below the ground; a return meets the last step up to the height it leaves.
    """
    return f"""{_events(equal, untouched=True)},
    walked AS (SELECT *, sum(CASE side WHEN 0 THEN 1 ELSE -1 END) OVER {_IN_TIME} AS walk FROM events),
    ground AS (SELECT *, least(0, min(walk) OVER {_IN_TIME}) AS low FROM walked),
    steps AS (SELECT *, walk - low + side AS height, low < coalesce(lag(low) OVER (PARTITION BY pool
        ORDER BY sold_at, side, file, line), 0) AS nothing_left FROM ground),
    meetings AS (SELECT *, lag(file) OVER same AS sale_file, lag(line) OVER same AS sale_line FROM steps
        WHERE NOT nothing_left WINDOW same AS (PARTITION BY pool, height ORDER BY sold_at, side, file, line))
    SELECT file AS return_file, line AS return_line, sale_file, sale_line, left_over AS units FROM meetings
    WHERE side = 1"""


def _in_parts(equal: tuple[str, ...]) -> str:
    """Pieces, first sold first returned: both sides are laid end to end, and what lies side by side belongs together.

    A return for which nothing is left takes no room, so that no piece is returned before it was sold.
    """
    return f"""{_events(equal, untouched=False)},
    sums AS (SELECT *, sum(CASE side WHEN 0 THEN left_over ELSE 0 END) OVER {_IN_TIME} AS sold,
        sum(CASE side WHEN 1 THEN left_over ELSE 0 END) OVER {_IN_TIME} AS back FROM events),
    served AS (SELECT *, back - greatest(0, max(back - sold) OVER {_IN_TIME}) AS returned FROM sums),
    tiles AS (SELECT pool, side, file, line, CASE side WHEN 0 THEN sold - left_over ELSE coalesce(lag(returned)
        OVER (PARTITION BY pool ORDER BY sold_at, side, file, line), 0) END AS begins, returned FROM served),
    ends AS (SELECT pool, max(returned) AS total FROM tiles GROUP BY pool),
    cuts AS (SELECT pool, begins, any_value(file) FILTER (side = 0) AS sale_file, any_value(line) FILTER (side = 0)
        AS sale_line, any_value(file) FILTER (side = 1) AS return_file, any_value(line) FILTER (side = 1) AS return_line
        FROM tiles WHERE side = 0 OR returned > begins GROUP BY pool, begins),
    pieces AS (SELECT last_value(return_file IGNORE NULLS) OVER along AS return_file,
        last_value(return_line IGNORE NULLS) OVER along AS return_line,
        last_value(sale_file IGNORE NULLS) OVER along AS sale_file,
        last_value(sale_line IGNORE NULLS) OVER along AS sale_line,
        least(total, coalesce(lead(begins) OVER (PARTITION BY pool ORDER BY begins), total)) - begins AS units
        FROM cuts JOIN ends USING (pool)
        WINDOW along AS (PARTITION BY pool ORDER BY begins ROWS UNBOUNDED PRECEDING))
    SELECT return_file, return_line, sale_file, sale_line, units::BIGINT AS units FROM pieces WHERE units > 0"""


def _came_back_whole() -> str:
    """Sale lines of which every piece and the money came back, but for a rounding per return."""
    return f"""SELECT s.file, s.line, max(r.sold_at)::DATE AS returned_on
    FROM {PAIRS} p JOIN sold s ON s.file = sale_file AND s.line = sale_line
    JOIN came_back r ON r.file = return_file AND r.line = return_line WHERE s.left_over = 0
    GROUP BY s.file, s.line HAVING abs(any_value(s.amount) - sum(r.amount * (p.units / r.units))) <= count(*)"""
