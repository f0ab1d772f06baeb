"""Rewards of a catalogue: for whom, at which price, how many; and what is in the way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from regulars.basics.periods import Period, WrongPeriod
from regulars.rules.conditions import Conditions, Who
from regulars.rules.limits import Counted, Limit, Of, Per, Sum, left
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Occasion
from regulars.rules.reasons import Reason, Why


@dataclass(frozen=True, slots=True)
class Price:
    """What one costs: units, money (minor units, taken by the till), or both. `who` may pay this price."""

    code: str = "standard"
    unit: str = ""
    amount: int = 0
    money: int = 0
    currency: str = ""
    who: Who = field(default_factory=Who)

    def __post_init__(self) -> None:
        if self.amount < 0 or self.money < 0:
            raise ValueError("A price is not below nothing.")
        if bool(self.unit) != bool(self.amount):
            raise ValueError("A price in units names the unit and an amount above nothing.")
        if bool(self.currency) != bool(self.money):
            raise ValueError("A price in money names the currency and an amount above nothing.")


@dataclass(frozen=True, slots=True)
class Reward:
    """Something of the catalogue. Of several prices a member may choose among those that are theirs; the first is taken
    where nothing is said, so that the best stands first."""

    name: str
    prices: tuple[Price, ...]
    conditions: Conditions = field(default_factory=Conditions)
    stock: int | None = None  # how many there ever were; a version with more adds to it. None: no end
    limits: tuple[Limit, ...] = ()
    fulfilled_later: bool = False  # paid for when it is handed over; until then the price is held
    kept_for: str = "14D"  # how long it waits for that
    merchant: str = ""  # whose award it is, where a partner's (typed id)
    funder: str = ""
    category: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        codes = [price.code for price in self.prices]
        if not codes or len(set(codes)) != len(codes):
            raise ValueError("A reward has at least one price, and no two of one code.")
        if self.stock is not None and self.stock < 0:
            raise ValueError("A stock is not below nothing.")
        try:
            Period.parse(self.kept_for)
        except WrongPeriod as wrong:
            raise ValueError(str(wrong)) from wrong


def why_not(reward: Reward, occasion: Occasion, member: MemberFacts) -> Reason | None:
    """Why a member cannot have it here and now, whatever they have."""
    if reward.merchant and occasion.merchant and occasion.merchant != reward.merchant:
        return Reason(Why.OTHER_PLACE)
    return reward.conditions.why_not(occasion, member)


def prices_for(reward: Reward, occasion: Occasion, member: MemberFacts) -> tuple[Price, ...]:
    """The prices that are theirs, the first of them taken where nothing is said."""
    return tuple(price for price in reward.prices if price.who.why_not(occasion, member) is None)


def stock_limit(reward: Reward) -> Limit | None:
    return None if reward.stock is None else Limit(reward.stock, per=Per.ALL)


def in_the_way(wanted: Mapping[Of, int], limits: Iterable[Counted], used: Mapping[Sum, int]) -> Reason | None:
    """The first limit that has less left than is wanted: nothing of a reward is cut."""
    for one in limits:
        needed, room = wanted.get(one.limit.of, 0), left(one.limit, one.sums, used)
        if one.sums and needed > room:
            why = Why.LIMIT_REACHED if one.limit.per == Per.MEMBER else Why.BUDGET_SPENT
            told = {"of": one.limit.of.value, "per": one.limit.per.value, "most": one.limit.most}
            return Reason(why, {**told, "required": needed, "available": room, "missing": needed - room})
    return None
