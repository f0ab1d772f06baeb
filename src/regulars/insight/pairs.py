"""What sells together: pairs counted by baskets, and which of them are more than big baskets and popular goods bring.

A basket counts an item once. Counting is one self-join of the frequent items only; what a pair would share by chance
is worked out from basket sizes and popularity (see `significance`).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.findings import Pairs
from regulars.insight.frames import any_table, as_arrow
from regulars.insight.lines import WrongColumns, complete
from regulars.insight.pair_effects import by_cell, habits, keep_baskets
from regulars.insight.pair_levels import KEPT, Level, count_pairs, draw, read_level
from regulars.insight.significance import LEVEL, Expected, Floats, Ints, holm, p_values, strength

ITEMS_MAX: Final = 2_000
LINES_MAX: Final = 8_000_000
TABLE_MAX: Final = 500
EFFECTS_MAX: Final = 20
# A pair that sells together a little more than by chance is of no use to a shop, however sure it is.
MARGIN: Final = 0.05
LEVELS: Final = ("product", "category")


@any_table
def item_pairs(
    baskets: ir.Table, *, support_min: float = 0.001, baskets_min: int = 1, items_max: int | None = None
) -> ir.Table:
    """Pairs of items of a table (basket, item) that share at least `support_min` of all baskets, and `baskets_min`.

    Gives left < right, baskets_both, baskets_left, baskets_right, baskets (all), support, confidence (left → right),
    confidence_back (right → left), lift, leverage. Rows where basket or item is null are left out; equal rows count
    once. `items_max` keeps the most frequent items only. Raises WrongColumns.
    """
    missing = [name for name in ("basket", "item") if name not in baskets.schema()]
    if missing:
        raise WrongColumns(f"Baskets need basket, item; missing: {', '.join(missing)}; got {sorted(baskets.columns)}.")
    bought = baskets.filter(baskets.basket.notnull(), baskets.item.notnull()).select("basket", "item").distinct()
    total = bought.aggregate(baskets=bought.basket.nunique())
    items = bought.group_by("item").aggregate(held=bought.count()).cross_join(total)
    frequent = items.filter(items.held / items.baskets >= support_min, items.held >= baskets_min)
    if items_max is not None:
        frequent = frequent.order_by(frequent.held.desc(), frequent.item).limit(items_max)
    coded = frequent.mutate(code=ibis.row_number().over(order_by=frequent.item).cast("int32"))
    counted = count_pairs(bought.inner_join(coded.select("item", "code"), "item").select("basket", "code"))
    left = coded.select(left_code="code", left="item", baskets_left="held", baskets="baskets")
    right = coded.select(right_code="code", right="item", baskets_right="held")
    pairs = counted.inner_join(left, "left_code").inner_join(right, "right_code")
    return with_measures(pairs).filter(lambda t: t.support >= support_min, lambda t: t.baskets_both >= baskets_min)


def with_measures(pairs: ir.Table) -> ir.Table:
    """Adds the measures of the trade; support of both, and what each item promises of the other."""
    total, left, right = pairs.baskets, pairs.baskets_left, pairs.baskets_right
    confidence = pairs.baskets_both / left
    return pairs.select(
        "left",
        "right",
        "baskets_both",
        "baskets_left",
        "baskets_right",
        "baskets",
        support=pairs.baskets_both / total,
        confidence=confidence,
        confidence_back=pairs.baskets_both / right,
        lift=confidence / (right / total),
        leverage=pairs.baskets_both / total - (left / total) * (right / total),
    )


def pairs(lines: Any, engine: Engine, *, lines_max: int = LINES_MAX, baskets_min: int | None = None) -> Pairs:
    """What sells together among goods sold and kept, by product and by category.

    The 2,000 most frequent items are looked at, of those in `baskets_min` baskets at least (by default one basket in
    ten thousand, and five). Where there are more than `lines_max` lines, whole baskets are drawn by the remainder of
    their number, and `sampled` says what share. The 500 strongest pairs of each level are shown; one is significant
    where it surely, at a family-wise 5 % over all pairs looked at (Holm), sells together more than 5 % above what
    store, basket sizes and popularity bring, and not by the habit of a few customers. Raises WrongColumns.
    """
    table = lines if isinstance(lines, ir.Table) else engine.register("pairs_given", as_arrow(lines))
    whole = complete(table)
    goods = whole.filter(whole.kind == "sale", ~whole.returned.fill_null(False), whole["product"].notnull())
    return _found(goods, engine, lines_max=lines_max, baskets_min=baskets_min)


def pairs_of_baskets(
    engine: Engine, path: Path, *, lines_max: int = LINES_MAX, baskets_min: int | None = None
) -> Pairs:
    """The same for a Parquet file of baskets without customers: columns basket and product."""
    table = engine.parquet("pairs_file", [path])
    missing = [name for name in ("basket", "product") if name not in table.columns]
    if missing:
        raise WrongColumns(f"Baskets need basket, product; missing: {', '.join(missing)}; got {sorted(table.columns)}.")
    goods = table.filter(table["product"].notnull(), table.basket.notnull()).select("basket", "product")
    return _found(goods, engine, lines_max=lines_max, baskets_min=baskets_min)


@dataclass(frozen=True, slots=True)
class Strongest:
    """The pairs of a level that the table shows, by their rows in it; customers' habits allowed for."""

    level: Level
    rows: Ints
    customers: Ints
    p: Floats
    strength: Floats


