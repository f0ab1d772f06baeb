"""Who may make webhooks, where, and what they then hear of; and the same events by a cursor."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook

from regulars.access import gate
from regulars.access.moves import NewStore
from regulars.access.services.places import open_stores
from regulars.access.services.roles import write_role
from regulars.api.models import Delivery
from regulars.basics.ids import new_id, typed, untyped
from regulars.journal.models import Entry
from regulars.journal.moves import Actor, Line
from regulars.journal.sending import seal_due
from regulars.ledger.services.holds import lapse_due
from regulars.members.models import Member
from regulars.webhooks.kinds import words
from regulars.webhooks.matching import match_due
from regulars.webhooks.origins import _OF_KIND, _OF_OWNER, organisations
from tests.api.hooks import hook, join, log, work
from tests.api.receiver import Receiver
from tests.api.world import AT, SETUP, Till, World, make_world

pytestmark = pytest.mark.django_db


def test_another_organisation_sees_and_hears_nothing(world: World, administrator: Till, receiver: Receiver) -> None:
    foreign = Till(world.key("administrator", foreign=True))
    theirs = hook(foreign, receiver, ["members.*", "api.*", "ledger.*"], description="foreign")
    made = hook(administrator, receiver, ["members.enrol"])
    join(administrator)
    work()
    (message,) = receiver.kept
    Webhook(made["secret"]).verify(message.body, message.head)
    delivery = log(administrator, made)[0]["id"]
    assert foreign.get("/events", since="2026-01-01T00:00:00Z", types="members.*").json()["items"] == []
    assert [one["id"] for one in foreign.get("/webhooks").json()["items"]] == [theirs["id"]]
    at = f"/webhooks/{made['id']}"
    for answer in (
        foreign.get(at),
        foreign.get(f"{at}/deliveries"),
        foreign.get(f"{at}/deliveries/{delivery}"),
        foreign.send("PATCH", at, {"on": False}),
        foreign.send("DELETE", at),
        foreign.post(f"{at}/rotate", {}),
        foreign.post(f"{at}/ping"),
        foreign.post(f"{at}/resend", {"since": "2026-01-01T00:00:00Z"}),
        foreign.post(f"{at}/deliveries/{delivery}/resend"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "webhook-unknown")
    wrong = foreign.get(f"/webhooks/{theirs['id']}/deliveries/{delivery}")
    assert (wrong.status_code, wrong.json()["code"]) == (404, "delivery-unknown")


def test_lines_without_a_place_find_their_organisation(world: World, administrator: Till, receiver: Receiver) -> None:
    foreign = Till(world.key("administrator", foreign=True))
    hook(administrator, receiver, ["*"])
    for till in (administrator, foreign):
        numbers = till.done(
            "/card-ranges", {"programme": "p", "name": "Blue", "prefix": f"62{till is foreign:d}0", "serial_digits": 8}
        )
        member = join(till)
        card = till.done(f"/members/{member}/cards", {"range": numbers["id"]})
        till.done(f"/cards/{card['id']}/block", {"why": "lost"})
        till.done("/households", {"members": [member]})
        till.done("/companies", {"name": "Harbour Brewery"})
    seal_due(at=timezone.now())
    match_due(at=timezone.now())
    told = list(Delivery.objects.values_list("number", flat=True))
    lines = Entry.objects.filter(number__in=told)
    assert {line.actor_id for line in lines} == {Entry.objects.get(what="webhooks.create").actor_id}
    assert len(lines) >= 7


@pytest.mark.parametrize("kind", [*_OF_KIND, *_OF_OWNER])
def test_what_jobs_do_to_a_thing_is_told_to_its_organisation(world: World, kind: str) -> None:
    """Without a place and without a key: by the thing alone."""
    number, member, home = new_id(AT), new_id(AT), world.organisation
    for model in {_OF_KIND.get(kind) or _OF_OWNER[kind], Member}:
        only(model._meta.db_table, number if model is not Member or kind == "mbr" else member, home, member)
    subjects = (typed(kind, number), typed(kind, new_id(AT)), "points")
    lines = [Line(1, AT, "system", "a.job", "", "", "", "x.y", one, "", "", {}, {}, "", 1) for one in subjects]
    assert organisations(lines) == [home, None, None]


def only(table: str, number: UUID, organisation: UUID, owner: UUID) -> None:
    """For this transaction a table of this name with one row, which says nothing but whose it is."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {table} (id uuid, organisation uuid, owner uuid) ON COMMIT DROP")
        cursor.execute(f"INSERT INTO {table} VALUES (%s, %s, %s)", [number, organisation, owner])


def test_one_of_a_merchant_or_store_hears_of_it_alone(world: World, administrator: Till, receiver: Receiver) -> None:
    (hill,) = open_stores(world.merchant, [NewStore("Hill", "002")], by=gate.HOUSE, actor=SETUP, at=timezone.now())
    merchant, store = typed("mrc", world.merchant), typed("str", world.store)
    administrator.done("/units", {"code": "points", "name": "Points"})
    member = join(administrator)
    hook(administrator, receiver, ["ledger.*"], merchant=merchant, description="merchant")
    hook(administrator, receiver, ["ledger.*"], store=store, description="store")
    earn = {"kind": "earn", "member": member, "unit": "points", "amount": 5}
    for place in ({}, {"merchant": typed("mrc", world.other)}, {"store": store}, {"store": typed("str", hill)}):
        administrator.done("/transfers", {**earn, **place})
    work()
    heard = [
        (one.endpoint.description, json.loads(message.body)["data"]["store"])
        for message in receiver.kept
        for one in Delivery.objects.filter(event=untyped("evt", message.head["webhook-id"])).select_related("endpoint")
    ]
    assert sorted(set(heard)) == sorted({("merchant", store), ("store", store), ("merchant", typed("str", hill))})


