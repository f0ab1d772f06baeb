"""What stands on a printed list."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from regulars.insight.report.sentences.first import short
from regulars.insight.report.words import Words, mark

WHY: Mapping[str, str] = {
    "habit": mark("You like to buy it"),
    "due": mark("Probably used up soon"),
    "alike": mark("Customers like you buy it"),
    "popular": mark("Many buy it"),
    "switch": mark("Try our own brand"),
}
_NAME = 40


class SheetWords:
    """Texts of a sheet in one language, plain: what comes in them from data is shown as it is."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.title = words.t("Your shopping list").plain
        self.usually = words.t("usually").plain
        self.no_shop = words.t("Our shop").plain
        self.how = words.t("Show this code or your card when you pay: all offers count at once.").plain
        self._reasons = {code: words.t(message).plain for code, message in WHY.items()}
        self._prices: dict[int, str] = {}

    def reason(self, code: str | None, product: str | None) -> str:
        """Why a product stands on the list; "" for a reason that is not known."""
        if code == "with" and product:
            return self.words.t("Goes with {product}", product=short(product, _NAME)).plain
        if code == "switch" and product:
            return self.words.t("Try ours instead of {product}", product=short(product, _NAME)).plain
        return self._reasons.get(code or "", "")

    def price(self, minor: int) -> str:
        """A price in full, to the last cent."""
        if minor not in self._prices:
            digits = self.words.numbers.minor_digits
            self._prices[minor] = f"{self.words.numbers.sign}{Decimal(minor).scaleb(-digits):,.{digits}f}"
        return self._prices[minor]

    def off(self, percent: int) -> str:
        """A discount as it is printed."""
        return f"−{percent}%"

    def valid(self, first: date, last: date) -> str:
        """From when until when."""
        day = self.words.numbers.day
        return self.words.t("{first} to {last}", first=day(first), last=day(last)).plain

    def for_whom(self, customer: str) -> str:
        """Whose list it is."""
        return self.words.t("For customer {customer}", customer=short(customer, _NAME)).plain

    def offers(self, count: int) -> str:
        """How many discounts are on it."""
        return self.words.n("{count} offer for you", "{count} offers for you", count).plain

    @property
    def fixed(self) -> str:
        """Every letter that any sheet may need, whatever the data."""
        own = [self.title, self.usually, self.no_shop, self.how, *self._reasons.values(), self.words.numbers.sign]
        own += [self.reason("with", " "), self.reason("switch", " "), self.for_whom(""), self.offers(0), self.off(0)]
        days = [self.words.numbers.day(date(2025, month, 1)) for month in range(1, 13)]
        return "".join([*own, *days, self.valid(date(2025, 1, 1), date(2025, 1, 2)), self.offers(1), "0123456789.,-–"])
