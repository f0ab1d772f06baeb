"""S22, a telecom operator: 1 point per month of tenure and 1 per 10 spent, no ceiling; the sum sets next month's
discount; a late bill sets it to zero, with notice, and an appeal gives it back."""

from datetime import timedelta
from typing import Any

import pytest
from tests.api.pages import run_page
from tests.api.shop import ANN, PER_TEN, Shop, line, now, open_shop, promise
from tests.api.world import Till, World

from regulars.ledger.selectors import balances
from regulars.members.moves import NewMember
from regulars.members.services.people import enrol
from regulars.programme.errors import ResetClosed
from regulars.programme.models import Reset
from regulars.programme.resets.taking import appeal
from regulars.programme.sending import earn_on_days

MONTH = {"unit": "points", "occasions": ["month-paid"], "award": {"type": "fixed", "units": 1}}


@pytest.fixture
def shop(world: World) -> Shop:
    found = open_shop(world)
    promise(world, "earn", "spent", PER_TEN)
    promise(world, "earn", "month-paid", MONTH)
    promise(world, "reset", "late-bill", {"event": "bill-late", "unit": "points", "appeal_within": "14D"})
    return found


def tells(shop: Shop, name: str, number: str) -> dict[str, Any]:
    said = {"source": "billing", "external_id": number, "member": shop.member, "name": name}
    done = shop.till.done("/activities", said)
    assert isinstance(done, dict)
    return done


def late(shop: Shop) -> dict[str, Any]:
    shop.buy(line(25_000))
    tells(shop, "month-paid", "2026-05")
    assert shop.points() == (26, 0, 0)
    return tells(shop, "bill-late", "bill-5")


def test_a_late_bill_takes_what_sets_the_discount_and_tells_the_member_and_whoever_listens(shop: Shop) -> None:
    done = late(shop)
    [effect] = done["effects"]
    assert (effect["kind"], effect["code"], effect["amount"]) == ("reset", "late-bill", 26)
    assert (shop.points(), done["balances"][0]["available"]) == ((0, 0, 0), 0)
    [told] = shop.till.get(f"/members/{shop.member}/resets").json()["items"]
    assert (told["state"], told["amount"], told["id"]) == ("taken", 26, effect["item"])
    assert tells(shop, "bill-late", "bill-5")["replayed"] is True
    assert tells(shop, "bill-late", "bill-6")["effects"] == []
    assert tells(shop, "month-paid", "2026-06")["effects"][0]["amount"] == 1
    assert shop.points() == (1, 0, 0)
    said = {"source": "billing", "external_id": "2026-07", "member": shop.member, "name": "tenure-month"}
    refused = shop.till.post("/activities", said)  # months of membership come by themselves
    assert (refused.status_code, refused.json()["code"]) == (422, "wrong-sale")


def test_each_month_of_tenure_earns_a_point_by_itself(shop: Shop) -> None:
    tenure = {"unit": "points", "occasions": ["tenure-month"], "award": {"type": "fixed", "units": 1}}
    promise(shop.world, "earn", "tenure", tenure)
    joined = now() - timedelta(days=350)  # the day of the month comes in two weeks
    [member] = enrol([NewMember(shop.world.organisation, "crm", joined)], actor=ANN, at=now())
    for days in range(23):
        at = now() + timedelta(days=days)
        while earn_on_days(actor=ANN, at=at):
            pass
    [held] = balances(member, at=now() + timedelta(days=31))
    assert (held.unit, held.available) == ("points", 1)


def test_an_appeal_gives_it_back_to_the_lots_it_came_from(shop: Shop) -> None:
    number = late(shop)["effects"][0]["item"]
    assert shop.till.done(f"/resets/{number}/appeal")["state"] == "appealed"
    assert shop.till.post(f"/resets/{number}/appeal").json()["code"] == "reset-closed"
    assert shop.till.post(f"/resets/{number}/decision", {"give_back": True}).status_code == 403
    support = Till(shop.world.key("support"))
    decided = support.done(f"/resets/{number}/decision", {"give_back": True})
    assert (decided["state"], decided["decided_by"][:4], shop.points()) == ("given-back", "key_", (26, 0, 0))
    again = support.post(f"/resets/{number}/decision", {"give_back": False})
    assert (again.status_code, again.json()["code"]) == (409, "reset-closed")


def test_an_appeal_that_is_turned_down_changes_nothing_and_one_too_late_is_not_heard(shop: Shop) -> None:
    number = late(shop)["effects"][0]["item"]
    row = Reset.objects.get()
    with pytest.raises(ResetClosed):
        appeal(row.id, organisation=shop.world.organisation, actor=ANN, at=now() + timedelta(days=15))
    support = Till(shop.world.key("support"))
    assert support.done(f"/resets/{number}/decision", {"give_back": False})["state"] == "upheld"
    assert shop.points() == (0, 0, 0)
    foreign = Till(shop.world.key("support", foreign=True))
    assert foreign.post(f"/resets/{number}/decision", {"give_back": True}).json()["code"] == "unknown-reset"


def test_the_page_on_late_bills_runs(world: World) -> None:
    shop = open_shop(world)
    shop.till = Till(world.key("administrator"))
    run_page("late-bills.md", shop, {"member": shop.member})
