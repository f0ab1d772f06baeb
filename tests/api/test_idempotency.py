"""A write happens once: SEMANTICS 27 and 28, on an address whose deed can be counted."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from regulars.api import idempotency
from regulars.api.idempotency import KEPT, prune
from regulars.api.models import Answer
from regulars.api.sealing import SecretLost, hashes, seal, unseal
from regulars.basics.ids import new_id, typed
from regulars.journal.models import Entry
from tests.api import tiny
from tests.api.world import AT, Till, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tiny_api() -> Iterator[None]:
    with override_settings(ROOT_URLCONF="tests.api.tiny"):
        yield


def deeds() -> int:
    return Entry.objects.filter(what="tiny.deed").count()


def test_sem_27_a_replay_gets_the_same_answer_and_says_so(till: Till) -> None:
    first = till.post("/deeds", {"amount": 5}, key="a")
    again = till.post("/deeds", {"amount": 5}, key="a")
    assert (first.status_code, first.content, first["ETag"]) == (201, again.content, again["ETag"])
    assert again.status_code == 201
    assert again["Idempotency-Replayed"] == "true"
    assert not first.has_header("Idempotency-Replayed")
    assert deeds() == 1


def test_sem_28_what_a_keyed_call_makes_has_the_same_id_when_it_is_sent_again(till: Till) -> None:
    assert len({till.post("/deeds", {"amount": 5}, key="same").json()["id"] for _ in range(3)}) == 1


def test_sem_27_the_order_of_names_and_spaces_mean_nothing(till: Till) -> None:
    member = typed("mbr", new_id(AT))
    till.post("/deeds", f'{{"amount": 5, "member": "{member}"}}'.encode(), key="a")
    again = till.post("/deeds", f'{{"member":"{member}",  "amount":5}}'.encode(), key="a")
    assert again["Idempotency-Replayed"] == "true"


def test_sem_27_another_body_under_the_same_key_is_refused(till: Till) -> None:
    till.post("/deeds", {"amount": 5}, key="a")
    other = till.post("/deeds", {"amount": 6}, key="a")
    assert (other.status_code, other.json()["code"], deeds()) == (422, "idempotency-key-reused", 1)


def test_sem_27_a_key_belongs_to_who_sent_it(till: Till, world: World) -> None:
    other = Till(world.key("till"))
    assert till.post("/deeds", {"amount": 5}, key="a").json() != other.post("/deeds", {"amount": 5}, key="a").json()
    assert deeds() == 2


def test_sem_27_a_refusal_stores_nothing_so_its_key_may_be_tried_again(till: Till) -> None:
    refused = till.post("/deeds", {"amount": 1001}, key="a")
    assert (refused.status_code, refused.json()["code"], refused.json()["most"]) == (422, "too-much", 1000)
    assert (deeds(), Answer.objects.count()) == (0, 0)
    assert till.post("/deeds", {"amount": 5}, key="a").status_code == 201


def test_sem_27_our_own_mistake_stores_nothing(till: Till, caplog: pytest.LogCaptureFixture) -> None:
    failed = till.post("/deeds", {"amount": 666}, key="a")
    assert (failed.status_code, failed.json()["code"], deeds()) == (500, "internal-error", 0)
    assert "ZeroDivisionError" not in failed.content.decode()
    assert "ZeroDivisionError" in caplog.text


def test_a_dry_run_answers_the_same_and_keeps_nothing_but_that_it_was_tried(till: Till) -> None:
    member = new_id(AT)
    body = {"amount": 5, "member": typed("mbr", member)}
    tried = till.post("/deeds?dry_run=true", body, key="a")
    assert (tried.status_code, tried.json()["amount"], set(tried.json())) == (201, 5, {"id", "amount"})
    assert (deeds(), Answer.objects.count()) == (0, 0)
    assert Entry.objects.get(what="api.dry_run").subject == typed("mbr", member)
    done = till.post("/deeds", body, key="a")
    assert not done.has_header("Idempotency-Replayed")
    assert deeds() == 1


def test_a_dry_run_is_refused_as_the_deed_would_be(till: Till) -> None:
    assert till.post("/deeds?dry_run=true", {"amount": 1001}).json()["code"] == "too-much"


@pytest.mark.parametrize("query", ["dry_run=yes", "dryrun=true", "dry_run=true&dry_run=false", "dry_run="])
def test_a_misspelt_dry_run_is_not_the_deed(till: Till, query: str) -> None:
    answer = till.post(f"/deeds?{query}", {"amount": 5})
    assert (answer.status_code, answer.json()["code"], deeds()) == (422, "invalid-request", 0)


@pytest.mark.parametrize("key", [None, "x" * 256, "schl\u00fcssel"])
def test_a_write_without_a_good_key_is_refused_in_clear_words(till: Till, key: str | None) -> None:
    answer = till.post("/deeds", {"amount": 5}, key=key)
    assert (answer.status_code, answer.json()["code"], deeds()) == (400, "idempotency-key-needed", 0)
    assert "Idempotency-Key" in answer.json()["detail"]


def test_what_is_kept_is_unreadable_without_the_secret(till: Till) -> None:
    till.post("/deeds", {"amount": 777}, key="receipt-1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(sealed, 'escape') || encode(mark, 'escape') FROM api_answer")
        (kept,) = cursor.fetchone()
    assert "777" not in kept
    assert "receipt" not in kept


def test_a_changed_secret_still_opens_what_was_kept_under_the_former_one() -> None:
    with override_settings(SECRET_KEY="first"):
        sealed, mark = seal(b"answer", purpose="p", beside=b"row"), hashes("p", b"key")
    with override_settings(SECRET_KEY="second", SECRET_KEY_FALLBACKS=["first"]):
        assert unseal(sealed, purpose="p", beside=b"row") == b"answer"
        assert mark[0] in hashes("p", b"key")
        with pytest.raises(SecretLost):
            unseal(sealed, purpose="p", beside=b"another row")


def test_an_answer_about_an_erased_person_is_not_given_again(till: Till) -> None:
    member = new_id(AT)
    body = {"amount": 5, "member": typed("mbr", member)}
    till.post("/deeds", body, key="a")
    Answer.objects.filter(about=member).update(sealed=b"")
    gone = till.post("/deeds", body, key="a")
    assert (gone.status_code, gone.json()["code"], deeds()) == (410, "answer-erased", 1)


def test_a_replay_about_a_person_is_a_look_at_them(till: Till) -> None:
    member = typed("mbr", new_id(AT))
    for _ in range(2):
        till.post("/deeds", {"amount": 5, "member": member}, key="a")
    assert Entry.objects.get(what="api.replay").subject == member


def test_sem_27_answers_are_kept_at_least_ninety_days(till: Till) -> None:
    assert timedelta(days=90) <= KEPT
    till.post("/deeds", {"amount": 5}, key="a")
    now = timezone.now()
    assert prune(at=now + KEPT - timedelta(minutes=1)) == 0
    assert prune(at=now + KEPT + timedelta(minutes=1)) == 1
    assert Answer.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_sem_27_a_key_in_flight_is_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    till = Till(make_world().key("till"))
    monkeypatch.setattr(tiny, "held", True)
    tiny.entered.clear()
    tiny.leave.clear()
    answers: list[Any] = []
    slow = threading.Thread(target=_closing(lambda: answers.append(till.post("/deeds", {"amount": 5}, key="a"))))
    slow.start()
    assert tiny.entered.wait(20)
    waiting = till.post("/deeds", {"amount": 5}, key="a")
    tiny.leave.set()
    slow.join()
    assert (waiting.status_code, waiting.json()["code"], waiting["Retry-After"]) == (409, "request-in-flight", "1")
    again = till.post("/deeds", {"amount": 5}, key="a")
    assert (again.content, again["Idempotency-Replayed"], deeds()) == (answers[0].content, "true", 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False], ids=["with the lock", "without it the table refuses"])
def test_sem_27_of_many_at_once_one_is_done(guarded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    key = make_world().key("till")
    if not guarded:
        monkeypatch.setattr(idempotency.Asked, "lock", lambda self: new_id(timezone.now()).int % 2**62)
    gate = threading.Barrier(8)
    answers: list[Any] = []

    def send() -> None:
        till = Till(key)
        gate.wait()
        answers.append(till.post("/deeds", {"amount": 5}, key="same"))

    threads = [threading.Thread(target=_closing(send)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert deeds() == 1
    done = {answer.content for answer in answers if answer.status_code == 201}
    assert len(done) == 1
    assert {answer.status_code for answer in answers} <= {201, 409}


def _closing(work: Any) -> Any:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    return run


def test_parts_of_a_hash_cannot_be_shifted_into_one_another() -> None:
    cuts = [("ab", "c"), ("a", "bc"), ("abc", ""), ("", "abc")]
    for one, other in product(cuts, cuts):
        same = hashes("t", one[0].encode(), one[1].encode()) == hashes("t", other[0].encode(), other[1].encode())
        assert same == (one == other)
