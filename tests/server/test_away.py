"""While the database is away every address says so and asks to come again; when it is there, everything goes on."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client
from psycopg import errors as postgres
from tests.api.test_common import operations
from tests.server.test_pages import lines

from regulars.api.away import is_away

__all__ = ["lines"]
DATABASE = pytest.mark.django_db(transaction=True)
COOKIE = {"cookie": "sessionid=0123456789abcdef0123456789abcdef"}


@contextmanager
def away() -> Iterator[None]:
    """Nobody listens where the database should be."""
    known = {name: connection.settings_dict[name] for name in ("HOST", "PORT")}
    connection.close()
    connection.settings_dict.update(HOST="127.0.0.1", PORT="1")
    try:
        yield
    finally:
        connection.settings_dict.update(known)
        connection.close()


@DATABASE
def test_every_address_of_the_api_says_so_in_a_problem_document_and_goes_on_afterwards() -> None:
    client = Client(raise_request_exception=False)
    asked = [(one.methods[0], "/api/v1" + re.sub(r"{\w+}", "x", one.path)) for one in operations()]
    head = {"Authorization": "Bearer some", "Idempotency-Key": "one"}
    with away():
        for method, path in asked:
            answer = client.generic(method, path, "{}", content_type="application/json", headers=head)
            told = answer.json()
            assert (answer.status_code, told["code"], told["status"]) == (503, "database-away", 503), path
            assert answer["Content-Type"] == "application/problem+json"
            assert int(answer["Retry-After"]) == told["retry_after"] == 5
            assert told["request_id"] == answer["X-Request-Id"]
    assert len(asked) > 50
    assert client.get("/api/v1/me", headers=head).status_code == 401


@DATABASE
@pytest.mark.parametrize(
    "ask",
    [
        lambda c: c.get("/", headers=COOKIE),
        lambda c: c.post("/login", {"email": "ada@shop.example", "password": "correct horse battery"}),
        lambda c: c.get("/first/some"),
        lambda c: c.post("/set-up/keys", {"name": "Tills"}, headers=COOKIE),
        lambda c: c.post("/logout", headers=COOKIE),
    ],
    ids=["start", "login", "first", "keys", "logout"],
)
def test_every_page_says_so_in_words_and_goes_on_afterwards(ask: Callable[[Client], object], lines: object) -> None:
    client = Client(raise_request_exception=False)
    with away():
        answer = ask(client)
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")  # type: ignore[attr-defined, index]
        assert "Not available just now" in answer.text  # type: ignore[attr-defined]
        assert answer["X-Request-Id"] in answer.text  # type: ignore[attr-defined, index]
    told = lines.getvalue()  # type: ignore[attr-defined]
    assert '"event": "the database is away"' in told
    assert "a request failed" not in told
    assert ask(client).status_code < 500  # type: ignore[attr-defined]


@DATABASE
def test_it_is_not_ready_while_it_is_alive() -> None:
    with away():
        answer = Client().get("/readyz")
        assert (answer.status_code, answer.json()["database"]) == (503, "unreachable")
        assert Client().get("/healthz").status_code == 200
    assert Client().get("/readyz").json()["database"] == "ok"


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (postgres.AdminShutdown(), True),
        (postgres.CrashShutdown(), True),
        (postgres.CannotConnectNow(), True),
        (postgres.TooManyConnections(), True),
        (postgres.ConnectionFailure(), True),
        (postgres.OperationalError("the connection is lost"), True),
        (postgres.InterfaceError("the connection is closed"), True),
        (postgres.InterfaceError("the cursor is closed"), False),
        (postgres.QueryCanceled(), False),
        (postgres.DeadlockDetected(), False),
        (postgres.UniqueViolation(), False),
        (ValueError(), False),
    ],
    ids=lambda value: value if isinstance(value, bool) else f"{type(value).__name__}",
)
def test_what_means_that_it_is_away(failure: Exception, told: bool) -> None:
    assert is_away(failure) is told
