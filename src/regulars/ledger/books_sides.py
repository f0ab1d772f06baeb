"""Every transfer seen from both ends: what it did to which account, and for holders to units of which month and funder.

Which transfers a closed day holds: recorded before its end, numbered up to its bound, and in no earlier day. Both
bounds only grow from day to day, so the days before are all told by the last of them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final, TypeVar

from regulars.journal.statements import run
from regulars.ledger.words import FOREVER

Told = TypeVar("Told")
ALL_NUMBERS: Final = 2**62
_AGAIN: Final = 5  # times at most: a worker sums every few seconds


@dataclass(frozen=True, slots=True)
class Bound:
    """Where the closed days of a unit end."""

    day: date | None
    ends_at: datetime
    upto: int
    open_from: int


@dataclass(frozen=True, slots=True)
class Side:
    """A sum of ends of transfers; `amount` is below nothing where units left."""

    kind: str
    role: str
    account: object  # UUID of a house account; None: holders
    against: str
    cohort: date | None
    merchant: str
    store: str
    funder: str
    origin: str
    transfers: int
    amount: int


# Values: unit, least number, most number, end, end and number of the days before; then the zone.
PICKED: Final = """
picked AS MATERIALIZED (
    SELECT t.id, t.number, t.kind, t.giver, t.taker, t.amount, t.merchant, t.store, t.funder, t.deed
    FROM ledger_transfer t
    WHERE t.unit = %s AND t.number >= %s AND t.number <= %s AND t.recorded_at < %s
        AND NOT (t.recorded_at < %s AND t.number <= %s)
)"""
# Of one end of a transfer: what it took from lots and gave back to them, and the lots it made.
_PARTS: Final = """
SELECT u.lot, -u.amount AS amount FROM ledger_lot_use u WHERE u.transfer = e.id AND u.account = e.account
UNION ALL
SELECT l.id, l.amount FROM ledger_lot l WHERE e.takes AND l.account = e.account AND l.transfer = e.id"""
# Whatever is looked up is looked up by key, end by end: how many there are is not known when it is planned, and joins
# of what is not known would be loops within loops.
SIDES: Final = f"""
WITH {PICKED}, ends AS (
    SELECT p.*, p.giver AS account, g.owner, g.role, k.role AS against, -p.amount AS moved, p.deed AS pending,
        false AS takes
    FROM picked p JOIN ledger_account g ON g.id = p.giver JOIN ledger_account k ON k.id = p.taker
    UNION ALL
    SELECT p.*, p.taker, k.owner, k.role, g.role, p.amount, p.id, true
    FROM picked p JOIN ledger_account g ON g.id = p.giver JOIN ledger_account k ON k.id = p.taker
), sides AS (
    SELECT e.*, NULL::uuid AS house, o.earned_at, o.funder AS origin, s.amount AS part
        FROM ends e CROSS JOIN LATERAL ({_PARTS}) s CROSS JOIN LATERAL (
            WITH RECURSIVE up AS (
                SELECT l.parent, l.transfer, l.earned_at FROM ledger_lot l WHERE l.id = s.lot
                UNION ALL
                SELECT l.parent, l.transfer, up.earned_at FROM up JOIN ledger_lot l ON l.id = up.parent
            ) SELECT up.earned_at, coalesce(nullif(t.funder, ''), d.funder, '') AS funder
            FROM up JOIN ledger_transfer t ON t.id = up.transfer
                LEFT JOIN ledger_transfer d ON d.id = t.deed AND t.kind = 'activate'
            WHERE up.parent IS NULL
        ) o WHERE e.role = 'main'
    UNION ALL
    SELECT e.*, NULL, NULL, '', e.moved - t.amount
        FROM ends e CROSS JOIN LATERAL (SELECT coalesce(sum(s.amount), 0) AS amount FROM ({_PARTS}) s) t
        WHERE e.role = 'main' AND e.moved <> t.amount
    UNION ALL
    SELECT e.*, NULL, n.earned_at, coalesce(o.funder, ''), e.moved
        FROM ends e LEFT JOIN ledger_pending n ON n.id = e.pending LEFT JOIN ledger_transfer o ON o.id = n.id
        WHERE e.role = 'pending'
    UNION ALL
    SELECT e.*, CASE WHEN e.owner IS NULL THEN e.account END, NULL, '', e.moved
        FROM ends e WHERE e.role NOT IN ('main', 'pending')
)
SELECT kind, role, house, against, date_trunc('month', earned_at AT TIME ZONE %s)::date AS cohort, merchant, store,
    funder, origin, count(DISTINCT id) AS transfers, sum(part)::bigint AS amount
FROM sides GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9"""


def bound(unit: str) -> Bound:
    """Where the closed days of a unit end now. One query."""
    rows = run(
        "SELECT day, ends_at, upto, open_from FROM ledger_closed_day WHERE unit = %s ORDER BY day DESC LIMIT 1", [unit]
    )
    return Bound(*rows[0]) if rows else Bound(None, datetime(1, 1, 2, tzinfo=UTC), -1, 0)


def picking(unit: str, last: Bound, upto: int = ALL_NUMBERS, ends_at: datetime = FOREVER) -> list[object]:
    """The values for PICKED: what is in none of the closed days, up to these bounds."""
    return [unit, last.open_from, upto, ends_at, last.ends_at, last.upto]


def after(last: Bound, number: int) -> Bound:
    """The same closed days, of which only what has a higher number than this is picked."""
    return replace(last, open_from=max(last.open_from, number + 1))


def summed_upto(unit: str) -> int:
    """Up to which number the open day is summed already; -1: nothing of it. One query."""
    rows = run("SELECT upto FROM ledger_open_sum WHERE unit = %s", [unit])
    return int(rows[0][0]) if rows else -1


def open_sides(unit: str, zone: str) -> list[Side]:
    """What has been posted since the last closed day, summed as a closed day would be: what the worker has summed
    already, and the rest. Four queries."""

    def read(last: Bound, upto: int) -> list[Side]:
        rows = run(
            "SELECT kind, role, account, against, cohort, merchant, store, funder, origin, transfers, amount"
            " FROM ledger_open_total WHERE unit = %s",
            [unit],
        )
        return [Side(*row) for row in (*rows, *run(SIDES, [*picking(unit, after(last, upto)), zone]))]

    return steadily(unit, read)


def steadily(unit: str, read: Callable[[Bound, int], Told]) -> Told:
    """What `read` finds between the same bounds: a day that is closed meanwhile, or summed on, makes it read again."""
    told, bounds = None, (bound(unit), summed_upto(unit))
    for _ in range(_AGAIN):
        told = read(*bounds)
        now = (bound(unit), summed_upto(unit))
        if now == bounds:
            break
        bounds = now
    assert told is not None
    return told
