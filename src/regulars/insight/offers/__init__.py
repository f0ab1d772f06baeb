"""Offers on personal lists: in proportion to value and box, within what vendors pay, never on what sells anyway."""

from regulars.insight.offers.found import Offers, OffersFound
from regulars.insight.offers.making import make_offers
from regulars.insight.offers.products import own_purchases, product_facts
from regulars.insight.offers.rules import OfferRules, OfferRulesWrong, Vendor
from regulars.insight.offers.rules_file import example, read_rules

__all__ = [
    "OfferRules",
    "OfferRulesWrong",
    "Offers",
    "OffersFound",
    "Vendor",
    "example",
    "make_offers",
    "own_purchases",
    "product_facts",
    "read_rules",
]
