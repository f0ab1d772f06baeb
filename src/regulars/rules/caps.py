"""The most that a balance may hold: what a rule would earn above it is cut, and told."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from regulars.rules.earning.earn import cost
from regulars.rules.earning.effects import Earned, Effect, Published, Taken
from regulars.rules.earning.rule import EarnRule
from regulars.rules.limits import Of
from regulars.rules.reasons import NotApplied, Reason, Why
from regulars.rules.rounding import shared


@dataclass(frozen=True, slots=True)
class BalanceCap:
    """Of a unit: active and pending units together, at most so many."""

    unit: str
    most: int

    def __post_init__(self) -> None:
        if not self.unit or self.most < 1:
            raise ValueError("A cap is of a unit, and above nothing.")


def capped(earned: Earned, room: dict[str, int], rules: Callable[[UUID], Published]) -> Earned:
    """What is earned, cut to the room that each unit has left, in the order in which rules had their turn. The room is
    taken of as it goes, so that the next occasion of a batch sees it; a unit without a cap has no entry."""
    if not room:
        return earned
    effects: list[Effect] = []
    refused = list(earned.not_applied)
    for effect in earned.effects:
        left = room.get(effect.unit)
        given = effect.amount if left is None else min(effect.amount, max(0, left))
        if left is not None:
            room[effect.unit] = left - given
        if given == effect.amount:
            effects.append(effect)
            continue
        reason = Reason(Why.BALANCE_CAP, {"cut": effect.amount - given, "given": given})
        refused.append(NotApplied(effect.code, effect.version, reason))
        if given or any(_carried(take) for take in effect.takes):
            effects.append(_cut(effect, given, rules(effect.id).terms))
    return Earned(tuple(effects), tuple(refused))


def _carried(take: Taken) -> bool:
    """What is gathered over a period goes on: what was cut of it is not given later."""
    return take.sum.code.startswith("carry/")


def _cut(effect: Effect, given: int, rule: EarnRule) -> Effect:
    lines = dict(zip(effect.lines, shared(given, list(effect.lines.values())), strict=True)) if effect.lines else {}
    takes = (take if _carried(take) else Taken(take.sum, _part(take, given, rule)) for take in effect.takes)
    return replace(
        effect,
        amount=given,
        lines={number: part for number, part in lines.items() if part},
        allowance=given,
        takes=tuple(take for take in takes if take.amount),
    )


def _part(take: Taken, given: int, rule: EarnRule) -> int:
    match take.sum.of:
        case Of.UNITS:
            return given
        case Of.MONEY:
            return cost(rule, given)
        case Of.USES:
            return take.amount if given else 0
