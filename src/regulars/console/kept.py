"""Figures over all members, kept where they are too many to be counted while somebody waits: a worker counts anew every
few minutes. Small installations count when asked."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from regulars.access.models import Organisation
from regulars.console.models import Kept
from regulars.ledger.books import liability
from regulars.members.models import Member
from regulars.programme.book import book
from regulars.programme.commissions import Month, Sums, added_up, first_terms, sums
from regulars.programme.coupons.series import uses
from regulars.programme.coupons.wallet import tallied
from regulars.programme.selectors.tiers import count_on

MANY: Final = 50_000  # members: from here on a worker counts
FRESH: Final = timedelta(minutes=15)
HOUSE: Final = UUID(int=0)  # of what is the installation's


def counted_on(organisation: UUID, ladder: str, at: datetime) -> dict[str, int]:
    """How many members are shown each level. One query, or two."""
    return _told(f"level/{ladder}", organisation, at, lambda: count_on(organisation, ladder))


def members(organisation: UUID, at: datetime) -> int:
    """How many are there. One query, or two."""
    found: int = _told("members", organisation, at, lambda: {"all": _members(organisation)})["all"]
    return found


def coupons(organisation: UUID, at: datetime) -> dict[str, dict[str, int]]:
    """How many of each series are in which state. One query, or two."""
    return _told("coupons", organisation, at, lambda: tallied(organisation, at=at))


def used(organisation: UUID, code: str, at: datetime) -> dict[str, list[int]]:
    """Of a series by state how many uses, and what they took off. One query, or two."""
    return _told(f"uses/{code}", organisation, at, lambda: uses(organisation, code))


def owed(at: datetime) -> dict[str, int]:
    """What is owed to holders, by unit. One query, or two."""
    return _told("owed", HOUSE, at, _owed)


def direct_of(organisation: UUID, *, zone: str, at: datetime) -> list[Month]:
    """What came through which channel by month, what agents took of it, and what members who came by themselves spared.
    One query, or one for each time that terms were changed."""
    told = _told(f"direct/{zone}", organisation, at, lambda: _direct(organisation, zone, at))
    parts = [(datetime.fromisoformat(since), [_sums(one) for one in several]) for since, several in told["parts"]]
    return added_up(organisation, parts)


def _direct(organisation: UUID, zone: str, at: datetime) -> dict[str, Any]:
    parts = sums(organisation, zone=zone, at=at)
    return {"parts": [[since.isoformat(), [_plain(one) for one in several]] for since, several in parts]}


def _plain(one: Sums) -> list[Any]:
    merchant = str(one.merchant) if one.merchant else None
    return [one.month.isoformat(), one.currency, merchant, one.channel, one.bills, one.of_members, one.revenue,
            one.revenue_of_members]  # fmt: skip


def _sums(told: list[Any]) -> Sums:
    month, currency, merchant, *rest = told
    return Sums(date.fromisoformat(month), currency, UUID(merchant) if merchant else None, *rest)


def keep_due(*, at: datetime) -> int:
    """Counts anew, of each organisation with many members."""
    some = False
    for home in Organisation.objects.order_by("id").values_list("id", flat=True):
        if not Member.objects.filter(organisation=home)[MANY:].exists():
            continue
        some = True
        _keep("members", home, {"all": _members(home)}, at)
        _keep("coupons", home, tallied(home, at=at), at)
        for code in {one.code for one in book(home).versions("coupon-series")}:
            _keep(f"uses/{code}", home, uses(home, code), at)
        if first_terms(home, at=at):
            zone = Organisation.objects.values_list("zone", flat=True).get(pk=home)
            _keep(f"direct/{zone}", home, _direct(home, zone, at), at)
        for one in book(home).at("ladder", at):
            _keep(f"level/{one.code}", home, count_on(home, one.code), at)
    if some:
        _keep("owed", HOUSE, _owed(), at)
    return 0


def _told(name: str, organisation: UUID, at: datetime, count: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    row = Kept.objects.filter(name=name, organisation=organisation, at__gt=at - FRESH).first()
    return dict(row.told if row is not None else count())


def _keep(name: str, organisation: UUID, told: Mapping[str, Any], at: datetime) -> None:
    Kept.objects.update_or_create(name=name, organisation=organisation, defaults={"told": told, "at": at})


def _members(organisation: UUID) -> int:
    return Member.objects.filter(organisation=organisation, state__in=("active", "anonymous")).count()


def _owed() -> dict[str, int]:
    return {code: amount for of_kind in liability().values() for code, amount in of_kind.items()}
