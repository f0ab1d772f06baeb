"""Coupons as they stand: a member's wallet, a series or batch for staff. Codes are written anew; none is kept."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import BooleanField, Count, ExpressionWrapper, Q

from regulars.members.selectors import group_of
from regulars.programme.coupons import codes, finding
from regulars.programme.coupons.moves import Found
from regulars.programme.models import Coupon, CouponState, CouponUse


def wallet(member: UUID, *, organisation: UUID, at: datetime, also_over: bool = False, limit: int = 200) -> list[Found]:
    """What a member was given and can use, or also what is over; who merged into it brings theirs. Newest first. What
    stands on a personal list is there, and comes by itself.

    Two queries.
    """
    rows = Coupon.objects.filter(organisation=organisation, member__in=group_of(member), list=None).order_by("-id")
    if not also_over:
        rows = rows.filter(state__in=("issued", "reserved")).exclude(expires_at__lte=at)
    return told(rows[:limit], organisation, at)


def listed(
    *,
    organisation: UUID,
    at: datetime,
    series: str | None = None,
    batch: UUID | None = None,
    after: UUID | None = None,
    limit: int = 200,
) -> list[Found]:
    """Coupons of a series or batch, in the order in which they were made. One query."""
    rows = Coupon.objects.filter(organisation=organisation).order_by("id")
    if series is not None:
        rows = rows.filter(series=series)
    if batch is not None:
        rows = rows.filter(batch=batch)
    if after is not None:
        rows = rows.filter(id__gt=after)
    return told(rows[:limit], organisation, at)


def tallied(organisation: UUID, *, at: datetime) -> dict[str, dict[str, int]]:
    """How many coupons of each series are in which state now. One query over all of them."""
    over = Q(state=CouponState.ISSUED, expires_at__lte=at)
    rows = (
        Coupon.objects.filter(organisation=organisation)
        .annotate(over=ExpressionWrapper(over, output_field=BooleanField()))
        .values_list("series", "state", "over")
    )
    found: dict[str, dict[str, int]] = {}
    for series, state, late, count in rows.annotate(count=Count("id")):
        now = str(CouponState.EXPIRED) if late else state
        of_series = found.setdefault(series, {})
        of_series[now] = of_series.get(now, 0) + count
    return found


def coupons_of(occasion: UUID) -> list[tuple[UUID, str, int]]:
    """Coupons at a sale or reservation: which, in which state, and what each took off. One query."""
    rows = CouponUse.objects.filter(occasion=occasion).order_by("id")
    return list(rows.values_list("coupon", "state", "discount"))


def told(rows: Iterable[Coupon], organisation: UUID, at: datetime) -> list[Found]:
    """Rows as they stand now; what has expired is told so, whether the job came by or not."""
    key = finding.secret(organisation)
    return [
        Found(
            row.id,
            row.series,
            row.terms,
            codes.write(row.number, key) if row.number is not None else row.text,
            row.uses is None,
            _state(row, at),
            row.member,
            row.hard,
            row.issued_at,
            row.expires_at,
            row.uses,
            row.kept,
        )
        for row in rows
    ]


def _state(row: Coupon, at: datetime) -> str:
    over = row.state == CouponState.ISSUED and row.expires_at is not None and row.expires_at <= at
    return str(CouponState.EXPIRED if over else row.state)
