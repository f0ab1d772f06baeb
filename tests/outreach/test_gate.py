"""The gate over real rows: what it knows of members, that it counts, and that nobody slips past it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from tests.members.shop import ANN, AT, OURS, enrol
from tests.outreach.people_made import DAY, NOW, agree, freeze, state
from tests.statements import counted

from regulars.journal.models import Entry
from regulars.members.erasing import erase
from regulars.members.merging import merge
from regulars.members.models import Member
from regulars.outreach.errors import MessageChanged, MessageUnknown, WrongMessage, WrongPolicy
from regulars.outreach.gate.words import Blocked
from regulars.outreach.models import Message, Suppression
from regulars.outreach.moves import NewMessage
from regulars.outreach.services.messages import ask, came_back, lift
from regulars.outreach.services.policies import policy, save_policy

OPEN: dict[str, Any] = {"quiet": [], "caps": [], "holdout": {"share": 0, "months": 12}}


def wish(member: UUID, *, key: str = "", channel: str = "email", **more: Any) -> NewMessage:
    said = {"purpose": "" if "service" in more else "marketing", **more}
    return NewMessage(key or str(uuid4()), member, channel, **said)


def asked(*wanted: NewMessage, at: Any = NOW) -> list[tuple[str, str]]:
    return [(row.state, row.why) for row in ask(wanted, organisation=OURS, actor=ANN, at=at)]


def reachable(mail: str) -> UUID:
    member = enrol(("email", mail))
    agree(member, True, 5)
    return member


@pytest.fixture
def opened(db: None) -> None:
    save_policy(OURS, OPEN, actor=ANN, at=AT)


GO = ("released", "")


def test_each_reason_is_said(opened: None) -> None:
    fine, silent, closed, frozen, no_mail, withdrew = (reachable(f"{n}@example.org") for n in range(6))
    silent, no_mail = enrol(("email", "s@example.org")), enrol()
    agree(no_mail, True, 5)
    agree(withdrew, False, 1)
    state(closed, "closed")
    freeze(frozen)
    told = asked(*(wish(one) for one in (fine, silent, closed, frozen, no_mail, withdrew)))
    assert told == [
        GO,
        ("held", "no-consent"),
        ("held", "gone"),
        ("held", "frozen"),
        ("held", "no-address"),
        ("held", "no-consent"),
    ]
    services = asked(*(wish(one, service="receipt") for one in (fine, silent, frozen, no_mail)))
    assert services == [GO, GO, GO, ("held", "no-address")]
    assert Entry.objects.filter(what="messages.ask").count() == 2


def test_quiet_hours_are_on_the_member_s_clock(world: Any) -> None:
    member = enrol(("email", "q@example.org"))
    agree(member, True, 5)
    save_policy(OURS, OPEN | {"quiet": [{"begins": "08:00", "ends": "13:00"}]}, actor=ANN, at=AT)
    noon = NOW.replace(hour=12, minute=30)  # where nobody says otherwise the organisation's clock is UTC
    assert asked(wish(member), at=noon) == [("waiting", "quiet-hours")]
    Member.objects.filter(id=member).update(merchant=world.merchant, store=world.store)  # London: 13:30 in May
    assert asked(wish(member), at=noon) == [GO]


def test_caps_count_what_went_and_what_waits_is_asked_anew(opened: None) -> None:
    save_policy(OURS, OPEN | {"caps": [{"most": 1, "days": 1}]}, actor=ANN, at=AT)
    member = reachable("c@example.org")
    first, second, urgent = wish(member), wish(member), wish(member, priority=5)
    assert asked(first, urgent) == [("waiting", "outranked"), GO]
    assert asked(second, wish(member, service="login-code")) == [("waiting", "capped"), GO]
    assert asked(urgent, at=NOW + DAY) == [GO], "what was released is not asked again"
    row = Message.objects.get(key=second.key)
    assert row.again_at == NOW + DAY
    assert asked(second, at=NOW + DAY) == [GO]
    assert asked(first, at=NOW + DAY) == [("waiting", "capped")]


def test_what_was_sent_to_either_counts_for_a_merged_person(opened: None) -> None:
    save_policy(OURS, OPEN | {"caps": [{"most": 1, "days": 7}]}, actor=ANN, at=AT)
    one, two = reachable("m1@example.org"), reachable("m2@example.org")
    assert asked(wish(two)) == [GO]
    merge(one, two, organisation=OURS, reason="same", actor=ANN, at=NOW)
    assert asked(wish(one), wish(two)) == [("waiting", "capped")] * 2


def test_holdouts_get_nothing_and_stay_the_same(opened: None) -> None:
    members = [reachable(f"h{n}@example.org") for n in range(40)]
    half = OPEN | {"holdout": {"share": 5000, "months": 12}}
    save_policy(OURS, half, actor=ANN, at=AT)

    def held() -> list[bool]:
        told = asked(*(wish(one) for one in members))
        assert {why for _, why in told} == {"", "universal-holdout"}
        return [why != "" for _, why in told]

    first = held()
    assert first == held()
    assert 5 < sum(first) < 35
    save_policy(OURS, OPEN, actor=ANN, at=AT)
    spring, again, autumn = (
        [why for _, why in asked(*(wish(one, campaign=code, holdout_share=5000) for one in members))]
        for code in ("spring", "spring", "autumn")
    )
    assert set(spring) == {"", "campaign-holdout"}
    assert spring == again
    assert spring != autumn
    assert asked(wish(members[first.index(True)], service="receipt")) == [GO]


@pytest.mark.parametrize("why", list(Blocked))
def test_what_came_back_blocks_the_address_for_everybody_and_services_too(opened: None, why: Blocked) -> None:
    member = reachable("b@example.org")
    row, beside = ask([wish(member), wish(member)], organisation=OURS, actor=ANN, at=NOW)
    came_back(beside.id, why, organisation=OURS, actor=ANN, at=NOW)
    for _ in range(2):
        assert came_back(row.id, why, organisation=OURS, actor=ANN, at=NOW).why == why.value
    assert Suppression.objects.count() == 1
    assert asked(wish(member), wish(member, service="login-code")) == [("held", "suppressed")] * 2
    for _ in range(2):
        lift(row.id, organisation=OURS, actor=ANN, at=NOW)
    assert asked(wish(member)) == [GO]
    assert list(Suppression.objects.values_list("ended_at", flat=True)) == [NOW]
    (second,) = ask([wish(member)], organisation=OURS, actor=ANN, at=NOW)
    came_back(second.id, why, organisation=OURS, actor=ANN, at=NOW)
    assert Suppression.objects.filter(ended_at=None).count() == 1
    erase(member, organisation=OURS, reason="asked", actor=ANN, at=NOW)
    again = enrol(("email", "b@example.org"))
    assert asked(wish(again, service="receipt")) == [("held", "suppressed")]
    assert asked(wish(again, channel="app", service="receipt")) == [GO]


def test_a_channel_without_addresses_is_blocked_by_member_also_after_a_merge(opened: None) -> None:
    one, two = enrol(), enrol()
    (row,) = ask([wish(two, channel="post", service="receipt")], organisation=OURS, actor=ANN, at=NOW)
    came_back(row.id, Blocked.BOUNCE, organisation=OURS, actor=ANN, at=NOW)
    assert asked(wish(one, channel="post", service="receipt")) == [GO]
    merge(one, two, organisation=OURS, reason="same", actor=ANN, at=NOW)
    assert asked(wish(one, channel="post", service="receipt")) == [("held", "suppressed")]


def test_a_key_is_one_message_and_wrong_ones_are_refused(opened: None) -> None:
    member = reachable("k@example.org")
    asked(wish(member, key="k1"))
    with pytest.raises(MessageChanged):
        asked(wish(member, key="k1", channel="sms"))
    for wrong in (
        [wish(member, key="k2"), wish(member, key="k2")],
        [wish(member, purpose="", key="k3")],
        [wish(member, service="newsletter")],
        [wish(member, service="receipt", campaign="spring")],
        [wish(member, holdout_share=100)],
    ):
        with pytest.raises(WrongMessage):
            asked(*wrong)
    (held,) = ask([wish(enrol())], organisation=OURS, actor=ANN, at=NOW)
    with pytest.raises(MessageUnknown):
        came_back(held.id, Blocked.STOP, organisation=OURS, actor=ANN, at=NOW)
    with pytest.raises(MessageUnknown):
        lift(held.id, organisation=OURS, actor=ANN, at=NOW)


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"quiet": [{"begins": "25:00", "ends": "08:00"}]}, "/quiet/0/begins"),
        ({"caps": [{"most": 1, "days": 0}]}, "/caps/0/days"),
        ({"holdout": {"share": 10_001}}, "/holdout/share"),
        ({"night": []}, "/night"),
        ({"quiet": [{"begins": "21:00", "ends": "08:00"}] * 2}, "/quiet"),
        ({"quiet": [{"begins": "08:00", "ends": "08:00"}]}, "/quiet/0/ends"),  # it would be quiet for ever
    ],
)
def test_a_policy_that_cannot_be_says_where(db: None, document: dict[str, Any], pointer: str) -> None:
    with pytest.raises(WrongPolicy) as refused:
        save_policy(OURS, document, actor=ANN, at=AT)
    errors: Any = refused.value.facts["errors"]
    assert [one["pointer"] for one in errors] == [pointer]


def test_a_changed_policy_draws_from_the_same_secret(db: None) -> None:
    before = policy(OURS, at=AT)
    assert bytes(save_policy(OURS, OPEN, actor=ANN, at=AT).secret) == bytes(before.secret)
    assert "secret" not in str(list(Entry.objects.values_list("after", flat=True)))


def test_many_cost_no_more_statements_than_one(opened: None) -> None:
    members = [reachable(f"n{n}@example.org") for n in range(30)]
    asked(wish(members[0]))
    with counted() as one:
        asked(wish(members[0]))
    with counted() as many:
        asked(*(wish(member) for member in members))
    assert len(many) <= len(one)


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_do_not_both_take_the_last_place() -> None:
    save_policy(OURS, OPEN | {"caps": [{"most": 1, "days": 1}]}, actor=ANN, at=AT)
    member = reachable("race@example.org")

    def once(number: int) -> str:
        try:
            return asked(wish(member, key=f"race-{number}"), at=NOW + timedelta(seconds=number))[0][0]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(once, range(8)))
    assert sorted(told) == ["released", *["waiting"] * 7]
