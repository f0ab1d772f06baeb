"""Lines of a sale brought back. What came back so far is kept with each line, so that nothing comes back twice."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import recording
from regulars.journal.statements import columns, run, unnested
from regulars.sales.moves import NewReturn
from regulars.sales.outbox import RETURN, waiting

_RETURNS: Final = {
    "id": "uuid", "sale_id": "uuid", "organisation": "uuid", "merchant": "uuid", "store": "uuid", "source": "text",
    "external_id": "text", "amount": "bigint", "tax": "bigint", "reason": "text", "effective_at": "timestamptz",
    "recorded_at": "timestamptz", "actor": "text",
}  # fmt: skip
_LINES: Final = {"return_id": "uuid", "number": "int", "quantity": "bigint", "amount": "bigint", "tax": "bigint"}
_CHANGES: Final = {"sale": "uuid", "number": "int", "quantity": "bigint"}
_TOTALS: Final = {"sale": "uuid", "amount": "bigint"}


def record_returns(returns: Sequence[NewReturn], *, actor: Actor, at: datetime) -> None:
    """Writes returns of sales under lock, each of another sale; that their lines are there to come back was decided
    before (the constraints of the rows look once more). One query."""
    assert len({one.sale for one in returns}) == len(returns), "of one sale one return at a time"
    if not returns:
        return
    names, of_line = ", ".join(_RETURNS), ", ".join(_LINES)
    outbox, waits = waiting([(RETURN, one.id) for one in returns])
    trail, told = recording([_deed(one) for one in returns], actor=actor, at=at)
    lines = [(one, line) for one in returns for line in one.lines]
    (counted,) = run(
        f"WITH r AS (INSERT INTO sales_return ({names}, member) SELECT {_prefixed(_RETURNS)}, s.member"
        f" FROM {unnested(_RETURNS)} JOIN sales_sale s ON s.id = new.sale_id RETURNING 1),"
        f" l AS (INSERT INTO sales_return_line ({of_line}) SELECT {of_line} FROM {unnested(_LINES)}),"
        " c AS (UPDATE sales_line s SET returned_quantity = s.returned_quantity + new.quantity"
        f" FROM {unnested(_CHANGES)} WHERE s.sale_id = new.sale AND s.number = new.number RETURNING 1),"
        " b AS (UPDATE sales_sale s SET returned = s.returned + new.amount"
        f" FROM {unnested(_TOTALS)} WHERE s.id = new.sale), o AS ({outbox}), t AS ({trail})"
        " SELECT (SELECT count(*) FROM r), (SELECT count(*) FROM c)",
        [
            *columns([_return(one, actor, at) for one in returns], len(_RETURNS)),
            *columns([(one.id, line.number, line.quantity, line.amount, line.tax) for one, line in lines], len(_LINES)),
            *columns([(one.sale, line.number, line.quantity) for one, line in lines], len(_CHANGES)),
            *columns([(one.sale, _amount(one)) for one in returns], len(_TOTALS)),
            *waits,
            *told,
        ],
    )
    assert counted == (len(returns), len(lines)), "a line that was decided on was not there"


def _prefixed(types: dict[str, str]) -> str:
    return ", ".join(f"new.{name}" for name in types)


def _amount(one: NewReturn) -> int:
    return sum(line.amount for line in one.lines)


def _return(one: NewReturn, actor: Actor, at: datetime) -> tuple[object, ...]:
    place = one.place
    return (
        one.id, one.sale, place.organisation, place.merchant, place.store, place.source, place.external_id,
        _amount(one), sum(line.tax for line in one.lines), one.reason, one.effective_at, at, actor.id,
    )  # fmt: skip


def _deed(one: NewReturn) -> Deed:
    merchant = typed("mrc", one.place.merchant) if one.place.merchant else ""
    store = typed("str", one.place.store) if one.place.store else ""
    facts = {"sale": typed("sal", one.sale), "amount": _amount(one), "lines": len(one.lines)}
    return Deed("sales.return", typed("ret", one.id), merchant, store, after=facts, reason=one.reason)
