"""Cases and follow-ups through the API."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from regulars.access import gate
from regulars.access.alerts.watching import watch
from regulars.access.models import Alert, Letter
from regulars.access.moves import Place
from regulars.access.services.keys import create_key
from regulars.access.services.roles import assign
from regulars.access.services.staff import hire
from regulars.basics.ids import new_id, typed, untyped
from regulars.care.models import CareChange, CareText, Case
from regulars.care.sending import tell_late
from regulars.journal.models import Entry
from regulars.journal.moves import Actor
from regulars.journal.sending import seal_due
from regulars.members.services import rotation
from regulars.programme.models import Goodwill
from tests.api.pages import run_page
from tests.api.shop import Shop, line, now, open_shop, promise
from tests.api.world import AT, SETUP, Till, World
from tests.statements import counted

pytestmark = pytest.mark.django_db
JOB = Actor.job("care.late")
COMPLAINT = {"name": "Complaint", "queue": "support", "answer_hours": 8, "priority": 2}
SOUP = {"kind": "complaint", "subject": "Cold soup", "said": "It came cold twice.", "channel": "counter"}


@dataclass
class Desk:
    """A member of staff with a key of their own."""

    staff: UUID
    till: Till

    @property
    def id(self) -> str:
        return typed("stf", self.staff)


def desk(world: World, name: str, role: str, merchant: UUID | None = None, store: UUID | None = None) -> Desk:
    place = Place(world.organisation, merchant, store)
    staff = hire(f"{name}@example.com", name=name, by=gate.HOUSE, actor=SETUP, at=AT)
    assign(role, place, staff=staff, by=gate.HOUSE, actor=SETUP, at=AT)
    return Desk(staff, Till(create_key(name, role, place, owner=staff, by=gate.HOUSE, actor=SETUP, at=AT).text))


@pytest.fixture
def support(world: World, administrator: Till) -> Till:
    kind = administrator.send("PUT", "/case-kinds/complaint", COMPLAINT)
    assert kind.status_code == 200, kind.content
    return Till(world.key("support"))


@pytest.fixture
def ada(till: Till) -> str:
    return str(till.done("/members", {"facts": {"given_name": "Ada"}})["id"])


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_case_goes_from_open_to_done_and_back(support: Till, ada: str) -> None:
    made = support.done("/cases", SOUP | {"member": ada})
    assert (made["state"], made["queue"], made["owner"], made["priority"]) == ("open", "support", None, 2)
    path = f"/cases/{made['id']}"
    asked = support.done(f"{path}/texts", {"part": "answer", "text": "Which table was it?", "waits": True})
    assert (asked["state"], asked["answered_at"] is not None) == ("waiting", True)
    heard = support.done(f"{path}/texts", {"part": "said", "text": "By the window."})
    assert (heard["state"], heard["due_at"] >= asked["due_at"]) == ("open", True)
    done = support.done(f"{path}/close", {"outcome": "apologised", "note": "A call."})
    assert (done["state"], done["outcome"]) == ("done", "apologised")
    assert refused(support.post(f"{path}/texts", {"part": "said", "text": "More."})) == (409, "case-done")
    again = support.done(f"{path}/reopen", {"said": "It happened again."})
    assert (again["state"], again["outcome"], again["reopened"]) == ("open", "", 1)
    assert refused(support.post(f"{path}/reopen", {"said": "Once more."})) == (409, "case-open")
    told = support.get(path).json()
    assert [one["part"] for one in told["texts"]] == ["said", "answer", "said", "note", "said"]
    assert [one["what"] for one in told["history"]] == ["opened", "answered", "heard", "done", "reopened"]
    assert Entry.objects.filter(what="cases.read", subject=made["id"]).count() == 1


def test_s41_texts_that_come_in_stand_in_the_inbox_where_that_kind_is_kept(
    administrator: Till, support: Till, till: Till
) -> None:
    phone = {"kind": "phone", "value": "+44 7400 123456"}
    ada = till.done("/members", {"facts": {"given_name": "Ada"}, "identifiers": [phone]})["id"]

    def texted(number: int, text: str) -> None:
        told = {"external_id": f"gw-{number}", "channel": "sms", "sender": "+447400123456", "text": text}
        for _ in range(2):  # a gateway may tell it twice
            administrator.done("/messages/replies", told)

    texted(1, "Are you open on Sunday?")
    assert support.get(f"/members/{ada}/cases").json()["items"] == []
    kind = {"name": "Text message", "queue": "support", "answer_hours": 4}
    assert administrator.send("PUT", "/case-kinds/text-message", kind).status_code == 200
    texted(2, "Do you have it in red?")
    texted(3, "Or in blue?")
    texted(4, "STOP")
    (one,) = support.get(f"/members/{ada}/cases").json()["items"]
    assert (one["kind"], one["channel"], one["queue"], one["subject"]) == (
        "text-message", "sms", "support", "Do you have it in red?")  # fmt: skip
    assert [each["text"] for each in support.get(f"/cases/{one['id']}").json()["texts"]] == [
        "Do you have it in red?", "Or in blue?"]  # fmt: skip


def test_what_was_written_is_sealed_and_the_history_is_only_added_to(support: Till, ada: str) -> None:
    support.done("/cases", SOUP | {"member": ada})
    assert not any(b"soup" in bytes(row.sealed).lower() for row in CareText.objects.all())
    assert "soup" not in str(list(Entry.objects.values_list("after", "reason"))).lower()
    for change in ("UPDATE care_change SET what = 'x'", "DELETE FROM care_change"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_time_to_answer_is_counted_in_working_hours_of_the_organisation(administrator: Till, support: Till) -> None:
    assert administrator.get("/working-hours").json()["days"]["monday"] == [["09:00", "17:00"]]
    now_ = datetime.now(UTC)
    nights = {day: [["00:00", "00:00"]] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
    both = {"days": nights | {"saturday": [["00:00", "00:00"]], "sunday": [["00:00", "00:00"]]}}
    assert administrator.send("PUT", "/working-hours", both).status_code == 200
    made = support.done("/cases", SOUP)
    assert abs(datetime.fromisoformat(made["due_at"]) - now_ - timedelta(hours=8)) < timedelta(minutes=1)
    wrong = {"days": {"monday": [["09:00", "12:00"], ["11:00", "13:00"]]}}
    assert refused(administrator.send("PUT", "/working-hours", wrong)) == (422, "wrong-working-hours")
    assert refused(administrator.send("PUT", "/working-hours", {"days": {}})) == (422, "wrong-working-hours")
    plain = COMPLAINT | {"in_working_hours": False, "answer_hours": 100}
    assert administrator.send("PUT", "/case-kinds/complaint", plain).json()["answer_hours"] == 100
    later = support.done("/cases", SOUP)
    assert datetime.fromisoformat(later["due_at"]) - now_ > timedelta(hours=99)
    assert support.get(f"/cases/{made['id']}").json()["due_at"] == made["due_at"]
    administrator.done("/case-kinds/complaint/retire")
    assert refused(support.post("/cases", SOUP)) == (422, "case-kind-unknown")
    assert administrator.get("/case-kinds").json()["items"] == []
    assert administrator.get("/case-kinds", retired="true").json()["items"][0]["retired_at"]


def test_the_queue_is_by_due_time_in_pages_and_of_ones_own_places(world: World, support: Till) -> None:
    quay = desk(world, "cy", "clerk", world.merchant, world.store)
    bakery = desk(world, "eve", "clerk", world.other)
    merchant = typed("mrc", world.merchant)
    here = {"merchant": merchant, "store": typed("str", world.store)}
    dues = [(now() + timedelta(hours=hours)).isoformat() for hours in (5, 1, 3, 2, 4)]
    made = [support.done("/cases", SOUP | here | {"due_at": due})["id"] for due in dues]
    elsewhere = support.done("/cases", SOUP | {"merchant": typed("mrc", world.other)})["id"]
    nowhere = support.done("/cases", SOUP)["id"]
    found, cursor = [], None
    while True:
        with counted() as said:
            page = quay.till.get("/cases", limit="2", **({"cursor": cursor} if cursor else {})).json()
        assert len(said) <= 9
        found += [one["id"] for one in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert found == [made[place] for place in (1, 3, 2, 4, 0)]
    assert {one["id"] for one in support.get("/cases").json()["items"]} == {*made, elsewhere, nowhere}
    assert [one["id"] for one in bakery.till.get("/cases").json()["items"]] == [elsewhere]
    unseen = [bakery.till.get(f"/cases/{made[0]}"), bakery.till.post(f"/cases/{nowhere}/assign", {})]
    assert [refused(one) for one in unseen] == [(404, "case-unknown")] * 2
    foreign = Till(world.key("support", foreign=True))
    assert refused(foreign.get(f"/cases/{made[0]}")) == (404, "case-unknown")
    assert refused(bakery.till.post("/cases", SOUP | here)) == (403, "not-allowed")


def test_a_case_goes_to_somebody_who_works_there_or_to_a_queue(world: World, support: Till) -> None:
    quay = desk(world, "cy", "clerk", world.merchant, world.store)
    sam = desk(world, "sam", "support")
    path = f"/cases/{support.done('/cases', SOUP)['id']}"
    assert refused(support.post(f"{path}/assign", {"owner": quay.id})) == (422, "case-owner-unfit")
    assert refused(support.post(f"{path}/assign", {"queue": "nobody"})) == (422, "case-owner-unfit")
    assert refused(support.get("/cases", mine="true")) == (422, "care-refused")
    assert [one["queue"] for one in sam.till.get("/cases", mine="true").json()["items"]] == ["support"]
    assert support.done(f"{path}/assign", {"owner": sam.id})["owner"] == sam.id
    assert len(sam.till.get("/cases", mine="true").json()["items"]) == 1
    assert support.get("/cases", unowned="true").json()["items"] == []
    counts = sam.till.get("/case-counts").json()
    assert (counts["open"], counts["mine"], counts["late"]) == (1, 1, 0)
    support.done(f"{path}/assign", {})
    assert sam.till.get("/cases", mine="true").json()["items"] == []
    moved = support.done(f"{path}/due", {"due_at": (now() + timedelta(days=9)).isoformat(), "reason": "A fair."})
    assert (moved["history"][-1]["what"], moved["texts"][-1]["text"]) == ("moved", "A fair.")
    past = {"due_at": "2026-01-01T00:00:00Z", "reason": "x"}
    assert refused(support.post(f"{path}/due", past)) == (422, "wrong-due")


def test_goodwill_is_given_out_of_a_case_within_the_limit(world: World, administrator: Till, support: Till) -> None:
    shop = open_shop(world)
    limit = {"units": {"points": {"per_deed": 200, "per_day": 300}}, "reasons": ["cold"]}
    promise(world, "goodwill", "support", limit)
    bill = shop.buy(line(900))
    case = support.done("/cases", SOUP | {"member": shop.member, "sale": bill["id"]})
    path = f"/cases/{case['id']}/goodwill"
    asked = {"unit": "points", "amount": 150, "reason": "cold", "source": "desk", "external_id": "1"}
    given = support.done(path, asked)
    assert (given["state"], given["cause"], shop.points()[0]) == ("given", case["id"], 150)
    assert support.done(path, asked)["replayed"]
    assert Goodwill.objects.get().cause == case["id"]
    history = support.get(f"/cases/{case['id']}").json()["history"]
    assert [one["after"]["goodwill"] for one in history if one["what"] == "goodwill"] == [given["id"]]
    assert refused(support.post(path, asked | {"amount": 250, "external_id": "2"})) == (422, "goodwill-refused")
    nobody = support.done("/cases", SOUP)
    assert refused(support.post(f"/cases/{nobody['id']}/goodwill", asked)) == (422, "care-refused")
    unknown = SOUP | {"sale": typed("sal", new_id(AT))}
    assert refused(support.post("/cases", unknown))[0] == 404


def test_a_promise_is_kept_moved_or_dropped(world: World, support: Till, ada: str) -> None:
    case = support.done("/cases", SOUP | {"member": ada})
    soon = (now() + timedelta(hours=2)).isoformat()
    call = {"what": "Call Ada back.", "due_at": soon, "queue": "support"}
    one = support.done("/follow-ups", call | {"case": case["id"]})
    two = support.done("/follow-ups", call | {"member": ada})
    assert (one["member"], one["case"], two["case"]) == (ada, case["id"], None)
    later = {"due_at": (now() + timedelta(days=2)).isoformat(), "reason": "She is away."}
    assert support.done(f"/follow-ups/{one['id']}/move", later)["moved"] == 1
    assert [row["id"] for row in support.get("/follow-ups").json()["items"]] == [two["id"], one["id"]]
    assert support.done(f"/follow-ups/{two['id']}/drop", {"reason": "Came in."})["state"] == "dropped"
    assert support.done(f"/follow-ups/{one['id']}/done", {"note": "Called."})["state"] == "done"
    assert refused(support.post(f"/follow-ups/{one['id']}/drop", {"reason": "x"})) == (409, "follow-up-ended")
    told = support.get(f"/follow-ups/{one['id']}").json()
    assert [row["what"] for row in told["history"]] == ["made", "moved", "done"]
    assert len(support.get(f"/members/{ada}/follow-ups").json()["items"]) == 2
    bakery = desk(world, "eve", "clerk", world.other)
    assert refused(bakery.till.get(f"/follow-ups/{one['id']}")) == (404, "follow-up-unknown")
    assert bakery.till.get(f"/members/{ada}/cases").json()["items"] == []


def test_what_is_late_is_told_once_to_those_who_hear_of_alerts_there(world: World, support: Till, ada: str) -> None:
    boss = desk(world, "boss", "administrator", world.merchant)
    other = desk(world, "other", "administrator", world.other)
    due = (now() + timedelta(hours=1)).isoformat()
    place = {"merchant": typed("mrc", world.merchant), "due_at": due}
    case = support.done("/cases", SOUP | place)
    promised = {"what": "Call.", "queue": "support", "member": ada} | place
    support.done("/follow-ups", promised)
    assert tell_late(actor=JOB, at=now()) == 0
    late = now() + timedelta(hours=2)
    with counted() as said:
        assert tell_late(actor=JOB, at=late) == 2
    assert len(said) <= 9
    assert tell_late(actor=JOB, at=late) == 0
    told = Entry.objects.filter(what__in=["cases.late", "followups.late"])
    assert {row.merchant for row in told} == {typed("mrc", world.merchant)}
    while seal_due(at=late):
        pass
    watch(at=late)
    alert = Alert.objects.get(rule__code="late-cases")
    hearing = {letter.recipient_id for letter in Letter.objects.filter(alert=alert)}
    assert (alert.measured, boss.staff in hearing, other.staff in hearing) == (2, True, False)
    again = {"due_at": (now() + timedelta(hours=3)).isoformat(), "reason": "Tomorrow."}
    support.done(f"/cases/{case['id']}/due", again)
    assert tell_late(actor=JOB, at=now() + timedelta(hours=4)) == 1


def test_cases_follow_a_merge_and_texts_go_with_an_erasure(
    administrator: Till, support: Till, till: Till, ada: str
) -> None:
    bo = str(till.done("/members", {"facts": {"given_name": "Bo"}})["id"])
    case = support.done("/cases", SOUP | {"member": bo})
    call = {"what": "Call.", "due_at": (now() + timedelta(hours=2)).isoformat(), "queue": "support"}
    call_ = support.done("/follow-ups", call | {"case": case["id"]})
    administrator.done("/merges", {"survivor": ada, "other": bo, "reason": "one person"})
    found = support.get(f"/members/{ada}/cases").json()["items"]
    assert [(one["id"], one["member"]) for one in found] == [(case["id"], ada)]
    told = administrator.get(f"/members/{ada}/export").json()
    assert "It came cold twice." in str(told)
    administrator.done(f"/members/{ada}/erase", {"reason": "asked for it"})
    assert CareText.objects.count() == 0
    assert CareChange.objects.exists()
    row = Case.objects.get()
    assert (row.state, row.outcome, row.kind) == ("done", "erased", "complaint")
    assert support.get(f"/follow-ups/{call_['id']}").json()["state"] == "dropped"
    assert refused(support.post(f"/cases/{case['id']}/reopen", {"said": "x"})) == (409, "case-done")


@pytest.mark.usefixtures("own_keys")
def test_texts_are_sealed_anew_when_keys_are_changed(support: Till, ada: str) -> None:
    case = support.done("/cases", SOUP | {"member": ada})
    done = [one.table for one in rotation.rotate(actor=JOB, at=now())]
    assert "case texts" in done
    assert set(CareText.objects.values_list("key", flat=True)) == {2}
    assert support.get(f"/cases/{case['id']}").json()["subject"] == "Cold soup"


def test_the_page_about_cases_says_what_happens(world: World) -> None:
    shop = open_shop(world)
    run_page("care.md", Shop(world, Till(world.key("administrator")), shop.member), {"member": shop.member})


def test_a_web_shop_opens_cases_and_reads_none(till: Till, support: Till) -> None:
    made = till.done("/cases", SOUP)
    assert refused(till.get(f"/cases/{made['id']}")) == (403, "not-allowed")
    assert refused(till.get("/cases")) == (403, "not-allowed")
    assert untyped("cas", made["id"]) == Case.objects.get().id
