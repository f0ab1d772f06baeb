"""Kinds of terms: promotions (by themselves), series of coupons (for a code), and what holds between all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from regulars.basics.errors import RegularsError
from regulars.basics.periods import Period
from regulars.ledger.models import Unit
from regulars.programme.terms import Problem, of_kind, only_one
from regulars.rules.limits import Limit
from regulars.rules.pricing import (
    AmountOff,
    BonusPoints,
    Bundle,
    CheapestFree,
    FixedPrice,
    Gift,
    NForM,
    Offer,
    Percent,
    Policy,
)

PROMOTION: Final = "promotion"
SERIES: Final = "coupon-series"
POLICY: Final = "pricing-policy"


@dataclass(frozen=True, slots=True)
class Promotion:
    """An offer that comes by itself, to whoever its conditions name."""

    name: str
    offer: Offer
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """Coupons with one offer. Its window is `offer.conditions.when`; `life` runs from when a coupon is given."""

    name: str
    offer: Offer
    limits: tuple[Limit, ...] = ()
    life: str = ""  # "30D@day"
    uses: int = 1  # of each code that is not shared
    transferable: bool = True  # a coupon that is one member's alone may be given to another
    restored_on_return: bool = False  # when all it took something off comes back
    restored_for: str = ""  # "7D": a coupon that is over by then is good for so long again
    per_item: bool = False  # each coupon is for one product, which is named when it is given: for personal lists


def _of_promotion(terms: Promotion, organisation: UUID) -> Iterator[Problem]:
    yield from _named(terms.name)
    yield from faults(terms.offer, "/offer")


def _of_series(terms: Series, organisation: UUID) -> Iterator[Problem]:
    yield from _named(terms.name)
    yield from faults(terms.offer, "/offer")
    for place, period in (("/life", terms.life), ("/restored_for", terms.restored_for)):
        try:
            if period:
                Period.parse(period)
        except RegularsError as wrong:
            yield Problem(place, str(wrong), "period")
    yield from _least("/uses", terms.uses, 1)
    if terms.per_item and not isinstance(terms.offer.benefit, Percent | AmountOff | FixedPrice | NForM | CheapestFree):
        yield Problem("/per_item", "A bundle, a gift or points are not off one product.", "per-item")


def _of_policy(terms: Policy, organisation: UUID) -> Iterator[Problem]:
    for place, cap in enumerate(terms.caps):
        if cap.permille is None and cap.amount is None:
            yield Problem(f"/caps/{place}", "A cap is a share of the price, an amount, or both.", "cap")
        yield from _least(f"/caps/{place}/permille", cap.permille, 0)
        yield from _least(f"/caps/{place}/amount", cap.amount, 0)


def _named(name: str) -> Iterator[Problem]:
    if not 0 < len(name.strip()) <= 200:
        yield Problem("/name", "A name of 1 to 200 letters.", "name")


def faults(offer: Offer, place: str) -> Iterator[Problem]:
    """What would surprise people in an offer, told when it is published."""
    yield from _of_benefit(offer, f"{place}/benefit")
    for name in ("most", "most_per_line", "times"):
        yield from _least(f"{place}/{name}", getattr(offer, name), 1)
    yield from _least(f"{place}/stacking/together", offer.stacking.together, 1)
    if isinstance(offer.benefit, AmountOff | FixedPrice | Bundle) and not offer.currency:
        yield Problem(f"{place}/currency", "An amount is of a currency: say which.", "currency")
    if offer.currency and not (len(offer.currency) == 3 and offer.currency.isascii() and offer.currency.isupper()):
        yield Problem(f"{place}/currency", "A currency is three capital letters.", "currency")


def _of_benefit(offer: Offer, place: str) -> Iterator[Problem]:
    match offer.benefit:
        case Percent(permille=permille):
            yield from _share(f"{place}/permille", permille)
        case AmountOff(amount=amount, for_each=each):
            yield from _least(f"{place}/amount", amount, 1)
            yield from _least(f"{place}/for_each", each, 1)
        case FixedPrice(each=each, prices=prices):
            if each is None and not prices:
                yield Problem(place, "A price for each, or prices by item.", "price")
            yield from _least(f"{place}/each", each, 0)
            for item, amount in prices.items():
                yield from _least(f"{place}/prices/{item}", amount, 0)
        case BonusPoints() as points:
            yield from _of_points(points, place)
        case deal:
            yield from _of_deal(deal, place)


def _of_deal(deal: NForM | CheapestFree | Bundle | Gift, place: str) -> Iterator[Problem]:
    match deal:
        case NForM(take=take, pay=pay, permille=permille):
            if not 0 <= pay < take:
                yield Problem(f"{place}/pay", "Fewer are paid than are taken.", "pay")
            yield from _share(f"{place}/permille", permille)
        case CheapestFree(of=of, free=free):
            if not 0 < free < of:
                yield Problem(f"{place}/free", "Fewer are free than are bought.", "free")
        case Bundle(parts=parts, price=price):
            if not parts:
                yield Problem(f"{place}/parts", "A bundle has parts.", "parts")
            for number, part in enumerate(parts):
                yield from _least(f"{place}/parts/{number}/pieces", part.pieces, 1)
            yield from _least(f"{place}/price", price, 0)
        case Gift(item=item, pieces=pieces, worth=worth):
            if not item:
                yield Problem(f"{place}/item", "Say which item is given.", "item")
            yield from _least(f"{place}/pieces", pieces, 1)
            yield from _least(f"{place}/worth", worth, 0)


def _share(place: str, permille: int) -> Iterator[Problem]:
    if not 0 < permille <= 1000:
        yield Problem(place, "From 1 to 1000: 200 is a fifth.", "permille")


def _of_points(points: BonusPoints, place: str) -> Iterator[Problem]:
    yield from _least(f"{place}/amount", points.amount, 1)
    yield from _least(f"{place}/per", points.per, 1)
    yield from _least(f"{place}/worth", points.worth, 0)
    if not Unit.objects.filter(code=points.unit).exists():
        yield Problem(f"{place}/unit", "There is no unit of this code.", "unit")


def _least(place: str, value: int | None, least: int) -> Iterator[Problem]:
    if value is not None and value < least:
        yield Problem(place, f"At least {least}.", "too-small")


of_kind(PROMOTION, Promotion, check=_of_promotion)
of_kind(SERIES, Series, check=_of_series)
of_kind(POLICY, Policy, check=_of_policy, check_code=only_one)
