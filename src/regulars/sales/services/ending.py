"""A sale that was reserved is completed, or given up."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import recording
from regulars.journal.statements import column, run
from regulars.sales.errors import SaleState
from regulars.sales.models import State
from regulars.sales.outbox import SALE, waiting


def complete(sales: Sequence[UUID], *, actor: Actor, at: datetime) -> None:
    """Open sales under lock become complete. One query. Raises SaleState."""
    _end(sales, State.COMPLETE, "sales.complete", actor, at)


def cancel(sales: Sequence[UUID], *, reason: str = "", actor: Actor, at: datetime) -> None:
    """Open sales under lock are given up. One query. Raises SaleState."""
    _end(sales, State.CANCELLED, "sales.cancel", actor, at, reason)


def _end(sales: Sequence[UUID], state: State, what: str, actor: Actor, at: datetime, reason: str = "") -> None:
    if not sales:
        return
    outbox, waits = waiting([(SALE, one) for one in sales] if state == State.COMPLETE else [])
    deeds = [Deed(what, typed("sal", one), reason=reason) for one in sales]
    trail, told = recording(deeds, actor=actor, at=at)
    ((ended,),) = run(
        "WITH s AS (UPDATE sales_sale SET state = %s, ended_at = %s"
        " WHERE id = ANY(%s::uuid[]) AND state = 'open' RETURNING 1),"
        f" o AS ({outbox}), t AS ({trail}) SELECT count(*) FROM s",
        [state.value, at, column(sales), *waits, *told],
    )
    if ended != len(sales):
        raise SaleState("This sale is not open any more.", wanted=state.value)
