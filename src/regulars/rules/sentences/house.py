"""What a house may give, takes, and how it settles what could be settled in several ways, as sentences."""

from collections.abc import Iterator

from regulars.rules.caps import BalanceCap
from regulars.rules.commission import Commission
from regulars.rules.goodwill import Allowance, GoodwillTerms, Over
from regulars.rules.pricing.offers import Cap, Policy
from regulars.rules.resets import ResetTerms
from regulars.rules.returns import ReturnPolicy
from regulars.rules.sentences.conditions import any_currency, what
from regulars.rules.sentences.words import Words


def goodwill(terms: GoodwillTerms, role: str, words: Words) -> str:
    """
    >>> goodwill(GoodwillTerms({"points": Allowance(20, 50)}, reasons=("long-wait",)), "clerk", Words())[30:]
    'may give on the spot up to 20 points at a time and 50 points a day; for long-wait; more than that is refused.'
    """
    each = [*_units(terms, words), *_coupons(terms, words)]
    return words.clauses(
        [
            words.say("goodwill", role=words.name("role", role), each=words.all(each)),
            words.say("goodwill reasons", names=words.listed("reason", terms.reasons)),
            words.say(f"goodwill {_over(terms)}"),
        ]
    )


def _units(terms: GoodwillTerms, words: Words) -> Iterator[str]:
    for unit, one in terms.units.items():
        said = words.say("allowance", deed=words.units(one.per_deed, unit), day=words.units(one.per_day, unit))
        lasts = terms.validity.get(unit)
        beside = words.say("lasts", length=words.length(lasts)) if lasts else ""
        yield words.say("prize beside", prize=said, beside=beside) if beside else said


def _coupons(terms: GoodwillTerms, words: Words) -> Iterator[str]:
    for code, one in terms.coupons.items():
        yield _of_coupons(words.name("offer", code), one, words)


def _of_coupons(name: str, one: Allowance, words: Words) -> str:
    phrase = "prize coupon" if one.per_deed == 1 else "prize coupons"
    deed = words.say(phrase, number=words.number(one.per_deed), name=name)
    return words.say("allowance coupons", deed=deed, day=words.number(one.per_day))


def _over(terms: GoodwillTerms) -> str:
    """Only units wait for a second person."""
    if terms.over == Over.REFUSE or not terms.units:
        return "refuse"
    return "ask units" if terms.coupons else "ask"


def reset(terms: ResetTerms, words: Words) -> str:
    """
    >>> reset(ResetTerms("bill-late", "points"), Words())
    'On the event bill-late all points that a member could spend are taken; an appeal is heard within 30 days.'
    """
    return words.clauses(
        [
            words.say("reset", event=words.name("event", terms.event), unit=words.unit(terms.unit)),
            words.say("reset appeal", length=words.length(terms.appeal_within)),
        ]
    )


def commission(terms: Commission, words: Words) -> str:
    """
    >>> commission(Commission({"agent": 150, "site": 180}, ("web", "desk"), "site"), Words())
    'Of what is paid agent takes 15% and site takes 18%; web shop and service desk carry no commission; who \
came by them is taken to have come by site otherwise.'
    """
    takes = [
        words.say("agent takes", agent=words.name("channel", code), percent=words.percent(permille))
        for code, permille in terms.agents.items()
    ]
    return words.clauses(
        [
            words.say("commission", each=words.all(takes)),
            words.say("no commission", names=words.listed("channel", terms.direct, joined="and")),
            words.say("agent instead", agent=words.name("channel", terms.instead)),
            words.say("commission of", names=words.listed("merchant", terms.merchants)) if terms.merchants else "",
        ]
    )


def balance_cap(terms: BalanceCap, words: Words) -> str:
    """
    >>> balance_cap(BalanceCap("points", 100), Words())
    'A member has at most 100 points, active and pending together; what rules would give above that is not given.'
    """
    return words.clauses([words.say("balance cap", units=words.units(terms.most, terms.unit))])


def late(review_after: str, words: Words) -> str:
    """
    >>> late("30D", Words())
    'A bill that is told more than 30 days after the purchase gives nothing until a person has accepted it.'
    """
    return words.clauses([words.say("late", length=words.length(review_after))])


def returns(terms: ReturnPolicy, words: Words) -> str:
    """
    >>> returns(ReturnPolicy(), Words())[:84]
    'When goods come back: points they had earned that are spent by then are owed, and re'
    """
    return words.clauses(
        [words.say("returns", said=words.say(f"spent {terms.spent}")), words.say(f"mixed {terms.mixed}")]
    )


def policy(terms: Policy, words: Words) -> str:
    """
    >>> policy(Policy(caps=(Cap(permille=500),)), Words())[-67:]
    '; all offers together take at most 50% of the price off everything.'
    """
    return words.clauses(
        [
            words.say(f"choice {terms.choice}"),
            words.say(f"typed {terms.typed}"),
            *(_cap(one, words) for one in terms.caps),
            any_currency(words) if any(one.amount is not None for one in terms.caps) else "",
        ]
    )


def _cap(cap: Cap, words: Words) -> str:
    share = words.say("cap share", percent=words.percent(cap.permille)) if cap.permille is not None else ""
    money = words.money(cap.amount) if cap.amount is not None else ""
    most = words.say("cap both", share=share, money=money) if share and money else share or money
    goods = what(cap.what, words) or words.say("everything")
    return words.say("cap line" if cap.per_line else "cap", most=most, what=goods)
