"""How long units last: by the version that gave them, or as long as their holder stays active."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regulars.ledger.services import expire_due
from tests.api.shop import ANN, PER_TEN, Shop, line, now, open_shop, promise
from tests.api.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    return open_shop(world)


def lots(shop: Shop) -> list[dict[str, Any]]:
    found = shop.till.get(f"/members/{shop.member}/lots").json()["items"]
    return sorted(found, key=lambda lot: str(lot["earned_at"]))


def ends(shop: Shop) -> list[str]:
    return [lot["expires_at"][:10] for lot in lots(shop)]


def test_sem_06_a_new_expiry_is_for_new_lots_alone(shop: Shop) -> None:
    promise(shop.world, "earn", "base", {**PER_TEN, "validity": "12M"})
    shop.buy(line(1000), effective_at="2026-02-10T12:00:00Z")
    promise(shop.world, "earn", "base", {**PER_TEN, "validity": "1M"}, begins_at=datetime(2026, 3, 1, tzinfo=UTC))
    shop.buy(line(1000), effective_at=(now() - timedelta(days=1)).isoformat())
    assert ends(shop)[0] == "2027-02-10"
    assert ends(shop)[1] < (now() + timedelta(days=32)).date().isoformat()


def test_sem_46_a_bill_comes_back_however_long_ago_it_was(shop: Shop) -> None:
    old = datetime(2023, 1, 1, tzinfo=UTC)
    promise(shop.world, "earn", "base", PER_TEN, begins_at=old)
    bought = shop.buy(line(5000), effective_at="2023-02-01T12:00:00Z")
    assert shop.back(bought)["effects"][0]["amount"] == 5
    assert shop.points() == (0, 0, 0)


@pytest.fixture
def lively(shop: Shop) -> Shop:
    """Points are gone after a year without a purchase or a visit."""
    promise(shop.world, "earn", "base", PER_TEN)
    promise(shop.world, "inactivity", "year", {"unit": "points", "after": "1Y", "resets": ["purchase", "visit"]})
    return shop


def test_sem_07_activity_keeps_all_units_alive(lively: Shop) -> None:
    lively.buy(line(1000), effective_at="2026-01-10T12:00:00Z")
    assert ends(lively) == ["2027-01-10"]
    lively.buy(line(1000), effective_at="2026-03-05T12:00:00Z")
    assert ends(lively) == ["2027-03-05", "2027-03-05"]


def test_sem_07_what_is_undone_keeps_nothing_alive(lively: Shop) -> None:
    lively.buy(line(1000), effective_at="2026-01-10T12:00:00Z")
    undone = lively.buy(line(2000, quantity="2"), effective_at="2026-03-05T12:00:00Z")
    lively.back(undone, {"number": 1, "quantity": "1"})
    assert ends(lively) == ["2027-03-05", "2027-03-05"]
    lively.back(undone)
    assert ends(lively) == ["2027-01-10"]


def test_sem_07_only_what_is_named_keeps_alive(lively: Shop) -> None:
    lively.buy(line(1000), effective_at="2026-01-10T12:00:00Z")
    for name, day in (("browse", "2026-02-02"), ("visit", "2026-02-01")):
        asked = {
            "source": "door", "external_id": name, "member": lively.member, "name": name,
            "effective_at": f"{day}T12:00:00Z",
        }  # fmt: skip
        lively.till.done("/activities", asked)
    assert ends(lively) == ["2027-02-01"]


def test_sem_07_who_stays_away_loses_them_and_a_late_bill_brings_nothing_back(lively: Shop) -> None:
    lively.buy(line(1000), effective_at="2026-01-10T12:00:00Z")
    later = datetime(2027, 1, 11, tzinfo=UTC)
    while expire_due(actor=ANN, at=later):
        pass
    lively.buy(line(3000))
    assert lively.points() == (3, 0, 0)


def test_units_that_last_by_a_rule_do_not_go_by_activity_too(shop: Shop) -> None:
    promise(shop.world, "earn", "base", {**PER_TEN, "validity": "12M"})
    office = type(shop.till)(shop.world.key("administrator"))
    document = {"unit": "points", "after": "1Y"}
    answer = office.post("/programme/terms", {"kind": "inactivity", "code": "year", "document": document})
    assert answer.json()["code"] == "wrong-terms", answer.json()
    assert "base" in answer.content.decode()
