"""S23: the member card of a site with several merchants: value and points shared by all, forged and cloned cards told
apart, a lost card replaced with everything carried over, every look and deed in a trail that shows changes, odd
operations told to the administrator, and nothing personal to be read in a stolen database. By API and by command."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections
from django.utils import timezone
from tests.api.world import Till, World, make_world
from typer.testing import CliRunner

from regulars.access.alerts.watching import watch
from regulars.access.models import Alert
from regulars.basics.ids import untyped
from regulars.cli import app
from regulars.journal.models import Entry
from regulars.journal.sending import seal_due
from regulars.members.codes import code
from regulars.members.keys import card_secret
from regulars.outreach.models import Message
from regulars.outreach.rendering import ToRender, render_all
from regulars.outreach.sealing import kept
from regulars.server.place import Place


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def held(till: Till, member: str) -> dict[str, int]:
    items = till.get(f"/members/{member}/balances").json()["items"]
    return {one["unit"]: one["available"] for one in items}


def test_a_member_card_from_its_issue_to_its_replacement(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk = Till(world.key("administrator"))
    market = Till(world.key("till", merchant=world.merchant))
    bakery = Till(world.key("till", merchant=world.other))
    desk.done("/units", {"code": "points", "name": "Points"})
    desk.done("/units", {"code": "GBP", "name": "Pounds", "kind": "paid", "scale": 2, "currency": "GBP"})
    numbers = desk.done(
        "/card-ranges", {"programme": "riverside", "name": "Blue", "prefix": "6270", "serial_digits": 8}
    )["id"]
    phone = {"kind": "phone", "value": "+44 7400 123456"}
    ada = desk.done("/members", {"facts": {"family_name": "Wong"}, "identifiers": [phone]})["id"]
    card = desk.done(f"/members/{ada}/cards", {"range": numbers, "form": "plastic"})

    # Value bought at one merchant pays at another; points likewise.
    market.done(f"/members/{ada}/loads", {"unit": "GBP", "amount": 5000, "tender": "cash"})
    bakery.done(f"/members/{ada}/payments", {"currency": "GBP", "amount": 1250, "units": ["GBP"]})
    bakery.done("/transfers", {"kind": "earn", "member": ada, "unit": "points", "amount": 12})
    assert held(market, ada) == {"GBP": 3750, "points": 12}

    _her_phone_is_told_what_she_has(desk)

    # A forged number, a cloned code: both refused, both noticed.
    forged = card["number"][:-1] + str((int(card["number"][-1]) + 1) % 10)
    for _ in range(12):
        assert market.look("/members/recognise", {"kind": "card", "value": forged}).status_code == 404
    shown = {"code": code(untyped("crd", card["id"]), at=timezone.now(), secret=card_secret())}
    assert market.done("/cards/check", shown)["member"] == ada
    assert bakery.post("/cards/check", shown).json()["code"] == "code-used"
    assert Entry.objects.filter(what="cards.forged").count() == 13
    seal_due(at=timezone.now())
    watch(at=timezone.now())
    assert "failed-card-signatures" in set(Alert.objects.values_list("rule__code", flat=True))

    # The card is lost: the new one has all of it, the old one says why it is refused.
    new = desk.done(f"/cards/{card['id']}/replace", {"why": "lost", "reason": "on a train"})
    old = market.look("/members/recognise", {"kind": "card", "value": card["number"]}).json()
    assert (old["usable"], old["state"], old["replaced_by"]) == (False, "lost", new["id"])
    found = market.look("/members/recognise", {"kind": "card", "value": new["number"]}).json()["member"]
    assert held(market, found) == {"GBP": 3750, "points": 12}

    _nothing_personal_lies_open("7400123456", "Wong", card["number"], new["number"])
    monkeypatch.setattr("regulars.cli.operating.place_of", lambda data: Place(tmp_path, "postgresql://own"))
    monkeypatch.setattr(connections, "close_all", lambda: None)  # the commands stay in this test's transaction
    for name in ("REGULARS_DATA", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.setenv(name, "regulars.server.settings")
    _the_trail_is_whole(ada)


def _her_phone_is_told_what_she_has(desk: Till) -> None:
    """By text, to the number that asked, once for each time, and not without end."""

    def asked(number: int, sender: str, text: str = "Balance?") -> str:
        told = {"external_id": f"gw-{number}", "channel": "sms", "sender": sender, "text": text}
        return str(desk.done("/messages/replies", told)["meaning"])

    assert [asked(1, "+447400123456"), asked(1, "+447400123456"), asked(2, "+447400999999")] == ["balance"] * 3
    (message,) = Message.objects.all()
    assert (message.service, message.channel, message.state) == ("balance", "sms", "released")
    today = timezone.now().astimezone(ZoneInfo("Europe/London")).date()
    wanted = ToRender(
        message.id, message.member, message.template, message.version, "sms", kept([message.id])[message.id], False
    )
    (said,) = render_all([wanted], organisation=message.organisation, at=timezone.now())
    assert said.text.startswith(
        f"Riverside: you have 37.50 Pounds; 12 Points. Lately: +12 Points {today}; -12.50 Pounds {today};"
    )
    for number in range(3, 12):
        asked(number, "+447400123456", "余额")
    assert Message.objects.count() == 5, "a day: each costs a text"


def _nothing_personal_lies_open(*secrets: str) -> None:
    """A stolen copy of every table, read as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        assert "members_identifier" in tables
        for table in tables:
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM \"{table}\" t")
            text = cursor.fetchone()[0] or ""
            assert [secret for secret in secrets if secret in text] == [], table


def _the_trail_is_whole(member: str) -> None:
    """Looks and deeds are there, by the command; and a line that is changed is found."""
    found = _command("journal", "search", "--about", member, "--json")
    assert {"members.enrol", "members.recognise", "members.read", "ledger.read"} <= {one["what"] for one in found}
    seal_due(at=timezone.now())
    assert CliRunner().invoke(app, ["journal", "verify"]).exit_code == 0
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE journal_entry SET actor_name = 'somebody else' WHERE what = 'cards.replace'")
        cursor.execute("ALTER TABLE journal_entry ENABLE TRIGGER USER")
    assert CliRunner().invoke(app, ["journal", "verify"]).exit_code != 0


def _command(*words: str) -> list[dict[str, str]]:
    run = CliRunner().invoke(app, list(words))
    assert run.exit_code == 0, run.output
    return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
