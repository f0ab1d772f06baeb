"""Every transfer seen from both ends: what it did to which account, and for holders to units of which month and funder.

Which transfers a closed day holds: recorded before its end, numbered up to its bound, and in no earlier day. Both
bounds only grow from day to day, so the days before are all told by the last of them.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from regulars.journal.statements import run
from regulars.ledger.words import FOREVER

ALL_NUMBERS: Final = 2**62


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
SIDES: Final = f"""
WITH RECURSIVE {PICKED}, ends AS (
    SELECT p.*, p.giver AS account, g.owner, g.role, k.role AS against, -p.amount AS moved, p.deed AS pending
    FROM picked p JOIN ledger_account g ON g.id = p.giver JOIN ledger_account k ON k.id = p.taker
    UNION ALL
    SELECT p.*, p.taker, k.owner, k.role, g.role, p.amount, p.id
    FROM picked p JOIN ledger_account g ON g.id = p.giver JOIN ledger_account k ON k.id = p.taker
), parts AS MATERIALIZED (
    SELECT u.transfer, u.account, u.lot, -u.amount AS amount FROM picked p JOIN ledger_lot_use u ON u.transfer = p.id
    UNION ALL
    SELECT l.transfer, l.account, l.id, l.amount FROM picked p
        JOIN ledger_lot l ON l.account = p.taker AND l.transfer = p.id
), up AS (
    SELECT l.id AS lot, l.parent, l.transfer FROM ledger_lot l WHERE l.id IN (SELECT lot FROM parts)
    UNION ALL
    SELECT up.lot, l.parent, l.transfer FROM up JOIN ledger_lot l ON l.id = up.parent
), origins AS (
    SELECT up.lot, coalesce(nullif(o.funder, ''), d.funder, '') AS funder
    FROM up JOIN ledger_transfer o ON o.id = up.transfer
        LEFT JOIN ledger_transfer d ON d.id = o.deed AND o.kind = 'activate'
    WHERE up.parent IS NULL
), told AS (
    SELECT transfer, account, sum(amount) AS amount FROM parts GROUP BY 1, 2
), sides AS (
    SELECT e.*, NULL::uuid AS house, l.earned_at, o.funder AS origin, s.amount AS part
        FROM ends e JOIN parts s ON s.transfer = e.id AND s.account = e.account
        JOIN ledger_lot l ON l.id = s.lot JOIN origins o ON o.lot = s.lot WHERE e.role = 'main'
    UNION ALL
    SELECT e.*, NULL, NULL, '', e.moved - coalesce(t.amount, 0)
        FROM ends e LEFT JOIN told t ON t.transfer = e.id AND t.account = e.account
        WHERE e.role = 'main' AND e.moved <> coalesce(t.amount, 0)
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


def open_sides(unit: str, zone: str) -> list[Side]:
    """What has been posted since the last closed day, summed as a closed day would be. Two queries."""
    return [Side(*row) for row in run(SIDES, [*picking(unit, bound(unit)), zone])]
