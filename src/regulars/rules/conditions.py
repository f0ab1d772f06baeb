"""When, where, for whom and on what a rule, promotion, coupon or reward holds. Each part says why it does not."""

from calendar import isleap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Line, Occasion
from regulars.rules.reasons import Reason, Why


@dataclass(frozen=True, slots=True)
class Hours:
    """From a minute of the day to another, the second not included; over midnight where it ends before it begins."""

    begins: int  # minutes after midnight
    ends: int

    def holds(self, minute: int) -> bool:
        """
        >>> Hours(22 * 60, 2 * 60).holds(60), Hours(9 * 60, 17 * 60).holds(17 * 60)
        (True, False)
        """
        if self.begins < self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends


@dataclass(frozen=True, slots=True)
class When:
    """Days and hours, on the programme's clock unless `store_local`. Empty: always. Both days are included."""

    begins_on: date | None = None
    ends_on: date | None = None
    weekdays: tuple[int, ...] = ()  # 1 Monday … 7 Sunday
    days_of_month: tuple[int, ...] = ()
    hours: tuple[Hours, ...] = ()
    except_on: tuple[date, ...] = ()
    store_local: bool = False

    def why_not(self, occasion: Occasion) -> Reason | None:
        if not (self.begins_on or self.ends_on or self.weekdays or self.days_of_month or self.hours or self.except_on):
            return None
        here = occasion.here(self.store_local)
        today = here.date()
        if self.begins_on and today < self.begins_on:
            return Reason(Why.TOO_EARLY, {"begins_on": self.begins_on.isoformat()})
        if self.ends_on and today > self.ends_on:
            return Reason(Why.TOO_LATE, {"ended_on": self.ends_on.isoformat()})
        if self.weekdays and here.isoweekday() not in self.weekdays:
            return Reason(Why.OTHER_DAY, {"weekday": here.isoweekday()})
        if today in self.except_on or (self.days_of_month and today.day not in self.days_of_month):
            return Reason(Why.OTHER_DAY, {"day": today.isoformat()})
        if self.hours and not any(one.holds(here.hour * 60 + here.minute) for one in self.hours):
            return Reason(Why.OTHER_HOUR, {"hour": f"{here:%H:%M}"})
        return None


@dataclass(frozen=True, slots=True)
class Where:
    """Places and ways. Empty: everywhere."""

    merchants: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    tenders: tuple[str, ...] = ()  # paid at least in part by one of these: "card:co-brand"

    def why_not(self, occasion: Occasion) -> Reason | None:
        if self.merchants and occasion.merchant not in self.merchants:
            return Reason(Why.OTHER_PLACE)
        if self.stores and occasion.store not in self.stores:
            return Reason(Why.OTHER_PLACE)
        if self.channels and occasion.channel not in self.channels:
            return Reason(Why.OTHER_CHANNEL, {"channel": occasion.channel})
        if self.tenders and not any(occasion.paid_by(kind) for kind in self.tenders):
            return Reason(Why.OTHER_TENDER)
        return None


@dataclass(frozen=True, slots=True)
class Who:
    """Members. Empty: any member; where `anyone`, also those who show no card."""

    anyone: bool = False
    tiers: tuple[str, ...] = ()  # "ladder/level", any of these
    segments: tuple[str, ...] = ()  # any of these
    not_segments: tuple[str, ...] = ()  # none of these
    tags: tuple[str, ...] = ()
    enrolled_in: str = ""  # an offer one must have opted into
    first_purchase: bool = False
    birthday_within: int | None = None  # days before and after; 0: on the day itself
    joined_within: int | None = None  # days since joining

    def why_not(self, occasion: Occasion, member: MemberFacts | None) -> Reason | None:
        if member is None:
            return None if self.anyone else Reason(Why.NO_MEMBER)
        if self.tiers and not self._held(member).intersection(self.tiers):
            return Reason(Why.OTHER_TIER)
        if self.segments and not member.segments.intersection(self.segments):
            return Reason(Why.OTHER_SEGMENT)
        if member.segments.intersection(self.not_segments) or (self.tags and not member.tags.intersection(self.tags)):
            return Reason(Why.OTHER_SEGMENT)
        if self.enrolled_in and self.enrolled_in not in member.enrolled_in:
            return Reason(Why.NOT_ENROLLED, {"offer": self.enrolled_in})
        if self.first_purchase or self.birthday_within is not None or self.joined_within is not None:
            return self._day(occasion.here().date(), member)
        return None

    @staticmethod
    def _held(member: MemberFacts) -> set[str]:
        return {f"{ladder}/{level}" for ladder, level in member.tiers.items()}

    def _day(self, today: date, member: MemberFacts) -> Reason | None:
        if self.first_purchase and member.purchases_before != 0:
            return Reason(Why.NOT_THEIR_DAY)
        if self.birthday_within is not None and not near_birthday(member.birthday, today, self.birthday_within):
            return Reason(Why.NOT_THEIR_DAY)
        if self.joined_within is not None:
            joined = member.joined_on
            if joined is None or not 0 <= (today - joined).days <= self.joined_within:
                return Reason(Why.NOT_THEIR_DAY)
        return None


