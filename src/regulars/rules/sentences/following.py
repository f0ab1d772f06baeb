"""Referrals, challenges and offers to opt into as sentences, with the prizes they give."""

from collections.abc import Iterator
from dataclasses import replace

from regulars.rules.challenges import ChallengeTerms, Counting
from regulars.rules.limits import Every, NearEnd, Of
from regulars.rules.occasion import PURCHASE
from regulars.rules.opting import OfferTerms
from regulars.rules.prizes import Prize
from regulars.rules.referrals import ReferralTerms
from regulars.rules.sentences.conditions import any_currency, conditions, limits, what, who
from regulars.rules.sentences.words import Words


def prize(given: Prize, words: Words) -> str:
    """
    >>> prize(Prize(200, "points", validity="12M@month"), Words()), prize(Prize(coupon="dessert"), Words())
    ('200 points (good for 12 months (to the end of the month))', 'one coupon dessert')
    """
    if given.coupon:
        phrase = "prize coupon" if given.amount == 1 else "prize coupons"
        return words.say(phrase, number=words.number(given.amount), name=words.name("offer", given.coupon))
    beside = [
        words.say("active after", length=words.length(given.wait)) if given.wait else "",
        words.say("lasts", length=words.length(given.validity)) if given.validity else "",
        words.say("funded", name=words.name("funder", given.funder)) if given.funder else "",
    ]
    units = words.units(given.amount, given.unit)
    said = words.say("comma").join(filter(None, beside))
    return words.say("prize beside", prize=units, beside=said) if said else units


def referral(terms: ReferralTerms, words: Words) -> str:
    """
    >>> referral(ReferralTerms(to_referrer=Prize(200, "points")), Words())[:95]
    'Who brings a friend gets 200 points once the friend has bought; not for people of one household'
    """
    return words.clauses([_brought(terms, words), *_purchase(terms, words), *_honest(terms, words)])


def _brought(terms: ReferralTerms, words: Words) -> str:
    friend = prize(terms.to_friend, words) if terms.to_friend else ""
    referrer = prize(terms.to_referrer, words) if terms.to_referrer else ""
    phrase = "referral both" if friend and referrer else "referral friend" if friend else "referral referrer"
    return words.say(phrase, friend=friend, referrer=referrer)


def _purchase(terms: ReferralTerms, words: Words) -> Iterator[str]:
    """The one that counts."""
    if goods := what(terms.what, words):
        yield words.say("with goods", what=goods)
    yield from conditions(terms.conditions, words)
    if terms.conditions.least.of_money:
        yield any_currency(words)


def _honest(terms: ReferralTerms, words: Words) -> Iterator[str]:
    if terms.joined_within is not None:
        said = words.length(f"{terms.joined_within}D") if terms.joined_within else ""
        yield words.say("referral said" if said else "referral said at once", length=said)
    if not terms.same_household:
        yield words.say("referral household")
    within = terms.taken_back_within
    yield words.say("referral back", length=words.length(within)) if within else words.say("referral back always")
    if terms.to_referrer is None:
        return
    for one in terms.limits:
        if one.of != Of.MONEY:  # a prize costs nothing that is counted; it is given whole, to whoever is the member
            whole = replace(one, near_end=NearEnd.REFUSE, also_by=())
            (said,) = limits((whole,), words, terms.to_referrer.unit)
            yield words.say("referral limit", limit=said)


def challenge(terms: ChallengeTerms, words: Words) -> str:
    """
    >>> from regulars.rules.challenges import Goal
    >>> challenge(ChallengeTerms(Goal(Counting.ITEMS, 3), Prize(300, "points"), "Try three", length="30D"), Words())
    'Try three: who opts in gets 300 points once for buying 3 different items; within 30 days of opting in.'
    """
    said = words.say("challenge", prize=prize(terms.prize, words), goal=_goal(terms, words))
    goods = what(terms.what, words)
    of_money = terms.goal.count == Counting.AMOUNT or terms.conditions.least.of_money
    return words.clauses(
        [
            words.say("named", name=terms.name, said=said) if terms.name else said,
            words.say("counting", what=goods) if goods else "",
            _window(terms, words),
            *conditions(terms.conditions, words),
            any_currency(words) if of_money else "",
        ]
    )


def _goal(terms: ChallengeTerms, words: Words) -> str:
    count, reach = terms.goal.count, terms.goal.reach
    spent = count == Counting.AMOUNT and terms.occasions == (PURCHASE,)
    phrase = "goal spent" if spent else f"goal {count}" + (" 1" if reach == 1 and count != Counting.AMOUNT else "")
    return words.say(
        phrase,
        number=words.number(reach),
        money=words.money(reach),
        occasions=words.listed("event", terms.occasions),
    )


def _window(terms: ChallengeTerms, words: Words) -> str:
    if terms.length:
        return words.say("window length", length=words.length(terms.length))
    if terms.every != Every.EVER:
        return words.say(f"window every {terms.every}")
    assert terms.ends_on is not None
    if terms.begins_on is None:
        return words.say("window until", last=words.day(terms.ends_on))
    return words.say("between days", first=words.day(terms.begins_on), last=words.day(terms.ends_on))


def offer(terms: OfferTerms, code: str, words: Words) -> str:
    """What it gives, the rules say that name it.

    >>> offer(OfferTerms(places=500), "winter-day", Words())
    'Winter-day: for members who opt in; 500 places in all.'
    """
    single = terms.places == 1
    return words.clauses(
        [
            words.say("named", name=terms.name or code, said=words.say("offer")),
            *who(terms.conditions.who, words),
            words.say("place" if single else "places", number=words.number(terms.places)) if terms.places else "",
            words.say("lasts until", day=words.day(terms.ends_on)) if terms.ends_on else "",
        ]
    )
