"""Why something was not applied: stable codes with the numbers beside them. Doors turn them into sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Why(StrEnum):
    """The closed list; texts are never renamed."""

    OTHER_OCCASION = "other-occasion"
    OTHER_CURRENCY = "other-currency"
    TOO_EARLY = "too-early"
    TOO_LATE = "too-late"
    OTHER_DAY = "other-day"
    OTHER_HOUR = "other-hour"
    OTHER_PLACE = "other-place"
    OTHER_CHANNEL = "other-channel"
    OTHER_TENDER = "other-tender"
    NO_MEMBER = "no-member"
    FROZEN = "frozen"  # the member earns nothing for now
    OTHER_TIER = "other-tier"
    OTHER_SEGMENT = "other-segment"
    OTHER_PERSON = "other-person"  # given to somebody else
    NOT_ENROLLED = "not-enrolled"
    NOT_THEIR_DAY = "not-their-day"  # birthday, first purchase, anniversary
    NO_SUCH_ITEMS = "no-such-items"
    BELOW_MINIMUM = "below-minimum"  # required, reached, missing
    LIMIT_REACHED = "limit-reached"
    BUDGET_SPENT = "budget-spent"
    COOLING_OFF = "cooling-off"
    OUTRANKED = "outranked"  # by
    DOES_NOT_COMBINE = "does-not-combine"  # with
    BALANCE_CAP = "balance-cap"  # given, cut: the balance may hold no more
    NOTHING_LEFT = "nothing-left"  # to give: rounding or caps left nothing
    ALL_OR_NOTHING = "all-or-nothing"  # with: another code that was shown cannot be taken
    UNKNOWN_CODE = "unknown-code"
    USED = "used"
    RESERVED = "reserved"  # at another checkout, until it ends
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the list, with facts for programs and people: {"required": 5000, "reached": 4900, "missing": 100}."""

    why: Why
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotApplied:
    """A rule, promotion or coupon that gave nothing, and why."""

    code: str
    version: int
    reason: Reason
    reference: str = ""  # of a coupon: which of its series
