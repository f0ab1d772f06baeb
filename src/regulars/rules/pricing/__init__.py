"""Promotions and coupons: what they take off a bill, which of them stand together, and why the others do not.

`price` is the whole of it; `priced_again` the same after a return. Pure: plain values in, plain values out.
"""

from regulars.rules.pricing.giving import Effect, GiftDue, Points
from regulars.rules.pricing.offers import (
    AS_USUAL,
    AmountOff,
    Basis,
    Benefit,
    BonusPoints,
    Bundle,
    Cap,
    CheapestFree,
    Choice,
    FixedPrice,
    Gift,
    NForM,
    Offer,
    Offered,
    Part,
    Percent,
    Policy,
    Stacking,
    Typed,
)
from regulars.rules.pricing.pricing import Applied, Priced, price
from regulars.rules.pricing.returning import OnReturn, PricedAgain, priced_again

__all__ = (
    "AS_USUAL",
    "AmountOff",
    "Applied",
    "Basis",
    "Benefit",
    "BonusPoints",
    "Bundle",
    "Cap",
    "CheapestFree",
    "Choice",
    "Effect",
    "FixedPrice",
    "Gift",
    "GiftDue",
    "NForM",
    "Offer",
    "Offered",
    "OnReturn",
    "Part",
    "Percent",
    "Points",
    "Policy",
    "Priced",
    "PricedAgain",
    "Stacking",
    "Typed",
    "price",
    "priced_again",
)
