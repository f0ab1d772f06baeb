"""Lists as sheets of paper: a customer's rows with prices in words, and the code."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import ibis.expr.types as ir

from regulars.history.engine import Engine, sql_of
from regulars.insight.offers.codes import LISTS_MAX, code_of
from regulars.insight.report.sentences.offer_sheets import SheetWords

_COLUMNS = (
    *("customer", "rank", "product", "product_name", "reason", "reason_product", "usual_minor", "by_weight"),
    *("discount_percent", "price_minor", "paid_by", "vendor", "vendor_minor", "our_minor"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a sheet; `off` is empty where there is no offer, `price` also for what is weighed."""

    product: str
    why: str
    usual: str
    price: str
    off: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One customer's list. `told` are the rows as they came, for programs."""

    number: int
    customer: str
    code: str
    rows: Sequence[Row]
    told: Sequence[dict[str, Any]]

    @property
    def offers(self) -> int:
        """How many of the rows have a discount."""
        return sum(bool(row.off) for row in self.rows)

    @property
    def spelled(self) -> str:
        """The code in groups of four, as people read it out."""
        return " ".join(self.code[at : at + 4] for at in range(0, len(self.code), 4))


@dataclass(frozen=True, slots=True)
class Issue:
    """What all sheets of a run have in common. Valid from `issued_on` for `valid_days`."""

    shop: str
    issued_on: date
    valid_days: int
    key: bytes

    @property
    def until_on(self) -> date:
        """The last day."""
        return self.issued_on + timedelta(days=self.valid_days - 1)


def sheets(
    table: ir.Table, engine: Engine, issue: Issue, words: SheetWords, *, chunk: int = 1_000
) -> Iterator[list[Sheet]]:
    """Sheets of `Offers.table` by customer, `chunk` at a time; only those are in memory."""
    ordered = sql_of(table.select(*_COLUMNS).order_by("customer", "rank", "product"))
    some: list[Sheet] = []
    last = ""
    by_customer = groupby(_rows(engine, ordered), key=lambda row: row["customer"])
    for number, (customer, rows) in enumerate(by_customer, 1):
        assert number <= LISTS_MAX, "more lists than an issue has numbers"
        assert number == 1 or customer > last, "a customer's rows do not stand together"
        last = customer
        some.append(_sheet(number, customer, list(rows), issue, words))
        if len(some) == chunk:
            yield some
            some = []
    if some:
        yield some


def _rows(engine: Engine, query: str) -> Iterator[dict[str, Any]]:
    # A cursor of its own, so that the engine may be asked other things meanwhile.
    with engine.connection.cursor() as cursor:
        relation = cursor.sql(query)
        assert relation is not None, "a query that answers nothing"
        batches = relation.to_arrow_reader(20_000)
        assert batches is not None, "a relation that answers nothing"
        for batch in batches:
            yield from batch.to_pylist()


def _sheet(number: int, customer: str, told: list[dict[str, Any]], issue: Issue, words: SheetWords) -> Sheet:
    names = {row["product"]: row["product_name"] or row["product"] for row in told}
    rows = [
        Row(
            product=names[row["product"]],
            why=words.reason(row["reason"], names.get(row["reason_product"], row["reason_product"])),
            usual=words.price(row["usual_minor"]) if _has_price(row) else "",
            price=words.price(row["price_minor"]) if _has_price(row) and row["discount_percent"] else "",
            off=words.off(row["discount_percent"]) if row["discount_percent"] else "",
        )
        for row in told
    ]
    return Sheet(number, customer, code_of(number, issued_on=issue.issued_on, key=issue.key), rows, told)


def _has_price(row: dict[str, Any]) -> bool:
    return bool(row["usual_minor"]) and not row["by_weight"]
