"""Bulk jobs: counts, errors per row, found again by the caller's name, resumed after a crash."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from regulars.api import jobs
from regulars.api.models import Job, JobRow
from tests.api.test_ledger import available
from tests.api.world import Till, World

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


def test_a_job_is_resumed_where_it_was_left(till: Till, ada: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
    till.send("PUT", "/transfer-jobs/night-1", rows(ada, *range(1, 8)))
    jobs.work(at=timezone.now())
    told = till.get("/jobs/night-1").json()
    assert (told["state"], told["done"]) == ("running", 2)

    def crash(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setitem(jobs.KINDS, "transfers", crash)
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
