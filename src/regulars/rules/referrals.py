"""Members bring members: what both get after the friend's first kept purchase, and what keeps that honest."""

from dataclasses import dataclass

from regulars.basics.periods import Period
from regulars.rules.conditions import Conditions, What
from regulars.rules.limits import Limit
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Occasion
from regulars.rules.prizes import Prize
from regulars.rules.reasons import Reason, Why

_ALWAYS = Conditions()
_ALL = What()


@dataclass(frozen=True, slots=True)
class ReferralTerms:
    """The purchase that counts is the first that meets the conditions; brought back within the time, all is undone."""

    to_friend: Prize | None = None
    to_referrer: Prize | None = None
    conditions: Conditions = _ALWAYS
    what: What = _ALL
    taken_back_within: str = "30D"  # "": whenever it comes back
    same_household: bool = False  # whether people of one household may bring each other
    joined_within: int | None = None  # days since joining in which a friend may say who brought them
    limits: tuple[Limit, ...] = ()  # on what a referrer gets

    def __post_init__(self) -> None:
        if self.to_friend is None and self.to_referrer is None:
            raise ValueError("Somebody gets something.")
        if self.taken_back_within:
            Period.parse(self.taken_back_within)

    def why_not(self, occasion: Occasion, friend: MemberFacts | None) -> Reason | None:
        """Why a purchase is not the one that counts, or no longer is when parts came back."""
        if (reason := self.conditions.why_not(occasion, friend)) is not None:
            return reason
        lines = self.what.of(occasion.lines)
        return self.conditions.least.why_not(lines, occasion) if lines else Reason(Why.NO_SUCH_ITEMS)
