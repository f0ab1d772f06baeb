"""Campaigns from the draft to the last message: nothing twice, nothing to the holdout, nothing that nobody approved."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction
from tests.members.shop import ANN
from tests.outreach.campaigns.given import AT, BOB, Shop, worked

from regulars.journal.models import Entry
from regulars.outreach.campaigns import selectors
from regulars.outreach.models import Arm, Assignment, Campaign, Message
from regulars.outreach.services import campaigns
from regulars.programme.models import Coupon


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop(40, agreed=30)


def in_arm(row: Campaign, arm: Arm) -> set[UUID]:
    found = selectors.plan_of(row)
    assert found is not None
    return {one.member for one in selectors.members_of(found.id, arm=arm, limit=1_000)}


def test_what_was_shown_is_what_is_done(shop: Shop) -> None:
    row = shop.planned(cost={"redeemed": 5000, "contact": {"email": 2}})
    plan = selectors.ready_plan(row)
    treated, holdout = in_arm(row, Arm.TREATED), in_arm(row, Arm.HOLDOUT)
    assert (len(treated), len(holdout)) == (plan.told["treated"], plan.told["holdout"])
    assert (plan.told["why"], plan.told["channels"]) == ({"no-consent": 10}, {"email": len(treated)})
    assert plan.told["cost"] == len(treated) * (250 + 2)
    assert Coupon.objects.count() == Message.objects.count() == 0
    campaigns.ask(shop.home, "spring", actor=ANN, at=AT)
    campaigns.approve(shop.home, "spring", actor=BOB, at=AT)
    worked()
    row.refresh_from_db()
    assert (row.state, row.from_on, row.until_on) == ("running", AT.date(), AT.date() + timedelta(days=13))
    assert (in_arm(row, Arm.TREATED), in_arm(row, Arm.HOLDOUT)) == (treated, holdout)
    assert set(Coupon.objects.filter(hard=True).values_list("member", flat=True)) == treated
    assert Counter(Message.objects.values_list("member", "state")) == {(one, "released"): 1 for one in treated}
    again = selectors.ready_plan(row).told
    assert again["difference"] == {"entered": 0, "left": 0, "changed": 0}
    words = Entry.objects.filter(what__startswith="campaigns.").order_by("id").values_list("what", flat=True)
    told = ("save", "try", "ask", "approve", "begin", "assign", "launched")
    assert list(words) == [f"campaigns.{word}" for word in told]
    assert row.launch is not None
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Assignment.objects.filter(plan=row.launch).update(arm="held")