def _found(goods: ir.Table, engine: Engine, *, lines_max: int, baskets_min: int | None) -> Pairs:
    share = draw(goods, engine, lines_max=lines_max)
    keep_baskets(engine)
    tables: list[pa.Table] = []
    cells: dict[str, list[pa.Table]] = {"store": [], "weekday": []}
    levels: list[Level] = []
    for name in LEVELS:
        level = read_level(engine, name, baskets_min=baskets_min, items_max=ITEMS_MAX)
        levels.append(level)
        strongest = _strongest(engine, level)
        tables.append(_rows(strongest))
        sure = strongest.rows[strongest.p * level.tested <= LEVEL]
        for cell, parts in cells.items():
            parts.append(by_cell(engine, level, sure[:EFFECTS_MAX], cell))
    tested = sum(level.tested for level in levels)
    table = _judged(pa.concat_tables(tables), tested)
    for kept in KEPT:
        engine.connection.execute(f"DROP TABLE IF EXISTS {kept}")
    shown = {str(item) for side in ("left", "right") for item in table[side].to_pylist()}
    return Pairs(
        baskets=levels[0].baskets,
        items=levels[0].items_seen,
        table=table,
        tested=tested,
        by_store=pa.concat_tables(cells["store"]),
        by_weekday=pa.concat_tables(cells["weekday"]),
        names=_names(goods, engine, shown),
        sampled=share,
    )


def _strongest(engine: Engine, level: Level) -> Strongest:
    """Candidates by baskets alone, then judged again with each customer's habit allowed for, strongest first."""
    p = p_values(level.both, level.expected, margin=MARGIN)
    score = strength(level.both, level.expected.mean)
    sure = p * level.tested <= LEVEL
    rows = np.lexsort((level.right, level.left, -score, ~sure))[:TABLE_MAX]
    factor, customers = habits(engine, level, rows)
    both, mean = level.both[rows] / factor, level.expected.mean[rows] / factor
    p = p_values(both, Expected(mean, level.expected.most[rows] / factor), margin=MARGIN)
    score = strength(both, mean)
    order = np.lexsort((level.right[rows], level.left[rows], -score, p * level.tested > LEVEL))
    return Strongest(level, rows[order], customers[order], p[order], score[order])


def _rows(strongest: Strongest) -> pa.Table:
    """The measures of the trade; each pair so that the left one promises more of the right one than the other way."""
    level, rows = strongest.level, strongest.rows
    swap = level.held[level.right[rows]] < level.held[level.left[rows]]
    left = np.where(swap, level.right[rows], level.left[rows])
    right = np.where(swap, level.left[rows], level.right[rows])
    both, total = level.both[rows], float(max(level.baskets, 1))
    held_left, held_right = level.held[left], level.held[right]
    columns: dict[str, Any] = {
        "level": pa.array([level.name] * len(rows), pa.string()),
        "left": pa.array(level.items[left], pa.string()),
        "right": pa.array(level.items[right], pa.string()),
        "baskets_both": both.astype(np.int64),
        "baskets_left": held_left,
        "baskets_right": held_right,
        "baskets_expected": level.expected.mean[rows],
        "times_expected": np.divide(both, level.expected.mean[rows], out=np.zeros_like(both), where=both > 0),
        "customers_both": strongest.customers,
        "support": both / total,
        "confidence": both / held_left,
        "confidence_back": both / held_right,
        "lift": both * total / (held_left * held_right),
        "leverage": both / total - (held_left / total) * (held_right / total),
        "strength": strongest.strength,
        "p_value": strongest.p,
    }
    return pa.table(columns)


def _judged(table: pa.Table, tested: int) -> pa.Table:
    """With what is left of significance after all comparisons; products before categories, the significant first."""
    adjusted = holm(table["p_value"].to_numpy(), tested)
    significant = adjusted <= LEVEL
    product = np.array(table["level"].to_pylist(), object) == "product"
    order = np.lexsort((-table["strength"].to_numpy(), ~significant, ~product))
    columns: dict[str, Any] = {"p_adjusted": adjusted, "significant": significant}
    return pa.table({**dict(zip(table.column_names, table.columns, strict=True)), **columns}).take(order)


def _names(goods: ir.Table, engine: Engine, products: set[str]) -> dict[str, str]:
    """The most frequent name of each product; between equally frequent ones the first by alphabet."""
    if "product_name" not in goods.columns or not products:
        return {}
    shown = engine.register("pairs_shown", pa.table({"product": pa.array(sorted(products), pa.string())}))
    named = goods.filter(goods.product_name.notnull()).semi_join(shown, "product")
    times = named.group_by("product", "product_name").aggregate(times=named.count())
    first = ibis.row_number().over(group_by="product", order_by=[ibis.desc("times"), "product_name"])
    best = times.mutate(place=first).filter(lambda t: t.place == 0)
    return {row["product"]: row["product_name"] for row in engine.rows(best)}
