"""A small town: two organisations; Ann manages the first as a whole, Bea one of its stores, Cid the second."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from regulars.access import gate
from regulars.access.moves import Grants, NewMerchant, NewStore, Place
from regulars.access.selectors import grants_of_staff
from regulars.access.services.places import found_organisation, open_merchants, open_stores
from regulars.access.services.roles import assign
from regulars.access.services.staff import hire
from regulars.journal.moves import Actor

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
SETUP = Actor.job("setup")
PASSWORD = "seven grey herons"


@dataclass(frozen=True, slots=True)
class Town:
    one: UUID
    two: UUID
    shop: UUID
    bakery: UUID
    rival: UUID
    downtown: UUID
    airport: UUID
    oven: UUID
    elsewhere: UUID
    ann: UUID
    bea: UUID
    cid: UUID

    @property
    def whole(self) -> Place:
        return Place(self.one)

    @property
    def store(self) -> Place:
        return Place(self.one, self.shop, self.downtown)


def town() -> Town:
    one, two = (found_organisation(n, zone="Asia/Shanghai", by=gate.HOUSE, actor=SETUP, at=AT) for n in ("One", "Two"))
    shop, bakery = open_merchants(
        one,
        [NewMerchant("Shop", "Asia/Shanghai", "CNY"), NewMerchant("Bakery", "Europe/Berlin", "EUR")],
        by=gate.HOUSE,
        actor=SETUP,
        at=AT,
    )
    [rival] = open_merchants(two, [NewMerchant("Rival", "UTC", "USD")], by=gate.HOUSE, actor=SETUP, at=AT)
    downtown, airport = open_stores(
        shop, [NewStore("Downtown", "001"), NewStore("Airport", "002")], by=gate.HOUSE, actor=SETUP, at=AT
    )
    [oven] = open_stores(bakery, [NewStore("Oven", "001", region="North")], by=gate.HOUSE, actor=SETUP, at=AT)
    [elsewhere] = open_stores(rival, [NewStore("Elsewhere")], by=gate.HOUSE, actor=SETUP, at=AT)
    ann, bea, cid = (
        hire(f"{n}@example.org", name=n.title(), password=PASSWORD, by=gate.HOUSE, actor=SETUP, at=AT)
        for n in ("ann", "bea", "cid")
    )
    for who, role, place in (
        (ann, "administrator", Place(one)),
        (bea, "administrator", Place(one, shop, downtown)),
        (cid, "administrator", Place(two)),
    ):
        assign(role, place, staff=who, by=gate.HOUSE, actor=SETUP, at=AT)
    return Town(one, two, shop, bakery, rival, downtown, airport, oven, elsewhere, ann, bea, cid)


def grants(staff: UUID, at: datetime = AT) -> Grants:
    holder = grants_of_staff(staff, at)
    assert holder is not None
    return holder.grants
