"""Sending over a real mail server on the loopback: what the gate lets go goes once, and what comes of it is written."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.access.mailing import MailHost, mail_host
from tests.members.shop import ANN, AT, OURS, enrol
from tests.outreach.people_made import DAY, NOW, agree
from tests.outreach.test_gate import OPEN

from regulars.access.alerts.transports import MailServer
from regulars.journal.models import Entry
from regulars.journal.moves import Actor
from regulars.members.erasing import erase
from regulars.outreach.channels.base import Outcome, Parcel
from regulars.outreach.channels.mail import Mail, one_line, written
from regulars.outreach.channels.texts import FileGateway, Texts, turn_over
from regulars.outreach.errors import TemplateUnknown, WrongMessage
from regulars.outreach.gate.words import Service
from regulars.outreach.models import Content, Message, MessageEvent, Outgoing, Suppression
from regulars.outreach.moves import NewMessage, NewTemplate
from regulars.outreach.rendering import Rendered
from regulars.outreach.sending import ask_waiting
from regulars.outreach.services.messages import ask
from regulars.outreach.services.policies import save_policy
from regulars.outreach.services.sending import LEASE, WAITS, send_due, withdraw
from regulars.outreach.services.serving import Notice, tell
from regulars.outreach.services.templates import save

JOB = Actor.job("messages.send")
SAID: dict[str, Any] = {
    "email": {
        "en": {"subject": "For {{ member.first_name }}", "text": "Hello", "html": "<p>{{ member.first_name }}</p>"},
        "zh": {"subject": "{{ member.name }}，春天来了", "text": "您好"},
    },
    "sms": {"en": {"text": "{{ member.first_name }}: {{ values.what }}"}},
}


@pytest.fixture
def opened(db: None) -> None:
    save_policy(OURS, OPEN, actor=ANN, at=AT)
    save(NewTemplate(OURS, "spring", "Spring", SAID), actor=ANN, at=AT)


@pytest.fixture(scope="module")
def host() -> Iterator[MailHost]:
    with mail_host() as one:
        yield one


@pytest.fixture
def mail(host: MailHost) -> Mail:
    host.letters.clear()
    host.busy, host.unknown = 0, set()
    return Mail(MailServer.read(host.url))


def reader(address: str, name: str = "Ann", **facts: Any) -> UUID:
    member = enrol(("email", address), facts={"given_name": name, **facts})
    agree(member, True, 5)
    return member


def planned(*members: UUID, at: Any = NOW, **more: Any) -> list[Message]:
    wanted = [
        NewMessage(f"k{one.hex}{more.get('campaign', '')}", one, "email", "marketing", template="spring", **more)
        for one in members
    ]
    return ask(wanted, organisation=OURS, actor=ANN, at=at)


def sent(channel: Any, at: Any = NOW) -> int:
    return send_due(channel, actor=JOB, at=at)


def history(row: Message) -> list[str]:
    return [one.what for one in MessageEvent.objects.filter(message=row.id).order_by("id")]


def test_a_mail_has_both_parts_and_one_click_to_say_no(opened: None, mail: Mail, host: MailHost) -> None:
    ann, wang = reader("ann@example.org"), reader("wang@example.org", "小明", family_name="王", language="zh")
    rows = planned(ann, wang)
    assert sent(mail) == 2
    assert sent(mail) == 0
    letters = {str(one["To"]): one for one in host.letters}
    one = letters["ann@example.org"]
    assert one["Subject"] == "For Ann"
    assert [part.get_content_type() for part in one.iter_parts()] == ["text/plain", "text/html"]
    assert one["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(one["List-Unsubscribe"]).strip("<>")
    assert link.startswith("http")
    assert "unsubscribe/" in link
    assert one["Message-ID"].startswith("<msg_")
    assert letters["wang@example.org"]["Subject"] == "王小明，春天来了"
    assert [history(row) for row in rows] == [["planned", "sent"]] * 2
    assert Outgoing.objects.count() == 0
    told = str(list(Entry.objects.values_list("after", flat=True)))
    assert '"sent": 2' in told.replace("'", '"')
    assert "example.org" not in told


def test_what_fails_for_now_is_tried_again_later_and_given_up_in_the_end(
    opened: None, mail: Mail, host: MailHost
) -> None:
    (row,) = planned(reader("busy@example.org"))
    at, host.busy = NOW, len(WAITS)
    for wait in WAITS:
        assert sent(mail, at) == 1
        assert sent(mail, at + wait - timedelta(seconds=1)) == 0
        at += wait
    assert sent(mail, at) == 1
    assert history(row) == ["planned", *["failed"] * len(WAITS), "sent"]
    (other,) = planned(reader("never@example.org"))
    at, host.busy = NOW, 99
    for wait in (*WAITS, DAY):
        sent(mail, at)
        at += wait
    other.refresh_from_db()
    assert (other.state, other.why) == ("held", "undeliverable")
    assert history(other)[-1] == "given-up"
    assert Outgoing.objects.count() == 0


def test_an_address_that_nobody_has_is_blocked(opened: None, mail: Mail, host: MailHost) -> None:
    member = reader("gone@example.org")
    (row,) = planned(member)
    host.unknown = {"gone@example.org"}
    sent(mail)
    row.refresh_from_db()
    assert (row.state, row.why) == ("returned", "bounce")
    assert Suppression.objects.get().message == row.id
    (again,) = planned(member, campaign="again")
    assert again.why == "suppressed"
    assert not any("example.org" in text for text in MessageEvent.objects.values_list("why", flat=True))


def test_a_server_that_is_away_blames_no_message(opened: None) -> None:
    planned(*(reader(f"a{n}@example.org") for n in range(3)))
    away = Mail(MailServer.read("smtp://127.0.0.1:9"))
    assert sent(away) == 0
    assert list(Outgoing.objects.values_list("tries", flat=True)) == [0, 0, 0]
    assert sent(Mail(None)) == 0, "nothing is set: everything waits"


def test_the_gate_is_asked_once_more_before_anything_goes(opened: None, mail: Mail, host: MailHost) -> None:
    willing, withdrew, erased = (reader(f"g{n}@example.org") for n in range(3))
    rows = planned(willing, withdrew, erased)
    agree(withdrew, False, 0)
    erase(erased, organisation=OURS, reason="asked", actor=ANN, at=NOW)
    save_policy(OURS, OPEN | {"quiet": [{"begins": "12:00", "ends": "13:00"}]}, actor=ANN, at=AT)
    assert NOW.hour == 12
    sent(mail)
    assert host.letters == []
    sent(mail, NOW + timedelta(hours=1))
    assert [str(one["To"]) for one in host.letters] == ["g0@example.org"]
    for row in rows:
        row.refresh_from_db()
    assert [row.why for row in rows] == ["", "no-consent", "gone"]
    assert history(rows[1])[-1] == "stopped"


def test_nothing_is_kept_of_what_was_asked_for_somebody_who_is_gone(opened: None) -> None:
    """As by a launch that was under way while they were erased."""
    erased = reader("late@example.org")
    erase(erased, organisation=OURS, reason="asked", actor=ANN, at=NOW)
    late = NewMessage("late", erased, "email", "marketing", template="spring", values={"coupon": "RV7K"})
    (row,) = ask([late], organisation=OURS, actor=ANN, at=NOW)
    assert (row.why, Content.objects.filter(id=row.id).exists()) == ("no-address", False)


def test_what_waits_is_asked_anew_by_itself(opened: None, mail: Mail, host: MailHost) -> None:
    save_policy(OURS, OPEN | {"quiet": [{"begins": "12:00", "ends": "13:00"}]}, actor=ANN, at=AT)
    (row,) = planned(reader("w@example.org"), values={"what": "tulips"})
    assert row.state == "waiting"
    assert ask_waiting(actor=JOB, at=NOW + timedelta(minutes=1)) == 0
    later = NOW + timedelta(hours=1)
    assert ask_waiting(actor=JOB, at=later) == 1
    assert ask_waiting(actor=JOB, at=later) == 0
    assert sent(mail, later) == 1
    assert len(host.letters) == 1


def test_what_is_taken_back_does_not_go(opened: None, mail: Mail, host: MailHost) -> None:
    (row,) = planned(reader("t@example.org"), campaign="spring")
    assert withdraw(OURS, "spring", actor=ANN, at=NOW) == 1
    assert withdraw(OURS, "spring", actor=ANN, at=NOW) == 0
    assert sent(mail) == 0
    row.refresh_from_db()
    assert (row.state, row.why) == ("held", "withdrawn")


@dataclass
class Dying:
    """A channel whose worker is killed after so many messages: sent, and not noted."""

    after: int
    name: str = "email"
    went: list[UUID] = field(default_factory=list)

    def missing(self) -> str:
        return ""

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Outcome]:
        for parcel in parcels:
            self.went.append(parcel.id)
            if len(self.went) == self.after:
                raise KeyboardInterrupt
            yield Outcome(parcel.id, True)


def test_a_worker_that_dies_sends_at_most_that_one_again(opened: None) -> None:
    rows = planned(*(reader(f"d{n}@example.org") for n in range(6)))
    dying = Dying(after=3)
    with pytest.raises(KeyboardInterrupt):
        sent(dying)
    next_one = Dying(after=99)
    assert sent(next_one, NOW + timedelta(seconds=1)) == 0, "what was taken is taken"
    sent(next_one, NOW + LEASE)
    twice = set(dying.went) & set(next_one.went)
    assert twice == {dying.went[-1]}
    assert set(dying.went) | set(next_one.went) == {row.id for row in rows}


def test_texts_go_into_a_file_until_a_gateway_is_set(opened: None, tmp_path: Path) -> None:
    member = enrol(("phone", "+49 151 23456789"), facts={"given_name": "Ann"})
    agree(member, True, 5, channel="sms")
    wanted = NewMessage("s1", member, "sms", "marketing", template="spring", values={"what": "tulips\x1b[2J"})
    ask([wanted], organisation=OURS, actor=ANN, at=NOW)
    assert b"tulips" not in bytes(Content.objects.get().sealed)
    assert sent(Texts(FileGateway(tmp_path / "out" / "texts.jsonl"))) == 1
    (line,) = (tmp_path / "out" / "texts.jsonl").read_text().splitlines()
    said = json.loads(line)
    assert (said["to"], said["text"], said["segments"]) == ("+4915123456789", "Ann: tulips[2J", 1)


def test_texts_in_files_are_put_by_each_night_and_kept_for_so_many_days(tmp_path: Path) -> None:
    path, days = tmp_path / "texts.jsonl", timedelta(days=30)
    path.write_text("one\n")
    with path.open("a") as writing:  # a batch goes out just now
        assert turn_over(path, kept=days, at=NOW) == 0
        writing.write("two\n")
    aside = tmp_path / f"texts-{NOW.date() - timedelta(days=1)}.jsonl"
    assert (path.exists(), aside.read_text()) == (False, "one\ntwo\n")
    path.write_text("three\n")
    assert turn_over(path, kept=days, at=NOW) == 0
    assert path.exists()  # the same night again: nothing is written over
    assert turn_over(path, kept=days, at=NOW + timedelta(days=29)) == 0
    assert turn_over(path, kept=days, at=NOW + timedelta(days=30)) == 1
    assert not aside.exists()


def test_services_pass_and_the_organisation_s_own_words_come_first(opened: None, mail: Mail, host: MailHost) -> None:
    member = enrol(("email", "code@example.org"), facts={"language": "zh"})
    tell(Service.LOGIN_CODE, [Notice("c1", member, "email", {"code": "482913", "minutes": 10})], organisation=OURS,
         actor=ANN, at=NOW)  # fmt: skip
    with pytest.raises(WrongMessage):
        tell(Service.LOGIN_CODE, [Notice("c2", member, "email")], organisation=OURS, actor=ANN, at=NOW)
    sent(mail)
    own = {"email": {"en": {"subject": "Ours {{ values.code }}", "text": "{{ values.code }}"}}}
    save(NewTemplate(OURS, "login-code", "Ours", own), actor=ANN, at=NOW)
    tell(Service.LOGIN_CODE, [Notice("c3", member, "email", {"code": "1", "minutes": 10})], organisation=OURS,
         actor=ANN, at=NOW)  # fmt: skip
    sent(mail)
    assert host.told("code@example.org") == ["验证码 482913", "Ours 1"]
    assert host.letters[0]["List-Unsubscribe"] is None


def test_a_template_that_is_not_there_is_refused_before_anything_is_kept(opened: None) -> None:
    member = reader("x@example.org")
    for more in ({"template": "summer"}, {"template": "spring", "version": 9}, {"template": "built-in:receipt"},
                 {"values": {"a": 1}}):  # fmt: skip
        with pytest.raises((TemplateUnknown, WrongMessage)):
            ask([NewMessage("n", member, "email", "marketing", **more)], organisation=OURS, actor=ANN, at=NOW)
    with pytest.raises(WrongMessage):
        ask([NewMessage("n", member, "app", "marketing", template="spring")], organisation=OURS, actor=ANN, at=NOW)
    assert not Message.objects.exists()


@given(st.text(), st.text(), st.text(), st.text())
def test_whatever_a_mail_says_it_is_read_back_so(subject: str, text: str, page: str, name: str) -> None:
    said = Rendered(subject, text, page, "en", "https://x.example/u")
    mail = written(Parcel(UUID(int=7), OURS, "ann@example.org", said, NOW, {"sender_name": name}), "shop@example.org")
    assert all(len(line) < 998 for line in mail.split(b"\r\n"))
    assert b"\n" not in mail.replace(b"\r\n", b"")
    assert b"\r" not in mail.replace(b"\r\n", b"")
    read = message_from_bytes(mail, policy=policy.default)
    assert str(read["Subject"] or "").split() == one_line(subject).split()
    assert [str(one) for one in read.get_all("To", [])] == ["ann@example.org"]
    assert read["Bcc"] is None
    assert read["From"].addresses[0].addr_spec == "shop@example.org"
    parts = [read] if not page else list(read.iter_parts())
    for part, given_text in zip(parts, (text, page), strict=False):
        assert part.get_content().splitlines() == given_text.splitlines()
