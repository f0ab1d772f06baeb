"""Odd operations raise one alert each, to those who may hear of it; normal days raise none."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from tests.access.cast import AT, PASSWORD, SETUP, Town, grants
from tests.access.mailing import MailHost, mail_host

from regulars.access import gate
from regulars.access.alerts.sending import WAITS, send_due
from regulars.access.alerts.transports import ALERT_URLS, SMTP_URL, MailServer
from regulars.access.alerts.watching import watch
from regulars.access.errors import NotAllowed, TooManyTries, WrongLogIn, WrongSetting
from regulars.access.models import Alert, AlertRule, Letter
from regulars.access.moves import Place
from regulars.access.services.alerts import set_rule
from regulars.access.services.places import found_organisation
from regulars.access.services.roles import assign
from regulars.access.services.sessions import log_in
from regulars.access.services.staff import deactivate
from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Anchor, Deed
from regulars.journal.sending import check, seal_due
from regulars.journal.services import read, record
from regulars.journal.verifying import CHANGED, verify
from regulars.ledger.held_up import watch_held_up
from regulars.server.checks import sealing

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailHost]:
    monkeypatch.delenv(ALERT_URLS, raising=False)
    with mail_host() as host:
        monkeypatch.setenv(SMTP_URL, host.url)
        yield host


def bea(town: Town) -> Actor:
    return Actor("staff", typed("stf", town.bea), "Bea")


def look(
    town: Town, count: int, *, at: datetime, first: int = 0, seconds: float = 5, store: UUID | None = None
) -> datetime:
    """Bea looks at so many members, one after the other; when she was done."""
    for n in range(count):
        read(
            [f"mbr_{first + n}"],
            merchant=typed("mrc", town.shop),
            store=typed("str", store or town.downtown),
            actor=bea(town),
            at=at + timedelta(seconds=seconds * n),
        )
    return at + timedelta(seconds=seconds * count)


def found(at: datetime) -> list[tuple[str, int]]:
    seal_due(at=at)
    watch(at=at)
    return [(a.rule.code, a.measured) for a in Alert.objects.select_related("rule").order_by("made_at", "rule__code")]


def test_many_members_looked_up_by_one_person(town: Town) -> None:
    look(town, 59, at=AT)
    assert found(AT) == []
    look(town, 1, first=59, at=AT + timedelta(minutes=5))
    assert found(AT) == [("many-look-ups", 60)]
    [alert] = Alert.objects.all()
    assert (alert.about, alert.actor_name) == (typed("stf", town.bea), "Bea")
    assert (alert.merchant, alert.store) == (typed("mrc", town.shop), typed("str", town.downtown))


def test_looking_at_the_same_few_again_and_again_is_not_many(town: Town) -> None:
    for n in range(30):
        look(town, 10, at=AT + timedelta(seconds=20 * n), seconds=1)
    assert found(AT) == []


def test_an_incident_that_goes_on_is_one_alert_and_the_next_is_another(town: Town) -> None:
    end = look(town, 70, at=AT)
    assert found(AT) == [("many-look-ups", 60 + 10)]
    end = look(town, 60, first=70, at=end)
    assert found(AT) == [("many-look-ups", 121)]
    assert Alert.objects.get().last_at > AT + timedelta(minutes=10)
    look(town, 65, first=200, at=end + timedelta(hours=1))
    assert found(AT + timedelta(hours=2)) == [("many-look-ups", 121), ("many-look-ups", 65)]


def test_looking_late_or_in_small_steps_finds_the_same(town: Town) -> None:
    """Two bursts an hour apart: seen after each line, or all at once the next day."""
    set_rule("many-look-ups", threshold=6, by=gate.HOUSE, actor=SETUP, at=AT)
    look(town, 7, at=AT)
    look(town, 9, first=100, at=AT + timedelta(hours=1))
    assert found(AT + timedelta(days=1)) == [("many-look-ups", 7), ("many-look-ups", 9)]
    Alert.objects.all().delete()
    for n in range(7 + 9):
        when = AT + timedelta(days=2, hours=int(n >= 7), seconds=5 * n)
        look(town, 1, first=1000 + n, at=when)
        found(when)
    assert [m for _, m in found(AT)] == [7, 9]


@pytest.mark.parametrize(
    ("case", "amounts", "expected"),
    [
        ("one large", [60_000], [("large-adjustment", 60_000)]),
        ("one taken away", [-60_000], [("large-adjustment", 60_000)]),
        ("many that add up", [10_000] * 5, [("large-adjustment", 50_000)]),
        ("small ones", [500] * 20, []),
    ],
)
def test_adjustments(town: Town, case: str, amounts: Sequence[int], expected: list[tuple[str, int]]) -> None:
    for n, amount in enumerate(amounts):
        deed = Deed("ledger.adjust", f"acc_{n}", after={"amount": amount, "unit": "pts"})
        record([deed], actor=bea(town), at=AT + timedelta(minutes=n))
    assert found(AT) == expected


def test_amounts_of_different_units_are_not_added(town: Town) -> None:
    for unit in ("pts", "miles"):
        record([Deed("ledger.adjust", after={"amount": 30_000, "unit": unit})], actor=bea(town), at=AT)
    assert found(AT) == []


def test_a_burst_of_redemptions_from_one_account(town: Town) -> None:
    for n in range(6):
        for account in ("acc_1", f"acc_{n + 10}"):
            for kind in ("spend", "earn"):
                after = {"kind": kind, "amount": 5, "unit": "pts", "member": account}
                record([Deed("ledger.post", f"txn_{n}", after=after)], actor=Actor("key", "key_1"), at=AT)
    assert found(AT) == [("redemption-burst", 6)]
    assert Alert.objects.get().about == "acc_1"


def test_cards_with_a_wrong_signature(town: Town) -> None:
    for n in range(5):
        record([Deed("cards.forged")], actor=Actor("key", "key_1", "Till"), at=AT + timedelta(minutes=n))
    assert found(AT) == [("failed-card-signatures", 5)]


def test_numbers_tried_that_nobody_has(town: Town) -> None:
    for n in range(120):
        deed = Deed("members.recognise", after={"kind": "phone", "known": n % 2 == 0})
        record([deed], actor=Actor("key", "key_1", "Web shop"), at=AT + timedelta(seconds=n))
    assert found(AT) == [("unknown-codes", 60)]


def test_a_log_in_from_a_new_place_and_guessing(town: Town, post: MailHost) -> None:
    log_in("bea@example.org", PASSWORD, address="203.0.113.7", at=AT)
    assert found(AT) == []
    log_in("bea@example.org", PASSWORD, address="198.51.100.7", at=AT)
    assert found(AT) == [("log-in-from-new-place", 1)]
    send_due(at=AT)
    assert post.told("ann@example.org") == ["Regulars: Log-in from a new place"], "Ann manages where Bea works"
    assert post.told("cid@example.org") == [], "another organisation's affair"
    for _ in range(10):
        with pytest.raises((WrongLogIn, TooManyTries)):
            log_in("cid@example.org", "wrong", address="192.0.2.1", at=AT)
    assert ("failed-log-ins", 10) in found(AT)


def test_who_hears_of_it_is_who_may(town: Town, post: MailHost) -> None:
    """Ann sees the organisation, Bea her store alone, Cid another organisation; Dot left."""
    assign("auditor", Place(town.one, town.bakery), staff=town.cid, by=gate.HOUSE, actor=SETUP, at=AT)
    look(town, 60, at=AT)
    found(AT)
    assert send_due(at=AT) == 2
    assert send_due(at=AT) == 0
    assert {str(letter["To"]) for letter in post.letters} == {"ann@example.org", "bea@example.org"}
    look(town, 60, first=100, at=AT + timedelta(days=1), store=town.airport)
    assert len(found(AT + timedelta(days=1))) == 2
    assert send_due(at=AT + timedelta(days=1)) == 1
    assert post.letters[-1]["To"] == "ann@example.org"


def test_a_webhook_switched_off_is_told_to_its_organisation_alone(town: Town, post: MailHost) -> None:
    facts = {"organisation": typed("org", town.one), "why": "failing", "failures": 12}
    record([Deed("webhooks.switched_off", "whk_1", after=facts)], actor=Actor.job("webhooks.deliver"), at=AT)
    assert found(AT) == [("webhook-switched-off", 1)]
    assert send_due(at=AT) == 1
    assert [letter["To"] for letter in post.letters] == ["ann@example.org"]


def test_a_letter_says_what_where_and_how_to_look_closer(town: Town, post: MailHost) -> None:
    look(town, 60, at=AT)
    found(AT)
    send_due(at=AT)
    letter = post.letters[0]
    body = letter.get_content()
    assert letter["Subject"] == "Regulars: Many members looked up by one person"
    assert f"Bea ({typed('stf', town.bea)})" in body
    assert "persons: 60 within 10 minutes (the rule's limit is 60)" in body
    assert f"regulars journal search --since 2026-05-04T09:24:55Z --actor {typed('stf', town.bea)}" in body
    assert "mbr_" not in body


def test_what_fails_is_tried_again_and_then_given_up(
    town: Town, post: MailHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(town, 60, at=AT, store=town.airport)
    found(AT)
    post.busy = 2
    assert send_due(at=AT) == 0
    assert Letter.objects.get().problem == "451 answered"
    assert send_due(at=AT + timedelta(seconds=59)) == 0, "not before its time"
    assert post.busy == 1
    assert send_due(at=AT + WAITS[0]) == 0
    assert send_due(at=AT + WAITS[0] + WAITS[1]) == 1
    assert len(post.letters) == 1
    Letter.objects.update(told_at=None, tries=0, next_at=AT)
    monkeypatch.setenv(SMTP_URL, "smtp://127.0.0.1:9")  # nobody listens there
    at = AT
    for wait in WAITS:
        assert send_due(at=at) == 0
        at += wait
    assert send_due(at=at) == 0
    assert Letter.objects.get().next_at is None, "eight tries are enough"


def test_an_address_nobody_has_is_given_up_at_once_and_others_still_hear(town: Town, post: MailHost) -> None:
    post.unknown = {"bea@example.org"}
    look(town, 60, at=AT)
    found(AT)
    assert send_due(at=AT) == 1
    refused = Letter.objects.get(recipient=town.bea)
    assert (refused.next_at, refused.problem) == (None, "recipient refused: [550]")


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # within Apprise
def test_channels_of_the_environment_hear_too(town: Town, monkeypatch: pytest.MonkeyPatch, post: MailHost) -> None:
    monkeypatch.setenv(
        ALERT_URLS, f"mailto://127.0.0.1:{post.port}?from=a@example.org&to=duty@example.org&mode=insecure"
    )
    look(town, 60, at=AT, store=town.airport)
    found(AT)
    assert send_due(at=AT) == 2
    assert post.told("duty@example.org") == ["Regulars: Many members looked up by one person"]


def test_without_a_mail_server_letters_wait(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SMTP_URL, raising=False)
    look(town, 60, at=AT, store=town.airport)
    found(AT)
    assert send_due(at=AT) == 0
    assert Letter.objects.get().problem == "nowhere to send it to"


def test_rules_are_data(town: Town) -> None:
    with pytest.raises(NotAllowed):
        set_rule("many-look-ups", threshold=3, by=grants(town.ann), actor=SETUP, at=AT)  # Two also lives by it
    set_rule("many-look-ups", threshold=3, by=gate.HOUSE, actor=SETUP, at=AT)
    look(town, 3, at=AT)
    assert found(AT) == [("many-look-ups", 3)]
    set_rule("many-look-ups", active=False, by=gate.HOUSE, actor=SETUP, at=AT)
    look(town, 10, first=50, at=AT + timedelta(days=1))
    assert len(found(AT + timedelta(days=1))) == 1
    with pytest.raises(WrongSetting):
        set_rule("many-look-ups", threshold=0, by=gate.HOUSE, actor=SETUP, at=AT)
    with pytest.raises(WrongSetting):
        set_rule("many-look-ups", seconds=0, by=gate.HOUSE, actor=SETUP, at=AT)
    with pytest.raises(WrongSetting):
        set_rule("nothing", by=gate.HOUSE, actor=SETUP, at=AT)


def test_rules_that_were_changed_stay_so_when_another_organisation_is_founded(town: Town) -> None:
    set_rule("many-look-ups", threshold=3, by=gate.HOUSE, actor=SETUP, at=AT)
    found_organisation("Three", zone="UTC", by=gate.HOUSE, actor=SETUP, at=AT)
    assert AlertRule.objects.get(code="many-look-ups").threshold == 3


def test_a_trail_that_was_changed_is_told_with_the_next_check(town: Town, post: MailHost) -> None:
    night = Actor.job("journal.check")
    look(town, 3, at=AT)
    seal_due(at=AT)
    assert check(actor=night, at=AT) == 0
    with connection.cursor() as cursor:
        cursor.execute("alter table journal_entry disable trigger user")
        cursor.execute("update journal_entry set subject = 'mbr_9' where subject = 'mbr_1'")
    for nights in range(3):
        then = AT + timedelta(days=nights)
        assert check(actor=night, at=then) == 1
        assert found(then) == [("journal-broken", nights + 1)], "one alert, however many nights"
        send_due(at=then)
    for who in ("ann", "cid"):  # it concerns every organisation of the installation
        assert post.told(f"{who}@example.org") == ["Regulars: The journal was changed past the program"]
    assert post.told("bea@example.org") == []
    kept = re.findall(r"chain now: (\S+)", post.letters[0].get_content())
    broken = verify([Anchor.read(text) for text in kept]).broken
    assert broken is not None
    assert broken.reason == CHANGED
    assert kept, "each letter is an anchor"


def test_somebody_who_left_hears_nothing(town: Town, post: MailHost) -> None:
    deactivate(town.bea, by=gate.HOUSE, actor=SETUP, at=AT)
    look(town, 60, at=AT)
    found(AT)
    assert send_due(at=AT) == 1
    assert post.told("bea@example.org") == []


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example:25"])
def test_a_mail_server_s_address_is_checked(url: str) -> None:
    with pytest.raises(WrongSetting):
        MailServer.read(url)


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtps://a:b@mail.example", 465, "at once"),
        ("smtp://a:b@mail.example", 587, "starttls"),
        ("smtp://mail.example:25?tls=none", 25, "none"),
        ("smtp://localhost:25", 25, "none"),
    ],
)
def test_a_password_does_not_travel_in_the_clear_unless_told_so(url: str, port: int, tls: str) -> None:
    server = MailServer.read(url)
    assert (server.port, server.tls) == (port, tls)


def test_a_transaction_left_open_that_holds_up_sealing_is_told_once_with_its_process_and_since_when(town: Town) -> None:
    now = timezone.now()
    with psycopg.connect(**connection.get_connection_params(), autocommit=False) as other:
        other.execute("lock table ledger_transfer in row exclusive mode")
        pid = other.info.backend_pid
        assert watch_held_up(actor=SETUP, at=now) == 0  # a till's takes a moment
        assert [one.state for one in sealing(at=now)] == ["ok"]
        later = now + timedelta(minutes=6)
        assert [watch_held_up(actor=SETUP, at=later + timedelta(minutes=n)) for n in range(2)] == [1, 0]
        [told] = sealing(at=later)
        assert (told.state, f"process {pid} since {now:%Y-%m-%d %H:}" in told.told) == ("warning", True)
        assert f"pg_terminate_backend({pid})" in told.advice
    assert found(later) == [("sealing-held-up", 1)]
    [alert] = Alert.objects.all()
    assert alert.about.startswith(f"process {pid} since {now:%Y-%m-%d}")
    assert alert.letters.filter(recipient=town.ann).exists()
    assert watch_held_up(actor=SETUP, at=later) == 0
    assert [one.state for one in sealing(at=later)] == ["ok"]
