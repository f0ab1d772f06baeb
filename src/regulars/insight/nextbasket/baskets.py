"""Baskets as numbers: who bought what in which of their baskets, counted back from the last one."""

from dataclasses import dataclass
from typing import Any, Final

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regulars.history.engine import Engine
from regulars.insight.frames import as_arrow
from regulars.insight.lines import WrongColumns

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Names = npt.NDArray[np.object_]

NEEDED: Final = ("customer", "product")


@dataclass(frozen=True, slots=True)
class Baskets:
    """A row per customer, basket and product, each once. Names are sorted; codes are places in them.

    `age` is 0 for a customer's last basket, 1 for the one before. `day` counts days from any beginning.
    """

    customers: Names
    products: Names
    customer: Ints
    product: Ints
    age: Ints
    day: Floats | None
    baskets: Ints  # by customer: how many

    @property
    def bought(self) -> Ints:
        """By product: in how many baskets."""
        return np.bincount(self.product, minlength=len(self.products))


def read_baskets(table: Any, *, engine: Engine | None = None, products_max: int | None = None) -> Baskets:
    """Reads a table with customer, product, and `day` (date, time or whole number), `basket` (a number), or both.

    Baskets are ordered by day, then by number; without `basket` a day is one basket, without `day` the number alone
    tells which came first. Rows where something is null are left out. `products_max` keeps the most bought products.
    An Ibis table needs the engine. Raises WrongColumns.
    """
    columns = arrow_of(table, engine)
    have = columns.column_names
    missing = [name for name in NEEDED if name not in have]
    if missing or not {"day", "basket"} & set(have):
        raise WrongColumns(f"Baskets need customer, product, and day or basket; got {sorted(have)}.")
    columns = columns.select([name for name in ("customer", "product", "day", "basket") if name in have]).drop_null()
    customers, customer = coded(columns["customer"])
    seen, product = coded(columns["product"])
    day, number = _when(columns)
    products, product = _most_bought(seen, product, products_max)
    return assembled(customers, products, customer, product, day, number, has_days="day" in have)


def assembled(
    customers: Names,
    products: Names,
    customer: Ints,
    product: Ints,
    day: Floats,
    number: Floats | None = None,
    *,
    has_days: bool = True,
) -> Baskets:
    """Baskets from rows in any order; a code outside `products` belongs to its basket and is not looked at."""
    product = np.where(product < len(products), product, -1)
    number = np.zeros(len(day)) if number is None else number
    order = np.lexsort((product, number, day, customer))
    customer, product, day, number = customer[order], product[order], day[order], number[order]
    new_basket = _changes(customer) | _changes(day) | _changes(number)
    ordinal = np.cumsum(new_basket) - 1
    once = (product >= 0) & (new_basket | _changes(product))
    last = np.full(len(customers), -1, np.int64)
    np.maximum.at(last, customer, ordinal)
    first = np.full(len(customers), len(order), np.int64)
    np.minimum.at(first, customer, ordinal)
    return Baskets(
        customers=customers,
        products=products,
        customer=customer[once],
        product=product[once],
        age=(last[customer] - ordinal)[once],
        day=day[once] if has_days else None,
        baskets=np.where(last >= 0, last - first + 1, 0),
    )


def arrow_of(table: Any, engine: Engine | None) -> pa.Table:
    """The data as Arrow; an Ibis table is run by its engine."""
    if not isinstance(table, ir.Table):
        return as_arrow(table)
    if engine is None:
        raise WrongColumns("An Ibis table needs its engine: pass engine=, or give Arrow, pandas or polars.")
    return engine.arrow(table)


def coded(column: Any) -> tuple[Names, Ints]:
    """Sorted distinct values as texts, and each row's place among them."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(whole.type):
        whole = whole.cast(whole.type.value_type)
    found: Any = pc.dictionary_encode(whole.cast(pa.string()))
    if isinstance(found, pa.ChunkedArray):
        found = found.combine_chunks()
    names = found.dictionary.to_numpy(zero_copy_only=False).astype(object)
    order = np.argsort(names, kind="stable") if len(names) else np.zeros(0, np.int64)
    place = np.empty(len(names), np.int64)
    place[order] = np.arange(len(names))
    codes = found.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return names[order], place[codes] if len(names) else codes


def _when(columns: pa.Table) -> tuple[Floats, Floats]:
    """Day and number of each row; 0 where the table has none."""
    nothing = np.zeros(columns.num_rows)
    day = nothing
    if "day" in columns.column_names:
        given = columns["day"]
        if pa.types.is_timestamp(given.type):
            given = given.cast(pa.date32(), safe=False)
        if pa.types.is_date(given.type):
            given = given.cast(pa.date32()).cast(pa.int32())
        if not (pa.types.is_integer(given.type) or pa.types.is_floating(given.type)):
            raise WrongColumns(f"day must be a date, a time or a number, not {given.type}.")
        day = given.to_numpy().astype(np.float64)
    if "basket" not in columns.column_names:
        return day, nothing
    number = columns["basket"]
    if pa.types.is_integer(number.type):
        # Only the order counts, and a hash of 64 bits is no float.
        return day, np.unique(number.to_numpy(), return_inverse=True)[1].astype(np.float64)
    if "day" not in columns.column_names:
        raise WrongColumns(f"Without a day, basket must be a whole number that rises, not {number.type}.")
    return day, coded(number)[1].astype(np.float64)


def _most_bought(names: Names, product: Ints, most: int | None) -> tuple[Names, Ints]:
    """The products that are looked at, and each row's code among them; one past the last for others."""
    if most is None or len(names) <= most:
        return names, product
    times = np.bincount(product, minlength=len(names))
    best = np.sort(np.argsort(-times, kind="stable")[:most])
    code = np.full(len(names), most, np.int64)
    code[best] = np.arange(most)
    return names[best], code[product]


def _changes(column: Any) -> npt.NDArray[np.bool_]:
    """Where a sorted column differs from the row before; the first row does."""
    different = np.ones(len(column), bool)
    different[1:] = column[1:] != column[:-1]
    return different
