"""Re-adding the books from zero: each step is one statement over whole tables, in one snapshot, while tills go on.

A step gives one row per difference: what it is, of which account, lot, hold or transfer; what stands; what should.
"""

from collections.abc import Sequence
from typing import Final


# How transfers and lots are tied without joining them row by row: per account the sum of amount x a number drawn from
# the transfer's id, taken once from the transfers and once from lots and lot uses, must agree. The amount goes in two
# halves, so that no product outgrows its type.
def _marks(of: str, sign: str = "") -> str:
    mark = f"(1 + (uuid_hash({of}) & 65535))"
    return f"{sign}sum((amount >> 32) * {mark}) AS high, {sign}sum((amount & 4294967295) * {mark}) AS low"


def _judged(kind: str, checks: Sequence[tuple[str, str, str, str]]) -> str:
    """Rows of `looked` that fail a check: what it is called, when it fails, what stands, what should."""
    any_of = " OR ".join(f"coalesce({wrong}, false)" for _, wrong, _, _ in checks)
    values = ", ".join(
        f"({wrong}, '{what}', ({stands})::text, ({should})::text)" for what, wrong, stands, should in checks
    )
    return f"""SELECT 'difference', v.what, '{kind}', id, v.stands, v.should, 0::numeric
    FROM (SELECT * FROM looked WHERE {any_of} OFFSET 0) AS bad,
        LATERAL (VALUES {values}) AS v(wrong, what, stands, should) WHERE v.wrong"""


_ACCOUNT: Final = (
    ("account-unknown", "unknown", "NULL", "moved"),
    ("unit", "in_unit <> of_unit", "of_unit", "in_unit"),
    ("balance", "NOT house AND balance <> moved", "balance", "moved"),
    ("lots", "role = 'main' AND balance <> in_lots", "balance", "in_lots"),
    ("held", "role = 'main' AND held <> held_in_lots", "held", "held_in_lots"),
    ("holds", "role = 'main' AND held <> in_holds", "held", "in_holds"),
    ("lots-of-transfers", "role = 'main' AND marks <> lot_marks", "lot_marks", "marks"),
    ("lots-elsewhere", "role <> 'main' AND (in_lots <> 0 OR lot_marks <> 0 OR in_holds <> 0)", "in_lots", "0"),
    ("owed", "role = 'main' AND owed <> debt", "owed", "debt"),
    ("pending", "role = 'pending' AND balance <> coming", "balance", "coming"),
)
_LOT: Final = (
    ("lot-unknown", "unknown", "NULL", "used"),
    ("lot-of-another", "user_account <> account", "account", "user_account"),
    ("held-for-another", "holder_account <> account", "account", "holder_account"),
    ("remaining", "amount - used <> remaining + held", "remaining + held", "amount - used"),
    ("held", "held <> aside", "held", "aside"),
    ("open", "is_open <> (remaining + held > 0)", "is_open", "remaining + held > 0"),
)
_HOLD: Final = (
    ("hold-unknown", "unknown", "NULL", "in_lots"),
    ("amount", "amount <> in_lots", "amount", "in_lots"),
    ("captured", "captured <> taken", "captured", "taken"),
)

