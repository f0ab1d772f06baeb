"""What there is to do now, and how the programme goes: the last 30 days beside the 30 before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from regulars.access.models import Merchant
from regulars.access.moves import Scope
from regulars.access.rights import Right
from regulars.access.selectors import keys_within
from regulars.basics.periods import day_of, start_of
from regulars.console.desk import Desk
from regulars.console.selectors.timeline import seen_by
from regulars.ledger.models import Adjustment
from regulars.ledger.selectors import adjustments
from regulars.members.models import Member
from regulars.members.selectors.listing import Wanted, joined, listed
from regulars.programme.book import Book
from regulars.programme.checkout.selectors import waiting
from regulars.programme.models import Reset, Review
from regulars.programme.resets.taking import appealed
from regulars.programme.resets.terms import RESET
from regulars.sales.kept import DAYS, days_of
from regulars.sales.selectors import Sum

_MANY: Final = 50


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with that of the stretch before. `currency`: it is money."""

    what: str
    now: int
    then: int
    currency: str = ""

    @property
    def change(self) -> int | None:
        """In whole percent; None where there was nothing before."""
        return None if not self.then else round((self.now - self.then) * 100 / self.then)


@dataclass(frozen=True, slots=True)
class Bar:
    """A day of the picture: what was taken, and how high that stands among 100."""

    day: date
    revenue: int
    height: int
    x: int

    @property
    def y(self) -> int:
        return 100 - self.height


@dataclass(frozen=True, slots=True)
class Going:
    """How it goes in one currency."""

    currency: str
    figures: Sequence[Figure]
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days that figures are of, in the zone of the place; the present day is in the newer one."""

    first_on: date
    last_on: date
    zone: str

    @property
    def begins(self) -> datetime:
        return start_of(self.first_on, self.zone)

    @property
    def ends(self) -> datetime:
        return start_of(self.last_on + timedelta(days=1), self.zone)

    @property
    def before(self) -> "Stretch":
        return Stretch(self.first_on - timedelta(days=DAYS), self.first_on - timedelta(days=1), self.zone)


def stretch(desk: Desk) -> Stretch:
    today = day_of(desk.at, desk.zone)
    return Stretch(today - timedelta(days=DAYS - 1), today, desk.zone)


def going(desk: Desk, days: Stretch) -> list[Going]:
    """A query or four, of what the reader may see; none without the right."""
    if not desk.may(Right.SALES_READ):
        return []
    found = days_of(desk.home, zone=desk.zone, at=desk.at, seen=seen_by(desk, Right.SALES_READ))
    then = {one.currency: one for one in found.then}
    return [
        Going(one.currency, _figures(one, then.get(one.currency)), _bars(found.daily, one.currency, days))
        for one in found.now
    ]


def _figures(now: Sum, then: Sum | None) -> list[Figure]:
    was = then or Sum(now.currency, None, 0, 0, 0, 0)
    return [
        Figure("revenue", now.revenue, was.revenue, now.currency),
        Figure("bills", now.bills, was.bills),
        Figure("of-members", now.of_members, was.of_members),
        Figure("buyers", now.buyers, was.buyers),
        Figure("average", now.revenue // now.bills, was.revenue // was.bills if was.bills else 0, now.currency),
    ]


def _bars(daily: Sequence[Sum], currency: str, days: Stretch) -> list[Bar]:
    known = {one.day: one.revenue for one in daily if one.currency == currency}
    most = max(known.values(), default=0) or 1
    every = [days.first_on + timedelta(days=number) for number in range(DAYS)]
    return [
        Bar(day, known.get(day, 0), max(0, known.get(day, 0)) * 100 // most, number * 10)
        for number, day in enumerate(every)
    ]


def newcomers(desk: Desk, days: Stretch) -> Figure | None:
    """Two queries; none for who may not see all members."""
    if not desk.may_all_over(Right.MEMBERS_READ):
        return None
    now, was = joined(desk.home, days.begins, days.ends), joined(desk.home, days.before.begins, days.before.ends)
    return Figure("newcomers", now, was)


def birthdays(desk: Desk) -> int | None:
    """How many have theirs today, fifty at most; None for who may not see all members. One query."""
    if not desk.may_all_over(Right.MEMBERS_READ):
        return None
    today = desk.at.astimezone(ZoneInfo(desk.zone)).date()
    wanted = Wanted(state="active", birthdays=[today.month * 100 + today.day])
    return len(listed(desk.home, wanted, limit=_MANY))


def waiting_adjustments(desk: Desk) -> list[Adjustment]:
    """Those of this organisation's members. Two queries; none for who decides nothing."""
    if not desk.may_all_over(Right.LEDGER_APPROVE):
        return []
    rows = adjustments()
    mine = set(
        Member.objects.filter(id__in=[row.owner for row in rows], organisation=desk.home).values_list("id", flat=True)
    )
    return [row for row in rows if row.owner in mine]


def waiting_bills(desk: Desk) -> list[Review]:
    """Bills that came too late to be booked without a person. One query; none for who decides nothing."""
    return waiting(desk.home) if desk.may_all_over(Right.PROGRAMME_MANAGE) else []


def appeals(desk: Desk, terms: Book) -> list[Reset]:
    """What members ask back. One query; none for who decides nothing, or where no terms take anything."""
    if not desk.may_all_over(Right.LEDGER_ADJUST) or not terms.versions(RESET):
        return []
    return appealed(desk.home)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a new installation still lacks, in the order in which it is done."""

    merchant: bool
    member: bool
    terms: bool
    key: bool

    @property
    def over(self) -> bool:
        return self.merchant and self.member and self.terms and self.key


def beginning(desk: Desk, terms: Book) -> Beginning | None:
    """For who may set it up. Four queries."""
    if not desk.may_all_over(Right.ACCESS_MANAGE):
        return None
    return Beginning(
        merchant=Merchant.objects.filter(organisation=desk.home).exists(),
        terms=bool(terms.by_id),
        key=bool(keys_within(Scope(organisations=frozenset({desk.home})))),
        member=Member.objects.filter(organisation=desk.home).exists(),
    )