def test_a_key_of_a_merchant_manages_that_merchants_alone(
    world: World, administrator: Till, receiver: Receiver
) -> None:
    own = Till(world.key("administrator", merchant=world.merchant))
    whole = hook(administrator, receiver, ["*"])
    made = hook(own, receiver, ["ledger.*"])
    assert untyped("mrc", made["merchant"]) == world.merchant
    assert [one["id"] for one in own.get("/webhooks").json()["items"]] == [made["id"]]
    assert own.get(f"/webhooks/{whole['id']}").status_code == 404
    asked = {"address": receiver.address, "types": ["ledger.*"], "merchant": typed("mrc", world.other)}
    assert own.post("/webhooks", asked).status_code == 403
    assert [one["id"] for one in administrator.get("/webhooks").json()["items"]] == [whole["id"], made["id"]]


def test_a_key_of_a_merchant_fetches_that_merchants_events_alone(world: World, administrator: Till) -> None:
    administrator.done("/units", {"code": "points", "name": "Points"})
    member = join(administrator)
    earn = {"kind": "earn", "member": member, "unit": "points", "amount": 5}
    for merchant in (world.merchant, world.other):
        administrator.done("/transfers", {**earn, "merchant": typed("mrc", merchant)})
    seal_due(at=timezone.now())
    own = Till(world.key("administrator", merchant=world.merchant))
    for types in ("*", "ledger.*,members.*"):
        told = own.get("/events", types=types, since="2026-01-01T00:00:00Z").json()["items"]
        assert {one["data"]["merchant"] for one in told} == {typed("mrc", world.merchant)}
        assert "ledger.post" in {one["type"] for one in told}


def test_nobody_hears_of_what_they_may_not_look_at(world: World, receiver: Receiver) -> None:
    rights = ["webhooks.manage", "ledger.read"]
    write_role(world.organisation, "hooks", name="Hooks", rights=rights, by=gate.HOUSE, actor=SETUP, at=timezone.now())
    till = Till(world.key("hooks"))
    hook(till, receiver, ["ledger.*"])
    for types in (["members.*"], ["*"], ["ledger.read"], ["access.log_in"]):
        answer = till.post("/webhooks", {"address": receiver.address, "types": types})
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert till.get("/events", types="members.*").status_code == 403
    assert Till(world.key("till")).get("/webhooks").status_code == 403


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"address": "https://shop.example/", "types": ["ledger.pots"]}, "unknown-event-type"),
        ({"address": "https://shop.example/", "types": ["shop.*"]}, "unknown-event-type"),
        ({"address": "https://shop.example/", "types": []}, "invalid-request"),
        ({"address": "http://shop.example/", "types": ["*"]}, "wrong-address"),
        ({"address": "https://ada:secret@shop.example/", "types": ["*"]}, "wrong-address"),
        ({"address": "https://shop.example/#here", "types": ["*"]}, "wrong-address"),
        ({"address": "https://10.1.2.3/", "types": ["*"]}, "wrong-address"),
        ({"address": "https://2130706433/", "types": ["*"]}, "wrong-address"),
        ({"address": "https://[::ffff:127.0.0.1]/", "types": ["*"]}, "wrong-address"),
    ],
)
def test_what_cannot_be_is_refused(administrator: Till, body: dict[str, Any], code: str) -> None:
    answer = administrator.post("/webhooks", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_events_can_be_fetched_by_a_cursor_that_never_ends(administrator: Till) -> None:
    begun = administrator.get("/events", types="members.enrol,ledger.*").json()
    assert (begun["items"], begun["more"]) == ([], False)
    members = [join(administrator, name) for name in ("Ada", "Bo", "Cy")]
    seal_due(at=timezone.now())
    first = administrator.get("/events", types="members.enrol,ledger.*", cursor=begun["next"], limit=2).json()
    rest = administrator.get("/events", types="members.enrol,ledger.*", cursor=first["next"], limit=2).json()
    assert (first["more"], rest["more"]) == (True, False)
    assert [one["data"]["subject"] for one in first["items"] + rest["items"]] == members
    end = administrator.get("/events", types="members.enrol,ledger.*", cursor=rest["next"]).json()
    assert end["items"] == []
    other = administrator.get("/events", types="*", cursor=rest["next"])
    assert other.json()["code"] == "wrong-cursor"
    since = administrator.get("/events", types="members.*", since="2026-01-01T00:00:00Z").json()["items"]
    assert [one["data"]["subject"] for one in since] == members


def test_with_one_organisation_everything_is_its_own(db: None, receiver: Receiver) -> None:
    till = Till(make_world(alone=True).key("administrator"))
    till.done("/units", {"code": "points", "name": "Points"})
    hook(till, receiver, ["ledger.*"])
    member = join(till)
    hold = {"member": member, "unit": "points", "amount": 5, "lapses_in_seconds": 1}
    till.done("/transfers", {"kind": "earn", "member": member, "unit": "points", "amount": 5})
    till.done("/holds", hold)
    at = timezone.now() + timedelta(seconds=2)
    assert lapse_due(actor=Actor.job("ledger.lapse"), at=at) == 1
    work(at)
    assert "ledger.lapse" in receiver.types()


def test_every_type_is_listed_with_the_right_it_needs(administrator: Till) -> None:
    items = administrator.get("/event-types").json()["items"]
    assert [one["type"] for one in items] == words()
    rights = {one["type"]: one["right"] for one in items}
    assert (rights["ledger.post"], rights["members.read"]) == ("ledger.read", "journal.read")
