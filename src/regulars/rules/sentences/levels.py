"""Ladders, benefits and rewards as sentences."""

from collections.abc import Iterator, Mapping

from regulars.rules.benefits import Benefit, Often
from regulars.rules.rewards import Price, Reward
from regulars.rules.sentences.conditions import conditions, limits, where, who
from regulars.rules.sentences.phrases import MONTHS
from regulars.rules.sentences.words import Words
from regulars.rules.tiers.ladder import Falls, Ladder, Level, OnMerge, OnReturn, Reviews, Window, Windows


def ladder(terms: Ladder, words: Words) -> str:
    """What reaches and keeps each level, and how one falls."""
    levels = [_level(level, words) for level in terms.levels[1:]]
    said = words.say("semicolon").join(levels)
    return words.clauses(
        [
            words.say("named", name=terms.name, said=said) if terms.name and said else said or terms.name,
            _window(terms.window, words),
            words.say("review daily") if terms.review == Reviews.DAILY else "",
            words.say("falls one-step" if terms.falls == Falls.ONE_STEP else "falls full"),
            words.say("grace", length=words.length(terms.grace)) if terms.grace else "",
            words.say("level lasts", length=words.length(terms.valid_for)) if terms.valid_for else "",
            words.say("levels taken back") if terms.on_return == OnReturn.TAKE_BACK else "",
            words.say("levels recomputed") if terms.on_merge == OnMerge.RECOMPUTED else "",
            words.say("days of zone", zone=terms.zone) if terms.zone != "UTC" else "",
        ]
    )


def _level(level: Level, words: Words) -> str:
    reach = (
        words.say("level from", amounts=_alternatives(level.reach, words)) if level.reach else words.say("level given")
    )
    beside = [
        words.say("level keeps", amounts=_alternatives(level.keep, words)) if level.keep else "",
        words.say("level lifetime", amounts=_alternatives(level.lifetime, words)) if level.lifetime else "",
        words.say("level years", number=level.lifetime_years) if level.lifetime_years else "",
        words.say("level stays") if level.never_drops else "",
    ]
    return words.say("level", level=level.name or level.code.capitalize(), reach=reach + "".join(beside))


def _alternatives(alternatives: tuple[Mapping[str, int], ...], words: Words) -> str:
    each = [words.all([_amount(name, amount, words) for name, amount in one.items()]) for one in alternatives]
    return words.all(each, joined="or")


def _amount(measure: str, amount: int, words: Words) -> str:
    if measure == "spend":
        return words.say("measure spend", money=words.money(amount))
    if measure == "purchases":
        return words.say("measure purchases", number=words.number(amount))
    return words.units(amount, measure)


def _window(window: Window, words: Words) -> str:
    if window.kind == Windows.CALENDAR and (window.months, window.begins_month) != (12, 1):
        month = MONTHS[window.begins_month - 1]
        return words.say("window calendar months", months=window.months, month=month, number=window.begins_month)
    return words.say(f"window {window.kind}", months=window.months)


def benefit(terms: Benefit, name: str, words: Words) -> str:
    """What levels bring."""
    every = words.say("every period" if terms.every == Often.PERIOD else f"every {terms.every}")
    levels = [_brings(f"{terms.ladder}/{level}", count, every, words) for level, count in terms.levels.items()]
    return words.clauses(
        [
            words.say("named", name=terms.name or name, said=words.all(levels)),
            *where(terms.where, words),
            words.say("handed over", name=words.name("offer", terms.coupons)) if terms.coupons else "",
        ]
    )


def _brings(level: str, count: int | None, every: str, words: Words) -> str:
    named = words.name("tier", level)
    if count is None:
        return words.say("benefit always", level=named)
    return words.say("benefit once" if count == 1 else "benefit level", level=named, number=count, every=every)


def reward(terms: Reward, words: Words) -> str:
    """What can be had for what."""
    prices = words.all([_price(price, words) for price in terms.prices], joined="or")
    return words.clauses([words.say("reward for", name=terms.name, prices=prices), *_about(terms, words)])


def _about(terms: Reward, words: Words) -> Iterator[str]:
    yield from conditions(terms.conditions, words)
    if terms.stock is not None:
        yield words.say("stock", number=words.number(terms.stock))
    yield from limits(terms.limits, words)
    if terms.fulfilled_later:
        yield words.say("fulfilled later", length=words.length(terms.kept_for))
    if terms.merchant:
        yield words.say("award of", name=words.name("merchant", terms.merchant))
    if terms.funder:
        yield words.say("funded", name=words.name("funder", terms.funder))


def _price(price: Price, words: Words) -> str:
    units = words.units(price.amount, price.unit) if price.amount else ""
    money = words.money(price.money, price.currency) if price.money else ""
    said = words.say("price both", units=units, money=money) if units and money else units or money
    for_whom = list(who(price.who, words))
    said = said or words.say("price nothing")
    return words.say("price for", price=said, who=words.say("comma").join(for_whom)) if for_whom else said
