"""Next basket: a personal shopping list for each customer, and how such lists did on baskets that came later."""

from regulars.insight.nextbasket.found import NextBasketFound
from regulars.insight.nextbasket.judging import evaluate
from regulars.insight.nextbasket.lists import personal_lists
from regulars.insight.nextbasket.model import NextBasket
from regulars.insight.nextbasket.search import Chosen, search

__all__ = ["Chosen", "NextBasket", "NextBasketFound", "evaluate", "personal_lists", "search"]
