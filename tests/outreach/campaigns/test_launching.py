"""Campaigns from the draft to the last message: nothing twice, nothing to the holdout, nothing that nobody approved."""

from collections import Counter
from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.members.shop import ANN
from tests.outreach.campaigns.given import AT, BOB, DOCUMENT, EVERYBODY, JOB, OPEN, Shop, worked

from regulars.access import gate
from regulars.journal.models import Entry
from regulars.members.merging import merge, unmerge
from regulars.members.models import Mark, Member
from regulars.outreach.campaigns import selectors
from regulars.outreach.campaigns.selectors import plan_of, progress
from regulars.outreach.campaigns.working import work_due
from regulars.outreach.errors import CampaignElsewhere, OverBudget, PlanNeeded, WrongCampaignDocument
from regulars.outreach.models import Arm, Assignment, Campaign, Gathered, Message
from regulars.outreach.moves import NewAudience, NewCampaign, NewMessage
from regulars.outreach.services import campaigns
from regulars.outreach.services.audiences import save as save_audience
from regulars.outreach.services.messages import ask
from regulars.outreach.services.policies import save_policy
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
    campaigns.approve(shop.home, "spring", grants=gate.HOUSE, actor=BOB, at=AT)
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


def test_a_worker_may_die_anywhere(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each batch is three members; before each one the worker died once in the middle of it."""
    monkeypatch.setattr("regulars.outreach.campaigns.launching.AT_ONCE", 3)
    monkeypatch.setattr("regulars.outreach.campaigns.planning.AT_ONCE", 3)
    row, later = shop.approved(), AT + timedelta(seconds=1)  # plans are told apart by their moment

    class Killed(BaseException):
        """As kill -9: nothing catches it, and the transaction never ends."""

    def dying() -> int:
        with transaction.atomic():
            work_due(actor=JOB, at=later)
            raise Killed

    times, done, told = 0, 1, []
    while done:
        with pytest.raises(Killed):
            dying()
        done = work_due(actor=JOB, at=later)
        row.refresh_from_db()
        told.append(progress(row, plan_of(row)))
        times += 1
    parts = [one for one in told if one is not None]
    assert (parts, told[-1], parts[0]) == (sorted(parts), None, 0)
    assert len(set(parts)) > times / 2  # of a hundred, and never back
    treated = in_arm(row, Arm.TREATED)
    assert times > 2 * len(treated) / 3
    assert row.state == "running"
    assert Counter(Coupon.objects.values_list("member", flat=True)) == dict.fromkeys(treated, 1)
    assert Counter(Message.objects.values_list("member", flat=True)) == dict.fromkeys(treated, 1)
    assert Entry.objects.filter(what="campaigns.assign").count() == 1


def test_what_was_done_before_the_note_was_lost_is_not_done_again(shop: Shop) -> None:
    """A database brought back from a copy forgot how far the launch came, and nothing else."""
    row = shop.launched()
    Campaign.objects.filter(id=row.id).update(state="launching", step="coupons", after=None)
    worked()
    treated = in_arm(row, Arm.TREATED)
    assert Coupon.objects.count() == Message.objects.count() == len(treated)


def test_the_holdout_gets_nothing_whoever_they_become(shop: Shop) -> None:
    row = shop.launched()
    treated, holdout = sorted(in_arm(row, Arm.TREATED)), sorted(in_arm(row, Arm.HOLDOUT))

    def told(member: UUID) -> str:
        """Somebody tries by another way."""
        wanted = NewMessage(str(uuid4()), member, "email", "marketing", campaign="spring")
        return ask([wanted], organisation=shop.home, actor=ANN, at=AT)[0].why

    assert told(treated[0]) == ""
    assert told(holdout[0]) == "campaign-holdout"
    merge(treated[1], holdout[1], organisation=shop.home, reason="same", actor=ANN, at=AT)
    merge(holdout[2], treated[2], organisation=shop.home, reason="same", actor=ANN, at=AT)
    assert {told(one) for one in (*treated[1:3], *holdout[1:3])} == {"campaign-holdout"}
    for one in (holdout[1], treated[2]):
        unmerge(one, organisation=shop.home, reason="not the same", actor=ANN, at=AT)
    assert [told(one) for one in (treated[1], holdout[1], holdout[2])] == ["", "campaign-holdout", "campaign-holdout"]


def test_who_was_part_of_somebody_of_the_holdout_stays_out(shop: Shop) -> None:
    """They agreed, and nothing but the assignment keeps them from it."""
    first = shop.planned()
    kept = sorted(in_arm(first, Arm.HOLDOUT))[0]
    other = sorted(in_arm(first, Arm.TREATED))[0]
    merge(kept, other, organisation=shop.home, reason="same", actor=ANN, at=AT)
    row = shop.launched("spring")
    assert kept in in_arm(row, Arm.HOLDOUT)
    unmerge(other, organisation=shop.home, reason="not the same", actor=ANN, at=AT)
    wanted = NewMessage("again", other, "email", "marketing", campaign="spring")
    assert ask([wanted], organisation=shop.home, actor=ANN, at=AT)[0].why == "campaign-holdout"
    assert not Coupon.objects.filter(member=other).exists()
    assert other not in in_arm(row, Arm.HOLDOUT), "they are not counted"


def test_a_changed_audience_needs_a_new_look_and_a_grown_one_is_told(shop: Shop) -> None:
    shop.planned()
    save_audience(NewAudience(shop.home, "all", "All of us", EVERYBODY), actor=ANN, at=AT)
    with pytest.raises(PlanNeeded):
        campaigns.ask(shop.home, "spring", actor=ANN, at=AT)
    row = shop.approved()
    assert (Assignment.objects.values("plan").distinct().count(), Gathered.objects.count()) == (1, 0)
    gone = sorted(in_arm(row, Arm.TREATED))[0]
    with pytest.raises(CampaignElsewhere):
        shop.planned(window_days=7)
    Member.objects.filter(id=gone).update(state="closed")
    worked()
    row.refresh_from_db()
    assert selectors.ready_plan(row).told["difference"] == {"entered": 0, "left": 1, "changed": 0}


def test_what_costs_too_much_is_neither_asked_for_nor_begun(shop: Shop) -> None:
    shop.planned("dear", budget=100)
    with pytest.raises(OverBudget):
        campaigns.ask(shop.home, "dear", actor=ANN, at=AT)
    treated = len(in_arm(shop.planned(budget=10**6), Arm.TREATED))
    row = shop.approved(budget=treated * 500)
    more = Shop.agreeing(shop, 20)
    worked()
    row.refresh_from_db()
    assert (row.state, row.why, row.launch) == ("draft", "over-budget", None)
    assert Coupon.objects.count() == Message.objects.count() == 0
    assert more
    with pytest.raises(WrongCampaignDocument):
        campaigns.save(NewCampaign(shop.home, "x", "X", DOCUMENT | {"audience": "none"}), actor=ANN, at=AT)


def test_a_stopped_one_says_nothing_more(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.outreach.campaigns.launching.AT_ONCE", 5)
    quiet = OPEN | {"quiet": [{"begins": "09:00", "ends": "10:00"}]}
    save_policy(shop.home, quiet, actor=ANN, at=AT)
    row = shop.approved()
    while not Message.objects.exists():
        work_due(actor=JOB, at=AT)
    assert set(Message.objects.values_list("state", flat=True)) == {"waiting"}
    campaigns.stop(shop.home, "spring", reason="Sold out.", actor=ANN, at=AT)
    assert worked() == 0
    row.refresh_from_db()
    assert row.state == "stopped"
    assert Counter(Message.objects.values_list("state", "why")) == {("held", "campaign-stopped"): 5}


def test_it_comes_again_with_another_draw_and_marks_whom_it_treats(shop: Shop) -> None:
    first = shop.launched(series=None, mark=True, repeat={"days": 14, "times": 1})
    marked = set(Mark.objects.filter(name="campaign:spring").values_list("member_id", flat=True))
    assert marked == in_arm(first, Arm.TREATED)
    second = Campaign.objects.get(code="spring.2")
    assert (second.state, second.starts_at) == ("approved", AT + timedelta(days=14))
    assert worked(at=AT + timedelta(days=13)) == 0
    worked(at=AT + timedelta(days=14))
    second.refresh_from_db()
    assert second.state == "running"
    assert in_arm(second, Arm.HOLDOUT) != in_arm(first, Arm.HOLDOUT)
    assert Campaign.objects.count() == 2


@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(deeds=st.lists(st.tuples(st.sampled_from(["merge", "unmerge", "work", "work"]), st.randoms()), max_size=10))
def test_whatever_comes_between_the_holdout_gets_nothing(shop: Shop, deeds: list[tuple[str, Random]]) -> None:
    """Batches of a launch between merges and un-merges. A member of the holdout gets no message and no coupon; nor does
    anybody from the moment on at which they are one person with one."""
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("regulars.outreach.campaigns.launching.AT_ONCE", 7)
        row = shop.approved()
        while row.launch is None:
            work_due(actor=JOB, at=AT)
            row.refresh_from_db()
        holdout = in_arm(row, Arm.HOLDOUT)
        parted, tainted = dict[UUID, UUID](), set(holdout)
        for name, chance in [*deeds, *[("work", Random(n)) for n in range(20)]]:
            if name == "work":
                before = reached()
                work_due(actor=JOB, at=AT)
                assert not (reached() - before) & tainted
                continue
            done_by(name, chance, shop, parted)
            tainted = holdout | {one for one, root in roots_now(shop).items() if root in roots_of(holdout, shop)}
        assert not reached() & holdout
        transaction.set_rollback(True)


def reached() -> set[UUID]:
    """Whoever got anything."""
    said = Message.objects.filter(state="released").values_list("member", flat=True)
    given = Coupon.objects.values_list("member", flat=True)
    return set(said) | {member for member in given if member is not None}


def roots_now(shop: Shop) -> dict[UUID, UUID]:
    return dict(Member.objects.filter(organisation=shop.home).values_list("id", "root_id"))


def roots_of(members: set[UUID], shop: Shop) -> set[UUID]:
    found = roots_now(shop)
    return {found[member] for member in members}


def done_by(name: str, chance: Random, shop: Shop, parted: dict[UUID, UUID]) -> None:
    """Two become one, or one two again."""
    roots = sorted(set(roots_now(shop).values()))
    if name == "merge":
        one, other = chance.sample(roots, 2)
        merge(one, other, organisation=shop.home, reason="same", actor=ANN, at=AT)
        parted[other] = one
    elif parted:
        other = list(parted)[-1]
        del parted[other]
        unmerge(other, organisation=shop.home, reason="not the same", actor=ANN, at=AT)
