"""What deeds about people do to coupons. A coupon keeps to whom it was given; who that is now, `members` says, so
that a merge has nothing to move, and an un-merge nothing to move back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.journal.moves import Actor
from regulars.members.deeds import Plain
from regulars.programme.models import Coupon, CouponState, CouponUse, OfferList, OfferListLine

room: Final = "coupons"


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Nothing: wallets are read for everybody who became one."""
    return {}


def unmerge(
    survivor: UUID, others: Sequence[UUID], *, plan: Mapping[str, Any], deed: UUID, actor: Actor, at: datetime
) -> Plain:
    """Nothing: each coupon says whose it is, also those given since."""
    return {}


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """What can still be used is revoked; what was used stays, of nobody. Lists go. Six queries."""
    lists = list(OfferList.objects.filter(member__in=members).values_list("id", flat=True))
    OfferListLine.objects.filter(list__in=lists).delete()
    OfferList.objects.filter(id__in=lists).delete()
    given = Coupon.objects.filter(member__in=members)
    open_still = given.filter(state__in=(CouponState.ISSUED, CouponState.RESERVED))
    revoked = open_still.update(state=CouponState.REVOKED)
    return {
        "revoked": revoked,
        "lists": len(lists),
        "coupons": given.update(member=None, hard=False, given_for=None, list=None),
        "uses": CouponUse.objects.filter(member__in=members).update(member=None, shown=None),
    }


def export(members: Sequence[UUID]) -> Plain:
    """Coupons given and used, and what stood on personal lists. Four queries."""
    lists = {row.id: row for row in OfferList.objects.filter(member__in=members).order_by("begins_at", "id")}
    lines = OfferListLine.objects.filter(list__in=lists).order_by("list", "rank")
    return {
        "offer_lists": [
            {
                "begins_at": row.begins_at.isoformat(),
                "ends_at": row.ends_at.isoformat() if row.ends_at else None,
                "products": [one.name or one.item for one in lines if one.list == row.id],
            }
            for row in lists.values()
        ],
        "coupons": [
            {
                "id": typed("cpn", row.id),
                "series": row.series,
                "state": row.state,
                "item": row.item,
                "given_for": row.given_for,
                "issued_at": row.issued_at.isoformat(),
                "expires_at": row.expires_at.isoformat() if row.expires_at else None,
            }
            for row in Coupon.objects.filter(member__in=members).order_by("id")
        ],
        "coupon_uses": [
            {
                "coupon": typed("cpn", row.coupon),
                "state": row.state,
                "discount": row.discount,
                "currency": row.currency,
                "at": row.at.isoformat(),
            }
            for row in CouponUse.objects.filter(member__in=members).order_by("id")
        ],
    }


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Who was given or used a coupon has a history. Two queries."""
    given = set(Coupon.objects.filter(member__in=members).values_list("member", flat=True))
    used = set(CouponUse.objects.filter(member__in=members).values_list("member", flat=True))
    return [member for member in members if member in given | used]
