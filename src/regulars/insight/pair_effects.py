"""Where, when and by whose hand pairs sell together: by store, by weekday, and by the habits of single customers."""

from typing import Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from scipy.special import chdtrc

from regulars.history.engine import Engine
from regulars.insight.pair_levels import BASKETS, CODED, DRAWN, Level
from regulars.insight.significance import LEVEL, Floats, Ints, holm

# A cell with fewer expected baskets of both says nothing, and may say who it was.
EXPECTED_MIN: Final = 5.0


def keep_baskets(engine: Engine) -> None:
    """Keeps a row per drawn basket: where, when, whose (an anonymous basket is a customer of its own)."""
    drawn = engine.named(DRAWN)
    rows = drawn.group_by("basket").aggregate(
        store=drawn.store.min(), weekday=drawn.weekday.min(), customer=drawn.customer.min()
    )
    engine.keep(BASKETS, rows.mutate(customer=ibis.coalesce(rows.customer, rows.basket.hash())))


def habits(engine: Engine, level: Level, rows: Ints) -> tuple[Floats, Ints]:
    """For the pairs at `rows`: the design effect of customers, and how many customers bought both at once.

    One customer's hundred equal baskets are not a hundred signs. The effect is the variance of the customers' counts
    around an equal rate, over a Poisson's (Rao & Scott 1992): 1 where every basket speaks for itself, never below.
    """
    baskets = engine.named(BASKETS)
    visits = baskets.group_by("customer").aggregate(visits=baskets.count())
    visits = engine.keep("pairs_customers", visits)
    squares = float(engine.row(visits.aggregate(squares=(visits.visits.cast("float64") ** 2).sum()))["squares"] or 0)
    both = _baskets_of(engine, level, rows).inner_join(baskets, "basket")
    mine = both.group_by("pair", "customer").aggregate(times=both.count()).inner_join(visits, "customer")
    times = mine.times.cast("float64")
    sums = mine.group_by("pair").aggregate(
        customers=mine.count(), own=(times * times).sum(), cross=(times * mine.visits).sum(), both=times.sum()
    )
    table = engine.arrow(sums.order_by("pair"))
    own, cross, shared = (table[column].to_numpy() for column in ("own", "cross", "both"))
    rate = shared / level.baskets
    factor = np.maximum(1.0, (own - 2 * rate * cross + rate**2 * squares) / shared)
    return factor, table["customers"].to_numpy()


def _baskets_of(engine: Engine, level: Level, rows: Ints) -> ir.Table:
    """(pair, basket) for each basket that holds both items of a pair."""
    left, right = level.left[rows], level.right[rows]
    # From the rarer item's baskets to the other's: far fewer to look up.
    rarer = level.held[left] <= level.held[right]
    sides = {"code": np.where(rarer, left, right), "other": np.where(rarer, right, left)}
    chosen = engine.register("pairs_chosen", pa.table({"pair": np.arange(len(rows)), **sides}))
    coded = engine.named(CODED)
    one = coded.inner_join(chosen, "code").select("pair", "basket", "other")
    return one.inner_join(coded.select("basket", other="code"), ["basket", "other"]).select("pair", "basket")


def by_cell(engine: Engine, level: Level, rows: Ints, cell: str) -> pa.Table:
    """Lift of each pair at `rows` in each store or on each weekday, and whether the cells differ.

    `p_value` tests one lift for all cells of the pair (Pearson's chi-square on shared baskets; Holm over the pairs).
    Cells with fewer than five expected baskets of both are left out.
    """
    baskets = engine.named(BASKETS)
    known = baskets.filter(baskets[cell].notnull())
    total = known.group_by(cell).aggregate(baskets=known.count())
    sides = pa.table(
        {
            "pair": np.tile(np.arange(len(rows)), 2),
            "code": np.concatenate((level.left[rows], level.right[rows])),
            "side": np.repeat(np.array([1, 2], np.int8), len(rows)),
        }
    )
    chosen = engine.register("pairs_sides", sides)
    hits = engine.named(CODED).inner_join(chosen, "code")
    held = hits.group_by("pair", "basket").aggregate(side=hits.side.sum()).inner_join(known, "basket")
    cells = held.group_by("pair", cell).aggregate(
        first=(held.side != 2).sum(), second=(held.side != 1).sum(), both=(held.side == 3).sum()
    )
    table = engine.arrow(cells.inner_join(total, cell).order_by("pair", cell))
    return _judged(table, level, rows, cell)


def _judged(table: pa.Table, level: Level, rows: Ints, cell: str) -> pa.Table:
    first, second, both, baskets = (
        table[column].cast(pa.float64()).to_numpy() for column in ("first", "second", "both", "baskets")
    )
    pair = table["pair"].to_numpy()
    alone = first * second / baskets
    kept = alone >= EXPECTED_MIN
    pair, both, alone, baskets = pair[kept], both[kept], alone[kept], baskets[kept]
    count = len(rows)
    cells = np.bincount(pair, minlength=count)
    lift = np.bincount(pair, both, count) / np.maximum(np.bincount(pair, alone, count), 1e-12)
    awaited = alone * lift[pair]
    terms = np.divide((both - awaited) ** 2, awaited, out=np.zeros_like(both), where=awaited > 0)
    p = np.where(cells > 1, chdtrc(np.maximum(cells - 1, 1), np.bincount(pair, terms, count)), 1.0)
    adjusted = holm(p, count)
    columns = {
        "level": pa.array([level.name] * len(pair), pa.string()),
        "left": pa.array(level.items[level.left[rows]][pair], pa.string()),
        "right": pa.array(level.items[level.right[rows]][pair], pa.string()),
        cell: table[cell].filter(pa.array(kept)),
        "baskets": pa.array(baskets.astype(np.int64)),
        "baskets_both": pa.array(both.astype(np.int64)),
        "support": pa.array(both / baskets),
        "lift": pa.array(both / alone),
        "p_value": pa.array(p[pair]),
        "differs": pa.array(adjusted[pair] <= LEVEL),
    }
    return pa.table(columns)
