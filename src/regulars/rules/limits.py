"""Limits and budgets: how much of what, for whom, in which period; and what a caller has to count for them.

A limit on members, a cap per month and the budget of a campaign are one thing: a sum that may not pass `most`. The sums
are kept elsewhere (under lock, so that two tills cannot both take the last of it); here it is said which sums a limit
looks at, and how much they leave.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from regulars.basics.periods import Period, day_of, zone_of
from regulars.basics.quick import quick
from regulars.rules.reasons import Reason, Why


class Of(StrEnum):
    """What is counted."""

    USES = "uses"
    UNITS = "units"  # points given, pieces handed out
    MONEY = "money"  # what it costs or takes off, in minor units


class Per(StrEnum):
    """For whom each sum is."""

    MEMBER = "member"
    STORE = "store"
    MERCHANT = "merchant"
    ALL = "all"


class Every(StrEnum):
    """A calendar period in the limit's zone; weeks begin on Monday."""

    EVER = "ever"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class NearEnd(StrEnum):
    """What happens when less is left than would be given (SEMANTICS 32)."""

    CUT = "cut"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so much, for each of those, in each period: of the calendar, or of the last `sliding` (SEMANTICS 33)."""

    most: int
    of: Of = Of.USES
    per: Per = Per.MEMBER
    every: Every = Every.EVER
    sliding: str = ""  # "30D": what happened in the last thirty days before
    zone: str = ""  # of the calendar; "": the programme's
    near_end: NearEnd = NearEnd.CUT
    shared: str = ""  # the name of a budget of which others take too
    also_by: tuple[str, ...] = ()  # "phone", "email": the same person under a new membership counts on (SEMANTICS 31)

    def __post_init__(self) -> None:
        if self.most < 0:
            raise ValueError("A limit is not below nothing.")
        if self.sliding and self.every != Every.EVER:
            raise ValueError("A period is of the calendar or sliding, not both.")
        if self.sliding:
            Period.parse(self.sliding)
        if self.zone:
            zone_of(self.zone)
        if self.also_by and self.per != Per.MEMBER:
            raise ValueError("Only a limit per member can go by what a person is known by.")


@quick
@dataclass(frozen=True, slots=True)
class Whose:
    """Who and where, as sums are kept for them. `known_by`: kind → texts that stand for a person's phone, mail …"""

    member: str = ""
    store: str = ""
    merchant: str = ""
    known_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@quick
@dataclass(frozen=True, slots=True)
class Sum:
    """One sum: of a code ("earn/welcome"), for a subject, in a period. `since`: a sliding one counts what is later."""

    code: str
    of: Of
    subject: str = ""
    period: str = ""
    since: datetime | None = None


def period_of(limit: Limit, at: datetime, zone: str) -> str:
    """The name of the calendar period a moment is in.

    >>> from datetime import UTC
    >>> at = datetime(2026, 12, 31, 20, tzinfo=UTC)
    >>> [period_of(Limit(1, every=every), at, "Asia/Shanghai") for every in Every]
    ['', '2027-01-01', '2026-W53', '2027-01', '2027-Q1', '2027']
    """
    today = day_of(at, limit.zone or zone)
    match limit.every:
        case Every.EVER:
            return f"sliding {limit.sliding}" if limit.sliding else ""
        case Every.DAY:
            return today.isoformat()
        case Every.WEEK:
            year, week, _ = today.isocalendar()
            return f"{year}-W{week:02}"
        case Every.MONTH:
            return f"{today:%Y-%m}"
        case Every.QUARTER:
            return f"{today.year}-Q{(today.month + 2) // 3}"
        case Every.YEAR:
            return str(today.year)


