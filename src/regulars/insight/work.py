"""What the chapters of an analysis share while they are written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import ibis.expr.types as ir
import pyarrow as pa

from regulars.basics.progress import Progress
from regulars.history.engine import Engine
from regulars.insight.draws import drawn
from regulars.insight.settings import Settings
from regulars.insight.working import Working

CHAPTERS: Final = 11  # steps that are always taken


@dataclass(slots=True)
class Work:
    """Tables, settings, and what has been said so far. Customers are numbers (`working`)."""

    engine: Engine
    settings: Settings
    cut_off: date
    currency: str
    progress: Progress
    working: Working
    lines: ir.Table  # of persons and anonymous, up to the cut-off
    days: ir.Table
    facts: ir.Table
    buyers: ir.Table  # of categories, where brands are known
    unsaid: dict[str, str] = field(default_factory=dict)
    tables: dict[str, pa.Table] = field(default_factory=dict)  # lists beside those of `lists`, by file name
    drawn: dict[int, ir.Table] = field(default_factory=dict)  # kept lines of one in so many customers
    begun: int = 0

    def step(self, what: str) -> None:
        self.progress(f"analysing: {what}", self.begun, CHAPTERS)
        self.begun += 1

    def count(self, table: ir.Table) -> int:
        """Rows of a table."""
        return int(self.engine.row(table.agg(n=table.count()))["n"])

    def has_products(self) -> bool:
        """Whether any line says what was bought."""
        return self.count(self.lines.filter(self.lines["product"].notnull()).limit(1)) > 0

    def product_names(self, products: Iterable[Any]) -> dict[str, str]:
        """The names of these products, where the lines have names beside codes."""
        if "product_name" not in self.lines.columns:
            return {}
        lines = self.working.texts(self.lines)
        asked = self.engine.register("asked_products", pa.table({"product": pa.array(sorted(products), pa.string())}))
        named = lines.filter(lines.product_name.notnull()).semi_join(asked, "product")
        rows = self.engine.rows(named.group_by("product").agg(name=named.product_name.mode()))
        self.engine.connection.unregister("asked_products")
        return {row["product"]: row["name"] for row in rows}

    def some_lines(self, customers_most: int) -> ir.Table:
        """The lines with texts for codes; of an even draw of whole customers where there are more than so many."""
        return self.working.texts(self.some_coded(customers_most))

    def some_coded(self, customers_most: int) -> ir.Table:
        """The same lines with codes left as they are.

        A draw is kept: the chapters on it go through its lines again and again, and a smaller one may be part of it.
        """
        shares = self.shares_of(customers_most)
        if shares == 1:
            return self.lines
        if shares not in self.drawn:
            of = max((kept for kept in self.drawn if shares % kept == 0), default=1)
            whole = self.lines if of == 1 else self.drawn[of]
            self.drawn[shares] = self.engine.keep(f"work_drawn_{shares}", whole.filter(drawn(whole.customer, shares)))
        return self.drawn[shares]

    def shares_of(self, customers_most: int) -> int:
        """Into how many even parts the customers fall if none is to hold more than so many."""
        return max(1, -(-self.count(self.facts) // customers_most))

    def lines_of(self, people: pa.Table) -> ir.Table:
        """The lines of these customers (column customer, names), under their names; kept."""
        given = self.engine.register("asked_people", people.select(["customer"]))
        names = self.working.names
        asked = names.semi_join(given.select(customer=given.customer.cast("string")), "customer")
        texts = self.working.texts(self.lines)
        both = texts.inner_join(asked.select(own_number="number", name="customer"), [("customer", "own_number")])
        kept = self.engine.keep("asked_lines", both.mutate(customer=both["name"]).drop("own_number", "name"))
        self.engine.connection.unregister("asked_people")
        return kept

    def numbered(self, people: ir.Table) -> ir.Table:
        """A table of customers who bought, with their numbers instead of their names."""
        names = self.working.names.select(number="number", name="customer")
        both = people.inner_join(names, [("customer", "name")])
        return both.mutate(customer=both.number).drop("number", "name")

    def spelled(self, table: pa.Table) -> pa.Table:
        """A table of customers with their names instead of their numbers, in the same order."""
        place = pa.array(range(table.num_rows), pa.int64())
        given = self.engine.register("to_be_named", table.append_column("place_", place))
        named = self.engine.arrow(self.working.named(given).order_by("place_")).drop_columns(["place_"])
        self.engine.connection.unregister("to_be_named")
        return named
