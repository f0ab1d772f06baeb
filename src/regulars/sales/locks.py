"""Who may change a sale: whoever holds its row. After its business key, before counters and accounts."""

from collections.abc import Collection
from uuid import UUID

from regulars.journal.statements import column, run


def sales(ids: Collection[UUID]) -> list[UUID]:
    """These sales, locked in the order of their ids. One query."""
    rows = run(
        "SELECT id FROM sales_sale WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE", [column(sorted(ids))]
    )
    return [number for (number,) in rows]


def stand_still() -> None:
    """Waits for whoever is booking a sale, a return or an event, and lets nobody begin until this transaction ends: all
    of them claim their business key first. One query."""
    run("LOCK TABLE sales_key IN SHARE MODE")
