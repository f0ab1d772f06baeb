"""What comes back from readers, letters on paper, and what of all that belongs to a person's own data."""

import csv
import io
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.members.shop import ANN, AT, OURS, enrol
from tests.outreach.people_made import NOW, agree
from tests.outreach.test_gate import OPEN

from regulars.journal.models import Entry
from regulars.journal.moves import Actor
from regulars.outreach import people
from regulars.outreach.channels import letters
from regulars.outreach.links import token_of
from regulars.outreach.models import Content, Message, MessageEvent, Outgoing, PrintRun, Reply, Suppression
from regulars.outreach.moves import NewMessage, NewTemplate
from regulars.outreach.services import printing
from regulars.outreach.services.channels import set_channel
from regulars.outreach.services.coming_in import Inbound, by_link, delivered, reply, unsubscribe
from regulars.outreach.services.messages import ask
from regulars.outreach.services.policies import save_policy
from regulars.outreach.services.sending import LEASE
from regulars.outreach.services.templates import save

JOB = Actor.job("messages.send")
PHONE = "+49 151 23456789"
SAID: dict[str, Any] = {
    "email": {"en": {"subject": "Hello", "text": "Hello"}},
    "sms": {"en": {"text": "Hello"}},
    "post": {
        "en": {"subject": "Dear {{ member.first_name }}", "text": "=HYPERLINK(1)\n\nTulips."},
        "zh": {"text": "{{ member.name }}：您好"},
    },
}


@pytest.fixture
def opened(db: None) -> None:
    save_policy(OURS, OPEN, actor=ANN, at=AT)
    save(NewTemplate(OURS, "spring", "Spring", SAID), actor=ANN, at=AT)


def planned(member: UUID, channel: str, key: str = "", **more: Any) -> Message:
    wanted = NewMessage(key or f"{channel}/{member.hex}", member, channel, "marketing", template="spring", **more)
    return ask([wanted], organisation=OURS, actor=ANN, at=NOW)[0]


def heard(text: str, external: str = "1", sender: str = PHONE) -> str:
    return reply(Inbound(external, "sms", sender, text), organisation=OURS, actor=ANN, at=NOW).meaning


def test_a_link_withdraws_that_consent_and_nothing_else(opened: None) -> None:
    member = enrol(("email", "a@example.org"), ("phone", PHONE))
    for channel in ("email", "sms"):
        agree(member, True, 5, channel=channel)
    row = planned(member, "email")
    found = by_link(token_of(row.id))
    assert found is not None
    assert found.id == row.id
    for _ in range(2):
        unsubscribe(row, actor=ANN, at=NOW)
    assert planned(member, "email", "again").why == "no-consent"
    assert planned(member, "sms").state == "released"
    assert not Suppression.objects.exists(), "receipts still go"
    assert [one.what for one in MessageEvent.objects.filter(message=row.id)] == ["planned", "unsubscribed"]
    assert Entry.objects.filter(what="consents.tell", after__source="unsubscribe-link").count() == 1
    assert by_link("A" * 43) is None


@pytest.mark.parametrize("text", ["STOP", " stop. ", "退订", "TD"])
def test_stop_withdraws_and_blocks_the_number_for_everybody_who_has_it(opened: None, text: str) -> None:
    one = enrol(("phone", PHONE))
    two = enrol(("phone", PHONE), may_share=True)
    for member in (one, two):
        agree(member, True, 5, channel="sms")
    row = planned(one, "sms")
    assert [heard(text), heard(text)] == ["stop", "stop"]
    assert [planned(who, "sms", str(n)).state for n, who in enumerate((one, two))] == ["held", "held"]
    assert Suppression.objects.get().why == "stop"
    assert MessageEvent.objects.filter(message=row.id, what="answered-stop").count() == 1
    assert Reply.objects.count() == 1
    assert Entry.objects.filter(what="messages.reply").count() == 2


def test_other_replies_are_kept_with_the_member_and_unknown_numbers_leave_nothing(opened: None) -> None:
    member = enrol(("phone", PHONE))
    agree(member, True, 5, channel="sms")
    row = planned(member, "sms")
    assert heard("Do you have it in red?") == "other"
    assert heard("STOP", "2", "+49 151 99999999") == "stop"
    kept = Reply.objects.get()
    assert (kept.member, kept.message, kept.meaning) == (member, row.id, "other")
    assert b"red" not in bytes(kept.sealed)
    assert planned(member, "sms", "more").state == "released"
    assert "red" not in str(list(Entry.objects.values_list("after", flat=True)))
    for _ in range(2):
        delivered(row.id, organisation=OURS, at=NOW)
    assert [one.what for one in MessageEvent.objects.filter(message=row.id)] == ["planned", "replied", "delivered"]


