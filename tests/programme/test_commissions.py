"""S24, a budget hotel chain: what agents took by month, and what members spared who booked by themselves. Exact."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.api.shop import promise
from tests.api.world import SETUP, World, make_world

from regulars.basics.ids import typed
from regulars.members.moves import NewMember
from regulars.members.services.people import enrol
from regulars.programme.commissions import members_of, months
from regulars.programme.errors import WrongTerms
from regulars.rules.occasion import Line
from regulars.sales.moves import BackLine, NewReturn, NewSale, Place, SoldLine
from regulars.sales.services import record_returns, record_sales

AT = datetime(2026, 5, 20, 12, tzinfo=UTC)
TERMS: dict[str, Any] = {"agents": {"agent": 150, "site": 180}, "direct": ["web", "desk"], "instead": "agent"}


def sale(
    world: World, channel: str, paid: int, day: date, member: UUID | None = None, merchant: UUID | None = None
) -> NewSale:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    place = Place(world.organisation, "desk", str(uuid4()), merchant or world.merchant, None, channel)
    return NewSale(uuid4(), place, "GBP", (SoldLine(Line(1, "night", paid + 500, discount=500)),), at, member=member)


@pytest.mark.django_db
def test_s24_commission_and_what_was_spared_are_reckoned_by_month_channel_and_the_terms_of_then() -> None:
    world = make_world()
    begun = datetime(2026, 4, 1, tzinfo=UTC)
    promise(world, "commission", "hotels", TERMS, begins_at=begun)
    dearer = {**TERMS, "agents": {"agent": 200, "site": 180}}
    promise(world, "commission", "hotels", dearer, begins_at=datetime(2026, 5, 11, tzinfo=UTC))
    bakery = {"agents": {"agent": 100}, "direct": ["web"], "instead": "agent", "merchants": [typed("mrc", world.other)]}
    promise(world, "commission", "bakery", bakery, begins_at=begun)
    ada, bob = enrol([NewMember(world.organisation, "desk", begun, {}, [], world.merchant) for _ in range(2)],
                     actor=SETUP, at=begun)  # fmt: skip
    april, early, late = date(2026, 4, 30), date(2026, 5, 10), date(2026, 5, 11)
    sold = [
        sale(world, "agent", 10_003, april), sale(world, "agent", 9_000, april, ada),
        sale(world, "web", 9_200, april, ada), sale(world, "web", 8_000, april),
        sale(world, "till", 700, april, bob), sale(world, "web", 5_001, early, bob),
        sale(world, "web", 5_001, late, ada), sale(world, "site", 1_000, late), sale(world, "agent", 999, late),
        sale(world, "web", 3_000, late, ada, merchant=world.other), sale(world, "desk", 2_000, late, bob),
    ]  # fmt: skip
    record_sales(sold, actor=SETUP, at=AT)
    back = Place(world.organisation, "desk", "back", world.merchant, None, "web")
    line = BackLine(1, 1000, 9_200, 0)
    returned = NewReturn(uuid4(), sold[2].id, back, (line,), datetime(2026, 5, 2, tzinfo=UTC))
    record_returns([returned], actor=SETUP, at=AT)
    may, before = months(world.organisation, zone="Europe/London", at=AT)
    told = {
        one.code: (one.bills, one.revenue, one.revenue_of_members, one.commission, one.spared)
        for one in before.channels.values()
    }
    assert list(before.channels) == ["agent", "web"]
    assert told == {"agent": (2, 19_003, 9_000, 2_850, 0), "web": (2, 8_000, 0, 0, 0)}
    assert (before.begins_on, before.commission, before.spared) == (date(2026, 4, 1), 2_850, 0)
    told = {
        one.code: (one.bills, one.revenue, one.revenue_of_members, one.commission, one.spared)
        for one in may.channels.values()
    }
    assert told == {
        "agent": (1, 999, 0, 200, 0), "site": (1, 1_000, 0, 180, 0), "desk": (1, 2_000, 2_000, 0, 400),
        "web": (3, 13_002, 13_002, 0, 750 + 1_000 + 300),
    }  # fmt: skip
    web = members_of(world.organisation, date(2026, 5, 1), "web", "GBP", zone="Europe/London")
    assert web == [(ada, 2, 8_001), (bob, 1, 5_001)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"agents": {}}, "/agents"), ({"agents": {"agent": 0}}, "/agents/agent"), ({"direct": ["agent"]}, "/direct/0"),
        ({"direct": []}, "/direct"), ({"instead": "web"}, "/instead"),
    ],
)  # fmt: skip
def test_terms_that_cannot_be_reckoned_with_are_refused(changed: dict[str, Any], pointer: str) -> None:
    with pytest.raises(WrongTerms) as refused:
        promise(make_world(alone=True), "commission", "hotels", {**TERMS, **changed})
    assert pointer in [one["pointer"] for one in refused.value.facts["errors"]]  # type: ignore[attr-defined]
