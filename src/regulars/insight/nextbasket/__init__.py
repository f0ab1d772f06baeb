"""Next basket: a personal shopping list for each customer, and how such lists did on baskets that came later."""

from regulars.insight.nextbasket.found import NextBasketFound
from regulars.insight.nextbasket.judging import evaluate, judge
from regulars.insight.nextbasket.lists import personal_lists
from regulars.insight.nextbasket.model import NextBasket
from regulars.insight.nextbasket.search import Chosen, search
from regulars.insight.nextbasket.shop import keep_bought

__all__ = ["Chosen", "NextBasket", "NextBasketFound", "evaluate", "judge", "keep_bought", "personal_lists", "search"]