def test_a_phone_that_two_share_is_told_of_neither_and_one_that_said_stop_of_nothing(opened: None) -> None:
    one = enrol(("phone", PHONE))
    enrol(("phone", PHONE), may_share=True)
    assert heard("Balance") == "balance"
    assert not Message.objects.exists()
    alone = enrol(("phone", "+49 151 88888888"))
    for number, text in enumerate(("STOP", "Points"), 2):
        heard(text, str(number), "+49 151 88888888")
    (held,) = Message.objects.all()
    assert (held.member, held.state, held.why) == (alone, "held", "suppressed")
    assert Reply.objects.filter(member=one, meaning="balance").exists()


def test_own_data_holds_what_was_told_and_erasing_takes_it(opened: None) -> None:
    member = enrol(("phone", PHONE))
    agree(member, True, 5, channel="sms")
    planned(member, "sms", values={"what": "tulips"})
    heard("In red?")
    told: Any = people.export([member])
    assert told["messages"][0]["told"] == {"what": "tulips"}
    assert [one["what"] for one in told["messages"][0]["happened"]] == ["planned", "replied"]
    assert [one["text"] for one in told["replies"]] == ["In red?"]
    people.erase([member], deed=member, actor=ANN, at=NOW)
    assert not Content.objects.exists()
    assert not Reply.objects.exists()
    assert not Outgoing.objects.exists()
    assert MessageEvent.objects.filter(what="stopped", why="erased").exists()


@pytest.fixture
def paper(opened: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(printing, "folder", lambda: tmp_path / "letters")
    set_channel(OURS, "post", {"from_lines": ["Riverside", "1 Quay"], "closing": "Yours"}, actor=ANN, at=AT)
    return tmp_path / "letters"


def reader(name: str, language: str = "en", **facts: str) -> UUID:
    where = {"street": "Hauptstr. 1", "postcode": "24103", "town": "Kiel"}
    member = enrol(facts={"given_name": name, "language": language, **where, **facts})
    agree(member, True, 5, channel="post")
    return member


def test_letters_are_printed_in_runs_and_cells_begin_no_formula(paper: Path) -> None:
    rows = [planned(reader("=cmd|calc"), "post"), planned(reader("Bob", family_name="Lee"), "post")]
    homeless = enrol(facts={"given_name": "Nowhere"})
    agree(homeless, True, 5, channel="post")
    rows.append(planned(homeless, "post"))
    assert printing.print_due(actor=JOB, at=NOW) == 3
    assert printing.print_due(actor=JOB, at=NOW) == 0
    run = PrintRun.objects.get()
    assert run.letters == 2
    (table,) = paper.glob("*.csv")
    lines = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"))))
    assert [line["name"] for line in lines] == ["'=cmd|calc", "Bob Lee"]
    assert lines[0]["text"].startswith("'=HYPERLINK")
    (made,) = [path for path in paper.iterdir() if path != table]
    assert made.suffix == f".{run.form}"
    assert made.read_bytes().startswith(b"%PDF" if run.form == "pdf" else b"<!DOCTYPE")
    for row in rows:
        row.refresh_from_db()
    assert [row.why for row in rows] == ["", "", "undeliverable"]
    assert printing.sweep(at=NOW) == 0
    assert printing.sweep(at=NOW + 2 * printing.kept()) == 1
    assert list(paper.iterdir()) == []


def test_a_run_that_was_cut_short_is_the_same_run_again(paper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Ann", "Bob"):
        planned(reader(name), "post")
    monkeypatch.setattr(printing, "_printed", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        printing.print_due(actor=JOB, at=NOW)
    monkeypatch.undo()
    monkeypatch.setattr(printing, "folder", lambda: paper)
    planned(reader("Cyd"), "post")
    assert printing.print_due(actor=JOB, at=NOW + LEASE) == 2
    assert len(list(paper.glob("*.csv"))) == 1
    assert printing.print_due(actor=JOB, at=NOW + LEASE) == 1
    assert PrintRun.objects.count() == 2


def test_without_a_font_letters_are_a_page_for_the_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from regulars.insight.offers import fonts

    monkeypatch.setattr(fonts, "found_fonts", lambda: iter(()))
    one = letters.Letter("msg_1", "<b>王</b>", "Str. 1", "", "1", "Kiel", "", "zh", "<i>x", "a\n\n<script>")
    assert letters.write("run_1", [one], letters.Sender(("A",)), within=tmp_path) == "html"
    page = (tmp_path / "run_1.html").read_text()
    for bad in ("<script", "<b>", "<i>"):
        assert bad not in page
