"""What was held or redeemed at a basket, as it stands."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from regulars.programme.models import CouponUse, Reservation
from regulars.sales.models import Sale


@dataclass(frozen=True, slots=True)
class Kept:
    """A reservation, or what was redeemed at once (then it has no end)."""

    id: UUID
    organisation: UUID
    merchant: str
    store: str
    lapses_at: datetime | None
    closed_as: str | None
    coupons: tuple[tuple[UUID, str, int], ...]  # which, its state, what it took off

    def state_at(self, at: datetime) -> str:
        """What has lapsed is told so, whether the job came by or not."""
        if self.closed_as is not None:
            return "redeemed" if self.closed_as == "kept" else self.closed_as
        return "lapsed" if self.lapses_at is not None and self.lapses_at <= at else "reserved"


def reservation(number: UUID) -> Kept | None:
    """None too for a purchase, which answers for itself. Three queries."""
    if Sale.objects.filter(id=number).exists():
        return None
    uses = list(CouponUse.objects.filter(occasion=number).order_by("id"))
    coupons = tuple((one.coupon, one.state, one.discount) for one in uses)
    held = Reservation.objects.filter(occasion=number).first()
    if held is not None:
        return Kept(number, held.organisation, held.merchant, held.store, held.lapses_at, held.closed_as, coupons)
    if not uses:
        return None
    return Kept(number, uses[0].organisation, uses[0].merchant, uses[0].store, None, "kept", coupons)
