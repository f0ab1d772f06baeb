"""What the books say. Each read says what it costs."""

from collections.abc import Collection
from uuid import UUID

from regulars.ledger.moves import Posted
from regulars.ledger.statements import column, run


def posted_before(transfers: Collection[UUID]) -> dict[UUID, Posted]:
    """The first answers of postings, put together again from what was written. One query."""
    if not transfers:
        return {}
    rows = run(
        "SELECT t.id, t.amount, t.effective_at,"
        " ARRAY(SELECT l.id FROM ledger_lot l WHERE l.account = t.taker AND l.transfer = t.id ORDER BY l.id),"
        " ARRAY(SELECT u.lot FROM ledger_lot_use u JOIN ledger_lot l ON l.id = u.lot WHERE u.transfer = t.id"
        "       AND u.amount > 0 ORDER BY l.expires_at NULLS LAST, l.earned_at, l.id),"
        " ARRAY(SELECT u.amount FROM ledger_lot_use u JOIN ledger_lot l ON l.id = u.lot WHERE u.transfer = t.id"
        "       AND u.amount > 0 ORDER BY l.expires_at NULLS LAST, l.earned_at, l.id),"
        " coalesce((SELECT sum(r.amount) FROM ledger_transfer r WHERE r.deed = t.id AND r.kind = 'repay'), 0)::bigint"
        " FROM ledger_transfer t WHERE t.id = ANY(%s::uuid[])",
        [column(transfers)],
    )
    return {
        number: Posted(number, amount, effective_at, tuple(lots), tuple(zip(used, parts, strict=True)), repaid)
        for number, amount, effective_at, lots, used, parts, repaid in rows
    }
