"""What is taken back, stopped or merged while messages are on their way; and what services may not be used for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from liquid.exceptions import LiquidError
from tests.members.shop import ANN, AT, OURS, enrol
from tests.outreach.people_made import NOW, agree
from tests.outreach.test_gate import OPEN

from regulars.journal.moves import Actor
from regulars.members.merging import merge
from regulars.outreach import people
from regulars.outreach.campaigns import launching
from regulars.outreach.campaigns.forms import RepeatForm, read
from regulars.outreach.channels.base import Outcome, Parcel
from regulars.outreach.errors import WrongMessage
from regulars.outreach.gate.words import Blocked, Service
from regulars.outreach.models import (
    Assignment,
    Campaign,
    CampaignPlan,
    Content,
    Message,
    MessageEvent,
    Outgoing,
    PrintRun,
    Suppression,
)
from regulars.outreach.moves import NewAudience, NewCampaign, NewMessage, NewTemplate
from regulars.outreach.services import campaigns, printing, sending
from regulars.outreach.services.audiences import save as save_audience
from regulars.outreach.services.messages import ask, came_back
from regulars.outreach.services.policies import save_policy
from regulars.outreach.services.sending import LEASE, send_due, withdraw
from regulars.outreach.services.serving import Notice, tell
from regulars.outreach.services.templates import save
from regulars.outreach.templates.liquid import fill

JOB = Actor.job("messages.send")
SAID: dict[str, Any] = {
    "email": {"en": {"subject": "Spring", "text": "Tulips"}},
    "post": {"en": {"subject": "Spring", "text": "Tulips"}},
}


@pytest.fixture
def opened(db: None) -> None:
    save_policy(OURS, OPEN, actor=ANN, at=AT)
    save(NewTemplate(OURS, "spring", "Spring", SAID), actor=ANN, at=AT)


def reader(address: str, channel: str = "email", **facts: str) -> UUID:
    member = enrol(("email", address), facts={"given_name": "Ann", **facts})
    agree(member, True, 5, channel=channel)
    return member


def planned(*members: UUID, channel: str = "email", **more: Any) -> list[Message]:
    wanted = [NewMessage(f"k{one.hex}", one, channel, "marketing", **{"template": "spring", **more}) for one in members]
    return ask(wanted, organisation=OURS, actor=ANN, at=NOW)


@dataclass
class Interrupted:
    """A channel; something happens while it has a batch in hand."""

    meanwhile: Callable[[], object]
    bounced: bool = False
    name: str = "email"
    went: int = 0

    def missing(self) -> str:
        return ""

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Outcome]:
        self.meanwhile()
        for parcel in parcels:
            self.went += 1
            yield Outcome(parcel.id, not self.bounced, "550", permanent=self.bounced, bounced=self.bounced)


def history(row: Message) -> list[str]:
    return list(MessageEvent.objects.filter(message=row.id).order_by("id").values_list("what", flat=True))


def test_what_goes_though_it_was_taken_back_is_told_as_what_went(opened: None) -> None:
    (row,) = planned(reader("a@example.org"), campaign="spring")
    hand = Interrupted(lambda: withdraw(OURS, "spring", actor=ANN, at=NOW))
    send_due(hand, actor=JOB, at=NOW)
    row.refresh_from_db()
    assert hand.went == 1
    assert (row.state, row.why, history(row)) == ("released", "", ["planned", "stopped", "sent"])
    came_back(row.id, Blocked.COMPLAINT, organisation=OURS, actor=ANN, at=NOW)
    assert Suppression.objects.get().why == "complaint", "its reader can complain of it"


def test_an_address_that_bounces_is_blocked_though_its_message_was_taken_back(opened: None) -> None:
    rows = planned(reader("b@example.org"), reader("c@example.org"), campaign="spring")
    send_due(Interrupted(lambda: withdraw(OURS, "spring", actor=ANN, at=NOW), bounced=True), actor=JOB, at=NOW)
    for row in rows:
        row.refresh_from_db()
    assert [row.state for row in rows] == ["returned", "returned"]
    assert Suppression.objects.count() == 2


@pytest.fixture
def launched(opened: None) -> Campaign:
    """One of two members is treated, the other is in the holdout."""
    save_audience(NewAudience(OURS, "all", "All", {"type": "enrolled", "since": "2020-01-01"}), actor=ANN, at=AT)
    document = {"audience": "all", "currency": "GBP", "messages": [{"channel": "email"}]}
    row = campaigns.save(NewCampaign(OURS, "spring", "Spring", document), actor=ANN, at=AT)
    plan = CampaignPlan.objects.create(
        id=UUID(int=9), campaign=row.id, version=1, audience_version=1, launches=True, state="done", made_at=AT
    )
    for arm in ("treated", "holdout"):
        Assignment.objects.create(plan=plan.id, member=reader(f"{arm}@example.org"), arm=arm, channel="email")
    Campaign.objects.filter(id=row.id).update(
        state="running", launch=plan.id, plan=plan.id, audience_version=1, asked_at=AT, asked_by="stf_1",
        approved_at=AT, approved_by="stf_2", launched_at=AT, from_on=AT.date(), until_on=AT.date(),
    )  # fmt: skip
    row.refresh_from_db()
    return row


def assigned(row: Campaign) -> dict[str, UUID]:
    assert row.launch is not None
    return dict(Assignment.objects.filter(plan=row.launch).values_list("arm", "member"))


def test_nothing_is_released_for_a_campaign_that_was_stopped(launched: Campaign) -> None:
    campaigns.stop(OURS, "spring", reason="sold out", actor=ANN, at=NOW)
    (row,) = planned(assigned(launched)["treated"], campaign="spring")
    assert (row.state, row.why, row.identifier) == ("held", "campaign-stopped", None)
    assert not Outgoing.objects.exists()


def test_what_was_stopped_does_not_come_again(launched: Campaign) -> None:
    repeat = {"days": 7, "times": 3, "number": 1}
    launched.document |= {"repeat": repeat}
    launched.save()
    launching._repeat(launched, read(launched.document), RepeatForm(**repeat), JOB, AT)
    campaigns.stop(OURS, "spring", reason="sold out", actor=ANN, at=NOW)
    assert set(Campaign.objects.values_list("code", "state")) == {("spring", "stopped"), ("spring.2", "stopped")}


def test_who_is_merged_with_somebody_of_the_holdout_gets_nothing_that_is_still_here(launched: Campaign) -> None:
    arms = assigned(launched)
    (row,) = planned(arms["treated"], campaign="spring")
    assert row.state == "released"
    merge(arms["treated"], arms["holdout"], organisation=OURS, reason="one person", actor=ANN, at=NOW)
    hand = Interrupted(lambda: None)
    send_due(hand, actor=JOB, at=NOW)
    row.refresh_from_db()
    assert (hand.went, row.state, row.why) == (0, "held", "campaign-holdout")


def test_a_service_is_no_way_round_a_no(opened: None) -> None:
    """Invariant 8: what is said under a service's name are that service's own words."""
    member = enrol(("email", "no@example.org"))
    wanted = NewMessage("s1", member, "email", "", service="receipt", template="spring")
    with pytest.raises(WrongMessage):
        ask([wanted], organisation=OURS, actor=ANN, at=NOW)
    assert not Outgoing.objects.exists()


def test_a_code_that_lets_somebody_in_is_in_no_export_and_not_kept_where_it_cannot_go(opened: None) -> None:
    """Or whoever may export a member's data asks for a code, reads it there and is the member."""
    member = enrol(("email", "code@example.org"))
    told: dict[str, Any] = {"organisation": OURS, "actor": ANN, "at": NOW}
    (row,) = tell(Service.LOGIN_CODE, [Notice("c1", member, "email", {"code": "482913", "minutes": 10})], **told)
    assert Content.objects.count() == 1
    assert "482913" not in str(people.export([member]))
    came_back(row.id, Blocked.BOUNCE, **told)
    Content.objects.all().delete()
    (held,) = tell(Service.LOGIN_CODE, [Notice("c2", member, "email", {"code": "482914", "minutes": 10})], **told)
    assert (held.why, Content.objects.count()) == ("suppressed", 0)


