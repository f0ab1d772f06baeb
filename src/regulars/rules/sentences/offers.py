"""Promotions, series of coupons and paying with points as sentences."""

from collections.abc import Iterator

from regulars.rules.conditions import Who
from regulars.rules.limits import Limit, Of
from regulars.rules.paying import PointsPayment
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
)
from regulars.rules.pricing.offers import Basis, Part
from regulars.rules.rounding import At, Round
from regulars.rules.sentences.conditions import any_currency, conditions, limits, what
from regulars.rules.sentences.words import Words


def promotion(name: str, offer: Offer, capped: tuple[Limit, ...], words: Words) -> str:
    """An offer that comes by itself."""
    return words.clauses([words.say("named", name=name, said=_head(offer, words)), *_clauses(offer, capped, words)])


def series(
    name: str,
    offer: Offer,
    capped: tuple[Limit, ...],
    words: Words,
    *,
    life: str,
    uses: int,
    transferable: bool,
    restored: bool,
    restored_for: str,
    per_item: bool = False,
) -> str:
    """An offer for a code."""
    return words.clauses(
        [
            words.say("named", name=name, said=_head(offer, words)),
            words.say("by code"),
            words.say("per item") if per_item else "",
            *_clauses(offer, capped, words),
            words.say("code life", length=words.length(life)) if life else "",
            words.say("code uses", number=words.number(uses)) if uses != 1 else "",
            "" if transferable else words.say("not transferable"),
            words.say("restored") if restored else "",
            words.say("restored for", length=words.length(restored_for)) if restored_for else "",
        ]
    )


def _head(offer: Offer, words: Words) -> str:
    goods = what(offer.what, words) or words.say("everything")
    match offer.benefit:
        case Percent(permille=permille):
            return words.say("percent off", percent=words.percent(permille), what=goods)
        case AmountOff(amount=amount, for_each=each, per_piece=per_piece):
            money = words.money(amount, offer.currency)
            if each is not None:
                return words.say("amount for each", money=money, each=words.money(each, offer.currency), what=goods)
            return words.say("amount each" if per_piece else "amount off", money=money, what=goods)
        case FixedPrice() as fixed:
            return _fixed(fixed, offer, goods, words)
        case NForM(take=take, pay=pay, permille=1000):
            return words.say("n for m", take=take, pay=pay, what=goods)
        case NForM(take=take, pay=pay, permille=permille):
            percent = words.percent(permille)
            return words.say("n for m part", take=take, free=take - pay, percent=percent, what=goods)
        case CheapestFree(of=of, free=free):
            return words.say("cheapest free", of=of, free=free, what=goods)
        case Bundle(parts=parts, price=price):
            said = words.all([_part(part, words) for part in parts])
            return words.say("bundle", parts=said, money=words.money(price, offer.currency))
        case Gift(item=item, pieces=pieces):
            return words.say("gift", number=words.number(pieces), item=words.name("item", item))
        case BonusPoints(unit=unit, amount=amount, per=None):
            return words.say("bonus", units=words.units(amount, unit))
        case BonusPoints(unit=unit, amount=amount, per=int(per)):
            money = words.money(per, offer.currency)
            return words.say("bonus for each", units=words.units(amount, unit), money=money, what=goods)
    raise AssertionError(offer.benefit)


def _fixed(fixed: FixedPrice, offer: Offer, goods: str, words: Words) -> str:
    prices = [
        words.say("price of", item=words.name("item", item), money=words.money(price, offer.currency))
        for item, price in fixed.prices.items()
    ]
    if fixed.each is None:
        return words.say("fixed prices", prices=words.all(prices))
    each = words.say("fixed price", what=goods, money=words.money(fixed.each, offer.currency))
    return words.say("semicolon").join([each, *prices])


def _part(part: Part, words: Words) -> str:
    goods = what(part.what, words) or words.say("anything")
    return words.say("part single" if part.pieces == 1 else "part", number=part.pieces, what=goods)


