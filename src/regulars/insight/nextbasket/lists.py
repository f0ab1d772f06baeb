"""A personal list for every customer of a shop, in parts that fit into memory."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regulars.basics.progress import Progress, silent
from regulars.history.engine import Engine
from regulars.insight.nextbasket.baskets import Baskets
from regulars.insight.nextbasket.found import NextBasketFound
from regulars.insight.nextbasket.judging import MODEL, chosen_model, judge
from regulars.insight.nextbasket.measures import baselines
from regulars.insight.nextbasket.shop import Bought, day_number, keep_bought

LISTS: Final = "kept_next_basket"
PART_MAX: Final = 40_000  # customers at a time
GROUP_MAX: Final = 5_000  # in which each one's neighbours are looked for


def personal_lists(
    lines: ir.Table,
    engine: Engine,
    *,
    cut_off: date,
    n: int = 10,
    found: NextBasketFound | None = None,
    customers: ir.Table | None = None,
    into: Path | None = None,
    seed: int = 7,
    bought: Bought | None = None,
    progress: Progress = silent,
) -> ir.Table:
    """customer, rank, product, product_name, score, reason, reason_product: at most `n` rows for each customer.

    Reasons are codes: habit, due, with (`reason_product`), alike, popular. By the model where `found` (of `evaluate`;
    made here if None) says that it may be used, else by the plain list it names, whose score is how often the
    customer bought the product. `customers` (column customer) asks for these only. `into`: the Parquet file to write
    part by part; without it the rows are kept in the engine. `bought`: what `keep_bought` made of these lines, if it
    was made already. Raises what `judge` and `keep_bought` raise.
    """
    bought = bought or keep_bought(lines, engine, cut_off=cut_off)
    found = judge(bought, seed=seed, progress=progress) if found is None else found
    wanted = None if customers is None else _texts(engine.arrow(customers.select("customer").distinct())["customer"])
    parts = lists_in_parts(bought, found, n=n, wanted=wanted, seed=seed, progress=progress)
    if into is not None:
        return _written(parts, engine, into)
    for number, part in enumerate(parts):
        engine.register("next_part", part)
        act = f"INSERT INTO {LISTS}" if number else f"CREATE OR REPLACE TABLE {LISTS} AS"
        engine.connection.execute(f"{act} SELECT * FROM next_part")
    return engine.named(LISTS)


def lists_in_parts(
    bought: Bought,
    found: NextBasketFound,
    *,
    n: int = 10,
    wanted: Any = None,
    part_max: int = PART_MAX,
    seed: int = 7,
    progress: Progress = silent,
) -> Iterator[pa.Table]:
    """The lists of `part_max` customers at a time; at least one table, which may be empty.

    What is common to the shop is learned from the first part, which is an even part of the customers. Neighbours are
    looked for within a part, in groups of people alike.
    """
    parts = max(1, -(-bought.customers // part_max))
    model = chosen_model(found, seed=seed, group_max=GROUP_MAX)
    for part in range(parts):
        progress("writing lists", part, parts)
        baskets = bought.baskets(part, parts)
        if part == 0 and found.used == MODEL:
            model.learn_common(baskets)
        asked = baskets.customers if wanted is None else np.intersect1d(baskets.customers, wanted)
        if found.used == MODEL:
            model.take_customers(baskets, as_of=day_number(bought.cut_off))
            table = model.recommend(n, customers=pa.array(asked, pa.string()))
        else:
            table = plain_lists(baskets, asked, found.used, n)
        yield _named(table, bought)
    progress("writing lists", parts, parts)


def plain_lists(baskets: Baskets, asked: Any, name: str, n: int) -> pa.Table:
    """The lists of one of the baselines, for customers `asked` that `baskets` has; at most 20 products."""
    rows = np.searchsorted(baskets.customers, asked)
    ranked = baselines(baskets, rows)[name][:, :n]
    width = max(len(baskets.products), 1)
    keys, times = np.unique(baskets.customer * width + baskets.product, return_counts=True)
    listed = rows[:, None] * width + ranked
    place = np.minimum(np.searchsorted(keys, listed), max(len(keys) - 1, 0))
    own = np.where((keys[place] == listed) & (ranked >= 0), times[place], 0) if len(keys) else np.zeros_like(ranked)
    shown = ranked >= 0
    rank = np.cumsum(shown, axis=1)
    person = np.broadcast_to(rows[:, None], ranked.shape)
    return pa.table(
        {
            "customer": pa.array(baskets.customers[person[shown]], pa.string()),
            "rank": pa.array(rank[shown], pa.int32()),
            "product": pa.array(baskets.products[ranked[shown]], pa.string()),
            "score": pa.array(own[shown].astype(np.float32)),
            "reason": pa.array(np.where(own[shown] > 0, "habit", "popular").astype(object), pa.string()),
            "reason_product": pa.nulls(int(shown.sum()), pa.string()),
        }
    )


def _named(table: pa.Table, bought: Bought) -> pa.Table:
    """With the products' names, where they have other ones than their codes."""
    at = table.column_names.index("product") + 1
    place: Any = pc.index_in(table["product"], value_set=pa.array(bought.products, pa.string()))
    return table.add_column(at, "product_name", pa.array(bought.names, pa.string()).take(place.combine_chunks()))


def _texts(names: Any) -> Any:
    return np.array([str(name) for name in names.to_pylist()], object)


def _written(parts: Iterator[pa.Table], engine: Engine, into: Path) -> ir.Table:
    first = next(parts)
    with pq.ParquetWriter(into, first.schema, compression="zstd") as file:
        file.write_table(first)
        for part in parts:
            file.write_table(part)
    return engine.parquet("next_basket_lists", [into])
