"""The shop as its lines show it, and which lines count."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import ibis.expr.types as ir

from regulars.basics.money import minor_digits
from regulars.history.engine import Engine
from regulars.insight.findings import Shop


def without_accounts(lines: ir.Table, accounts: Sequence[str | int | None]) -> ir.Table:
    """The same lines without those of accounts that are no person; anonymous sales stay."""
    if not accounts:
        return lines
    return lines.filter(lines.customer.isnull() | ~lines.customer.isin(list(accounts)))


def last_day(lines: ir.Table, engine: Engine) -> date:
    """The day of the last line."""
    day: date = engine.row(lines.agg(last=lines.sold_at.max().cast("date")))["last"]
    return day


def shop_of(
    lines: ir.Table, facts: ir.Table, *, engine: Engine, name: str, currency: str, cut_off: date, has_time: bool
) -> Shop:
    """The shop's figures. `facts` should be a kept table; the lines are scanned once."""
    anonymous = lines.customer.isnull() & (lines.kind != "fee")
    seen = engine.row(
        lines.agg(
            first_on=lines.sold_at.min().cast("date"),
            lines=lines.count(),
            stores=lines.store.nunique(),
            products=lines.product.nunique(where=lines.kind == "sale"),
            anonymous_lines=lines.count(where=anonymous),
            anonymous_spend_minor=_sum(lines.amount_minor, anonymous),
        )
    )
    known = engine.row(
        facts.agg(customers=facts.count(), receipts=_sum(facts.receipts), spend_minor=_sum(facts.spend_minor))
    )
    return Shop(
        name=name,
        currency=currency,
        minor_digits=minor_digits(currency),
        cut_off=cut_off,
        has_time=has_time,
        **seen,
        **known,
    )


def _sum(column: Any, where: Any = None) -> Any:
    return column.sum(where=where).cast("decimal(38,0)").cast("int64").fill_null(0)