def test_letters_of_a_run_stay_when_others_of_it_had_to_wait_for_the_day(
    opened: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "folder", lambda: tmp_path)
    where = {"street": "Hauptstr. 1", "postcode": "24103", "town": "Kiel"}
    early, late = (reader(f"{name}@example.org", "post", family_name=name, **where) for name in ("Early", "Late"))
    rows = planned(early, late, channel="post")
    asking = sending.parcels_of
    with monkeypatch.context() as night:  # it is quiet where the second lives
        night.setattr(printing, "parcels_of", lambda taken, **told: _one_waits(asking, taken, rows[1], told))
        assert printing.print_due(actor=JOB, at=NOW) == 2
    assert printing.print_due(actor=JOB, at=NOW + LEASE) == 1
    printed = "".join(path.read_text(encoding="utf-8-sig") for path in tmp_path.glob("*.csv"))
    assert ("Early" in printed, "Late" in printed) == (True, True)
    assert list(PrintRun.objects.values_list("letters", flat=True)) == [1, 1]


def _one_waits(asking: Any, taken: Any, waits: Message, told: Any) -> Any:
    sending._put_back([waits.id], NOW + LEASE)
    return asking({number: row for number, row in taken.items() if number != waits.id}, **told)


def test_a_value_that_no_filter_can_read_stops_its_own_message_alone(opened: None) -> None:
    words = {"email": {"en": {"subject": "x", "text": "Good until {{ values.until | date: '%d %B' }}"}}}
    save(NewTemplate(OURS, "until", "Until", words), actor=ANN, at=AT)
    good, bad = reader("good@example.org"), reader("bad@example.org")
    planned(good, template="until", values={"until": "2026-06-01"})
    planned(bad, template="until", values={"until": "99999999999999"})
    hand = Interrupted(lambda: None)
    send_due(hand, actor=JOB, at=NOW)
    assert hand.went == 1
    assert Message.objects.get(member=bad).why == "undeliverable"


@pytest.mark.parametrize(
    "source",
    [
        "{{ values.a | replace: 'x', values.a }}",
        "{{ values.a | split: '' | join: values.a }}",
        "{{ (1..90000000) | join: '' }}",
        "{{ (1..90000000) | reverse | first }}",
    ],
)
def test_what_a_template_may_cost_has_an_end(source: str) -> None:
    with pytest.raises(LiquidError):
        fill(source, {"values": {"a": "x" * 3_000}})
