"""Bulk jobs: counts, errors per row, found again by the caller's name, resumed after a crash."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from regulars.access import gate
from regulars.access.moves import Place
from regulars.access.services.keys import create_key, revoke_key
from regulars.access.services.roles import assign, withdraw
from regulars.access.services.staff import deactivate, hire
from regulars.api import jobs
from regulars.api.models import Job, JobRow
from regulars.basics.ids import typed
from regulars.journal.models import Entry
from tests.api.test_ledger import available
from tests.api.world import AT, SETUP, Till, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(administrator: Till, till: Till) -> str:
    administrator.done("/units", {"code": "points", "name": "Points"})
    return str(till.done("/members", {})["id"])


def rows(member: str, *amounts: int) -> dict[str, Any]:
    """Earns, and spends where the amount is below nothing."""
    return {
        "rows": [
            {"kind": "earn" if a > 0 else "spend", "member": member, "unit": "points", "amount": abs(a)}
            for a in amounts
        ]
    }


def work() -> int:
    done = 0
    while some := jobs.work(at=timezone.now()):
        done += some
    return done


def test_a_job_counts_and_says_what_was_wrong_with_which_row(till: Till, ada: str) -> None:
    asked = till.send("PUT", "/transfer-jobs/night-1", rows(ada, 100, -500, 20, -30))
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert available(till, ada) == 0
    assert work() == 4
    told = till.get("/jobs/night-1").json()
    assert (told["state"], told["total"], told["done"], told["refused"]) == ("done", 4, 3, 1)
    (wrong,) = till.get("/jobs/night-1/rows", state="refused").json()["items"]
    assert (wrong["number"], wrong["code"]) == (2, "not-enough")
    assert available(till, ada) == 90
    good = till.get("/jobs/night-1/rows", state="done", limit="2").json()
    assert [one["number"] for one in good["items"]] == [1, 3]
    assert till.get(f"/transfers/{good['items'][0]['result']}").json()["amount"] == 100
    rest = till.get("/jobs/night-1/rows", state="done", limit="2", cursor=good["next"]).json()
    assert [one["number"] for one in rest["items"]] == [4]


def test_sem_29_a_lost_answer_is_found_again_by_the_callers_name(till: Till, ada: str) -> None:
    first = till.send("PUT", "/transfer-jobs/night-1", rows(ada, 100), key="a")
    again = till.send("PUT", "/transfer-jobs/night-1", rows(ada, 100), key="b")
    assert first.json() == again.json()
    work()
    assert till.send("PUT", "/transfer-jobs/night-1", rows(ada, 100)).json()["state"] == "done"
    other = till.send("PUT", "/transfer-jobs/night-1", rows(ada, 101))
    assert (other.status_code, other.json()["code"], available(till, ada)) == (409, "job-clash", 100)


def test_a_job_is_resumed_where_it_was_left(
    till: Till, administrator: Till, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
    till.send("PUT", "/transfer-jobs/night-1", rows(ada, *range(1, 8)))
    jobs.work(at=timezone.now())
    told = till.get("/jobs/night-1").json()
    assert (told["state"], told["done"]) == ("running", 2)

    def crash(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setitem(jobs.KINDS, "transfers", crash)
        administrator.send("PUT", "/member-jobs/other", {"rows": [{}]})
        assert jobs.work(at=timezone.now()) == 1  # what is wrong with one keeps no other waiting, and is told after it
        with pytest.raises(ZeroDivisionError):
            jobs.work(at=timezone.now())
    assert till.get("/jobs/night-1").json()["done"] == 2
    assert work() == 5
    assert (till.get("/jobs/night-1").json()["done"], available(till, ada)) == (7, sum(range(1, 8)))


def test_members_are_enrolled_in_a_job_and_what_was_sent_is_not_kept(administrator: Till, ada: str) -> None:
    mail = {"kind": "email", "value": "ada@example.com"}
    same = {"kind": "external", "value": "7", "source": "shop"}
    body = {"rows": [{"identifiers": [mail, same]}, {"identifiers": [same]}, {"facts": {"given_name": "Bo"}}]}
    administrator.send("PUT", "/member-jobs/old-book", body)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(encode(sealed, 'escape'), '') FROM api_job_row")
        assert "ada@example.com" not in cursor.fetchone()[0]
    work()
    items = administrator.get("/jobs/old-book/rows").json()["items"]
    assert [one["code"] for one in items] == ["", "identifier-taken", ""]
    assert administrator.look("/members/recognise", mail).json()["member"] == items[0]["result"]
    assert set(JobRow.objects.values_list("sealed", flat=True)) == {b""}


def test_a_job_is_its_keys_own(world: World, till: Till, ada: str) -> None:
    till.send("PUT", "/transfer-jobs/night-1", rows(ada, 1))
    other = Till(world.key("till"))
    assert other.get("/jobs/night-1").json()["code"] == "job-unknown"
    assert other.send("PUT", "/transfer-jobs/night-1", rows(ada, 2)).status_code == 202
    assert Till(world.key("analyst")).send("PUT", "/transfer-jobs/x", rows(ada, 1)).json()["code"] == "not-allowed"


def test_a_dry_run_makes_no_job(till: Till, ada: str) -> None:
    tried = till.send("PUT", "/transfer-jobs/night-1?dry_run=true", rows(ada, 1))
    assert (tried.status_code, Job.objects.count()) == (202, 0)


def test_an_older_job_comes_first(till: Till, ada: str) -> None:
    for name in ("one", "two"):
        till.send("PUT", f"/transfer-jobs/{name}", rows(ada, 1))
    Job.objects.filter(name="two").update(made_at=timezone.now() - timedelta(hours=1))
    jobs.work(at=timezone.now())
    assert till.get("/jobs/two").json()["state"] == "done"


def test_a_job_whose_key_was_revoked_meanwhile_ends_as_refused_with_the_reason(
    till: Till, administrator: Till, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
    till.send("PUT", "/transfer-jobs/night-1", rows(ada, 1, 2, 3, 4, 5))
    jobs.work(at=timezone.now())
    job = Job.objects.get()
    revoke_key(job.key, by=gate.HOUSE, actor=SETUP, at=timezone.now())
    assert (work(), work()) == (3, 0)
    job.refresh_from_db()
    assert (job.state, job.code, job.done, job.refused) == ("refused", "api-key-needed", 2, 3)
    assert job.ended_at is not None
    told = set(JobRow.objects.filter(number__gt=2).values_list("state", "code", "sealed"))
    assert told == {("refused", "api-key-needed", b"")}
    assert available(administrator, ada) == 3
    line = Entry.objects.get(what="api.refuse_job")
    assert (line.actor_kind, line.after) == ("system", {"job": "night-1", "code": "api-key-needed", "rows": 3})


def test_a_job_of_somebody_who_lost_the_right_or_left_is_not_done(world: World, administrator: Till, ada: str) -> None:
    bo = hire("bo@shop.example", name="Bo", by=gate.HOUSE, actor=SETUP, at=timezone.now())
    given = assign("clerk", Place(world.organisation), staff=bo, by=gate.HOUSE, actor=SETUP, at=timezone.now())
    for name in ("lost", "left"):
        made = create_key(
            name, "till", Place(world.organisation), owner=bo, by=gate.HOUSE, actor=SETUP, at=timezone.now()
        )
        assert Till(made.text).send("PUT", f"/transfer-jobs/{name}", rows(ada, 1)).status_code == 202
        if name == "lost":
            withdraw(given, by=gate.HOUSE, actor=SETUP, at=timezone.now())
            assert work() == 1
            assign("clerk", Place(world.organisation), staff=bo, by=gate.HOUSE, actor=SETUP, at=timezone.now())
    deactivate(bo, by=gate.HOUSE, actor=SETUP, at=timezone.now())
    assert work() == 1
    told = set(Job.objects.values_list("name", "state", "code"))
    assert told == {("lost", "refused", "not-allowed"), ("left", "refused", "api-key-needed")}
    assert available(administrator, ada) == 0


def test_a_row_at_a_place_that_the_key_has_lost_is_refused_alone(world: World, administrator: Till, ada: str) -> None:
    made = create_key("Both", "till", Place(world.organisation, world.merchant), by=gate.HOUSE, actor=SETUP, at=AT)
    other = assign(
        "till", Place(world.organisation, world.other), key=made.id, by=gate.HOUSE, actor=SETUP, at=timezone.now()
    )
    body = rows(ada, 1, 2)
    for row, merchant in zip(body["rows"], (world.merchant, world.other), strict=True):
        row["merchant"] = typed("mrc", merchant)
    both = Till(made.text)
    assert both.send("PUT", "/transfer-jobs/two", body).status_code == 202
    withdraw(other, by=gate.HOUSE, actor=SETUP, at=timezone.now())
    assert work() == 2
    told = both.get("/jobs/two").json()
    assert (told["state"], told["code"], told["done"], told["refused"]) == ("done", "", 1, 1)
    items = both.get("/jobs/two/rows").json()["items"]
    assert [one["code"] for one in items] == ["", "not-allowed"]
    assert available(administrator, ada) == 1


def test_what_waits_about_a_person_is_removed_with_them_and_the_rest_is_done(administrator: Till, ada: str) -> None:
    bo = str(administrator.done("/members", {"identifiers": [{"kind": "phone", "value": "+441632960001"}]})["id"])
    assert administrator.send("PUT", "/transfer-jobs/points", {"rows": rows(ada, 5)["rows"] + rows(bo, 7)["rows"]})
    same, else_ = ({"kind": "phone", "value": value} for value in ("01632 960001", "01632 960002"))
    enrolling = {"rows": [{"identifiers": [same], "region": "GB"}, {"identifiers": [else_], "region": "GB"}]}
    assert administrator.send("PUT", "/member-jobs/book", enrolling).status_code == 202
    erased = administrator.post(f"/members/{bo}/erase", {"reason": "asked"})
    assert erased.status_code == 200, erased.content
    assert JobRow.objects.filter(sealed=b"").count() == 2
    work()
    assert sorted(JobRow.objects.values_list("code", flat=True)) == ["", "", "row-erased", "row-erased"]
    assert available(administrator, ada) == 5
    assert not administrator.look("/members/recognise", same | {"region": "GB"}).json().get("member")


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_asked_for_twice_at_the_same_moment_is_one() -> None:
    key = make_world(alone=True).key("administrator")
    start = Barrier(4)

    def ask(number: int) -> tuple[int, str]:
        start.wait()
        answer = Till(key).send("PUT", "/member-jobs/night", {"rows": [{"source": f"till-{number // 2}"}]})
        connection.close()
        return answer.status_code, answer.json().get("code", "")

    with ThreadPoolExecutor(4) as doors:
        told = Counter(doors.map(ask, range(4)))
    assert told == {(202, ""): 2, (409, "job-clash"): 2}
    assert (Job.objects.count(), JobRow.objects.count()) == (1, 1)
