"""What a desk needs to know: where it is, what it takes, who stands before it, and what a bill came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from regulars.access.models import Merchant
from regulars.access.rights import Right
from regulars.console.desk import Desk
from regulars.console.selectors.desk_rewards import any_rewards
from regulars.console.selectors.member import Known, known
from regulars.console.selectors.timeline import seen_by
from regulars.ledger.models import Rate, Unit
from regulars.ledger.words import UnitKind
from regulars.programme.book import Book, book
from regulars.programme.checkout.paying import POINTS
from regulars.programme.naming import words
from regulars.rules.reasons import Reason, Why
from regulars.rules.sentences.reasons import because
from regulars.rules.sentences.words import Language
from regulars.sales.models import Sale
from regulars.sales.selectors import sales_of

_LATELY: Final = 4  # bills, one of which they may bring something back of
_GREETED: Final = 3  # days before and after a birthday
# Why a rule gave nothing is told where somebody at the desk can do something about it.
TOLD_WHY: Final = frozenset(
    {Why.BELOW_MINIMUM, Why.OTHER_PERSON, Why.UNKNOWN_CODE, Why.USED, Why.RESERVED, Why.REVOKED, Why.TOO_EARLY,
     Why.TOO_LATE, Why.LIMIT_REACHED, Why.DOES_NOT_COMBINE, Why.FROZEN, Why.ALL_OR_NOTHING, Why.BALANCE_CAP}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Till:
    """What can be done at this place. `merchant` None: they must say first where they work."""

    merchant: UUID | None
    currency: str
    pays: Sequence[tuple[str, str]]  # units of points that pay bills, with their names
    value: Sequence[Unit]  # stored value of the currency: what was given on top first
    sold: Sequence[Unit]  # stored value that can be bought


def till(desk: Desk) -> Till:
    """Three queries at most."""
    merchant = desk.place.merchant
    if merchant is None:
        all_of = [m for m, home in desk.holder.grants.places.organisation_of.items() if home == desk.home]
        merchant = all_of[0] if len(all_of) == 1 else None
    if merchant is None:
        return Till(None, "", (), (), ())
    currency = Merchant.objects.values_list("currency", flat=True).get(pk=merchant)
    units = {one.code: one for one in Unit.objects.all()}
    paying = [one.terms.unit for one in book(desk.home).at(POINTS, desk.at) if one.terms.currency == currency]
    value = [one for one in units.values() if one.currency == currency and one.kind in (UnitKind.PAID, UnitKind.BONUS)]
    return Till(
        merchant,
        currency,
        [(code, units[code].name) for code in dict.fromkeys(paying) if code in units],
        sorted(value, key=lambda one: (one.kind == UnitKind.PAID, one.code)),
        [one for one in value if one.kind == UnitKind.PAID],
    )


def rates(desk: Desk) -> dict[str, tuple[str, Unit]]:
    """What may become what just now, by the codes of both: in words, and the unit that is given. Two queries; one
    where nothing becomes anything else."""
    found = {(row.from_unit, row.to_unit): row for row in Rate.objects.filter(since__lte=desk.at).order_by("since")}
    units = {one.code: one for one in Unit.objects.all()} if found else {}
    return {
        f"{one}>{other}": (
            f"{units[one].name} → {units[other].name} ({row.denominator}:{row.numerator})", units[one],
        )
        for (one, other), row in sorted(found.items())
        if one in units and other in units and units[one].scale == units[other].scale
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Before:
    """Who stands before the desk."""

    member: Known
    birthday: str  # today, soon, past; empty: not now
    bills: Sequence[Sale]  # their latest that may be seen here
    rewards: bool  # whether there are any to be had for points


def before(root: UUID, desk: Desk) -> Before:
    """As many queries as the member's page needs above its timeline, and one."""
    found = known(root, desk)
    reads = desk.may(Right.SALES_READ)
    bills = sales_of(found.group, limit=_LATELY, seen=seen_by(desk, Right.SALES_READ)) if reads else []
    return Before(found, near(found.row.birthday, _today(desk)), bills, any_rewards(found.terms))


def near(birthday: int | None, today: date) -> str:
    """
    >>> [near(birthday, date(2026, 5, 4)) for birthday in (504, 506, 502, 1201)]
    ['today', 'soon', 'past', '']
    """
    if birthday is None:
        return ""
    days = {today + timedelta(days=by): by for by in range(-_GREETED, _GREETED + 1)}
    by = next((by for day, by in days.items() if day.month * 100 + day.day == birthday), None)
    return "" if by is None else "today" if by == 0 else "soon" if by > 0 else "past"


def _today(desk: Desk) -> date:
    return desk.at.astimezone(ZoneInfo(desk.zone)).date()


@dataclass(frozen=True, slots=True)
class Unapplied:
    """What gave nothing, and why, in words."""

    name: str
    because: str


def reasons(told: Mapping[str, Any], desk: Desk) -> list[Unapplied]:
    """Of what gave nothing what somebody at the desk can do something about. Five queries at most."""
    wanted = [one for one in told["not_applied"] if one["coupon"] or Why(one["why"]) in TOLD_WHY]
    if not wanted:
        return []
    terms = book(desk.home)
    named = words(desk.home, Language.CHINESE if desk.chinese else Language.ENGLISH, terms=terms)
    return [
        Unapplied(
            name_of(terms, one["code"]) or one["coupon"],  # of a code that is nobody's, what was typed
            because(Reason(Why(one["why"]), one["facts"]), named, str(told["currency"])),
        )
        for one in wanted
    ]


def name_of(terms: Book, code: str) -> str:
    """What a promotion, series or rule calls itself; else its code. No query."""
    for kind in ("promotion", "coupon-series", "earn") if code else ():
        for one in reversed(terms.versions(kind, code)):
            if name := getattr(one.terms, "name", ""):
                return str(name)
    return code
