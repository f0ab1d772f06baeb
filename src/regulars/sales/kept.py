"""The last thirty days, kept for organisations whose bills are too many to be added up while somebody waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from regulars.access.models import Merchant, Organisation, Store
from regulars.basics.periods import day_of, start_of
from regulars.sales.models import KeptDays, Sale
from regulars.sales.selectors import Seen, Sum, figures

DAYS: Final = 30
MANY: Final = 20_000  # bills within twice as many days: from here on a worker adds them up
FRESH: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Days:
    """The last days, the present one among them; those before; and each of them. `at`: when it was added up."""

    now: tuple[Sum, ...]
    then: tuple[Sum, ...]
    daily: tuple[Sum, ...]
    at: datetime


def days_of(organisation: UUID, *, zone: str, at: datetime, seen: Seen | None = None) -> Days:
    """What was kept within the last minutes, else added up now. One query, or four."""
    if seen is None:
        row = KeptDays.objects.filter(organisation=organisation, zone=zone, at__gt=at - FRESH, at__lte=at).first()
        if row is not None and row.last_on == day_of(at, zone):
            now, then, daily = (tuple(map(_read, row.told[part])) for part in ("now", "then", "daily"))
            return Days(now, then, daily, row.at)
    return added_up(organisation, zone=zone, at=at, seen=seen)


def added_up(organisation: UUID, *, zone: str, at: datetime, seen: Seen | None = None) -> Days:
    """Three queries."""
    today = day_of(at, zone)
    ends, begins, before = (start_of(today + timedelta(days=by), zone) for by in (1, 1 - DAYS, 1 - 2 * DAYS))

    def of(since: datetime, until: datetime, *, daily: bool = False) -> tuple[Sum, ...]:
        return tuple(figures(organisation, since, until, zone=zone, daily=daily, seen=seen))

    return Days(of(begins, ends), of(before, begins), of(begins, ends, daily=True), at)


def keep_due(*, at: datetime) -> int:
    """Every few minutes: adds up anew, of each organisation with many bills, in each zone that it has."""
    since = at - timedelta(days=2 * DAYS)
    for home in Organisation.objects.order_by("id"):
        if Sale.objects.filter(organisation=home.id, effective_at__gte=since)[MANY:].exists():
            for zone in sorted(_zones(home)):
                found = added_up(home.id, zone=zone, at=at)
                told = {part: list(map(_written, getattr(found, part))) for part in ("now", "then", "daily")}
                kept = {"last_on": day_of(at, zone), "told": told, "at": at}
                KeptDays.objects.update_or_create(organisation=home.id, zone=zone, defaults=kept)
    return 0


def _zones(home: Organisation) -> set[str]:
    """Three of its places' clocks at most, as a rule."""
    merchants = set(Merchant.objects.filter(organisation=home).values_list("zone", flat=True))
    return {home.zone, *merchants, *Store.objects.filter(merchant__organisation=home).values_list("zone", flat=True)}


def _written(one: Sum) -> list[object]:
    day = one.day.isoformat() if one.day else None
    return [one.currency, day, one.bills, one.of_members, one.buyers, one.revenue]


def _read(told: Sequence[Any]) -> Sum:
    currency, day, *counts = told
    return Sum(currency, date.fromisoformat(day) if day else None, *counts)
