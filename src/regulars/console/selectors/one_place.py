"""A merchant or a store on a page of its own: what it is, whether it is open, and who is bound to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from regulars.access.errors import UnknownPlace
from regulars.access.models import Merchant, Role, Store
from regulars.access.moves import Bound
from regulars.access.selectors import bound_to
from regulars.console.desk import Desk
from regulars.console.places import named
from regulars.console.selectors.setup import said_name


@dataclass(frozen=True, slots=True)
class OnePlace:
    """What its page shows."""

    row: Merchant | Store
    merchant: Merchant
    store: Store | None
    stores: Sequence[Store]
    bound: Sequence[tuple[Bound, str, str]]  # with the name of the role, and where it is
    closed_at: datetime | None  # its own, or its merchant's

    @property
    def own(self) -> bool:
        """Whether it was closed by itself, not with its merchant."""
        return self.row.closed_at is not None


def merchant_of(number: UUID, desk: Desk) -> OnePlace:
    """Four queries. Raises UnknownPlace for one of another organisation."""
    row = Merchant.objects.filter(pk=number, organisation=desk.home).first()
    if row is None:
        raise UnknownPlace("There is no such merchant here.")
    stores = list(Store.objects.filter(merchant=row).order_by("name"))
    return OnePlace(row, row, None, stores, _bound(desk, row.id, None), row.closed_at)


def store_of(number: UUID, desk: Desk) -> OnePlace:
    """Three queries. Raises UnknownPlace for one of another organisation."""
    row = Store.objects.select_related("merchant").filter(pk=number, merchant__organisation=desk.home).first()
    if row is None:
        raise UnknownPlace("There is no such store here.")
    since = desk.holder.grants.places.closed_since(row.merchant_id, row.id)
    return OnePlace(row, row.merchant, row, (), _bound(desk, row.merchant_id, row.id), since)


def _bound(desk: Desk, merchant: UUID, store: UUID | None) -> list[tuple[Bound, str, str]]:
    names = named(desk.holder.grants.places)
    roles = {role.code: said_name(role) for role in Role.objects.filter(organisation=desk.home)}
    found = bound_to(merchant, store, at=desk.at)
    return [(one, roles.get(one.role, one.role), names.get(one.store or merchant, "")) for one in found]
