"""Rules of offers as data: who qualifies, which discount for which box and value, who pays, what has none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from regulars.basics.errors import RegularsError

GOALS: Final = ("store-brand", "margin", "rescue")
COUNTS: Final = ("expected", "worst")
CELLS: Final = tuple(
    (habit, usage) for habit in ("national", "switcher", "store") for usage in ("low", "medium", "high")
)
CLASSES: Final = ("ordinary", "important", "vip")
_LADDER: Final[Mapping[tuple[str, str], float]] = MappingProxyType(
    dict(zip(CELLS, (15.0, 25.0, 30.0, 10.0, 15.0, 20.0, 5.0, 5.0, 10.0), strict=True))
)
_FACTORS: Final[Mapping[str, float]] = MappingProxyType({"ordinary": 0.7, "important": 1.0, "vip": 1.2})
_MARGINS: Final[Mapping[str, float]] = MappingProxyType({"national": 0.22, "store": 0.35, "unknown": 0.25})


class OfferRulesWrong(RegularsError):
    """The rules of offers cannot be read, or contradict themselves."""

    code = "offer-rules-wrong"


@dataclass(frozen=True, slots=True)
class Vendor:
    """Who pays `pays` (0 … 1) of each discount on the goods of these brands or products, up to `budget_minor`."""

    name: str
    brands: Sequence[str] = ()
    products: Sequence[str] = ()
    budget_minor: int | None = None
    pays: float = 1.0


@dataclass(frozen=True, slots=True)
class OfferRules:
    """What example.toml says, in minor units. Percentages are 0 … 100, shares 0 … 1. Raises OfferRulesWrong."""

    goal: str = "store-brand"
    valid_days: int = 14
    offers_max: int = 5
    weekly_spend_min_minor: int = 2_500
    discount_anyway: bool = False
    chance_from: float = 0.5
    full_price_share_from: float = 0.5
    step_percent: int = 5
    percent_min: int = 5
    percent_max: int = 40
    margin_share_max: float = 0.8
    list_share_max: float = 0.15
    ladder: Mapping[tuple[str, str], float] = field(default_factory=lambda: _LADDER)
    ladder_unknown: float = 10.0
    value_factors: Mapping[str, float] = field(default_factory=lambda: _FACTORS)
    odds_per_10_percent: float = 1.35
    later_purchases: float = 2.0
    goal_worth: float = 1.0
    margins: Mapping[str, float] = field(default_factory=lambda: _MARGINS)
    never_categories: Sequence[str] = ()
    never_brands: Sequence[str] = ()
    never_products: Sequence[str] = ()
    count: str = "expected"
    our_budget_minor: int | None = None
    vendors: Sequence[Vendor] = ()

    def __post_init__(self) -> None:
        for where, problem in self.problems():
            raise OfferRulesWrong(f"{'.'.join(where)}: {problem}", key=".".join(where))

    def problems(self) -> list[tuple[tuple[str, ...], str]]:
        """What would surprise people, as (key in the file, sentence); values on their own were checked before."""
        found: list[tuple[tuple[str, ...], str]] = []
        factors = [self.value_factors[name] for name in CLASSES]
        if factors != sorted(factors):
            found.append((("value",), "a more valuable customer must not get less: ordinary ≤ important ≤ vip"))
        if self.percent_min > self.percent_max:
            found.append((("discount", "percent_min"), f"is above percent_max ({self.percent_max})"))
        if self.goal == "store-brand" and self.ladder["national", "high"] < max(self.ladder.values()):
            deepest = "with the goal store-brand, heavy buyers of national brands get the deepest opening discount"
            found.append((("ladder", "national", "high"), deepest))
        found += self._claimed_twice()
        return found

    def _claimed_twice(self) -> list[tuple[tuple[str, ...], str]]:
        names = [vendor.name for vendor in self.vendors]
        twice = {name for name in names if names.count(name) > 1}
        for kind in ("brands", "products"):
            claimed = [text for vendor in self.vendors for text in getattr(vendor, kind)]
            twice |= {text for text in claimed if claimed.count(text) > 1}
        if "us" in names:
            return [(("vendor", "name"), "“us” is ourselves; a vendor needs another name")]
        return [(("vendor",), f"{text} stands there twice; who should pay?") for text in sorted(twice)]

    @property
    def by_brand(self) -> dict[str, str]:
        """Brand → the vendor who pays for it; a vendor without a word about goods pays for the brand of its name."""
        named = {brand: vendor.name for vendor in self.vendors for brand in vendor.brands}
        own = {vendor.name: vendor.name for vendor in self.vendors if not vendor.brands and not vendor.products}
        return own | named

    @property
    def by_product(self) -> dict[str, str]:
        """Product → the vendor who pays for it; goes before its brand."""
        return {product: vendor.name for vendor in self.vendors for product in vendor.products}
