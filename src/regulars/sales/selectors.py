"""What was bought; each says what it costs in queries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q
from django.db.models import Sum as SumOf
from django.db.models.functions import TruncDate

from regulars.rules.occasion import Line
from regulars.sales.models import Event, Return, ReturnLine, Sale, SaleLine
from regulars.sales.moves import KnownLine, KnownSale, Place, SoldLine


def sales(ids: Collection[UUID]) -> dict[UUID, KnownSale]:
    """Sales with their lines, as they stand. 2 queries."""
    return with_lines(Sale.objects.filter(id__in=ids))


def with_lines(sales: Iterable[Sale]) -> dict[UUID, KnownSale]:
    """These with their lines. 1 query."""
    rows = {row.id: row for row in sales}
    lines: dict[UUID, list[KnownLine]] = {number: [] for number in rows}
    for line in SaleLine.objects.filter(sale_id__in=rows).order_by("sale_id", "number"):
        lines[line.sale_id].append(_line(line))
    return {number: _sale(row, lines[number]) for number, row in rows.items()}


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody may see who may not see all: these merchants' and these stores'."""

    merchants: frozenset[UUID]
    stores: frozenset[UUID]


def sales_of(
    members: Collection[UUID],
    *,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
    seen: Seen | None = None,
) -> list[Sale]:
    """The sales of a person (all ids that lead to them), newest first. 1 query."""
    return list(Sale.objects.filter(_page(members, before, seen)).order_by("-effective_at", "-id")[:limit])


def returns_of(sale: UUID) -> list[tuple[Return, list[ReturnLine]]]:
    """What came back of a sale, oldest first. 2 queries."""
    rows = list(Return.objects.filter(sale_id=sale).order_by("recorded_at", "id"))
    lines = list(ReturnLine.objects.filter(back_id__in=[row.id for row in rows]).order_by("number"))
    return [(row, [line for line in lines if line.back_id == row.id]) for row in rows]


def returned(sales: Collection[UUID]) -> list[Return]:
    """What came back of these, without the lines, oldest first. 1 query."""
    return list(Return.objects.filter(sale_id__in=sales).order_by("recorded_at", "id"))


@dataclass(frozen=True, slots=True)
class Sum:
    """Complete bills of one currency and day; `day` None: of all days. Revenue: what was paid, less returns."""

    currency: str
    day: date | None
    bills: int
    of_members: int
    buyers: int
    revenue: int


def figures(
    organisation: UUID, since: datetime, until: datetime, *, zone: str, daily: bool = False, seen: Seen | None = None
) -> list[Sum]:
    """Sums of what happened from `since` up to, not including, `until`, by currency, or by day there too. 1 query."""
    rows = Sale.objects.filter(
        _place(organisation, seen), state="complete", effective_at__gte=since, effective_at__lt=until
    )
    by = ["currency"]
    if daily:
        rows = rows.annotate(day=TruncDate("effective_at", tzinfo=ZoneInfo(zone)))
        by.append("day")
    told = rows.values(*by).annotate(
        bills=Count("id"),
        of_members=Count("member"),
        buyers=Count("member", distinct=True),
        revenue=SumOf(F("amount") - F("discount") - F("returned")),
    )
    return [
        Sum(one["currency"], one.get("day"), one["bills"], one["of_members"], one["buyers"], one["revenue"])
        for one in told.order_by(*by)
    ]


def listed(
    organisation: UUID,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
    seen: Seen | None = None,
) -> list[Sale]:
    """Bills of an organisation, newest first; `since` is included, `until` is not. 1 query."""
    rows = Sale.objects.filter(_place(organisation, seen))
    if since is not None:
        rows = rows.filter(effective_at__gte=since)
    if until is not None:
        rows = rows.filter(effective_at__lt=until)
    if before is not None:
        at, number = before
        rows = rows.filter(Q(effective_at__lt=at) | Q(effective_at=at, id__lt=number))
    return list(rows.order_by("-effective_at", "-id")[:limit])


def _place(organisation: UUID, seen: Seen | None) -> Q:
    found = Q(organisation=organisation)
    return found if seen is None else found & (Q(merchant__in=seen.merchants) | Q(store__in=seen.stores))


def events_of(
    members: Collection[UUID],
    *,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
    seen: Seen | None = None,
) -> list[Event]:
    """Events of a person, newest first. 1 query."""
    return list(Event.objects.filter(_page(members, before, seen)).order_by("-effective_at", "-id")[:limit])


def _page(members: Collection[UUID], before: tuple[datetime, UUID] | None, seen: Seen | None) -> Q:
    found = Q(member__in=members)
    if seen is not None:
        found &= Q(merchant__in=seen.merchants) | Q(store__in=seen.stores)
    if before is not None:
        at, number = before
        found &= Q(effective_at__lt=at) | Q(effective_at=at, id__lt=number)
    return found


def lapsed(*, at: datetime, limit: int = 500) -> list[UUID]:
    """Reserved sales whose time is over. 1 query."""
    rows = Sale.objects.filter(state="open", lapses_at__lte=at).order_by("lapses_at")
    return list(rows.values_list("id", flat=True)[:limit])


def _line(row: SaleLine) -> KnownLine:
    line = Line(
        row.number, row.item, row.amount, row.quantity, row.discount, row.tax, row.category, row.brand, row.vendor,
        tuple(row.marks),
    )  # fmt: skip
    return KnownLine(SoldLine(line, row.name, row.cost), row.returned_quantity)


def _sale(row: Sale, lines: list[KnownLine]) -> KnownSale:
    place = Place(row.organisation, row.source, row.external_id, row.merchant, row.store, row.channel)
    return KnownSale(
        row.id, place, row.state, row.member, row.currency, tuple(lines), row.returned, row.effective_at,
        row.recorded_at, row.lapses_at,
    )  # fmt: skip