@dataclass(frozen=True, slots=True)
class What:
    """Lines. Empty: all. A line counts that fits one of the named things and none of the excluded."""

    items: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()  # a path takes in all below it
    brands: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    not_items: tuple[str, ...] = ()
    not_categories: tuple[str, ...] = ()
    not_brands: tuple[str, ...] = ()
    not_marks: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether every line fits."""
        return not (
            self.items or self.categories or self.brands or self.marks
            or self.not_items or self.not_categories or self.not_brands or self.not_marks
        )  # fmt: skip

    def fits(self, line: Line) -> bool:
        """
        >>> What(categories=("food",)).fits(Line(1, "milk", 120, category="food/dairy"))
        True
        """
        return not self._excluded(line) and self._named(line)

    def _named(self, line: Line) -> bool:
        if not (self.items or self.categories or self.brands or self.marks):
            return True
        return (
            line.item in self.items
            or line.brand in self.brands
            or within(line.category, self.categories)
            or any(mark in line.marks for mark in self.marks)
        )

    def _excluded(self, line: Line) -> bool:
        return (
            line.item in self.not_items
            or line.brand in self.not_brands
            or (bool(self.not_categories) and within(line.category, self.not_categories))
            or (bool(line.marks and self.not_marks) and any(mark in line.marks for mark in self.not_marks))
        )

    def of(self, lines: Iterable[Line]) -> tuple[Line, ...]:
        if self.everything:
            return tuple(lines)
        return tuple(line for line in lines if self.fits(line))


@dataclass(frozen=True, slots=True)
class Least:
    """How much must be bought of what fits. Checked again on what remains after a return."""

    amount: int = 0  # after discounts
    quantity: int = 0  # thousandths
    purchase: int = 0  # of the whole bill, whatever fits
    kept_on_return: bool = False  # True: once reached it stays reached

    @property
    def of_money(self) -> bool:
        """Whether it says an amount of money."""
        return bool(self.amount or self.purchase)

    def why_not(self, lines: Iterable[Line], occasion: Occasion) -> Reason | None:
        if not (self.amount or self.quantity or self.purchase):
            return None
        chosen = tuple(lines)
        amount, quantity = sum(line.paid for line in chosen), sum(line.quantity for line in chosen)
        return self.missing(amount=amount, quantity=quantity, purchase=occasion.paid)

    def missing(self, *, amount: int, quantity: int, purchase: int) -> Reason | None:
        """What is missing of what was reached."""
        for what, required, reached in (
            ("amount", self.amount, amount),
            ("quantity", self.quantity, quantity),
            ("purchase", self.purchase, purchase),
        ):
            if reached < required:
                missing = required - reached
                return Reason(
                    Why.BELOW_MINIMUM, {"of": what, "required": required, "reached": reached, "missing": missing}
                )
        return None


@dataclass(frozen=True, slots=True)
class Conditions:
    """All of these together."""

    when: When = When()
    where: Where = Where()
    who: Who = Who()
    least: Least = Least()

    def why_not(self, occasion: Occasion, member: MemberFacts | None) -> Reason | None:
        """Why it does not hold, before any line is looked at."""
        return self.when.why_not(occasion) or self.where.why_not(occasion) or self.who.why_not(occasion, member)


def within(category: str, wanted: Iterable[str]) -> bool:
    """Whether a category is one of these or below one.

    >>> within("food/dairy", ["food"]), within("foods", ["food"])
    (True, False)
    """
    return any(category == one or category.startswith(f"{one}/") for one in wanted)


def near_birthday(birthday: int | None, today: date, days: int) -> bool:
    """Whether a birthday (month × 100 + day) is within so many days before or after. Who was born on 29 February has it
    on 28 February in other years.

    >>> near_birthday(229, date(2026, 2, 28), 0), near_birthday(102, date(2026, 12, 30), 3)
    (True, True)
    """
    if birthday is None:
        return False
    near = (today + timedelta(days=off) for off in range(-days, days + 1))
    return any(day.month * 100 + day.day == _birthday(birthday, day.year) for day in near)


def _birthday(birthday: int, year: int) -> int:
    return 228 if birthday == 229 and not isleap(year) else birthday
