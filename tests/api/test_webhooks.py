"""Webhooks, through the API, the jobs and a real receiver."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from regulars.access.alerts.rules import FIRST
from regulars.api.models import Attempt, Delivery, Endpoint, EndpointSecret
from regulars.journal.models import Entry
from regulars.journal.sending import seal_due
from regulars.webhooks import services
from regulars.webhooks.delivering import PATIENCE, WAITS, retry_due
from regulars.webhooks.matching import match_due
from tests.api.hooks import JOB, hook, join, log, work
from tests.api.receiver import Receiver
from tests.api.world import Till

pytestmark = pytest.mark.django_db


def test_what_happens_is_told_and_signed(administrator: Till, receiver: Receiver) -> None:
    made = hook(administrator, receiver, ["members.*"])
    member = join(administrator)
    assert work() == 1
    (message,) = receiver.kept
    told = Webhook(made["secret"]).verify(message.body, message.head)
    assert told["type"] == "members.enrol"
    assert told["data"]["subject"] == member
    assert told["id"] == message.head["webhook-id"]
    assert message.path == "/hooks?from=regulars"
    assert message.head["Content-Type"] == "application/json"
    (sent,) = log(administrator, made)
    assert (sent["state"], sent["event"], sent["next_at"]) == ("delivered", told["id"], None)
    (tried,) = sent["attempts"]
    assert (tried["status"], tried["answer"], tried["problem"]) == (200, "thank you", "")
    assert work() == 0


def test_a_changed_body_or_secret_does_not_verify(administrator: Till, receiver: Receiver) -> None:
    made = hook(administrator, receiver, ["members.*"])
    join(administrator)
    work()
    (message,) = receiver.kept
    with pytest.raises(WebhookVerificationError):
        Webhook(made["secret"]).verify(message.body.replace(b"enrol", b"erase"), message.head)
    other = hook(administrator, receiver, ["members.*"])["secret"]
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(message.body, message.head)


def test_the_secret_is_unreadable_in_the_database(administrator: Till, receiver: Receiver) -> None:
    made = hook(administrator, receiver, ["*"])
    (row,) = EndpointSecret.objects.all()
    assert made["secret"].encode() not in bytes(row.sealed)
    assert "secret" not in administrator.get(f"/webhooks/{made['id']}").json()


def test_a_secret_that_cannot_be_opened_keeps_no_other_webhook_waiting(administrator: Till, receiver: Receiver) -> None:
    made = [hook(administrator, receiver, ["members.*"]) for _ in range(2)]
    broken, _ = EndpointSecret.objects.order_by("id")
    EndpointSecret.objects.filter(pk=broken.pk).update(sealed=bytes(60))
    join(administrator)
    work()
    assert [log(administrator, one)[0]["state"] for one in made] == ["waiting", "delivered"]
    assert len(receiver.kept) == 1


def test_while_a_secret_is_rotated_both_sign(administrator: Till, receiver: Receiver) -> None:
    made = hook(administrator, receiver, ["members.*"])
    new = administrator.done(f"/webhooks/{made['id']}/rotate", {"overlap_hours": 1})
    join(administrator)
    work()
    for secret in (made["secret"], new["secret"]):
        Webhook(secret).verify(receiver.kept[0].body, receiver.kept[0].head)
    join(administrator)
    EndpointSecret.objects.filter(ends_at__isnull=False).update(ends_at=timezone.now())  # the hour is over
    work()
    Webhook(new["secret"]).verify(receiver.kept[1].body, receiver.kept[1].head)
    with pytest.raises(WebhookVerificationError):
        Webhook(made["secret"]).verify(receiver.kept[1].body, receiver.kept[1].head)


def test_a_third_secret_ends_the_first_at_once(administrator: Till, receiver: Receiver) -> None:
    made = hook(administrator, receiver, ["members.*"])
    secrets = [made["secret"], *(administrator.done(f"/webhooks/{made['id']}/rotate", {})["secret"] for _ in "ab")]
    join(administrator)
    work()
    (message,) = receiver.kept
    assert len(message.head["webhook-signature"].split()) == 2
    with pytest.raises(WebhookVerificationError):
        Webhook(secrets[0]).verify(message.body, message.head)


def test_a_failure_is_tried_again_for_days_and_then_given_up(administrator: Till, receiver: Receiver) -> None:
    made = hook(administrator, receiver, ["members.enrol"])
    join(administrator)
    receiver.status, receiver.answer = 500, b"out of order"
    at = timezone.now()
    waits = []
    assert work(at) == 1
    while (row := Delivery.objects.get()).state == "waiting":
        assert row.next_at is not None
        waits.append(row.next_at - at)
        assert retry_due(actor=JOB, at=row.next_at - timedelta(seconds=1)) == 0
        at = row.next_at
        assert retry_due(actor=JOB, at=at) == 1
    assert [wait // least for wait, least in zip(waits, WAITS, strict=True)] == [1] * len(WAITS)
    assert len({one.body for one in receiver.kept}) == 1
    assert len({one.head["webhook-id"] for one in receiver.kept}) == 1
    (given_up,) = log(administrator, made)
    assert given_up["state"] == "failed"
    assert [one["status"] for one in given_up["attempts"]] == [500] * (len(WAITS) + 1)
    assert administrator.get(f"/webhooks/{made['id']}").json()["on"] is True


def test_a_receiver_may_ask_to_wait_longer(administrator: Till, receiver: Receiver) -> None:
    hook(administrator, receiver, ["members.enrol"])
    join(administrator)
    receiver.status, receiver.head = 503, {"Retry-After": "3600"}
    at = timezone.now()
    work(at)
    assert Delivery.objects.get().next_at == at + timedelta(hours=1)


def test_after_days_of_nothing_but_failures_it_is_switched_off_and_somebody_is_told(
    administrator: Till, receiver: Receiver
) -> None:
    made = hook(administrator, receiver, ["members.enrol"])
    receiver.status = 500
    begun = timezone.now()
    for day in range(6):
        join(administrator)
        Delivery.objects.update(next_at=begun)
        work(begun + timedelta(days=day))
    now = administrator.get(f"/webhooks/{made['id']}").json()
    assert (now["on"], now["why_off"]) == (False, "failing")
    assert now["failures"] > len(WAITS)
    line = Entry.objects.get(what="webhooks.switched_off")
    assert line.subject == made["id"]
    assert (line.at - begun) >= PATIENCE
    assert [rule.code for rule in FIRST if "webhooks.switched_off" in rule.deeds] == ["webhook-switched-off"]
    answer = administrator.post(f"/webhooks/{made['id']}/ping")
    assert (answer.status_code, answer.json()["code"]) == (409, "webhook-off")
    receiver.status = 200
    receiver.kept.clear()
    administrator.send("PATCH", f"/webhooks/{made['id']}", {"on": True})
    assert work(timezone.now() + timedelta(seconds=1)) == 6  # what waited
    assert administrator.get(f"/webhooks/{made['id']}").json()["failures"] == 0


def test_the_trail_says_where_a_webhook_led_before_and_leads_now(administrator: Till) -> None:
    asked = {"address": "https://one.example/secret-path", "types": ["ledger.*"]}
    made = administrator.done("/webhooks", asked)
    administrator.send("PATCH", f"/webhooks/{made['id']}", {"address": "https://two.example/"})
    line = Entry.objects.get(what="webhooks.change")
    assert (line.before["host"], line.after["host"]) == ("one.example", "two.example")
    assert "secret-path" not in str(list(Entry.objects.values_list("after", "before")))


def test_one_that_is_gone_is_switched_off_at_once(administrator: Till, receiver: Receiver) -> None:
    made = hook(administrator, receiver, ["members.enrol"])
    join(administrator)
    receiver.status = 410
    work()
    assert administrator.get(f"/webhooks/{made['id']}").json()["why_off"] == "gone"
    assert log(administrator, made)[0]["state"] == "failed"


def test_a_redirect_is_not_followed(administrator: Till, receiver: Receiver) -> None:
    made = hook(administrator, receiver, ["members.enrol"])
    receiver.status, receiver.head = 302, {"Location": receiver.address.replace("hooks", "elsewhere")}
    join(administrator)
    work()
    assert [one.path for one in receiver.kept] == ["/hooks?from=regulars"]
    assert log(administrator, made)[0]["state"] == "waiting"


def test_what_happened_before_or_while_it_was_off_is_not_sent_until_it_is_asked_for(
    administrator: Till, receiver: Receiver
) -> None:
    before = join(administrator)
    made = hook(administrator, receiver, ["members.enrol"])
    heard = join(administrator)
    work()
    administrator.send("PATCH", f"/webhooks/{made['id']}", {"on": False})
    missed = join(administrator)
    work()
    administrator.send("PATCH", f"/webhooks/{made['id']}", {"on": True})
    work()
    assert [json.loads(one.body)["data"]["subject"] for one in receiver.kept] == [heard]
    ids = [one.head["webhook-id"] for one in receiver.kept]
    since = (timezone.now() - timedelta(hours=1)).isoformat()
    answer = administrator.post(f"/webhooks/{made['id']}/resend", {"since": since, "only_missed": True})
    assert answer.status_code == 202
    assert work(timezone.now() + timedelta(seconds=1)) == 2
    assert {json.loads(one.body)["data"]["subject"] for one in receiver.kept[1:]} == {before, missed}
    administrator.done(f"/webhooks/{made['id']}/resend", {"since": since})
    receiver.kept.clear()
    assert work(timezone.now() + timedelta(seconds=1)) == 3
    assert set(ids) < {one.head["webhook-id"] for one in receiver.kept}
    assert Delivery.objects.count() == 3  # each event once, however often it is sent


def test_one_delivery_is_sent_again(administrator: Till, receiver: Receiver) -> None:
    made = hook(administrator, receiver, ["members.enrol"])
    join(administrator)
    work()
    (sent,) = log(administrator, made)
    answer = administrator.post(f"/webhooks/{made['id']}/deliveries/{sent['id']}/resend")
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    assert work(timezone.now() + timedelta(seconds=1)) == 1
    assert len({one.head["webhook-id"] for one in receiver.kept}) == 1
    told = administrator.get(f"/webhooks/{made['id']}/deliveries/{sent['id']}").json()
    assert [one["status"] for one in told["attempts"]] == [200, 200]


def test_a_test_event_goes_to_any_webhook(administrator: Till, receiver: Receiver) -> None:
    made = hook(administrator, receiver, ["cards.block"])
    asked = administrator.done(f"/webhooks/{made['id']}/ping")
    work()
    told = Webhook(made["secret"]).verify(receiver.kept[0].body, receiver.kept[0].head)
    assert (told["type"], told["data"]["subject"], told["id"]) == ("webhooks.ping", made["id"], asked["event"])


def test_a_wildcard_hears_deeds_and_a_look_only_who_names_it(administrator: Till, receiver: Receiver) -> None:
    hook(administrator, receiver, ["members.*"])
    member = join(administrator)
    administrator.get(f"/members/{member}")
    work()
    assert receiver.types() == ["members.enrol"]
    hook(administrator, receiver, ["members.read"])
    administrator.get(f"/members/{member}")
    work()
    assert receiver.types() == ["members.enrol", "members.read"]


def test_nothing_personal_is_sent(administrator: Till, receiver: Receiver) -> None:
    hook(administrator, receiver, ["members.*", "cards.*", "api.*", "access.*"])
    member = join(administrator, "Ottoline", identifiers=[{"kind": "email", "value": "ottoline@example.com"}])
    administrator.done(f"/members/{member}/notes", {"text": "Prefers the quiet corner."})
    administrator.done(f"/members/{member}/close", {"reason": "asked by Ottoline herself"})
    work()
    said = b"".join(one.body for one in receiver.kept).lower()
    assert len(receiver.kept) >= 3
    for word in (b"ottoline", b"quiet", b"127.0.0.1", b"the administrator"):
        assert word not in said


def test_a_name_that_leads_inside_is_found_out_when_it_is_sent(administrator: Till) -> None:
    made = administrator.done("/webhooks", {"address": "https://localhost:1/", "types": ["members.enrol"]})
    join(administrator)
    work()
    (tried,) = log(administrator, made)[0]["attempts"]
    assert (tried["status"], tried["problem"]) == (None, "inside")


def test_a_deleted_one_hears_nothing_and_its_log_goes(administrator: Till, receiver: Receiver) -> None:
    made = hook(administrator, receiver, ["members.enrol"])
    join(administrator)
    work()
    join(administrator)
    seal_due(at=timezone.now())
    match_due(at=timezone.now())
    assert administrator.send("DELETE", f"/webhooks/{made['id']}").status_code == 200
    assert work() == 0
    assert administrator.get(f"/webhooks/{made['id']}").status_code == 404
    assert EndpointSecret.objects.count() == 0
    later = timezone.now() + services.SETTLED + timedelta(seconds=1)
    while services.prune(at=later):
        pass
    assert (Endpoint.objects.count(), Delivery.objects.count(), Attempt.objects.count()) == (0, 0, 0)


def test_the_log_is_kept_for_thirty_days(administrator: Till, receiver: Receiver) -> None:
    hook(administrator, receiver, ["members.enrol"])
    join(administrator)
    at = timezone.now()
    work(at)
    assert services.prune(at=at + services.KEPT) == 0
    assert services.prune(at=at + services.KEPT + timedelta(seconds=1)) == 1
    assert Attempt.objects.count() == 0


def test_making_deliveries_takes_as_many_queries_for_many_as_for_few(administrator: Till, receiver: Receiver) -> None:
    hook(administrator, receiver, ["members.enrol"])
    counts = []
    for many in (1, 12):
        for _ in range(many):
            join(administrator)
        seal_due(at=timezone.now())
        with CaptureQueriesContext(connection) as asked:
            match_due(at=timezone.now())
        counts.append(len(asked))
    assert counts[0] == counts[1] < 12
    assert Delivery.objects.count() == 13
