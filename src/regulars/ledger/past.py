"""The books at a past instant, put together from transfers, lots, their uses and holds alone; nothing kept is asked.

A lot's remainder then is its amount without what was taken until then; what holds kept then is counted as held. So
balance = held + expired + waiting + available at every instant, as it is now.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.journal.statements import run
from regulars.ledger.moves import Balance, LotLeft

# Lots of a holder's main accounts as they were: what was left of each, free or held.
_LOTS: Final = """
SELECT l.id, l.account, l.unit, l.transfer, l.amount, l.earned_at, l.starts_at, l.expires_at,
    (l.amount - coalesce(u.used, 0) - coalesce(h.held, 0))::bigint AS remaining, coalesce(h.held, 0)::bigint AS held,
    least(m.paused_at, %(as_of)s) AS clock
FROM ledger_account m
JOIN ledger_lot l ON l.account = m.id
JOIN ledger_transfer t ON t.id = l.transfer AND t.effective_at <= %(as_of)s
    AND (%(known_at)s::timestamptz IS NULL OR t.recorded_at <= %(known_at)s)
LEFT JOIN LATERAL (
    SELECT sum(x.amount) AS used FROM ledger_lot_use x JOIN ledger_transfer w ON w.id = x.transfer
    WHERE x.account = l.account AND x.lot = l.id AND x.effective_at <= %(as_of)s
    AND (%(known_at)s::timestamptz IS NULL OR w.recorded_at <= %(known_at)s)
) u ON true
LEFT JOIN LATERAL (
    SELECT sum(p.amount) AS held FROM ledger_hold_lot p JOIN ledger_hold k ON k.id = p.hold
    WHERE p.account = l.account AND p.lot = l.id AND k.placed_at <= %(as_of)s
    AND (k.closed_at IS NULL OR k.closed_at > %(as_of)s)
) h ON true
WHERE m.owner = %(owner)s AND m.role = 'main'
"""


def balances(owner: UUID, as_of: datetime, known_at: datetime | None) -> list[Balance]:
    """One query, over the holder's own transfers, lots and holds."""
    rows = run(
        f"""
WITH lots AS ({_LOTS}), moved AS (
    SELECT a.id, sum(CASE WHEN t.taker = a.id THEN t.amount ELSE -t.amount END)::bigint AS balance
    FROM ledger_account a JOIN ledger_transfer t ON t.giver = a.id OR t.taker = a.id
    WHERE a.owner = %(owner)s AND (t.owner = %(owner)s OR t.other = %(owner)s) AND t.effective_at <= %(as_of)s
    AND (%(known_at)s::timestamptz IS NULL OR t.recorded_at <= %(known_at)s) GROUP BY a.id
), stood AS (
    SELECT a.*, coalesce(v.balance, 0) AS was FROM ledger_account a LEFT JOIN moved v USING (id)
    WHERE a.owner = %(owner)s
)
SELECT m.unit, m.id, m.was, coalesce(sum(l.held), 0)::bigint,
    coalesce(sum(l.remaining) FILTER (WHERE l.expires_at <= l.clock), 0)::bigint,
    coalesce(sum(l.remaining) FILTER (
        WHERE l.starts_at > %(as_of)s AND (l.expires_at IS NULL OR l.expires_at > l.clock)), 0)::bigint,
    coalesce((SELECT p.was FROM stood p WHERE p.unit = m.unit AND p.role = 'pending'), 0)::bigint,
    coalesce((SELECT -d.was FROM stood d WHERE d.unit = m.unit AND d.role = 'debt'), 0)::bigint, m.floor
FROM stood m LEFT JOIN lots l ON l.account = m.id WHERE m.role = 'main' GROUP BY m.unit, m.id, m.was, m.floor ORDER BY 1
""",
        {"owner": owner, "as_of": as_of, "known_at": known_at},
    )
    return [Balance(*row) for row in rows]


def lots(owner: UUID, as_of: datetime) -> list[LotLeft]:
    """One query."""
    rows = run(
        "SELECT id, account, unit, transfer, amount, remaining, held, earned_at, starts_at, expires_at"
        f" FROM ({_LOTS}) l"
        " WHERE held > 0 OR (remaining > 0 AND (expires_at IS NULL OR expires_at > clock))"
        " ORDER BY unit, expires_at NULLS LAST, earned_at, id",
        {"owner": owner, "as_of": as_of, "known_at": None},
    )
    return [LotLeft(*row) for row in rows]
