"""A member's personal list over the API: what a shop's own pages and tills show of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from regulars.basics.ids import typed, untyped
from regulars.journal.models import Entry
from regulars.programme.services.offer_lists import NewLine, NewList, make
from tests.api.shop import ANN
from tests.api.test_coupons import publish
from tests.api.world import Till, World


@pytest.fixture
def ada(till: Till) -> str:
    return str(till.done("/members", {"facts": {"given_name": "Ada"}})["id"])


def test_s05_the_open_list_is_told_with_its_code_and_what_of_it_was_taken(
    world: World, administrator: Till, till: Till, ada: str
) -> None:
    def told() -> Any:
        return till.get(f"/members/{ada}/list").json()["list"]

    assert told() is None
    fifth = {"benefit": {"type": "percent", "permille": 200}}
    series = publish(administrator, "fifth", {"name": "From your list", "offer": fifth, "per_item": True})
    assert told() is None
    now = timezone.now()
    lines = (NewLine("tea", "Assam tea", "due", date(2026, 5, 9), "fifth"), NewLine("jam", "Jam", "habit"))
    over = now + timedelta(days=14)
    wanted = [NewList(untyped("mbr", ada), lines)]
    make(wanted, organisation=world.organisation, made_for="list/1", until=over, actor=ANN, at=now)
    shown = told()
    tea, jam = shown["items"]
    assert (tea["item"], tea["name"], tea["why"], tea["next_on"]) == ("tea", "Assam tea", "due", "2026-05-09")
    offer = tea["offer"]
    assert (offer["series"], offer["terms"], offer["off"], offer["taken"]) == ("fifth", series["id"], "−20 %", False)
    assert jam | {"name": ""} == {"item": "jam", "name": "", "why": "habit", "next_on": None, "offer": None}
    bill = {
        "source": "till", "external_id": "1", "merchant": typed("mrc", world.merchant), "currency": "GBP",
        "coupons": [shown["code"]], "lines": [{"item": "tea", "amount": 500}, {"item": "jam", "amount": 300}],
    }  # fmt: skip
    assert till.done("/purchases", bill)["due"] == 700
    assert [one["offer"] and one["offer"]["taken"] for one in told()["items"]] == [True, None]
    assert Entry.objects.filter(what="members.read", subject=ada, after__part="list").count() == 4
    assert Till(world.key("till", foreign=True)).get(f"/members/{ada}/list").status_code == 404