# What transfers say of every account: its balance, and the sum of marks.
BALANCES: Final = f"""
WITH ends AS (
    SELECT taker AS account, unit, count(*) AS rows, sum(amount) AS amount, {_marks("id")}
        FROM ledger_transfer GROUP BY 1, 2
    UNION ALL
    SELECT giver, unit, count(*), -sum(amount), {_marks("id", "-")}
        FROM ledger_transfer GROUP BY 1, 2
), moved AS (
    SELECT account, unit, sum(rows) AS rows, sum(amount) AS amount, sum(high) * 4294967296 + sum(low) AS marks
        FROM ends GROUP BY 1, 2
), kept AS (
    SELECT account, sum(remaining + held) AS balance, sum(held) AS held, {_marks("transfer")}
    FROM ledger_lot GROUP BY 1
), used AS (
    SELECT account, {_marks("transfer")} FROM ledger_lot_use GROUP BY 1
), aside AS (
    SELECT account, sum(amount) AS held FROM ledger_hold WHERE closed_as IS NULL GROUP BY 1
), coming AS (
    SELECT account, sum(remaining) AS balance FROM ledger_pending WHERE state = 'pending' GROUP BY 1
), debts AS (
    SELECT owner, unit, balance FROM ledger_account WHERE role = 'debt'
), looked AS (
    SELECT coalesce(a.id, m.account, k.account, u.account, h.account, c.account) AS id, a.id IS NULL AS unknown,
           a.unit AS of_unit, m.unit AS in_unit, a.owner IS NULL AS house, a.role, a.balance, a.held, a.owed,
           coalesce(m.amount, 0) AS moved, coalesce(m.marks, 0) AS marks, coalesce(m.rows, 0) AS rows,
           coalesce(k.balance, 0) AS in_lots, coalesce(k.held, 0) AS held_in_lots,
           (coalesce(k.high, 0) - coalesce(u.high, 0)) * 4294967296
               + coalesce(k.low, 0) - coalesce(u.low, 0) AS lot_marks,
           coalesce(h.held, 0) AS in_holds, coalesce(c.balance, 0) AS coming, coalesce(-d.balance, 0) AS debt
    FROM ledger_account a
    FULL JOIN moved m ON m.account = a.id
    FULL JOIN kept k ON k.account = coalesce(a.id, m.account)
    FULL JOIN used u ON u.account = coalesce(a.id, m.account, k.account)
    FULL JOIN aside h ON h.account = coalesce(a.id, m.account, k.account, u.account)
    FULL JOIN coming c ON c.account = coalesce(a.id, m.account, k.account, u.account, h.account)
    LEFT JOIN debts d ON d.owner = a.owner AND d.unit = a.unit AND a.role = 'main'
), units AS (
    SELECT of_unit AS unit, coalesce(sum(balance) FILTER (WHERE NOT house), 0) AS holders,
           coalesce(sum(moved) FILTER (WHERE house), 0) AS house
    FROM looked WHERE NOT unknown AND (in_unit IS NULL OR in_unit = of_unit) GROUP BY 1
)
{_judged("acc", _ACCOUNT)}
UNION ALL
SELECT 'difference', 'double-entry', 'unt', NULL, unit || ': ' || holders, unit || ': ' || -house, 0 FROM units
    WHERE holders + house <> 0
UNION ALL
SELECT 'unit', unit, 'unt', NULL, holders::text, house::text, 0 FROM units
UNION ALL
SELECT 'count', 'accounts', 'acc', NULL, NULL, NULL, count(*) FROM looked
UNION ALL
SELECT 'count', 'transfers', 'txn', NULL, NULL, NULL, coalesce(sum(rows), 0) / 2 FROM moved
"""

# Lots: what was used and what is left make what there was; what is held is held by open holds.
LOTS: Final = f"""
WITH used AS (SELECT lot, account, sum(amount) AS amount FROM ledger_lot_use GROUP BY 1, 2),
aside AS (
    SELECT l.lot, l.account, sum(l.amount) AS amount FROM ledger_hold_lot l JOIN ledger_hold h ON h.id = l.hold
    WHERE h.closed_as IS NULL GROUP BY 1, 2
), looked AS (
    SELECT coalesce(l.id, u.lot, h.lot) AS id, l.id IS NULL AS unknown, l.account, u.account AS user_account,
           h.account AS holder_account, l.unit, l.amount, l.remaining, l.held, l.is_open,
           coalesce(u.amount, 0) AS used, coalesce(h.amount, 0) AS aside
    FROM ledger_lot l FULL JOIN used u ON u.lot = l.id FULL JOIN aside h ON h.lot = coalesce(l.id, u.lot)
)
{_judged("lot", _LOT)}
UNION ALL
SELECT 'count', 'lots', 'lot', NULL, NULL, NULL, count(*) FROM ledger_lot
"""

# Holds: the lots of each add up to it; a captured one has the transfer that took it.
HOLDS: Final = f"""
WITH kept AS (SELECT hold, sum(amount) AS amount FROM ledger_hold_lot GROUP BY 1),
looked AS (
    SELECT coalesce(h.id, k.hold) AS id, h.id IS NULL AS unknown, h.amount, coalesce(k.amount, 0) AS in_lots,
           h.captured, coalesce(t.amount, 0) AS taken
    FROM ledger_hold h FULL JOIN kept k ON k.hold = h.id LEFT JOIN ledger_transfer t ON t.id = h.transfer
)
{_judged("hld", _HOLD)}
UNION ALL
SELECT 'count', 'holds', 'hld', NULL, NULL, NULL, count(*) FROM ledger_hold
"""

