"""What is wrong with one message, one campaign or one audience keeps no other waiting: nobody is left out for it."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.members.shop import ANN, AT, OURS
from tests.outreach.campaigns.given import EVERYBODY, Shop, worked
from tests.outreach.people_made import NOW
from tests.outreach.test_gate import OPEN
from tests.outreach.test_sending import JOB, SAID, history, planned, reader, sent

from regulars.members.models import Member
from regulars.outreach.channels.base import Away, Outcome, Parcel
from regulars.outreach.errors import WrongAudience
from regulars.outreach.models import Audience, AudienceVersion, Campaign, CampaignPlan, Message, Outgoing
from regulars.outreach.moves import NewAudience, NewTemplate
from regulars.outreach.sending import ask_waiting, compare_due
from regulars.outreach.services import campaigns
from regulars.outreach.services.audiences import save as save_audience
from regulars.outreach.services.policies import save_policy
from regulars.outreach.services.sending import LEASE, WAITS
from regulars.outreach.services.templates import save


@pytest.fixture
def opened(db: None) -> None:
    save_policy(OURS, OPEN, actor=ANN, at=AT)
    save(NewTemplate(OURS, "spring", "Spring", SAID), actor=ANN, at=AT)


@dataclass
class Breaking:
    """A channel that one message always breaks."""

    over: UUID
    failure: BaseException
    name: str = "email"
    went: list[UUID] = field(default_factory=list)

    def missing(self) -> str:
        return ""

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Outcome]:
        for parcel in parcels:
            if parcel.id == self.over:
                raise self.failure
            self.went.append(parcel.id)
            yield Outcome(parcel.id, True)


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("away", [True, False])
def test_a_message_that_a_channel_breaks_over_is_tried_later_than_the_others(away: bool) -> None:
    rows = planned(*(reader(f"b{n}@example.org") for n in range(4)))
    channel = Breaking(rows[1].id, Away("hung up", over=rows[1].id) if away else UnicodeError("a lone half"))
    for at in (NOW, NOW + WAITS[0]):
        sent(channel, at)
    assert sorted(channel.went) == sorted(row.id for row in rows if row.id != channel.over)
    assert (history(rows[1]), history(rows[2])) == (["planned", *["failed"] * 2], ["planned", "sent"])


@pytest.mark.usefixtures("opened")
def test_a_message_that_kills_each_worker_is_given_up_and_the_others_go_once() -> None:
    rows = planned(*(reader(f"k{n}@example.org") for n in range(4)))
    channel, at = Breaking(rows[0].id, KeyboardInterrupt()), NOW
    for _ in range(len(WAITS) + 2):
        for _ in rows:
            with suppress(KeyboardInterrupt):
                sent(channel, at)
        at += LEASE
    assert sorted(channel.went) == sorted(row.id for row in rows[1:])
    assert Outgoing.objects.count() == 0
    assert (history(rows[0]), history(rows[1])) == (["planned", "given-up"], ["planned", "sent"])


@pytest.mark.usefixtures("opened")
def test_a_message_that_cannot_be_written_or_asked_keeps_none_of_its_batch() -> None:
    deep: dict[str, object] = {}
    for _ in range(900):
        deep = {"a": deep}
    vanished, good = reader("v@example.org"), reader("g@example.org")
    (broken,) = planned(reader("d@example.org"), values=deep)
    rows = planned(vanished, good)
    Member.objects.filter(id=vanished).update(organisation=uuid4())  # as where an import is taken back meanwhile
    channel = Breaking(UUID(int=0), RuntimeError())
    sent(channel)
    assert channel.went == [rows[1].id]
    assert [history(one)[1:] for one in (broken, rows[0])] == [["failed"], ["failed"]]


def test_who_vanished_while_their_message_waited_keeps_nobody_waiting(db: None) -> None:
    save_policy(OURS, OPEN | {"quiet": [{"begins": "12:00", "ends": "13:00"}]}, actor=ANN, at=AT)
    save(NewTemplate(OURS, "spring", "Spring", SAID), actor=ANN, at=AT)
    vanished, good = reader("v@example.org"), reader("g@example.org")
    rows = planned(vanished, good)
    Member.objects.filter(id=vanished).update(organisation=uuid4())
    later = NOW + timedelta(hours=1)
    assert (ask_waiting(actor=JOB, at=later), ask_waiting(actor=JOB, at=later)) == (2, 0)
    assert [Message.objects.get(id=row.id).state for row in rows] == ["held", "released"]


def test_an_audience_that_cannot_be_asked_keeps_no_other_waiting(db: None) -> None:
    shop = Shop(2)
    save_audience(NewAudience(shop.home, "other", "Other", EVERYBODY), actor=ANN, at=AT)
    Audience.objects.filter(code="all").update(document={"type": "of another version"})
    assert compare_due(actor=JOB, at=AT) == 1
    assert Audience.objects.get(code="other").inside == 2
    with pytest.raises(WrongAudience):  # it is told once the others are done
        compare_due(actor=JOB, at=AT)


def test_a_campaign_that_is_broken_keeps_no_other_waiting_and_goes_on_once_it_is_mended(db: None) -> None:
    shop = Shop(6)
    save_audience(NewAudience(shop.home, "other", "Other", EVERYBODY), actor=ANN, at=AT)
    soon = (AT + timedelta(seconds=4)).isoformat()
    shop.approved("first", audience="other", starts_at=soon)
    shop.approved("second", at=AT + timedelta(seconds=1), starts_at=soon)
    third = shop.planned("third", at=AT + timedelta(seconds=2), audience="other")
    (lost,) = AudienceVersion.objects.filter(audience=third.audience)
    AudienceVersion.objects.filter(pk=lost.pk).delete()
    campaigns.try_out(shop.home, "third", actor=ANN, at=AT + timedelta(seconds=3))
    with pytest.raises(AudienceVersion.DoesNotExist):  # it is told once the others are done
        worked(at=AT + timedelta(seconds=4))
    told = Campaign.objects.order_by("code").values_list("state", flat=True)
    assert (list(told), newest(third)) == (["launching", "running", "draft"], ("failed", "broken"))
    lost.save(force_insert=True)
    worked(at=AT + timedelta(seconds=5))
    assert Campaign.objects.get(code="first").state == "running"


def newest(row: Campaign) -> tuple[str, str]:
    plan = CampaignPlan.objects.filter(campaign=row.id).latest("id")
    return plan.state, plan.why