def sums_of(limit: Limit, code: str, whose: Whose, *, at: datetime, zone: str) -> tuple[Sum, ...]:
    """The sums that a limit looks at: one, or one for each thing the person is known by as well. Empty: for nobody.

    What a late delivery adds to a sliding sum is counted beside all that came after it, so that no stretch of that
    length ever holds more than `most`.
    """
    period = period_of(limit, at, zone)
    since = Period.parse(limit.sliding).before(at, limit.zone or zone) if limit.sliding else None
    named = code_of(limit, code)
    return tuple(Sum(named, limit.of, subject, period, since) for subject in _subjects(limit, whose))


def code_of(limit: Limit, code: str) -> str:
    """Under which code a limit counts: its owner's, or that of the budget it shares."""
    return f"shared/{limit.shared}" if limit.shared else code


def _subjects(limit: Limit, whose: Whose) -> tuple[str, ...]:
    match limit.per:
        case Per.ALL:
            return ("",)
        case Per.STORE:
            return (f"store {whose.store}",) if whose.store else ()
        case Per.MERCHANT:
            return (f"merchant {whose.merchant}",) if whose.merchant else ()
        case Per.MEMBER:
            known = (text for kind in limit.also_by for text in whose.known_by.get(kind, ()))
            return (of_member(whose.member), *(f"known {text}" for text in known)) if whose.member else ()


def of_member(member: str) -> str:
    """The subject of sums that are one member's."""
    return f"member {member}"


def left(limit: Limit, sums: Iterable[Sum], used: Mapping[Sum, int]) -> int:
    """How much may still be given: by the sum that has come furthest.

    >>> left(Limit(3), [Sum("a", Of.USES, "member 1"), Sum("a", Of.USES, "known x")], {Sum("a", Of.USES, "known x"): 2})
    1
    """
    return max(0, limit.most - max((used.get(one, 0) for one in sums), default=0))


def taken(used: dict[Sum, int], one: Sum, amount: int, at: datetime) -> None:
    """Counts what was given at `at`, so that the next of a batch sees it; also in sums that slide from elsewhere.

    >>> used = {Sum("a", Of.USES): 1}
    >>> taken(used, Sum("a", Of.USES), 2, datetime(2026, 5, 4)); used[Sum("a", Of.USES)]
    3
    """
    for other in used if one.since is not None else (one,):
        same = (other.code, other.of, other.subject, other.period) == (one.code, one.of, one.subject, one.period)
        if same and (other.since is None or other.since < at):
            used[other] = used.get(other, 0) + amount


@dataclass(frozen=True, slots=True)
class Counted:
    """A limit with the sums it looks at."""

    limit: Limit
    sums: tuple[Sum, ...]


def counted(limits: Sequence[Limit], code: str, whose: Whose, *, at: datetime, zone: str) -> tuple[Counted, ...]:
    """The limits of a code with their sums."""
    return tuple(Counted(one, sums_of(one, code, whose, at=at, zone=zone)) for one in limits)


def allowed(wanted: Mapping[Of, int], limits: Iterable[Counted], used: Mapping[Sum, int], *, cut: Of) -> int | Reason:
    """How much of what is wanted of `cut` (its units, say) may be given. What cannot be cut is refused whole.

    >>> five = Counted(Limit(5, Of.UNITS, Per.ALL), (Sum("a", Of.UNITS),))
    >>> allowed({Of.UNITS: 8}, [five], {Sum("a", Of.UNITS): 2}, cut=Of.UNITS)
    3
    """
    given = wanted[cut]
    for one in limits:
        room = left(one.limit, one.sums, used)
        needed = wanted.get(one.limit.of, 0)
        if needed <= room:
            continue
        if one.limit.of != cut or one.limit.near_end == NearEnd.REFUSE or room == 0:
            return refusal(one.limit, room)
        given = min(given, room)
    return given


def refusal(limit: Limit, room: int) -> Reason:
    """Why nothing is given."""
    why = Why.LIMIT_REACHED if limit.per == Per.MEMBER else Why.BUDGET_SPENT
    return Reason(why, {"of": limit.of.value, "per": limit.per.value, "most": limit.most, "left": room})