# Reversals: of a transfer that is there, never more than it was.
REVERSALS: Final = """
WITH back AS (
    SELECT reverses, sum(amount) AS amount FROM ledger_transfer
    WHERE reverses IS NOT NULL GROUP BY 1
)
SELECT 'difference', CASE WHEN t.id IS NULL THEN 'reversed-unknown' ELSE 'reversed-too-much' END, 'txn', b.reverses,
    b.amount::text, t.amount::text, 0::numeric
FROM back b LEFT JOIN ledger_transfer t ON t.id = b.reverses WHERE t.id IS NULL OR b.amount > t.amount
UNION ALL
SELECT 'count', 'reversed', 'txn', NULL, NULL, NULL, count(*) FROM back
"""

# Closed days: what was summed when they were closed, against the transfers that belong to them. Both bounds of a day
# only ever grow, so its place among the days is the later of its place by time and its place by number.
DAYS: Final = """
WITH lists AS (
    SELECT unit, array_agg(ends_at ORDER BY day) AS ends, array_agg(upto ORDER BY day) AS uptos,
           array_agg(day ORDER BY day) AS days
    FROM ledger_closed_day GROUP BY 1
), placed AS (
    SELECT t.unit, l.days[1 + greatest(
            width_bucket(t.recorded_at, l.ends), width_bucket(t.number - 1, l.uptos))] AS day,
        CASE WHEN g.owner IS NULL THEN g.id END AS giver_house, g.role AS giver_role,
        CASE WHEN k.owner IS NULL THEN k.id END AS taker_house, k.role AS taker_role, t.amount
    FROM ledger_transfer t JOIN lists l ON l.unit = t.unit
        JOIN ledger_account g ON g.id = t.giver JOIN ledger_account k ON k.id = t.taker
), rough AS (
    SELECT unit, day, giver_house, giver_role, taker_house, taker_role, count(*) AS transfers, sum(amount) AS amount
    FROM placed WHERE day IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6
), sides AS (
    SELECT unit, day, giver_house AS account, giver_role AS role, -amount AS amount FROM rough
    UNION ALL SELECT unit, day, taker_house, taker_role, amount FROM rough
), again AS (
    SELECT unit, day, account, role, sum(amount) AS amount FROM sides GROUP BY 1, 2, 3, 4
), stood AS (
    SELECT unit, day, account, role, sum(amount) AS amount FROM ledger_day_total GROUP BY 1, 2, 3, 4
), counted AS (SELECT unit, day, sum(transfers) AS transfers FROM rough GROUP BY 1, 2)
SELECT 'difference', 'day-total', 'acc', account,
    concat_ws(' ', unit, day, role, coalesce(s.amount, 0)), concat_ws(' ', unit, day, role, coalesce(a.amount, 0)),
    0::numeric
FROM again a FULL JOIN stood s USING (unit, day, account, role)
WHERE coalesce(a.amount, 0) <> coalesce(s.amount, 0) AND account IS NOT NULL
UNION ALL
SELECT 'difference', 'day-total', 'unt', NULL,
    concat_ws(' ', a.unit, a.day, a.role, coalesce(s.amount, 0)),
    concat_ws(' ', a.unit, a.day, a.role, coalesce(a.amount, 0)), 0
FROM again a LEFT JOIN stood s ON s.unit = a.unit AND s.day = a.day AND s.role = a.role AND s.account IS NULL
WHERE a.account IS NULL AND a.amount <> coalesce(s.amount, 0)
UNION ALL
SELECT 'difference', 'day-count', 'unt', NULL, concat_ws(' ', d.unit, d.day, d.transfers),
    concat_ws(' ', d.unit, d.day, coalesce(c.transfers, 0)), 0
FROM ledger_closed_day d LEFT JOIN counted c ON c.unit = d.unit AND c.day = d.day
WHERE d.transfers <> coalesce(c.transfers, 0)
UNION ALL
SELECT 'difference', 'day-unbalanced', 'unt', NULL, concat_ws(' ', unit, day, sum(amount)), '0', 0
FROM ledger_day_total GROUP BY unit, day HAVING sum(amount) <> 0
UNION ALL
SELECT 'count', 'days', 'unt', NULL, NULL, NULL, count(*) FROM ledger_closed_day
"""

STEPS: Final = {"balances": BALANCES, "lots": LOTS, "holds": HOLDS, "reversals": REVERSALS, "days": DAYS}
