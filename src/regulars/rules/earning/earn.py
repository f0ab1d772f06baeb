"""What an occasion earns, by the rules that hold at its time. Preview, checkout, bulk and returns all ask here.

Rules have their turn by priority, the highest first, then by code; lines are looked at by number. So the order in which
anything was written or sent changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from regulars.basics.periods import Period, start_of
from regulars.rules.earning.effects import Earned, Effect, Published, Taken
from regulars.rules.earning.rule import EarnRule
from regulars.rules.earning.working import Worked, of_gathered, why_not, worked
from regulars.rules.limits import Counted, Limit, NearEnd, Of, Sum, Whose, counted, left, of_member, period_of, refusal
from regulars.rules.limits import taken as count
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Occasion
from regulars.rules.reasons import NotApplied, Reason, Why
from regulars.rules.rounding import At, Round, divided, shared

KIND: Final = "earn"  # of these terms; what is used of a rule's limits is counted under "earn/<code>"


class InTurn(tuple[Published, ...]):
    """Rules in the order in which they have their turn."""

    __slots__ = ()


def in_turn(rules: Iterable[Published]) -> InTurn:
    """Ordered once where many occasions are decided by the same rules."""
    if isinstance(rules, InTurn):
        return rules
    return InTurn(sorted(rules, key=lambda one: (-one.terms.priority, one.code)))


def needed(occasion: Occasion, member: MemberFacts | None, rules: Iterable[Published], whose: Whose) -> frozenset[Sum]:
    """The sums to be locked before `earn` decides: those of rules that could give something."""
    found: set[Sum] = set()
    for one in rules:
        if counts(one.terms) and why_not(one.terms, occasion, member) is None:
            found.update(key for limit in limits_of(one, occasion, whose) for key in limit.sums)
            found.update(carried(one, occasion, whose))
    return frozenset(found)


def counts(rule: EarnRule) -> bool:
    """Whether anything is counted for it at all."""
    return bool(rule.limits or rule.cool_down) or rule.round_at == At.PERIOD


def earn(
    occasion: Occasion,
    member: MemberFacts | None,
    rules: Iterable[Published],
    used: Mapping[Sum, int],
    whose: Whose,
) -> Earned:
    """What each rule gives, or why it gives nothing. `used`: what is used of the sums that are `needed`."""
    ordered = in_turn(rules)
    sums = dict(used) if used else {}
    effects: list[Effect] = []
    refused: list[NotApplied] = []
    first_in: dict[str, str] = {}
    for place, one in enumerate(ordered):
        rule: EarnRule = one.terms
        found = _given(one, occasion, member, sums, whose, first_in)
        if isinstance(found, Reason):
            refused.append(NotApplied(one.code, one.version, found))
            continue
        if rule.group:
            first_in[rule.group] = one.code
            found = replace(
                found, after=tuple(other.id for other in ordered[place + 1 :] if other.terms.group == rule.group)
            )
        for take in found.takes:
            count(sums, take.sum, take.amount, occasion.at)
        effects.append(found)
    return Earned(tuple(effects), tuple(refused))


def _given(
    one: Published,
    occasion: Occasion,
    member: MemberFacts | None,
    sums: Mapping[Sum, int],
    whose: Whose,
    first_in: Mapping[str, str],
) -> Effect | Reason:
    rule: EarnRule = one.terms
    found = worked(rule, occasion, member)
    if isinstance(found, Reason):
        return found
    if rule.group in first_in:
        return Reason(Why.OUTRANKED, {"by": first_in[rule.group]})
    expires_at = start_of(rule.expires_on + timedelta(days=1), occasion.zone) if rule.expires_on else None
    if expires_at is not None and expires_at <= occasion.at:
        return Reason(Why.TOO_LATE, {"ended_on": str(rule.expires_on)})
    gathering = carried(one, occasion, whose)
    wanted = _wanted(rule, found, gathering, sums)
    limits = limits_of(one, occasion, whose)
    allowance = allowed(rule, wanted, limits, sums)
    if isinstance(allowance, Reason):
        return allowance
    amount = wanted if allowance is None else min(wanted, allowance)
    if not amount and not gathering:
        return Reason(Why.NOTHING_LEFT)
    return Effect(
        one.code,
        one.version,
        one.id,
        rule.unit,
        amount,
        lines=_lines(found, amount),
        wanted=wanted,
        allowance=allowance,
        takes=_takes(rule, amount, limits, gathering, found),
        validity=rule.validity,
        expires_at=expires_at,
        funder=rule.funder,
        facts=found.facts,
        activates_at=_later(rule.pending.after, occasion) if rule.pending else None,
        on_event=rule.pending.on_event if rule.pending else "",
        cancels_at=_later(rule.pending.deadline, occasion) if rule.pending else None,
    )


def _wanted(rule: EarnRule, found: Worked, gathering: Sequence[Sum], sums: Mapping[Sum, int]) -> int:
    """Before caps. What is rounded over a period is what all of it earns, less what it has brought."""
    if rule.round_at != At.PERIOD:
        return found.amount
    before, given = (sums.get(key, 0) for key in gathering) if gathering else (0, 0)
    return max(0, of_gathered(rule, before + found.gathered) - given)


def allowed(rule: EarnRule, wanted: int, limits: Sequence[Counted], sums: Mapping[Sum, int]) -> int | Reason | None:
    """The most that caps and limits leave, where that is less than is wanted; or why nothing is given."""
    allowance = rule.most if rule.most is not None and rule.most < wanted else None
    for one in limits:
        room = left(one.limit, one.sums, sums)
        units = _units(rule, one.limit, room, wanted)
        if units >= wanted and (room or one.limit.of != Of.USES):
            continue
        if one.limit.near_end == NearEnd.REFUSE or units == 0:
            cooling = rule.cool_down and one.limit == rule.every_limit[-1]
            return Reason(Why.COOLING_OFF, {"within": rule.cool_down}) if cooling else refusal(one.limit, room)
        allowance = units if allowance is None else min(allowance, units)
    return allowance


def _units(rule: EarnRule, limit: Limit, room: int, wanted: int) -> int:
    """How many units what is left is enough for."""
    match limit.of:
        case Of.UNITS:
            return room
        case Of.MONEY:
            return room * 1000 // rule.worth
        case Of.USES:
            return wanted if room else 0


def cost(rule: EarnRule, units: int) -> int:
    """What a budget in money counts for units: rounded up, so that it is never overspent."""
    return divided(units * rule.worth, 1000, Round.UP)


def limits_of(one: Published, occasion: Occasion, whose: Whose) -> tuple[Counted, ...]:
    """The limits of a rule with the sums they look at here."""
    if not (one.terms.limits or one.terms.cool_down):
        return ()
    found = counted(one.terms.every_limit, f"{KIND}/{one.code}", whose, at=occasion.at, zone=occasion.zone)
    return tuple(limit for limit in found if limit.sums)


def carried(one: Published, occasion: Occasion, whose: Whose) -> tuple[Sum, ...]:
    """Where fractions are gathered: the sum of what counted, and of what it brought. Anew with each version."""
    rule: EarnRule = one.terms
    if rule.round_at != At.PERIOD or not whose.member:
        return ()
    code, subject = f"carry/{one.code}@{one.version}", of_member(whose.member)
    period = period_of(Limit(0, every=rule.carried_over), occasion.at, occasion.zone)
    return (Sum(code, Of.MONEY, subject, period), Sum(code, Of.UNITS, subject, period))


def _takes(
    rule: EarnRule, amount: int, limits: Sequence[Counted], gathering: Sequence[Sum], found: Worked
) -> tuple[Taken, ...]:
    """One for each sum, however many limits look at it. What gives nothing takes nothing but its part of a fraction."""
    if not limits and not gathering:
        return ()
    by = {Of.USES: 1, Of.UNITS: amount, Of.MONEY: cost(rule, amount)} if amount else dict.fromkeys(Of, 0)
    takes = {key: by[one.limit.of] for one in limits for key in one.sums}
    if gathering:
        takes |= {gathering[0]: found.gathered, gathering[1]: amount}
    return tuple(Taken(key, part) for key, part in takes.items() if part)


def _lines(found: Worked, amount: int) -> dict[int, int]:
    """What is given, on the lines that earned it."""
    if amount == found.amount:
        return dict(found.lines)
    if not found.lines:
        return {}
    parts = shared(amount, list(found.lines.values()))
    return {number: part for number, part in zip(found.lines, parts, strict=True) if part}


def _later(period: str, occasion: Occasion) -> datetime | None:
    return Period.parse(period).after(occasion.at, occasion.zone) if period else None