def _clauses(offer: Offer, capped: tuple[Limit, ...], words: Words) -> Iterator[str]:
    goods = what(offer.what, words)
    if goods and (isinstance(offer.benefit, Gift | Bundle) or _flat_points(offer) or _prices_only(offer)):
        yield words.say("with goods", what=goods)
    if offer.currency:
        yield words.say("in currency", currency=offer.currency)
    elif _of_money(offer, capped):
        yield any_currency(words)
    if isinstance(offer.benefit, Percent) and (offer.benefit.round, offer.benefit.round_at) != (
        Round.DOWN,
        At.PURCHASE,
    ):
        yield words.say(f"round {offer.benefit.round} {offer.benefit.round_at}", period="")
    yield from _whom(offer.conditions.who, words)
    yield from conditions(offer.conditions, words, offer.currency)
    if offer.most is not None:
        yield words.say("most off", money=words.money(offer.most, offer.currency))
    if offer.most_per_line is not None:
        yield words.say("most off line", money=words.money(offer.most_per_line, offer.currency))
    if offer.times is not None:
        yield words.say("most times", number=words.number(offer.times))
    yield from limits(
        capped, words, offer.benefit.unit if isinstance(offer.benefit, BonusPoints) else "", offer.currency
    )
    yield from _stacking(offer, words)


def _of_money(offer: Offer, capped: tuple[Limit, ...]) -> bool:
    """Whether it says an amount of money; benefits of money say their currency, but for points."""
    for_each = isinstance(offer.benefit, BonusPoints) and offer.benefit.per is not None
    most = offer.most is not None or offer.most_per_line is not None
    return for_each or most or offer.conditions.least.of_money or any(one.of == Of.MONEY for one in capped)


def _whom(given: Who, words: Words) -> Iterator[str]:
    """An offer is for members, unless it is for anyone; what asks for more of members asks it of them alone."""
    if given.anyone and given != Who(anyone=True):
        yield words.say("without a card")
    elif not (given.anyone or given.tiers or given.segments or given.tags or given.enrolled_in):
        yield words.say("for members")


def _flat_points(offer: Offer) -> bool:
    return isinstance(offer.benefit, BonusPoints) and offer.benefit.per is None


def _prices_only(offer: Offer) -> bool:
    return isinstance(offer.benefit, FixedPrice) and offer.benefit.each is None


def _stacking(offer: Offer, words: Words) -> Iterator[str]:
    stacking = offer.stacking
    if stacking.group:
        yield words.say("stack group", name=words.name("group", stacking.group))
    if stacking.combines_with is not None:
        names = [words.name("group", code) if code else words.say("no group") for code in stacking.combines_with]
        yield words.say("stack some", names=words.all(names)) if names else words.say("stack none")
    if stacking.basis == Basis.ORIGINAL:
        yield words.say("on original")
    if stacking.together != 1:
        yield words.say("coupons together", number=stacking.together)
    if stacking.priority:
        yield words.say("rank", number=stacking.priority)


def paying(terms: PointsPayment, words: Words) -> str:
    """What points are worth at the till."""
    unit, goods = terms.unit, what(terms.what, words)
    return words.clauses(
        [
            words.say(
                "point pays" if terms.points == 1 else "points pay",
                units=words.units(terms.points, unit),
                money=words.money(terms.worth, terms.currency),
            ),
            words.say("points for", what=goods) if goods else "",
            *conditions(terms.conditions, words, terms.currency),
            words.say("points least", units=words.units(terms.least, unit)) if terms.least > 1 else "",
            words.say("points step", units=words.units(terms.step, unit)) if terms.step > 1 else "",
            words.say("points most", units=words.units(terms.most, unit)) if terms.most is not None else "",
            words.say("points share", percent=words.percent(terms.most_permille)) if terms.most_permille < 1000 else "",
        ]
    )
