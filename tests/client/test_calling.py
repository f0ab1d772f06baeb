"""What the client does when something goes wrong on the way, against a server that follows a script."""

import subprocess
import sys
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.client.scripted import HANG_UP, Script, answering

from regulars.client import Refused, Regulars, Unreachable, answered

DONE: Any = (201, {}, {"id": "txn_1"})


def problem(status: int, code: str, head: dict[str, str] | None = None, **facts: object) -> Any:
    told = {"type": f"/errors/{code}", "title": "No.", "status": status, "code": code, "detail": "Not so."}
    return (
        status,
        {"Content-Type": "application/problem+json", **(head or {})},
        {**told, "request_id": "req_1", **facts},
    )


def client(script: Script, **more: Any) -> Regulars:
    return Regulars(script.address + "/", "rgk_secret", sleep=script.slept.append, **more)


def earn(shop: Regulars, **more: Any) -> Any:
    return shop.post_a_transfer({"kind": "earn", "member": "mbr_1", "unit": "points", "amount": 5}, **more)


def test_a_write_has_a_key_of_its_own() -> None:
    with answering(DONE, DONE) as script:
        shop = client(script)
        assert earn(shop)["id"] == "txn_1"
        earn(shop)
    one, two = script.keys()
    assert one
    assert two
    assert one != two
    assert script.asked[0].head["Authorization"] == "Bearer rgk_secret"
    assert (script.asked[0].method, script.asked[0].path) == ("POST", "/api/v1/transfers")
    assert script.asked[0].body == {"kind": "earn", "member": "mbr_1", "unit": "points", "amount": 5}


@pytest.mark.parametrize(
    "failure",
    [
        HANG_UP,
        problem(409, "request-in-flight", {"Retry-After": "1"}),
        problem(429, "too-many-requests", {"Retry-After": "2"}),
        problem(503, "database-away", {"Retry-After": "5"}),
        problem(503, "try-again", {"Retry-After": "1"}),
        (502, {}, b"<html>Bad Gateway</html>"),
    ],
)
def test_what_may_pass_is_tried_again_under_the_same_key(failure: Any) -> None:
    with answering(failure, failure, DONE) as script:
        assert earn(client(script))["id"] == "txn_1"
    assert len(set(script.keys())) == 1
    assert len(script.asked) == 3
    asked = 0.0 if failure is None else float(failure[1].get("Retry-After", 1))
    assert all(asked <= wait <= max(asked, 0.5) for wait in script.slept)


@pytest.mark.parametrize(
    "refusal",
    [
        problem(409, "not-enough", required=5, available=3),
        problem(422, "invalid-request", errors=[]),
        problem(403, "not-allowed"),
        problem(500, "internal-error"),
        problem(429, "too-many-requests", {"Retry-After": "3600"}),
    ],
)
def test_what_does_not_pass_is_raised_at_once(refusal: Any) -> None:
    with answering(refusal) as script, pytest.raises(Refused) as refused:
        earn(client(script))
    assert (refused.value.status, refused.value.code) == (refusal[0], refusal[2]["code"])
    assert (refused.value.detail, refused.value.request_id) == ("Not so.", "req_1")
    assert refused.value.idempotency_key == script.keys()[0]
    assert script.slept == []


def test_a_refusal_tells_its_facts() -> None:
    with answering(problem(409, "not-enough", required=5, available=3)) as script, pytest.raises(Refused) as refused:
        earn(client(script))
    assert refused.value.facts == {"required": 5, "available": 3}
    assert str(refused.value) == "409 not-enough: Not so."


def test_an_answer_that_never_comes_names_the_key_to_try_again_with() -> None:
    with answering(HANG_UP, HANG_UP, HANG_UP, DONE) as script:
        shop = client(script, tries=3)
        with pytest.raises(Unreachable) as lost:
            earn(shop)
        earn(shop, idempotency_key=lost.value.idempotency_key)
    assert len(set(script.keys())) == 1


def test_tries_that_are_used_up_give_the_last_refusal() -> None:
    busy = problem(503, "database-away", {"Retry-After": "1"})
    with answering(busy, busy) as script, pytest.raises(Refused) as refused:
        earn(client(script, tries=2))
    assert refused.value.code == "database-away"
    assert len(script.slept) == 1


def test_a_list_is_asked_for_page_by_page_as_it_is_read() -> None:
    pages: list[Any] = [
        (200, {}, {"items": [{"id": "1"}, {"id": "2"}], "next": "c1"}),
        (200, {}, {"items": [], "next": "c2"}),
        (200, {}, {"items": [{"id": "3"}], "next": None}),
    ]
    with answering(*pages) as script:
        found = client(script).list_transfers("mbr_1", limit=2)
        assert script.asked == []
        assert [one["id"] for one in found] == ["1", "2", "3"]
    assert [one.path.partition("?")[2] for one in script.asked] == ["limit=2", "limit=2&cursor=c1", "limit=2&cursor=c2"]
    assert script.keys() == [None] * 3


def test_a_dry_run_and_a_version_are_said() -> None:
    with answering((200, {"ETag": '"7"', "Idempotency-Replayed": "true"}, {"id": "mbr_1"})) as script:
        told = client(script).change_a_member("mbr_1", {"facts": {"town": "Leeds"}}, if_match='"6"', dry_run=True)
    (asked,) = script.asked
    assert (asked.path, asked.head["If-Match"]) == ("/api/v1/members/mbr_1?dry_run=true", '"6"')
    assert (answered(told).headers["etag"], answered(told).replayed) == ('"7"', True)


def test_what_stands_in_an_address_is_written_safely() -> None:
    with answering((200, {}, {})) as script:
        client(script).read_a_job("night/../1?x")
    assert script.asked[0].path == "/api/v1/jobs/night%2F..%2F1%3Fx"


def test_moments_and_days_may_be_given_as_such() -> None:
    with answering((200, {}, {"items": []}), DONE) as script:
        shop = client(script)
        shop.ask("GET", "/x", query={"as_of": datetime(2026, 5, 4, tzinfo=UTC), "day": date(2026, 5, 4), "none": None})
        shop.ask("POST", "/x", {"at": datetime(2026, 5, 4, tzinfo=UTC)}, idempotency_key="a")
        with pytest.raises(ValueError, match="zone"):
            shop.ask("POST", "/x", {"at": datetime(2026, 5, 4)}, idempotency_key="b")  # noqa: DTZ001
    assert script.asked[0].path == "/api/v1/x?as_of=2026-05-04T00%3A00%3A00%2B00%3A00&day=2026-05-04"
    assert script.asked[1].body == {"at": "2026-05-04T00:00:00+00:00"}


def test_a_redirect_takes_the_key_nowhere() -> None:
    with answering((302, {"Location": "/elsewhere"}, {})) as script, pytest.raises(Refused):
        client(script).read_own_key()
    assert len(script.asked) == 1


def test_the_key_is_not_shown() -> None:
    assert "rgk_secret" not in repr(Regulars("https://crm.shop.example", "rgk_secret"))


def test_the_client_needs_nothing_of_the_rest() -> None:
    asked = "import regulars.client, sys; sys.stdout.write(' '.join(sys.modules))"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert {name for name in told if name.startswith("regulars.")} <= {
        name for name in told if name.startswith("regulars.client")
    }
    assert {name.split(".")[0] for name in told} & {
        "django",
        "ninja",
        "pydantic",
        "psycopg",
        "duckdb",
        "numpy",
    } == set()
