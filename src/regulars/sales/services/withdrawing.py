"""Bills of a file that is taken back: they stay as they were written, and count no more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, run

# Where something was brought back at a till since, the bill stays.
_WITHDRAW: Final = """
UPDATE sales_sale s SET state = 'cancelled', ended_at = %(at)s WHERE s.id = ANY(%(sales)s::uuid[])
    AND s.state = 'complete'
    AND NOT EXISTS (SELECT FROM sales_return r WHERE r.sale_id = s.id AND r.source <> s.source) RETURNING s.id
"""


def withdraw(sales: Sequence[UUID], *, organisation: UUID, actor: Actor, at: datetime) -> list[UUID]:
    """Which of them count no more. What they earned is not taken back: this is for bills that earned nothing. Two
    queries."""
    gone = [number for (number,) in run(_WITHDRAW, {"sales": column(sorted(sales)), "at": at})]
    if gone:
        told = {"sales": len(gone)}
        record([Deed("sales.withdraw", typed("org", organisation), after=told)], actor=actor, at=at)
    return gone
