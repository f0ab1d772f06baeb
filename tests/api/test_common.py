"""What all addresses have in common: keys, rights, problems, cursors, rates, ids of requests."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from ninja.operation import Operation

from regulars.access.models import Key, Secret
from regulars.access.rights import Right
from regulars.access.services.refused_keys import MOST
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.errors import WrongCursor
from regulars.api.fields import Asking, Telling
from regulars.api.keys import KeyWith
from regulars.api.problems import problem_of
from regulars.api.urls import api
from regulars.basics.ids import untyped
from regulars.journal.models import Entry
from tests.api.world import Till, World
from tests.statements import counted

TINY = override_settings(ROOT_URLCONF="tests.api.tiny")
OPEN = {"read_own_key", "read_a_job", "list_rows_of_a_job"}  # of the key itself, and of its own jobs


def operations() -> list[Operation]:
    return [
        operation
        for bound in api._get_bound_routers()
        for view in bound.path_operations.values()
        for operation in view.operations
    ]


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: str(operation.operation_id))
def test_every_address_declares_the_right_it_demands(operation: Operation) -> None:
    (door,) = operation.auth_callbacks
    assert isinstance(door, KeyWith)
    if operation.operation_id in OPEN:
        assert door.right is None
    else:
        assert isinstance(door.right, Right)


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: str(operation.operation_id))
def test_every_address_says_what_it_does(operation: Operation) -> None:
    assert operation.description
    assert operation.tags


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: str(operation.operation_id))
def test_a_write_changes_nothing_without_an_idempotency_key(operation: Operation) -> None:
    told = api.get_openapi_schema()["paths"]["/api/v1" + operation.path][operation.methods[0].lower()]
    keyed = any(p["name"] == "Idempotency-Key" and p["required"] for p in told["parameters"])
    searches = ("/search", "/recognise", "/validate", "/simulations", "/audience-counts", "/template-previews")
    looks = operation.methods == ["GET"] or operation.path.endswith(searches)
    assert keyed != looks


@pytest.mark.django_db
def test_a_key_knows_itself(world: World) -> None:
    till = Till(world.key("till", merchant=world.merchant))
    till.get("/me")
    with counted() as asked:  # the key with its grants; the bucket of its requests
        answer = till.get("/me")
    assert len(asked) == 2
    told = answer.json()
    assert told["name"] == "The till"
    (grant,) = told["grants"]
    assert untyped("mrc", grant["merchant"]) == world.merchant
    assert "members.erase" not in grant["rights"]
    assert told["at"].endswith("Z")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "head",
    [
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer rgk_000000000000_" + "x" * 43},
        {"Authorization": "Bearer \u00e9"},
    ],
)
def test_without_a_valid_key_all_are_told_the_same(world: World, head: dict[str, str]) -> None:
    answer = Client().get("/api/v1/me", headers=head)
    told = answer.json()
    assert (answer.status_code, told["code"], answer["WWW-Authenticate"]) == (401, "api-key-needed", "Bearer")
    assert answer["Content-Type"] == "application/problem+json"
    assert told["request_id"] == answer["X-Request-Id"]


@pytest.mark.django_db
def test_wrong_keys_are_told_to_wait_after_a_burst_and_a_valid_one_from_there_never(world: World, till: Till) -> None:
    wrong = Till("rgk_000000000000_" + "x" * 43)
    told = [wrong.get("/me") for _ in range(MOST + 1)]
    assert [answer.status_code for answer in told] == [401] * MOST + [429]
    assert told[-1].json()["code"] == "too-many-wrong-keys"
    assert 1 <= int(told[-1]["Retry-After"]) == told[-1].json()["retry_after"] <= 60
    assert till.get("/me").status_code == 200
    assert Client().get("/api/v1/me").status_code == 401  # who shows none has not guessed
    assert Entry.objects.filter(what="access.refuse_key").first().after["prefix"] == "000000000000"  # type: ignore[union-attr]


@pytest.mark.django_db
@pytest.mark.parametrize("ended", ["expired", "revoked"])
def test_a_key_that_has_ended_opens_nothing(world: World, till: Till, ended: str) -> None:
    before = timezone.now() - timedelta(seconds=1)
    if ended == "expired":
        Secret.objects.update(expires_at=before)
    else:
        Key.objects.update(revoked_at=before)
    assert till.get("/me").status_code == 401


@pytest.mark.django_db
def test_a_key_without_the_right_is_refused_before_its_request_is_read(world: World) -> None:
    with TINY:
        answer = Till(world.key("analyst")).post("/deeds", b"{", key="a")
    assert (answer.status_code, answer.json()["code"], answer.json()["right"]) == (403, "not-allowed", "ledger.post")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("case", "body", "status", "code", "pointer"),
    [
        ("no JSON", b"{", 400, "malformed-request", None),
        ("no UTF-8", b'{"amount": "\xff"}', 400, "malformed-request", None),
        ("nothing", b"", 422, "invalid-request", ""),
        ("not a number", {"amount": "5"}, 422, "invalid-request", "/amount"),
        ("true is no number", {"amount": True}, 422, "invalid-request", "/amount"),
        ("a field too many", {"amount": 5, "amuont": 5}, 422, "invalid-request", "/amuont"),
        ("a wrong id", {"amount": 5, "member": "crd_1"}, 422, "invalid-request", "/member"),
        ("a list", [], 422, "invalid-request", ""),
    ],
    ids=lambda case: case if isinstance(case, str) and " " in case else "",
)
def test_a_wrong_form_is_pointed_at(
    till: Till, case: str, body: Any, status: int, code: str, pointer: str | None
) -> None:
    with TINY:
        answer = till.post("/deeds", body)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), told
    assert answer["Content-Type"] == "application/problem+json"
    assert pointer is None or [error["pointer"] for error in told["errors"]] == [pointer]


@pytest.mark.django_db
def test_what_is_not_served_is_told_in_the_same_form(till: Till) -> None:
    nowhere, unserved = till.get("/nowhere"), till.send("DELETE", "/me")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "no-such-address")
    assert (unserved.status_code, unserved.json()["code"], unserved["Allow"]) == (405, "method-not-served", "GET")
    assert nowhere.json()["request_id"].startswith("req_")


@pytest.mark.django_db
def test_a_body_too_large_is_refused(till: Till) -> None:
    with TINY:
        answer = till.post("/deeds", b'{"amount": 5, "pad": "' + b"x" * 3_000_000 + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "request-too-large")


@pytest.mark.django_db
def test_a_key_that_asks_too_much_is_told_when_to_go_on(world: World) -> None:
    one, other = Till(world.key("till")), Till(world.key("till"))
    with override_settings(API_REQUESTS_PER_MINUTE=3):
        statuses = [one.get("/me").status_code for _ in range(5)]
        refused = one.get("/me")
        assert statuses == [200, 200, 200, 429, 429]
        assert (refused.json()["code"], refused["Retry-After"]) == ("too-many-requests", "20")
        assert (refused["RateLimit-Policy"], refused["RateLimit"]) == ('"key";q=3;w=60', '"key";r=0;t=60')
        assert other.get("/me").status_code == 200


@pytest.mark.django_db
def test_every_answer_to_a_key_says_how_much_it_may_still_ask(world: World) -> None:
    till = Till(world.key("analyst"))
    with override_settings(API_REQUESTS_PER_MINUTE=60):
        told = [till.get("/me"), till.get("/nobody"), till.post("/members", {}), till.get("/units/none/roll-forward")]
    left = [answer.headers.get("RateLimit") for answer in told]
    assert [answer.status_code for answer in told] == [200, 404, 403, 403]
    assert left == ['"key";r=59;t=1', None, '"key";r=58;t=2', '"key";r=57;t=3']  # of no address no key is asked
    assert {answer.headers.get("RateLimit-Policy") for answer in told} == {'"key";q=60;w=60', None}
    with override_settings(API_REQUESTS_PER_MINUTE=0):
        assert "RateLimit" not in till.get("/me").headers


@pytest.mark.django_db
def test_a_bucket_refills_as_time_passes() -> None:
    from uuid import uuid4

    from regulars.api.errors import TooManyRequests
    from regulars.api.limits import spend_request

    key, now = uuid4(), timezone.now()
    with override_settings(API_REQUESTS_PER_MINUTE=2):
        for _ in range(2):
            spend_request(key, at=now)
        with pytest.raises(TooManyRequests):
            spend_request(key, at=now)
        spend_request(key, at=now + timedelta(seconds=31))
        with pytest.raises(TooManyRequests):
            spend_request(key, at=now + timedelta(seconds=32))
        spend_request(key, at=now + timedelta(hours=1))
        spend_request(key, at=now + timedelta(hours=1))
        with pytest.raises(TooManyRequests):  # an hour fills the bucket once, not thirty times
            spend_request(key, at=now + timedelta(hours=1))


def test_a_cursor_is_opaque_signed_and_of_one_list() -> None:
    cursor = write_cursor("transfers", ["2026-05-04", 7])
    assert read_cursor("transfers", cursor) == ["2026-05-04", 7]
    assert read_cursor("transfers", None) is None
    for wrong in (cursor[:-1], "x" + cursor, "nonsense", "a:b", ""):
        with pytest.raises(WrongCursor):
            read_cursor("transfers", wrong)
    with pytest.raises(WrongCursor):
        read_cursor("holds", cursor)


def test_the_document_tells_every_answer_and_refusal() -> None:
    document = json.loads(Client().get("/api/v1/openapi.json").content)
    for methods in document["paths"].values():
        for operation in methods.values():
            assert {"401", "403", "404", "422", "429", "500", "503"} <= operation["responses"].keys()
            assert "application/problem+json" in operation["responses"]["422"]["content"]
            assert operation["security"]
    wanting = [
        (path, method)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if (body := operation.get("requestBody"))
        and not _example(document, body["content"]["application/json"]["schema"])
    ]
    assert wanting == []


def _example(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    return document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]].get("examples")


def test_no_two_shapes_share_a_name_since_the_document_would_show_one_for_both() -> None:
    def below(kind: type) -> list[type]:
        children: list[type] = kind.__subclasses__()
        return [one for child in children for one in (child, *below(child))]

    names = Counter(one.__name__ for one in {*below(Asking), *below(Telling)} if "routes" in one.__module__)
    assert [name for name, count in names.items() if count > 1] == []
    assert len(names) > 50


def test_the_reference_is_one_page_without_scripts_and_without_anything_from_elsewhere() -> None:
    answer = Client().get("/api/v1/reference")
    page = answer.content.decode()
    assert "<script" not in page
    assert "http://" not in page.replace("http://localhost", "")
    assert "https://" not in page.replace("https://shop.example/", "")  # an example of a body
    assert "style=" not in page
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    for operation in operations():
        assert f'id="{operation.operation_id}"' in page
    assert 'id="idempotency-key-reused"' in page


def test_our_own_mistakes_tell_nothing_of_themselves(rf: Any, caplog: pytest.LogCaptureFixture) -> None:
    answer = problem_of(rf.get("/api/v1/me"), RuntimeError("password=hunter2"))
    assert answer.status_code == 500
    assert b"hunter2" not in answer.content
    assert "hunter2" in caplog.text
