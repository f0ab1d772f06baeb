"""Purchase lines with money on them, before any till writes them."""

from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from regulars.sample.baskets import Baskets
from regulars.sample.goods import Goods
from regulars.sample.seasons import SECONDS
from regulars.sample.visits import Visits

Ints = npt.NDArray[np.int64]
Lines = npt.NDArray[np.void]  # of LINE


class Kind(IntEnum):
    """What a line is."""

    SALE = 0
    RETURN = 1
    FEE = 2


class Fault(IntEnum):
    """What is wrong with a line on paper."""

    NONE = 0
    DATE = 1  # the date cannot be one
    AMOUNT = 2  # no amount
    ABSURD = 3  # the cashier scanned the article number into the price field


NOBODY: Final = -1  # customer of a cardless line; numbers past the last customer are special accounts
LINE: Final = np.dtype(
    [
        ("at", np.int64),  # seconds since the first midnight
        ("shop", np.int64),
        ("receipt", np.int64),
        ("customer", np.int64),
        ("product", np.int64),
        ("quantity", np.int64),  # thousandths
        ("price", np.int64),  # minor units for one piece or kilogram
        ("discount", np.int64),
        ("amount", np.int64),
        ("cost", np.int64),
        ("kind", np.int64),
        ("fault", np.int64),
        ("cancels", np.int64),  # receipt that this one cancels, or -1
    ]
)
PRICE_RISE_PERCENT: Final = 4
PROMOTED_SHARE: Final = 0.06  # of products, in any week


def priced(baskets: Baskets, visits: Visits, goods: Goods, random: np.random.Generator) -> Lines:
    """The baskets as lines with price, discount and cost on the day."""
    lines = np.zeros(len(baskets.visit), dtype=LINE)
    lines["at"] = visits.at[baskets.visit]
    lines["shop"] = visits.shop[baskets.visit]
    lines["receipt"] = baskets.visit
    lines["customer"] = visits.customer[baskets.visit]
    lines["product"] = baskets.product
    lines["quantity"] = baskets.pieces * 1000
    heavy = goods.weighed[baskets.product]
    lines["quantity"][heavy] = np.round(baskets.pieces[heavy] * random.uniform(150, 700, int(heavy.sum()))) * 2
    lines["cancels"] = -1
    day = lines["at"] // SECONDS
    days = int(day.max()) + 1
    rise_on = random.integers(0, days, len(goods.code))[baskets.product]
    base = goods.price[baskets.product]
    lines["price"] = np.where(day >= rise_on, (base * (100 + PRICE_RISE_PERCENT) // 1000) * 10, base)
    percent = random.choice([10, 20, 30], size=(len(goods.code), days // 7 + 1))
    percent[random.random(percent.shape) >= PROMOTED_SHARE] = 0
    settle(lines, percent[baskets.product, day // 7])
    lines["cost"] = np.round(goods.cost[baskets.product] * lines["quantity"] / 1000)
    return lines


def settle(lines: Lines, percent_off: Ints) -> None:
    """Discount and amount from price and quantity; what is cut off a fen is cut off the discount."""
    gross = (lines["price"] * lines["quantity"] + 500) // 1000
    lines["discount"] = gross * percent_off // 100
    lines["amount"] = gross - lines["discount"]


def negated(lines: Lines) -> Lines:
    """The same lines coming back; a fee that is paid back stays a fee."""
    back = lines.copy()
    for field in ("quantity", "discount", "amount", "cost"):
        back[field] = -back[field]
    back["kind"][back["kind"] == Kind.SALE] = Kind.RETURN
    return back


def column(lines: Lines, name: str) -> Ints:
    """One field as a plain array."""
    field: Any = lines[name]
    return np.ascontiguousarray(field)
