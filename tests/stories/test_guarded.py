"""A card system that is watched (S23): forged cards and odd operations reach the administrator by mail, every look at a
member is in a trail that cannot be altered unnoticed, and nothing in it tells who the member was.
"""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.utils import timezone
from tests.access.cast import PASSWORD, SETUP
from tests.access.mailing import MailHost, mail_host
from tests.api.world import Till, World, make_world

from regulars.access import gate
from regulars.access.alerts.sending import send_due
from regulars.access.alerts.transports import ALERT_URLS, SMTP_URL
from regulars.access.alerts.watching import watch
from regulars.access.moves import Place
from regulars.access.services.roles import assign
from regulars.access.services.staff import hire
from regulars.basics.ids import typed
from regulars.journal.moves import Seen, Sought
from regulars.journal.selectors import search_all
from regulars.journal.sending import seal_due
from regulars.journal.verifying import CHANGED, Break, head, verify
from regulars.ledger.services.accounts import define_unit

pytestmark = pytest.mark.django_db
PHONE, MAIL, NAME = "+447700900123", "ada.lovelace@shop.example", "Lovelace"
MADE_UP = "6200000000000{:03d}"


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailHost]:
    monkeypatch.delenv(ALERT_URLS, raising=False)
    with mail_host() as host:
        monkeypatch.setenv(SMTP_URL, host.url)
        yield host


@pytest.fixture
def world(db: None) -> World:
    """Ann manages the organisation, Mia the market alone, Zed another organisation."""
    made, now = make_world(), timezone.now()
    for name, place in (
        ("ann", Place(made.organisation)),
        ("mia", Place(made.organisation, made.merchant)),
        ("zed", Place(made.other_organisation)),
    ):
        staff = hire(f"{name}@shop.example", name=name, password=PASSWORD, by=gate.HOUSE, actor=SETUP, at=now)
        assign("administrator", place, staff=staff, by=gate.HOUSE, actor=SETUP, at=now)
    define_unit("points", "Points", actor=SETUP, at=now)
    return made


def look_after() -> None:
    """What the worker does by the clock."""
    seal_due(at=timezone.now())
    watch(at=timezone.now())
    send_due(at=timezone.now())


def test_forged_cards_raise_one_alert_to_those_who_may_hear(world: World, post: MailHost) -> None:
    till = Till(world.key("till"))
    answers = set()
    for n in range(7):
        shown = till.look("/members/recognise", {"kind": "card", "value": MADE_UP.format(n)})
        unknown = till.look("/members/recognise", {"kind": "phone", "value": f"+4477009009{n:02d}"})
        answers |= {(a.status_code, a.json()["code"], a.json()["detail"]) for a in (shown, unknown)}
    assert len(answers) == 1, "a forged card is answered as an unknown one"
    for _ in range(3):
        look_after()
    assert post.told("ann@shop.example") == ["Regulars: Cards whose signature is wrong"]
    assert post.told("zed@shop.example") == [], "another organisation hears nothing of it"
    assert "The till" in post.letters[0].get_content()


def test_a_burst_of_redemptions_and_a_large_adjustment_are_told(world: World, post: MailHost) -> None:
    till, support = Till(world.key("till")), Till(world.key("support"))
    ada = enrol(till)
    for n in range(8):
        give(till, ada, "earn", 100, f"sale-{n}")
    look_after()
    assert post.letters == [], "earning is no alert"
    for n in range(6):
        give(till, ada, "spend", 10, f"spent-{n}")
    correction = {"unit": "points", "amount": 60_000, "reason": "goodwill", "note": "asked by phone"}
    support.done(f"/members/{ada}/adjustments", correction)
    look_after()
    assert set(post.told("ann@shop.example")) == {
        "Regulars: Many redemptions by one member",
        "Regulars: Large adjustment of points or value",
    }


def test_every_look_is_in_a_trail_that_cannot_be_altered_unnoticed(world: World) -> None:
    till = Till(world.key("till"))
    ada = enrol(till)
    assert till.look("/members/recognise", {"kind": "phone", "value": PHONE}).json()["member"] == ada
    assert till.get(f"/members/{ada}").status_code == 200
    deeds = [line.what for line in search_all(Sought(subject=ada), seen=Seen(everything=True))]
    assert deeds[:2] == ["members.read", "members.recognise"], "who looked at her, the newest first"
    assert set(deeds) >= {"members.enrol"}

    look_after()
    anchor = head()
    assert verify([anchor]).broken is None
    with connection.cursor() as cursor:
        cursor.execute("select number from journal_entry where what = 'members.read' and subject = %s", [ada])
        [number] = next(iter(cursor.fetchall()))
        cursor.execute("alter table journal_entry disable trigger user")
        cursor.execute("update journal_entry set actor_id = 'key_somebody_else' where number = %s", [number])
    assert verify([anchor]).broken == Break(number, CHANGED)


def test_the_trail_tells_nothing_of_who_she_was(world: World) -> None:
    till = Till(world.key("administrator"))
    ada = enrol(till)
    till.look("/members/recognise", {"kind": "email", "value": MAIL})
    till.look("/members/search", {"name": NAME})
    till.look("/members/search", {"last_digits": PHONE[-4:]})
    till.get(f"/members/{ada}")
    look_after()
    with connection.cursor() as cursor:
        for table in ("journal_entry", "access_alert", "access_letter"):
            cursor.execute(f"select t::text from {table} t")
            kept = "\n".join(row[0] for row in cursor.fetchall())
            assert [text for text in (PHONE, PHONE[3:], MAIL, NAME, "shop.example", "Ada") if text in kept] == []


def test_a_key_of_one_merchant_leads_to_no_other(world: World) -> None:
    market, bakery = (Till(world.key("till", merchant=merchant)) for merchant in (world.merchant, world.other))
    ada = enrol(market)
    asked = {"kind": "earn", "member": ada, "unit": "points", "amount": 5, "merchant": typed("mrc", world.merchant)}
    refused = bakery.post("/transfers", asked)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
    assert market.post("/transfers", asked).status_code == 201


def enrol(till: Till) -> str:
    body = {
        "facts": {"given_name": "Ada", "family_name": NAME},
        "identifiers": [{"kind": "phone", "value": PHONE}, {"kind": "email", "value": MAIL}],
    }
    return str(till.done("/members", body)["id"])


def give(till: Till, member: str, kind: str, amount: int, number: str) -> None:
    body = {"kind": kind, "member": member, "unit": "points", "amount": amount, "source": "till", "external_id": number}
    till.done("/transfers", body)
