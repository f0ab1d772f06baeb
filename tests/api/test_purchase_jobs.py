"""Bulk purchases: the checkout of single calls, many at once, with a result for each row."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from regulars.api import jobs
from regulars.api.models import JobRow
from regulars.sales.models import Sale
from tests.api.shop import PER_TEN, POINTS, Shop, line, open_shop, promise
from tests.api.test_jobs import work
from tests.api.world import Till, World

DAY = "2026-03-01T10:00:00Z"


@pytest.fixture
def shop(world: World) -> Shop:
    found = open_shop(world)
    promise(world, "earn", "one-for-ten", PER_TEN)
    promise(world, "points-payment", "points", POINTS)
    return found


def put(shop: Shop, *bills: dict[str, Any], name: str = "night-1") -> Any:
    return shop.till.send("PUT", f"/purchase-jobs/{name}", {"rows": list(bills)})


def rows(shop: Shop, name: str = "night-1") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = shop.till.get(f"/jobs/{name}/rows", limit="200").json()["items"]
    return items


def test_bills_of_a_job_come_to_what_they_come_to_when_sent_alone(shop: Shop) -> None:
    bills = [shop.asked(line(1000 * n), line(500, "jam"), effective_at=DAY) for n in range(1, 6)]
    asked = put(shop, *bills)
    assert (asked.status_code, asked.json()["kind"], asked.json()["state"]) == (202, "purchases", "waiting")
    assert (work(), shop.points()) == (5, (1 + 2 + 3 + 4 + 5, 0, 0))
    one = rows(shop)[2]
    told = shop.till.get(f"/purchases/{one['result']}").json()
    assert (told["amount"], told["effects"][0]["amount"], told["effects"][0]["code"]) == (3500, 3, "one-for-ten")
    alone = shop.till.done("/purchases", bills[2])
    assert (alone["id"], alone["replayed"]) == (one["result"], True)


def test_each_row_has_its_own_answer_and_a_wrong_one_keeps_nobody_out(shop: Shop) -> None:
    stranger = {"kind": "email", "value": "nobody@example.com"}
    points = [{"unit": "points", "points": 30}]
    bills = [shop.asked(line(10_000)) for _ in range(3)]
    bills += [
        shop.asked(line(1000), member=None, identifier=stranger),
        shop.asked(line(2000), points=points),  # out of what the first three earn
        shop.asked(line(2000), points=points),  # of which nothing is left
        shop.asked(line(7000)),
    ]
    put(shop, *bills)
    assert work() == 7
    told = [(one["state"], one["code"]) for one in rows(shop)]
    assert told == [
        ("done", ""), ("done", ""), ("done", ""), ("refused", "unknown-identifier"), ("done", ""),
        ("refused", "not-enough"), ("done", ""),
    ]  # fmt: skip
    assert (shop.points()[0], Sale.objects.count()) == (30 - 30 + 7 + 1, 5)
    assert set(JobRow.objects.values_list("sealed", flat=True)) == {b""}


def test_the_same_bill_twice_in_a_job_or_in_two_happens_once(shop: Shop) -> None:
    bill, other = shop.asked(line(3000), effective_at=DAY), shop.asked(line(1000), effective_at=DAY)
    put(shop, bill, other, bill)
    put(shop, other, bill, name="night-2")
    work()
    first, second = rows(shop), rows(shop, "night-2")
    assert [one["result"] for one in (first[0], first[1])] == [second[1]["result"], second[0]["result"]]
    assert first[2]["result"] == first[0]["result"]
    assert (Sale.objects.count(), shop.points()) == (2, (4, 0, 0))
    changed = put(shop, bill | {"currency": "EUR"}, name="night-3")
    assert changed.status_code == 202
    work()
    assert rows(shop, "night-3")[0]["code"] == "business-key-reused"


def test_a_job_of_purchases_goes_on_where_a_worker_died(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jobs.MORE_AT_ONCE, "purchases", 3)
    put(shop, *[shop.asked(line(1000)) for _ in range(8)])
    assert jobs.work(at=timezone.now()) == 3
    with monkeypatch.context() as broken:
        broken.delattr(jobs, "columns")  # after the purchases, before the note that they are done
        with pytest.raises(NameError):
            jobs.work(at=timezone.now())
    assert (shop.till.get("/jobs/night-1").json()["done"], Sale.objects.count()) == (3, 3)
    assert (work(), Sale.objects.count(), shop.points()) == (5, 8, (8, 0, 0))


def test_ten_thousand_bills_go_into_one_call_and_only_a_job_may_be_so_large(shop: Shop) -> None:
    bill = shop.asked(line(1000, name="x" * 200), line(500, "jam", name="y" * 200), effective_at=DAY)
    bills = [bill | {"external_id": f"bulk-{n}"} for n in range(10_000)]
    answer = put(shop, *bills)
    assert (answer.status_code, answer.json()["total"]) == (202, 10_000)
    assert put(shop, *bills, bill, name="more").status_code == 422
    refused = shop.till.post("/purchases/batch", {"purchases": bills})
    assert (refused.status_code, refused.json()["code"]) == (413, "request-too-large")
    page = shop.till.client.post("/login", data={"email": "x" * 3_000_000})
    assert page.status_code in (400, 413)


def test_what_waits_of_somebody_who_is_erased_is_removed(shop: Shop) -> None:
    administrator = Till(shop.world.key("administrator"))
    phone = {"kind": "phone", "value": "+441632960001"}
    other = administrator.done("/members", {"identifiers": [phone]})["id"]
    named = {"member": shop.member}
    bills = [
        shop.asked(line(1000)),
        shop.asked(line(1000), member=None, identifier={"kind": "phone", "value": "01632 960001", "region": "GB"}),
        shop.asked(line(1000), value=[{"member": other, "units": ["GBP-value"]}]),
        shop.asked(line(1000), line(500, "gift card", loads={"member": other, "unit": "GBP-value"})),
        shop.asked(line(1000), **named),
    ]
    put(shop, *bills)
    administrator.done(f"/members/{other}/erase", {"reason": "asked"}, key=str(uuid4()))
    work()
    assert [one["code"] for one in rows(shop)] == ["", *["row-erased"] * 3, ""]


def test_a_key_without_the_right_makes_no_job_of_purchases(shop: Shop) -> None:
    shop.till = Till(shop.world.key("analyst"))
    assert put(shop, shop.asked(line(1000))).json()["code"] == "not-allowed"
