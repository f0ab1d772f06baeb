"""Lines as insight wants them: the lake's contract, with what a smaller table lacks filled in."""

from datetime import date, timedelta
from typing import Final

import ibis
import ibis.expr.types as ir

from regulars.history.contract import LINES, ibis_schema
from regulars.insight.frames import WrongColumns as WrongColumns

NEEDED: Final = ("customer", "sold_at", "amount_minor")


def complete(lines: ir.Table) -> ir.Table:
    """The same rows with every column of the LINES contract, `returned` and `returned_on`.

    Only `customer`, `sold_at` (date or timestamp) and `amount_minor` (integer) are needed. What is missing is null,
    except: kind by the sign of the amount, returned false, one basket per customer and moment. `returned` marks a sale
    line that came back whole, on the day `returned_on`: it is no reason to count a visit; its money is taken off by the
    return line itself.
    """
    have = lines.schema()
    missing = [name for name in NEEDED if name not in have]
    if missing:
        raise WrongColumns(f"Lines need {', '.join(NEEDED)}; missing: {', '.join(missing)}; got {sorted(have.names)}.")
    if not have["amount_minor"].is_integer():
        raise WrongColumns(f"amount_minor must be whole minor units, not {have['amount_minor']}.")
    if not (have["sold_at"].is_timestamp() or have["sold_at"].is_date()):
        raise WrongColumns(f"sold_at must be a date or timestamp, not {have['sold_at']}.")
    filled = {name: ibis.null(kind) for name, kind in ibis_schema(LINES).items() if name not in have}
    if "kind" in filled:
        filled["kind"] = ibis.ifelse(lines.amount_minor < 0, "return", "sale")
    if "basket" in filled:
        filled["basket"] = (lines.customer.cast("string") + "|" + lines.sold_at.cast("string")).hash()
    if "returned" not in have:
        filled["returned"] = ibis.literal(False)
    if "returned_on" not in have:
        filled["returned_on"] = ibis.null("date")
    return lines.mutate(**filled) if filled else lines


def of_customers(lines: ir.Table) -> ir.Table:
    """Completed lines of known customers, without fees: what facts are made of."""
    whole = complete(lines)
    return whole.filter(whole.customer.notnull(), whole.kind != "fee")


def as_of(lines: ir.Table, cut_off: date) -> ir.Table:
    """Completed lines as they stood at the end of the cut-off: none later, and what came back later not back yet."""
    known = lines.filter(lines.sold_at < ibis.literal(cut_off + timedelta(days=1)))
    back = known.returned & ~(known.returned_on > ibis.literal(cut_off)).fill_null(False)
    return known.mutate(returned=back)
