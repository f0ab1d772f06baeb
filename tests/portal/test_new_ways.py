"""An address that somebody else added opens no pages of a member who has another: not before that one could object."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from regulars.care.models import Case
from regulars.journal.moves import Actor
from regulars.members.merging import merge, unmerge
from regulars.members.models import Identifier, NewWay
from regulars.members.moves import NewIdentifier, NewMember
from regulars.members.sending import forget_new_ways
from regulars.members.services import identifiers
from regulars.members.services.new_ways import note
from regulars.members.services.people import enrol
from regulars.outreach.channels.base import Outcome, Parcel
from regulars.outreach.models import Message
from regulars.outreach.sealing import kept
from regulars.outreach.services import sending
from regulars.outreach.services.messages import look_again
from regulars.portal.models import Session
from regulars.portal.services import sessions, ways
from tests.console.town import SETUP
from tests.portal.test_log_in import WORKER, asked, sent_code, worked
from tests.portal.village import MAIL, Village, browser_of

THEIRS: Final = "thief@example.net"


def added(village: Village, value: str = THEIRS, member: Any = None) -> Any:
    """What whoever may write members can do."""
    kind = "email" if "@" in value else "phone"
    told: dict[str, Any] = {"organisation": village.town.organisation, "actor": SETUP, "at": datetime.now(UTC)}
    new = NewIdentifier(kind, value, verified=True)
    return identifiers.add([(member or village.ada, new)], source="console", effective_at=told["at"], **told)[0]


def told() -> None:
    ways.tell_due(actor=WORKER, at=datetime.now(UTC))


def services(name: str) -> list[Message]:
    return list(Message.objects.filter(service=name).order_by("id"))


def comes_in(village: Village, address: str) -> bool:
    """Whether a code is sent there and lets somebody in."""
    before = Message.objects.filter(service="login-code").count()
    browser = asked(village, address)
    worked()
    if Message.objects.filter(service="login-code").count() == before:
        return False
    return browser.post(reverse("my-code"), {"code": sent_code()}).status_code == 302


def test_what_was_added_opens_nothing_and_those_known_before_are_told(village: Village) -> None:
    new = added(village)
    told()
    notices = services("address-added")
    known = Identifier.objects.filter(member=village.ada, kind__in=("email", "phone")).exclude(id=new)
    assert {row.identifier for row in notices} == set(known.values_list("id", flat=True))
    values = kept([notices[0].id])[notices[0].id]
    assert (values["address"], values["days"]) == ("t***@example.net", 3)
    assert not comes_in(village, THEIRS)
    assert [row.identifier for row in services("address-waits")] == [new]
    assert comes_in(village, MAIL)
    told()
    assert len(services("address-added")) == len(notices)


def test_after_some_days_without_a_no_it_opens(village: Village) -> None:
    new = added(village)
    told()
    NewWay.objects.filter(identifier=new).update(opens_at=datetime.now(UTC))
    assert comes_in(village, THEIRS)


def test_what_has_been_open_for_long_is_forgotten_and_stays_open(village: Village) -> None:
    new = added(village)
    told()
    now = datetime.now(UTC)
    assert forget_new_ways(at=now + timedelta(days=3)) == 0  # it still may be objected to
    NewWay.objects.filter(identifier=new).update(opens_at=now - timedelta(days=31))
    assert [forget_new_ways(at=now), forget_new_ways(at=now)] == [1, 0]
    assert comes_in(village, THEIRS)


def test_what_was_shown_at_the_desk_does_not_open_it(village: Village) -> None:
    new = added(village)
    identifiers.verify(new, organisation=village.town.organisation, actor=SETUP, at=datetime.now(UTC))
    assert not comes_in(village, THEIRS)


def test_who_knows_it_says_so_where_they_are_logged_in(village: Village) -> None:
    new = added(village)
    told()
    browser = browser_of(village.ada)
    assert THEIRS in browser.get(reverse("my-me")).text
    assert browser_of(village.bram).post(reverse("my-way"), {"way": str(new), "theirs": "yes"}).status_code == 404
    assert browser.post(reverse("my-way"), {"way": str(new), "theirs": "yes"}).status_code == 302
    assert comes_in(village, THEIRS)


def objection(village: Village) -> str:
    """The address in what was told."""
    first = services("address-added")[0]
    return urlsplit(str(kept([first.id])[first.id]["link"])).path


def test_a_no_by_the_link_takes_it_out_and_opens_a_case(village: Village) -> None:
    new = added(village)
    told()
    sessions.begin(village.ada, how="email", device="", actor=SETUP, at=datetime.now(UTC))
    where = objection(village)
    looked = Client().get(where)
    assert (looked.status_code, THEIRS in looked.text, "Ada" in looked.text) == (200, False, False)
    assert Identifier.objects.get(id=new).state == "active"  # a look changes nothing
    assert [Client().post(where).status_code for _ in range(2)] == [200, 200]
    assert Identifier.objects.get(id=new).state == "ended"
    assert not Session.objects.filter(member=village.ada).exists()
    assert list(Case.objects.filter(kind=ways.KIND).values_list("member", "priority")) == [(village.ada, 1)]
    added(village)  # again: it waits again, and what was objected to does not vouch for it
    told()
    assert not comes_in(village, THEIRS)
    assert Client().get("/my/address/" + "A" * 43).status_code == 404


def test_a_no_also_ends_what_has_opened_meanwhile(village: Village) -> None:
    new = added(village)
    told()
    NewWay.objects.filter(identifier=new).update(opens_at=datetime.now(UTC))
    browser = asked(village, THEIRS)
    worked()
    Client().post(objection(village))
    assert browser.post(reverse("my-code"), {"code": sent_code()}).status_code == 403


@dataclass
class Handed:
    """What a channel is handed."""

    went: list[str]
    name: str = "email"

    def missing(self) -> str:
        return ""

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Outcome]:
        for one in parcels:
            self.went.append(one.to)
            yield Outcome(one.id, sent=True)


def test_who_takes_the_old_ones_out_first_tells_them_all_the_same(village: Village) -> None:
    now = datetime.now(UTC)
    old = list(Identifier.objects.filter(member=village.ada, kind__in=("email", "phone")).values_list("id", flat=True))
    for one in old:
        identifiers.end(one, organisation=village.town.organisation, reason="given up", actor=SETUP, at=now)
    new = added(village)
    told()
    assert {(row.identifier, row.state) for row in services("address-added")} == {(one, "released") for one in old}
    handed = Handed([])
    sending.send_due(handed, actor=Actor.job("messages.mail"), at=datetime.now(UTC))
    assert handed.went == [MAIL]
    assert not comes_in(village, THEIRS)
    assert NewWay.objects.get(identifier=new).opens_at is not None


def test_a_code_goes_to_the_address_that_asked_and_to_no_other(village: Village) -> None:
    """Taken out between the wish and its sending, it is not sent to the newcomer instead."""
    new = added(village)
    mail = Identifier.objects.get(member=village.ada, kind="email", state="active", id__lt=new)
    asked(village, MAIL)
    worked()
    told_by: dict[str, Any] = {"organisation": village.town.organisation, "actor": SETUP, "at": datetime.now(UTC)}
    identifiers.end(mail.id, reason="given up", **told_by)
    rows = services("login-code")
    (found,) = look_again(rows, **told_by)
    assert (found[1].goes, found[0].identifier) == (False, None)


def test_who_has_no_other_way_logs_in_at_once(village: Village) -> None:
    now = datetime.now(UTC)
    (alone,) = enrol([NewMember(village.town.organisation, "console", now)], actor=SETUP, at=now)
    added(village, "only@example.com", alone)
    assert comes_in(village, "only@example.com")
    assert not NewWay.objects.exists()


def test_what_was_taken_out_and_given_back_waits_for_nothing(village: Village) -> None:
    mail = Identifier.objects.get(member=village.ada, kind="email", state="active")
    told_by: dict[str, Any] = {"organisation": village.town.organisation, "actor": SETUP, "at": datetime.now(UTC)}
    identifiers.end(mail.id, reason="console", **told_by)
    added(village, MAIL)
    assert comes_in(village, MAIL)


@pytest.mark.parametrize("survives", ["ada", "thief"])
def test_taken_together_with_somebody_who_came_later_their_address_waits(survives: str, village: Village) -> None:
    """A member made for the purpose shows nothing of Ada, whoever survives; apart again, it is their own."""
    now = datetime.now(UTC)
    new = NewMember(village.town.organisation, "console", now, identifiers=(NewIdentifier("email", THEIRS),))
    (thief,) = enrol([new], actor=SETUP, at=now)
    begun = sessions.begin(thief, how="email", device="", actor=SETUP, at=now)
    pair = (village.ada, thief) if survives == "ada" else (thief, village.ada)
    told_by: dict[str, Any] = {"organisation": village.town.organisation, "actor": SETUP, "at": now}
    merge(*pair, reason="alike", **told_by)
    assert sessions.find(begun.text, at=now) is None
    told()
    assert not services("address-added")
    assert not comes_in(village, THEIRS)
    told()
    assert services("address-added")
    assert comes_in(village, MAIL)
    unmerge(pair[1], reason="two people", **told_by)
    assert comes_in(village, THEIRS)


def test_an_import_sends_nothing_until_somebody_tries(village: Village) -> None:
    new = added(village)
    NewWay.objects.all().delete()
    note([new], tell=False, at=datetime.now(UTC))
    told()
    assert not services("address-added")
    assert not comes_in(village, THEIRS)
    told()
    assert services("address-added")
    row = NewWay.objects.get(identifier=new)
    assert row.opens_at is not None
    assert row.told_at is not None
    assert row.opens_at == row.told_at + timedelta(days=3)
