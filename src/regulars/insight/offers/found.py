"""What offers were made, and what the report shows of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class OffersFound:
    """The figures of a run. Money in minor units; `expected` is by the rules' assumptions on what an offer does."""

    goal: str
    valid_days: int
    customers: int  # with a personal list
    listed: int  # who spend enough to get it printed
    offered: int  # with at least one discount on it
    offers: int
    discount_minor: int  # expected: chance of use × discount
    worst_minor: int  # if every offer is used
    expected_margin_minor: int  # more margin than without any offer, discounts and what others pay taken into account
    held_back: int  # products that would be bought anyway at full price, so not discounted
    held_back_customers: int
    saved_minor: int  # what discounting these would have cost
    by_box: pa.Table  # habit, usage ("" where not judged), offers, mean_percent
    by_class: pa.Table  # value_class, customers (listed), offers, mean_percent, discount_minor (a customer, worst case)
    bill: pa.Table  # vendor ("us" last), offers, customers, budget_minor, reserved_minor, worst_minor
    why_not: pa.Table  # reason, rows, customers, saved_minor (only of "anyway")
    example: pa.Table  # the rows of one list with several offers
    assumed: Mapping[str, float] = field(default_factory=dict)  # odds_per_10_percent, later_purchases, goal_worth
    sampled: float = 1.0  # share of the customers that all of this is about


@dataclass(frozen=True, slots=True)
class Offers:
    """Lists with their discounts.

    `table` has every row of the lists that are printed: customer, rank, product, product_name, category, brand,
    reason, reason_product, value_class, habit, usage, usual_minor, by_weight, discount_percent, discount_minor,
    price_minor, paid_by (us, vendor, both), vendor, vendor_minor, our_minor, chance (of a purchase with the discount),
    chance_without, expected_margin_minor, why_not. What has no discount has nulls from discount_percent to
    our_minor, and its reason in why_not. An Ibis table kept in the engine where one was given, else Arrow.
    """

    table: Any
    bill: pa.Table
    why_not: pa.Table
    found: OffersFound
