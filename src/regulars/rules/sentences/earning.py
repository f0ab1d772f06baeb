"""An earning rule as one sentence."""

from collections.abc import Iterator

from regulars.rules.earning.rule import (
    Basis,
    Combine,
    EarnRule,
    Fixed,
    Multiplier,
    PerAmount,
    PerItem,
    PerPiece,
    PerTenureMonth,
    RateSteps,
    Steps,
)
from regulars.rules.limits import Of
from regulars.rules.occasion import PURCHASE
from regulars.rules.rounding import At, Round
from regulars.rules.sentences.conditions import any_currency, conditions, limits, subject, what
from regulars.rules.sentences.words import Words


def earning(rule: EarnRule, words: Words) -> str:
    """What a member would be told, with all that restricts it."""
    return words.clauses(
        [
            _head(rule, words),
            *_counting(rule, words),
            *conditions(rule.conditions, words, rule.currency),
            *_growing(rule, words),
            *_bounded(rule, words),
            *_lasting(rule, words),
        ]
    )


def _head(rule: EarnRule, words: Words) -> str:
    goods = what(rule.what, words)
    on, of = (words.say(phrase, what=goods) if goods else "" for phrase in ("on", "of"))
    parts = {"who": subject(rule.conditions.who, words), "occasion": _occasions(rule, words)}
    match rule.award:
        case PerAmount(units=units, per=per, full_steps=full):
            phrase = "earn full" if full else "earn per-amount"
            money = words.money(per, rule.currency)
            return words.say(phrase, units=words.units(units, rule.unit), money=money, what=on, **parts)
        case PerPiece(units=units, pieces=1):
            return words.say("earn per-single", units=words.units(units, rule.unit), what=of, **parts)
        case PerPiece(units=units, pieces=pieces):
            number = words.number(pieces)
            return words.say("earn per-piece", units=words.units(units, rule.unit), number=number, what=of, **parts)
        case PerItem(items=items):
            each = [
                words.say("each item", units=words.units(units, rule.unit), item=words.name("item", item))
                for item, units in items.items()
            ]
            return words.say("earn per-item", items=words.all(each), what=on, **parts)
        case Fixed(units=units):
            return words.say("earn fixed", units=words.units(units, rule.unit), what=of, **parts)
        case Steps(steps=steps):
            each = [_step("step", step.units, step.reached, rule, words) for step in steps]
            return words.say("earn steps", steps=words.all(each), what=of, **parts)
        case RateSteps(steps=rates, per=per):
            each = [_step("rate step", step.units, step.reached, rule, words) for step in rates]
            money = words.money(per, rule.currency)
            return words.say("earn rate-steps", steps=words.all(each), money=money, what=on, **parts)
        case PerTenureMonth(units=units):
            return words.say("earn per-tenure-month", units=words.units(units, rule.unit), **parts)


def _step(phrase: str, units: int, reached: int, rule: EarnRule, words: Words) -> str:
    return words.say(phrase, units=words.units(units, rule.unit), money=words.money(reached, rule.currency))


def _occasions(rule: EarnRule, words: Words) -> str:
    """For what it is given: left out where amounts of a purchase say so themselves."""
    if rule.occasions == (PURCHASE,) and isinstance(rule.award, PerAmount | RateSteps):
        return words.say("occasion spent")
    if rule.occasions == (PURCHASE,) and isinstance(rule.award, PerPiece | PerItem):
        return ""
    return words.all([_occasion(one, words) for one in rule.occasions], joined="or")


def _occasion(name: str, words: Words) -> str:
    if name in ("purchase", "birthday", "tenure-month", "enrolment"):
        return words.say(f"occasion {name}")
    return words.say("occasion event", name=words.name("event", name))


def _counting(rule: EarnRule, words: Words) -> Iterator[str]:
    """What counts, and how it is rounded."""
    match rule.award:
        case Steps(reach=reach):
            yield words.say(f"steps {reach}")
        case RateSteps(reach=reach):
            yield words.say(f"rates {reach}")
        case PerTenureMonth(most_months=int(most)):
            yield words.say("most months", number=words.number(most))
    if rule.currency:
        yield words.say("in currency", currency=rule.currency)
    elif _of_money(rule):
        yield any_currency(words)
    if rule.basis != Basis.PAID:
        yield words.say(f"basis {rule.basis}")
    if rule.not_paid_with and PURCHASE in rule.occasions:
        yield words.say("not paid with", names=words.listed("tender", rule.not_paid_with))
    if rule.round != Round.DOWN or rule.round_at != At.PURCHASE:
        yield words.say(f"round {rule.round} {rule.round_at}", period=words.say(f"within {rule.carried_over}"))


def _of_money(rule: EarnRule) -> bool:
    """Whether it says an amount of money."""
    every = (rule.conditions, *(one.conditions for one in rule.multipliers))
    limited = any(one.of == Of.MONEY for one in rule.limits)
    return isinstance(rule.award, PerAmount | Steps | RateSteps) or limited or any(one.least.of_money for one in every)


def _growing(rule: EarnRule, words: Words) -> Iterator[str]:
    for one in rule.multipliers:
        yield _multiplier(one, rule, words)
    if len(rule.multipliers) > 1 and rule.combine == Combine.HIGHEST:
        yield words.say("of multipliers")


def _multiplier(one: Multiplier, rule: EarnRule, words: Words) -> str:
    held = conditions(one.conditions, words, rule.currency)
    times = words.times(one.permille)
    if not held:
        return words.say("multiplier always", times=times)
    return words.say("multiplier", times=times, conditions=words.say("comma").join(held))


def _bounded(rule: EarnRule, words: Words) -> Iterator[str]:
    if rule.most is not None:
        yield words.say("most a purchase", units=words.units(rule.most, rule.unit))
    yield from limits(rule.limits, words, rule.unit, rule.currency)
    if rule.cool_down:
        yield words.say("cool-down", length=words.length(rule.cool_down))
    if rule.group:
        yield words.say("first of group", name=words.name("group", rule.group))
    if rule.priority:
        yield words.say("rank", number=rule.priority)


def _lasting(rule: EarnRule, words: Words) -> Iterator[str]:
    if rule.pending and rule.pending.after:
        yield words.say("active after", length=words.length(rule.pending.after))
    if rule.pending and rule.pending.on_event:
        event, deadline = words.name("event", rule.pending.on_event), words.length(rule.pending.deadline)
        yield words.say("active on", event=event, length=deadline)
    if rule.validity:
        yield words.say("lasts", length=words.length(rule.validity))
    if rule.expires_on:
        yield words.say("lasts until", day=words.day(rule.expires_on))
    if rule.kept_on_return:
        yield words.say("kept")
    if rule.funder == "merchant":
        yield words.say("funded there")
    elif rule.funder:
        yield words.say("funded", name=words.name("funder", rule.funder))
    if rule.worth:
        yield words.say("worth", money=words.money(rule.worth, rule.currency))
