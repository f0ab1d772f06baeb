"""All pairs of one level (products, or categories): how many baskets hold both, and how many chance would bring."""

from dataclasses import dataclass
from typing import Final

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.significance import Expected, Floats, Ints, Strata, expected

# Up to here every size of basket is a stratum of its own; above, sizes within a tenth of each other share one.
SIZES_APART: Final = 16
# The largest stores, with at least so many baskets, are strata of their own; the rest share one.
STORES_APART: Final = 100
STORE_MIN: Final = 1_000
# A prime: bits of the number itself would fill the engine's hash tables in one corner.
SHARES: Final = 1_009

# Tables of the session.
DRAWN: Final = "pairs_drawn"
BASKETS: Final = "pairs_baskets"
CODED: Final = "pairs_coded"
KEPT: Final = (DRAWN, BASKETS, CODED, "pairs_bought", "pairs_sizes", "pairs_items", "pairs_customers")


@dataclass(frozen=True, slots=True)
class Level:
    """Pairs by the codes of their items; `left` < `right`."""

    name: str
    baskets: int
    items_seen: int  # also the rare ones, which make no pairs
    items: npt.NDArray[np.object_]  # by code
    held: Ints  # baskets that hold the item, by code
    left: Ints
    right: Ints
    both: Floats
    expected: Expected

    @property
    def tested(self) -> int:
        """How many pairs were looked at, also those that never met."""
        return len(self.items) * (len(self.items) - 1) // 2


def draw(goods: ir.Table, engine: Engine, *, lines_max: int) -> float:
    """Keeps the lines (basket, product, category, store, weekday, customer) and says what share of baskets they are.

    Baskets are drawn whole, by the remainder of their number: the same ones each time.
    """
    lines = int(engine.row(goods.aggregate(lines=goods.count()))["lines"])
    shares = SHARES if lines <= lines_max else max(1, SHARES * lines_max // lines)
    if shares < SHARES:
        number = goods.basket if goods.basket.type().is_integer() else goods.basket.hash()
        goods = goods.filter((number % SHARES).abs() < shares)
    have = goods.schema()
    nothing = ibis.null("string")
    weekday = (goods.sold_at.day_of_week.index() + 1).cast("int8") if "sold_at" in have else ibis.null("int8")
    customer = goods.customer.hash() if "customer" in have else ibis.null("int64")
    drawn = goods.select(
        "basket",
        "product",
        category=goods.category if "category" in have else nothing,
        store=goods.store if "store" in have else nothing,
        weekday=weekday,
        # The hash of null is a number like any other.
        customer=ibis.ifelse(goods.customer.isnull(), ibis.null("int64"), customer) if "customer" in have else customer,
    )
    engine.keep(DRAWN, drawn)
    return shares / SHARES


def read_level(engine: Engine, name: str, *, baskets_min: int | None, items_max: int) -> Level:
    """Counts one level of what was drawn. Leaves CODED for the level: (basket, code) of the frequent items."""
    drawn = engine.named(DRAWN)
    bought = drawn.filter(drawn[name].notnull()).select("basket", item=drawn[name]).distinct()
    bought = engine.keep("pairs_bought", bought)
    seen = int(engine.row(bought.aggregate(seen=bought.item.nunique()))["seen"])
    sizes = engine.keep("pairs_sizes", _with_stratum(bought, engine))
    baskets = int(engine.row(sizes.aggregate(baskets=sizes.count()))["baskets"])
    least = max(5, -(-baskets // 10_000)) if baskets_min is None else baskets_min
    held = bought.group_by("item").aggregate(held=bought.count())
    held = held.filter(held.held >= least).order_by(held.held.desc(), held.item).limit(items_max)
    code = ibis.row_number().over(order_by=held.item).cast("int32")
    frequent = engine.keep("pairs_items", held.mutate(code=code))
    items = engine.arrow(frequent.order_by("code"))
    coded = engine.keep(CODED, bought.inner_join(frequent, "item").select("basket", "code"))
    strata = _strata(engine, sizes, coded, items.num_rows)
    counted = count_pairs(coded)
    pairs = engine.arrow(counted.filter(counted.baskets_both >= least))
    left, right = (pairs[side].to_numpy().astype(np.int64) for side in ("left_code", "right_code"))
    return Level(
        name=name,
        baskets=baskets,
        items_seen=seen,
        items=items["item"].to_numpy(zero_copy_only=False),
        held=items["held"].to_numpy(),
        left=left,
        right=right,
        both=pairs["baskets_both"].to_numpy().astype(np.float64),
        expected=expected(strata, left, right),
    )


def count_pairs(bought: ir.Table) -> ir.Table:
    """Distinct (basket, code) → left_code < right_code and the baskets that hold both."""
    other = bought.view()
    both = bought.inner_join(other, [bought.basket == other.basket, bought.code < other.code])
    joined = both.select(left_code=bought.code, right_code=other.code)
    return joined.group_by("left_code", "right_code").aggregate(baskets_both=joined.count())


def _with_stratum(bought: ir.Table, engine: Engine) -> ir.Table:
    """(basket, size, stratum): baskets of about the same size in the same store, where the store has many."""
    baskets = engine.named(BASKETS)
    known = baskets.filter(baskets.store.notnull())
    stores = known.group_by("store").aggregate(baskets=known.count())
    large = stores.filter(stores.baskets >= STORE_MIN).order_by(ibis.desc("baskets"), "store").limit(STORES_APART)
    large = large.select("store", shop=ibis.row_number() + 1)
    sizes = bought.group_by("basket").aggregate(size=bought.count())
    placed = sizes.inner_join(baskets.select("basket", "store"), "basket").left_join(large, "store")
    beyond = ((placed.size / SIZES_APART).log() * 10.5).floor().cast("int64")
    step = ibis.ifelse(placed.size <= SIZES_APART, placed.size, SIZES_APART + beyond)
    return placed.select("basket", "size", stratum=placed.shop.fill_null(0) * 1_000 + step)


def _strata(engine: Engine, sizes: ir.Table, coded: ir.Table, items: int) -> Strata:
    whole = sizes.group_by("stratum").aggregate(
        baskets=sizes.count(), size_sum=sizes.size.sum(), square_sum=(sizes.size * sizes.size).sum()
    )
    table = engine.arrow(whole.order_by("stratum"))
    joined = coded.inner_join(sizes, "basket")
    cells = engine.arrow(joined.group_by("stratum", "code").aggregate(held=joined.count()))
    held = np.zeros((table.num_rows, items))
    rows = np.searchsorted(table["stratum"].to_numpy(), cells["stratum"].to_numpy())
    held[rows, cells["code"].to_numpy()] = cells["held"].to_numpy()
    baskets, size_sum, square_sum = (_floats(table, column) for column in ("baskets", "size_sum", "square_sum"))
    return Strata(baskets, size_sum, square_sum, held)


def _floats(table: pa.Table, column: str) -> Floats:
    return table[column].cast(pa.float64()).to_numpy()
