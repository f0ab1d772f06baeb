"""Schemathesis asks every address in every way it can think of, with the key of every built-in role, against the live
WSGI application: nothing is answered that the document does not say, and nothing breaks.

`REGULARS_FUZZ` says how many requests of each kind an address gets from each role; the default keeps `make test` short.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import override_settings
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode

from regulars.access.rights import BUILT_IN
from regulars.access.services import refused_keys
from tests.api.world import Till, World

MANY = int(os.environ.get("REGULARS_FUZZ", "2"))
# Whether a request of the right form is also one that the rules allow, no document can say: 409 and 422 with another
# code than "invalid-request" are answers to it, and `a_rule_says_why` looks that they are just that.
BY_RULE = {"400", "401", "403", "404", "409", "410", "412", "422", "423", "428"}
Drawn = tuple[Any, bool, int]  # what is asked, whether with ids that lead somewhere, and with which
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


class Unexplained(Failure):
    """A refusal that is no problem document, or one of form where the form was right."""


@schemathesis.check
def a_rule_says_why(ctx: Any, response: Any, case: Any) -> None:
    if response.status_code < 400:
        return
    told = response.json()
    if told["status"] != response.status_code or not told["code"] or not told["request_id"]:
        raise Unexplained(operation=case.operation.label, title="Unexplained", message=str(told))


@pytest.fixture
def real(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[str]]]:
    """Ids that lead somewhere, by the name they have in an address, so that not all is answered with 404.

    From then on the application stays in the test's transaction, as Django's own test client has it. Each address is
    tried with wrong keys too, all from one network: that these have to wait, another test shows.
    """
    monkeypatch.setattr(refused_keys, "MOST", 10**6)
    found = known_ids(Till(world.key("administrator")))
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield found
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def cared_for(administrator: Till, member: str) -> dict[str, list[str]]:
    """An audience; a kind of case, cases and promises."""
    vip = {"name": "Important", "document": {"type": "tag", "any_of": ["vip"]}}
    assert administrator.send("PUT", "/audiences/vip", vip).status_code == 200
    kind = {"name": "Complaint", "queue": "support", "answer_hours": 8}
    assert administrator.send("PUT", "/case-kinds/complaint", kind).status_code == 200
    soon = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    said = {"kind": "complaint", "subject": "Soup", "said": "Cold.", "channel": "counter", "member": member}
    call = {"what": "Call.", "due_at": soon, "member": member, "queue": "support"}
    return {
        "audience": ["vip"],
        "case_kind": ["complaint"],
        "case": [administrator.done("/cases", said)["id"] for _ in range(2)],
        "follow_up": [administrator.done("/follow-ups", call)["id"] for _ in range(2)],
    }


def climbed(administrator: Till, member: str) -> dict[str, list[str]]:
    """A ladder with a benefit, a reward, and what a member has of them."""
    levels = [{"code": "blue"}, {"code": "gold", "reach": [{"points": 10_000}]}]
    for kind, code, document in (
        ("ladder", "club", {"levels": levels}),
        ("benefit", "lounge", {"ladder": "club", "levels": {"gold": 40}}),
        ("reward", "mug", {"name": "Mug", "prices": [{"unit": "points", "amount": 5}], "fulfilled_later": True}),
    ):
        administrator.done("/programme/terms", {"kind": kind, "code": code, "document": document})
    level = {"ladder": "club", "level": "gold", "way": "matched", "ends_at": "2099-01-01T00:00:00Z", "reason": "seen"}
    administrator.done(f"/members/{member}/tiers", level)
    lounge = f"/members/{member}/benefits/lounge/uses"
    asked = f"/members/{member}/redemptions"
    return {
        "run": [administrator.done("/scores/runs", {})["id"]],
        "benefit": ["lounge"],
        "given": [one["id"] for one in administrator.get(f"/members/{member}/tiers/history").json()["given"]],
        **cared_for(administrator, member),
        "use": [administrator.done(lounge, {"count": 3})["id"] for _ in range(2)],
        "redemption": [administrator.done(asked, {"reward": "mug"})["id"] for _ in range(3)],
    }


def _sold(administrator: Till, member: str) -> dict[str, list[str]]:
    """Coupons, bills and what waits of them."""
    tenth = {"benefit": {"type": "percent", "permille": 100}, "conditions": {"who": {"anyone": True}}}
    spring = {"kind": "coupon-series", "code": "spring", "document": {"name": "Spring", "offer": tenth}}
    series = administrator.done("/programme/terms", spring)
    basket = {"currency": "GBP", "lines": [{"item": "tea", "amount": 900}]}
    reservations = [administrator.done("/coupon-reservations", basket)["id"] for _ in range(2)]
    bill = {**basket, "source": "till-4", "member": member}
    bought = administrator.done("/purchases", bill | {"external_id": "whole"})["id"]
    held = administrator.done("/purchases", bill | {"external_id": "held", "hold_seconds": 86_400})["id"]
    policy = {"kind": "late-policy", "code": "default", "document": {"review_after": "300D"}}
    administrator.done("/programme/terms", policy)
    old = bill | {"effective_at": "2025-01-02T12:00:00Z"}
    late = [administrator.done("/purchases", old | {"external_id": f"late-{n}"})["id"] for n in range(2)]
    return {
        "purchase": [bought, held],
        "review": late,
        "coupon": [one["id"] for one in administrator.done("/coupon-series/spring/coupons", {"count": 2})["items"]],
        "series": [series["code"]],
        "reservation": reservations,
    }


def known_ids(administrator: Till) -> dict[str, list[str]]:
    numbers = administrator.done(
        "/card-ranges", {"programme": "p", "name": "Blue", "prefix": "6270", "serial_digits": 8}
    )["id"]
    members = [administrator.done("/members", {"facts": {"given_name": n}})["id"] for n in ("Ada", "Bo")]
    cards = administrator.done(f"/card-ranges/{numbers}/cards", {"count": 2})["items"]
    card = administrator.done(f"/members/{members[0]}/cards", {"range": numbers})
    mail = {"identifiers": [{"kind": "email", "value": "ada@example.com"}]}
    (identifier,) = administrator.done(f"/members/{members[1]}/identifiers", mail)["items"]
    administrator.done("/units", {"code": "points", "name": "Points", "approve_above": 10_000})
    for code, kind in (("GBP", "paid"), ("GBP-bonus", "bonus")):
        administrator.done("/units", {"code": code, "name": code, "kind": kind, "scale": 2, "currency": "GBP"})
    earn = {"kind": "earn", "member": members[0], "unit": "points", "amount": 5000}
    transfers = [administrator.done("/transfers", earn)["id"] for _ in range(2)]
    hold = {"member": members[0], "unit": "points", "amount": 500}
    holds = [administrator.done("/holds", hold)["id"] for _ in range(3)]
    large = {"unit": "points", "amount": 20_000, "reason": "goodwill", "note": "A long wait."}
    adjustments = [administrator.done(f"/members/{members[0]}/adjustments", large)["id"] for _ in range(2)]
    room = {"label": "Room", "kind": "choice", "choices": ["quiet", "sea"], "is_preference": True}
    assert administrator.send("PUT", "/fields/room", room).status_code == 200
    note = administrator.done(f"/members/{members[0]}/notes", {"text": "A window seat."})["items"][0]
    hook = administrator.done("/webhooks", {"address": "https://shop.example/hooks", "types": ["ledger.*"]})["id"]
    wanted = {"key": "one", "member": members[0], "channel": "app", "service": "receipt"}
    everybody = {"name": "Everybody", "document": {"type": "never-bought"}}
    assert administrator.send("PUT", "/audiences/everybody", everybody).status_code == 200
    words = {"name": "Spring", "document": {"sms": {"en": {"text": "Hello {{ member.first_name }}"}}}}
    assert administrator.send("PUT", "/templates/spring", words).status_code == 200
    told = {"audience": "everybody", "currency": "GBP", "messages": [{"channel": "app"}]}
    assert administrator.send("PUT", "/campaigns/spring", {"name": "Spring", "document": told}).status_code == 200
    return {
        "campaign": ["spring"],
        "template": ["spring"],
        "channel": ["email"],
        "message": [one["id"] for one in administrator.done("/messages", {"messages": [wanted]})["items"]],
        **_sold(administrator, members[0]),
        "webhook_id": [hook],
        "delivery": [administrator.done(f"/webhooks/{hook}/ping")["id"]],
        "household": [administrator.done("/households", {"members": members[1:]})["id"]],
        "company": [administrator.done("/companies", {"name": "Harbour Brewery"})["id"]],
        "note": [note["id"]],
        "unit": ["points"],
        "name": ["room"],
        "kind": ["note"],
        "transfer": transfers,
        "hold": holds,
        "adjustment": adjustments,
        "member": members,
        "card": [card["id"], *(one["id"] for one in cards)],
        "range_id": [numbers],
        "identifier": [identifier["id"]],
        **climbed(administrator, members[0]),
    }


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=str)
@pytest.mark.parametrize("role", sorted(BUILT_IN))
def test_every_answer_is_in_the_document(world: World, real: dict[str, list[str]], role: str, mode: Any) -> None:
    with override_settings(API_REQUESTS_PER_MINUTE=0):
        head = {"Authorization": f"Bearer {world.key(role)}"}
        for operation, drawn in _prepared(mode):
            for one in drawn[: _many(operation, role, mode)]:
                _ask(*one, head, real if mode == GenerationMode.POSITIVE else {})


def _many(operation: Any, role: str, mode: Any) -> int:
    """Where the role lacks the right, all is refused before it is read: once is enough."""
    right = operation.definition.raw["x-right"]
    if not right or right in BUILT_IN[role][1]:
        return MANY
    return 1 if mode == GenerationMode.POSITIVE else 0


@cache
def _prepared(mode: Any) -> list[tuple[Any, list[Drawn]]]:
    """Each address with what is asked of it, by every role the same. Of what takes nothing, nothing can be wrong."""
    found = [one.ok() for one in _schema().get_all_operations()]
    if mode == GenerationMode.NEGATIVE:
        found = [one for one in found if one.body or one.path_parameters or one.query]
    return [(one, _drawn(one.as_strategy(generation_mode=mode), MANY)) for one in found]


def _schema() -> Any:
    load_all_checks()
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())
    schema.config.checks.positive_data_acceptance.expected_statuses = ["2xx", *sorted(BY_RULE)]
    return schema


def _drawn(cases: Any, many: int) -> list[Drawn]:
    """Always the same: to draw them takes five times as long as to ask."""
    found: list[Drawn] = []

    @settings(
        max_examples=many,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(case=cases, known=st.booleans(), place=st.integers(0, 5))
    def draw(case: Any, known: bool, place: int) -> None:
        found.append((case, known, place))

    draw()
    return found


def _ask(case: Any, known: bool, place: int, head: dict[str, str], real: dict[str, list[str]]) -> None:
    drawn = case.path_parameters
    if drawn and known:
        case.path_parameters = {
            name: real[name][place % len(real[name])] if name in real else value for name, value in drawn.items()
        }
    try:
        case.call_and_validate(headers=head)
    finally:
        case.path_parameters = drawn


def test_the_harness_finds_what_is_wrong(world: World, real: dict[str, list[str]]) -> None:
    """With an answer that the document does not know, the same run fails."""
    broken = _schema()
    del broken.raw_schema["paths"]["/api/v1/me"]["get"]["responses"]["200"]
    (operation,) = [one.ok() for one in broken.get_all_operations() if one.ok().label == "GET /api/v1/me"]
    (drawn,) = _drawn(operation.as_strategy(), 1)
    head = {"Authorization": f"Bearer {world.key('till')}"}
    with pytest.raises(FailureGroup, match="Undocumented status code") as found:
        _ask(*drawn, head, real)
    assert [type(one).__name__ for one in found.value.exceptions] == ["UndefinedStatusCode"]
