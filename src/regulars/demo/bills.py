"""What the sample chain sold, as its tills would have sent it: bill by bill, in the order of time."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import ibis

from regulars.demo.setting import DEMO, State
from regulars.demo.terms import CURRENCY, ZONE
from regulars.history.engine import Engine
from regulars.history.lake import Lake
from regulars.history.read import look, open_files, take_in
from regulars.programme.checkout.booking import check_out
from regulars.programme.checkout.moves import NewPurchase
from regulars.rules.occasion import Line
from regulars.sales.moves import Place, SoldLine

AT_ONCE: Final = 400  # bills
UNKNOWN: Final = "Riverside Corner Shop"  # whose till's file names no store
_COLUMNS: Final = ("bill", "customer", "sold_at", "store", "channel", "product", "name", "category", "pieces", "amount")
Row = tuple[Any, ...]


def read(chain: Path, lake: Lake, engine: Engine, work: Path) -> None:
    """The tills' files, cleaned, in a lake; what is there already is not read again."""
    opened = open_files([chain], lake=lake, engine=engine, work=work)
    take_in(look(opened, engine=engine), lake=lake, engine=engine, work=work)


def sold(lake: Lake, engine: Engine) -> list[list[Row]]:
    """Bills of card holders, each a list of its lines. What came back whole is left out, as if it had never been sold:
    a till of then would have sent the return as well."""
    lines = lake.lines(engine)
    bought = lines.filter(lines.kind == "sale", lines.customer.notnull(), ~lines.returned, lines.amount_minor >= 0)
    begun = bought.sold_at.min().over(ibis.window(group_by=[bought.basket, bought.customer]))
    wanted = bought.select(
        bill=bought.basket,
        customer=bought.customer,
        sold_at=begun,
        store=bought.store.fill_null(UNKNOWN),
        channel=bought.channel.fill_null("till"),
        product=bought["product"],
        name=bought.product_name.fill_null(""),
        category=bought.category.fill_null(""),
        pieces=(bought.quantity.fill_null(1) * 1000).cast("int64"),
        amount=bought.amount_minor,
        file=bought.file,
        line=bought.line,
    )
    table = engine.arrow(wanted.order_by("sold_at", "bill", "customer", "file", "line").select(*_COLUMNS))
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    return [list(each) for _, each in groupby(rows, key=itemgetter(0, 1))]


def booked(state: State, bills: list[list[Row]], members: Mapping[str, UUID], *, at: datetime) -> Iterator[int]:
    """Checks them out from where it was left, each as of its own time; tells how many are done after each batch."""
    waiting = iter(bills[state.bills :])
    while some := list(islice(waiting, AT_ONCE)):
        known = [bill for bill in some if bill[0][1] in members]
        if known:
            check_out([_purchase(bill, state, members) for bill in known], actor=DEMO, at=at)
        state.bills += len(some)
        yield state.bills


def _purchase(bill: list[Row], state: State, members: Mapping[str, UUID]) -> NewPurchase:
    number, customer, sold_at, store, channel, *_ = bill[0]
    member = members[customer]
    place = Place(
        state.home, "riverside-tills", f"{number}/{customer}", UUID(state.merchant), UUID(state.stores[store]), channel
    )
    then = sold_at.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    lines = tuple(_line(place, row) for place, row in enumerate(bill, 1))
    return NewPurchase(place, CURRENCY, lines, then, True, member, member)


def _line(number: int, row: Row) -> SoldLine:
    product, name, category, pieces, amount = row[5:]
    return SoldLine(Line(number, str(product or "?"), amount, max(pieces, 1), category=category), name)
