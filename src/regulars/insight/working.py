"""The lines as one analysis works on them: kept in the engine once, small, and cut into shares of the customers.

A customer is a number here, in the order of their names, which join in again at the end; a text that repeats (product,
category, store …) is an ENUM; numbers that fit take 32 bits; a column that holds nothing is left out. A line then takes
some 35 bytes instead of some 200, no table is grouped by texts, and a share of the customers is found without reading
the lines of the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import ibis
import ibis.expr.types as ir

from regulars.history.accounts import account_totals, bulk_accounts, set_aside
from regulars.history.engine import Engine, sql_of
from regulars.insight.lines import complete

NAMES: Final = "work_names"
LINES: Final = "work_lines"
_NARROW: Final = "work_narrow"
SHARE: Final = "work_share"
# Lines of a share: its hash tables then stay near the processor, and take well under a gigabyte.
LINES_AT_ONCE: Final = 5_000_000
# An ENUM is searched in memory; beyond so many different texts it is no help any more.
ENUM_MOST: Final = 1_000_000

_CODED: Final = ("kind", "store", "channel", "product", "product_name", "category", "brand_kind")
_COUNTED: Final = ("discount_minor", "cost_minor", "quantity")
# Column → its type in half the room, the type everybody sees, and the greatest number that fits.
_WHOLE: Final = ("INTEGER", "BIGINT", 2_000_000_000)
_HALVES: Final = {
    "amount_minor": _WHOLE, "discount_minor": _WHOLE, "cost_minor": _WHOLE,
    "quantity": ("DECIMAL(9, 3)", "DECIMAL(18, 3)", 999_999),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Working:
    """Kept tables: `lines` (LINES contract, what is unknown left out), `names` (customer, number, lines, spend_minor).

    The customer of `lines` is the number of `names`; null for an anonymous sale.
    """

    engine: Engine
    lines: ir.Table
    names: ir.Table

    def suspicious(self) -> ir.Table:
        """`history.accounts.suspicious_accounts` with the `number` of each."""
        numbered = self.names.select("lines", customer="number")
        bulk = bulk_accounts(self.lines, numbered).rename(number="customer")
        named = bulk.inner_join(self.names, "number").select("customer")
        found = set_aside(self.names.drop("number"), named)
        return found.inner_join(self.names.select("customer", "number"), "customer").order_by("customer")

    def numbered(self, people: ir.Table) -> ir.Table:
        """Known people (customer) under their numbers; who never bought has one below 0."""
        given = people.filter(people.customer.notnull()).select(name=people.customer.cast("string")).distinct()
        both = given.left_join(self.names.select("number", name=self.names.customer), "name")
        stranger = -1 - ibis.row_number().over(order_by=both.name).cast("int32")
        number = ibis.coalesce(both.number, stranger).cast("int32")
        return self.engine.keep("work_people", both.select(customer=number))

    def named(self, table: ir.Table) -> ir.Table:
        """A table of customers with their names again."""
        names = self.names.select(number="number", name="customer")
        both = table.rename(own_number="customer").inner_join(names, [("own_number", "number")])
        return both.select(*(both["name"].name("customer") if name == "customer" else name for name in table.columns))

    def texts(self, lines: ir.Table) -> ir.Table:
        """The same lines with texts for ENUM, as chapters want them that hand codes on to Arrow."""
        spelled = ", ".join(f"{name}::VARCHAR AS {name}" for name in _CODED if name in self.lines.columns)
        return self.engine.view("work_texts", f"SELECT * REPLACE ({spelled}) FROM ({sql_of(lines)})")

    def spelled_out(self, table: ir.Table, column: str) -> ir.Table:
        """The same table with texts in a column of lists of ENUM."""
        return self.engine.view(
            "work_spelled", f"SELECT * REPLACE ({column}::VARCHAR[] AS {column}) FROM ({sql_of(table)})"
        )

    def shares(self, lines: ir.Table) -> Iterator[ir.Table]:
        """`lines` of one share of the customers after another, those of a customer together; anonymous ones in none.

        Each is the same table with other rows: use it up before the next is asked for. There is one at least.
        """
        place = self.names.lines.sum().over(ibis.cumulative_window(order_by=self.names.number)) - self.names.lines
        cut = self.names.mutate(share=(place // LINES_AT_ONCE).cast("int64"))
        ends = cut.group_by("share").agg(first=cut.number.min(), last=cut.number.max()).order_by("share")
        for end in self.engine.rows(ends) or [{"first": 1, "last": 0}]:
            some = lines.filter(lines.customer.between(end["first"], end["last"]))
            yield self.engine.keep(SHARE, some.select(*self.lines.columns).order_by("customer"))
        self.engine.connection.execute(f"DROP TABLE {SHARE}")

    def drop(self) -> None:
        """Gives the memory of the lines back."""
        self.engine.connection.execute(f"DROP VIEW IF EXISTS {LINES}")
        self.engine.connection.execute(f"DROP TABLE IF EXISTS {_NARROW}")


def keep_working(lines: ir.Table, engine: Engine) -> Working:
    """Keeps the lines (LINES contract or less of it) in this shape; the caller's table is read no more.

    Raises WrongColumns.
    """
    whole = complete(lines)
    totals = account_totals(whole)
    number = (ibis.row_number().over(order_by=totals.customer) + 1).cast("int32")
    names = engine.keep(NAMES, totals.mutate(number=number))
    source = sql_of(whole)
    known = _known(source, engine)
    coded = [name for name in _CODED if name in known and _keep_texts(name, source, engine)]
    plain = ["sold_at", "basket", "amount_minor", *(name for name in (*_COUNTED, *_CODED) if name in known - {*coded})]
    if "returned" in known:
        plain += ["returned", "returned_on"]
    halved = _halved(known, source, engine)
    columns = [f"l.{name}::{_HALVES[name][0]} AS {name}" if name in halved else f"l.{name}" for name in plain]
    columns += [f"{name}_texts.code AS {name}" for name in coded]
    # A text is looked up by a join, which is quicker than a cast to its ENUM.
    joins = " ".join(f"LEFT JOIN work_{name} AS {name}_texts ON {name}_texts.text = l.{name}" for name in coded)
    engine.connection.execute(
        f"CREATE OR REPLACE TABLE {_NARROW} AS SELECT n.number AS customer, {', '.join(columns)} "
        f"FROM ({source}) l LEFT JOIN {NAMES} n ON n.customer = l.customer {joins}"
    )
    whole_again = ", ".join(f"{name}::{_HALVES[name][1]} AS {name}" for name in halved)
    replaced = f" REPLACE ({whole_again})" if halved else ""
    lines_again = engine.view(LINES, f"SELECT *{replaced} FROM {_NARROW}")
    for name in coded:
        engine.connection.execute(f"DROP TABLE work_{name}")
    return Working(engine, lines_again, names)


def _known(source: str, engine: Engine) -> set[str]:
    """Columns that hold something. The search ends at the first row that does, and files say where none can be."""
    holds = {name: f"{name} IS NOT NULL" for name in (*_CODED, *_COUNTED)} | {"returned": "returned"}
    asked = (f"(SELECT '{name}' FROM ({source}) WHERE {test} LIMIT 1)" for name, test in holds.items())
    return {str(name) for (name,) in engine.connection.execute(" UNION ALL ".join(asked)).fetchall()}


def _halved(known: set[str], source: str, engine: Engine) -> list[str]:
    """Columns whose every number fits into half the room."""
    asked = [name for name in _HALVES if name in known or name == "amount_minor"]
    sizes = ", ".join(f"max(abs({name})) <= {_HALVES[name][2]}" for name in asked)
    ((*fit,),) = engine.connection.execute(f"SELECT {sizes} FROM ({source})").fetchall()
    return [name for name, fits in zip(asked, fit, strict=True) if fits]


def _keep_texts(name: str, source: str, engine: Engine) -> bool:
    """Keeps text and code (an ENUM in the order of the texts) of a column, unless there are too many for that."""
    run, table = engine.connection.execute, f"work_{name}"
    run(f"CREATE OR REPLACE TABLE {table} AS SELECT DISTINCT {name} AS text FROM ({source}) WHERE {name} IS NOT NULL")
    ((many,),) = run(f"SELECT count(*) FROM {table}").fetchall()
    if many <= ENUM_MOST:
        run(f"CREATE OR REPLACE TYPE {table}_code AS ENUM (SELECT text FROM {table} ORDER BY text)")
        run(f"CREATE OR REPLACE TABLE {table} AS SELECT text, text::{table}_code AS code FROM {table}")
    return bool(many <= ENUM_MOST)
