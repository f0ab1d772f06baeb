"""What of an effect stays when parts of a purchase come back: what the remaining purchase would have earned by the rule
version and the facts of then, never more than is still held (SEMANTICS 11, 12, 13).

It is reckoned from all that came back so far, so that ten returns of a tenth take back what one return of the whole
takes back.
"""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from regulars.rules.earning.earn import KIND, cost
from regulars.rules.earning.effects import Effect, Freed, Held, Published
from regulars.rules.earning.rule import EarnRule
from regulars.rules.earning.working import Worked, of_gathered, worked
from regulars.rules.limits import Of, Sum, code_of
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Occasion
from regulars.rules.reasons import Reason
from regulars.rules.rounding import At


def sums_to_return(effects: Iterable[Effect]) -> frozenset[Sum]:
    """The sums to be locked before `held_after` decides: those over which fractions were gathered."""
    return frozenset(take.sum for effect in effects for take in effect.takes if take.sum.code.startswith("carry/"))


def held_after(
    effect: Effect,
    rules: Callable[[UUID], Published],
    member: MemberFacts | None,
    *,
    before: Occasion,
    now: Occasion,
    held: int,
    used: Mapping[Sum, int] | None = None,
) -> Held:
    """What stays of an effect of which `held` units are still given. `before` and `now`: what remained of the purchase
    before this return and remains after it; `member`: the facts of then; `rules`: the versions, by id."""
    rule: EarnRule = rules(effect.id).terms
    if rule.kept_on_return:
        return Held(held)
    if rule.round_at == At.PERIOD:
        return _of_period(effect, rule, member, before, now, held, used or {})
    amount = _earned_again(effect, rules, now, member)
    amount = min(held, amount if effect.allowance is None else min(amount, effect.allowance))
    return Held(amount, _freed(effect, rule, held, amount))


def _earned_again(effect: Effect, rules: Callable[[UUID], Published], now: Occasion, member: MemberFacts | None) -> int:
    """By its own version; where that gives nothing any more, by the next of its group in turn."""
    for id in (effect.id, *effect.after):
        rule: EarnRule = rules(id).terms
        found = worked(rule, now, member, again=True)
        if isinstance(found, Worked) and found.amount and rule.unit == effect.unit:
            return found.amount if rule.most is None else min(found.amount, rule.most)
    return 0


def _of_period(
    effect: Effect,
    rule: EarnRule,
    member: MemberFacts | None,
    before: Occasion,
    now: Occasion,
    held: int,
    used: Mapping[Sum, int],
) -> Held:
    """Of the whole period: what it has brought may be no more than what is left of it earns. What this effect cannot
    give back the next purchase of the period makes up for."""
    came_back = _gathered(rule, before, member) - _gathered(rule, now, member)
    keys = {take.sum.of: take.sum for take in effect.takes if take.sum.code.startswith("carry/")}
    if Of.MONEY not in keys:
        return Held(held)
    whole = keys[Of.MONEY]
    units = Sum(whole.code, Of.UNITS, whole.subject, whole.period)
    too_much = used.get(units, 0) - of_gathered(rule, max(0, used.get(whole, 0) - came_back))
    back = max(0, min(held, too_much))
    carry = (Freed(whole.code, Of.MONEY, came_back), Freed(whole.code, Of.UNITS, back))
    return Held(held - back, tuple(one for one in carry if one.amount) + _freed(effect, rule, held, held - back))


def _gathered(rule: EarnRule, occasion: Occasion, member: MemberFacts | None) -> int:
    found = worked(rule, occasion, member, again=True)
    return 0 if isinstance(found, Reason) else found.gathered


def _freed(effect: Effect, rule: EarnRule, held: int, amount: int) -> tuple[Freed, ...]:
    """What limits and budgets get back; a use only when nothing is left of it."""
    if amount == held:
        return ()
    codes = {(code_of(limit, f"{KIND}/{effect.code}"), limit.of) for limit in rule.every_limit}
    return tuple(Freed(code, of, back) for code, of in sorted(codes) if (back := _part(rule, of, held, amount)))


def _part(rule: EarnRule, of: Of, held: int, amount: int) -> int:
    match of:
        case Of.UNITS:
            return held - amount
        case Of.MONEY:
            return cost(rule, held) - cost(rule, amount)
        case Of.USES:
            return 0 if amount else 1
