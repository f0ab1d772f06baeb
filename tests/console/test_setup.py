"""The set-up: places, staff, roles, keys, the trail, how the installation is."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from regulars.access import gate
from regulars.access.models import Assignment, Key, Merchant, Role, Staff, Store
from regulars.access.moves import Place
from regulars.access.rights import Right
from regulars.access.services.roles import assign
from regulars.basics.ids import typed
from regulars.console.rights_told import RIGHTS
from regulars.journal.models import Entry
from regulars.webhooks.models import Delivery, Endpoint
from tests.console.conftest import Entering
from tests.console.test_member import send, undo_of
from tests.console.town import PASSWORD, SETUP, Town


def test_a_merchant_and_a_store_are_opened(town: Town, enter: Entering) -> None:
    browser = enter("administrator")
    assert send(browser, "/set-up/merchants", name="Cafe", currency="EUR", zone="Europe/Amsterdam").status_code == 302
    made = Merchant.objects.get(name="Cafe")
    asked = {"merchant": typed("mrc", made.id), "name": "Dam", "external_id": "7"}
    assert send(browser, "/set-up/stores", **asked).status_code == 302
    assert Store.objects.get(name="Dam").zone == "Europe/Amsterdam"
    again = send(browser, "/set-up/stores", **asked)
    assert (again.status_code, "in use already" in again.text) == (422, True)
    foreign = send(browser, "/set-up/stores", **asked | {"merchant": typed("mrc", town.foreign_merchant)})
    assert foreign.status_code == 422
    assert Store.objects.filter(merchant=town.foreign_merchant).count() == 0


def test_somebody_is_taken_on_and_logs_in(town: Town, enter: Entering) -> None:
    asked = {"name": "Bo", "email": "Bo@shop.example", "password": PASSWORD, "role": "clerk"}
    browser = enter("administrator")
    made = send(browser, "/set-up/staff/new", **asked, place=typed("str", town.quay))
    assert made.status_code == 302
    assert "Market/Quay" in browser.get(made.headers["Location"]).text
    visitor = Client()
    assert visitor.post("/login", {"email": "bo@shop.example", "password": PASSWORD}).headers["Location"] == "/"
    assert visitor.get("/counter").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"password": "short"}, "too short"), ({"email": "clerk@shop.example"}, "staff already")],
    ids=["a weak password", "somebody who is there"],
)
def test_who_cannot_be_taken_on_is_not_half_there(
    wrong: dict[str, str], told: str, town: Town, enter: Entering
) -> None:
    before = Staff.objects.count(), Assignment.objects.count()
    asked = {"name": "Bo", "email": "bo@shop.example", "password": PASSWORD, "role": "clerk"} | wrong
    answer = send(enter("administrator"), "/set-up/staff/new", **asked, place=typed("org", town.organisation))
    assert (answer.status_code, told in answer.text) == (422, True)
    assert (Staff.objects.count(), Assignment.objects.count()) == before


def test_a_role_is_given_taken_back_and_given_again_by_the_button(town: Town, enter: Entering) -> None:
    browser, of = enter("administrator"), f"/set-up/staff/{typed('stf', town.staff['support'])}"
    send(browser, f"{of}/roles", role="auditor", place=typed("mrc", town.bakery))
    assert "Bakery" in browser.get(of).text
    given = Assignment.objects.get(staff=town.staff["support"], role__code="auditor")
    assert send(browser, f"{of}/withdraw", assignment=str(given.id)).status_code == 302
    where, fields = undo_of(browser.get(of).text)
    browser.post(where, fields)
    assert Assignment.objects.filter(staff=town.staff["support"], role__code="auditor").exists()
    other = Assignment.objects.get(staff=town.staff["clerk"])
    assert send(browser, f"{of}/withdraw", assignment=str(other.id)).status_code == 404  # somebody else's


def test_the_last_administrator_stays_one(town: Town, enter: Entering) -> None:
    browser, of = enter("administrator"), f"/set-up/staff/{typed('stf', town.staff['administrator'])}"
    mine = Assignment.objects.get(staff=town.staff["administrator"])
    answer = send(browser, f"{of}/withdraw", assignment=str(mine.id))
    assert (answer.status_code, "Nobody else could manage" in answer.text) == (409, True)
    assert Assignment.objects.filter(pk=mine.pk).exists()


def test_an_account_is_closed_and_its_sessions_with_it(town: Town, enter: Entering) -> None:
    browser, clerk = enter("administrator"), enter("clerk")
    of = f"/set-up/staff/{typed('stf', town.staff['clerk'])}"
    assert clerk.get("/").status_code == 200
    send(browser, f"{of}/close")
    assert clerk.get("/").status_code == 302
    where, fields = undo_of(browser.get(of).text)
    browser.post(where, fields)
    assert Staff.objects.get(pk=town.staff["clerk"]).is_active


def test_what_a_role_may_is_said_in_words(town: Town, enter: Entering) -> None:
    browser = enter("administrator")
    assert RIGHTS.keys() == set(Right)
    assert "give goodwill within the role&#x27;s limit" in browser.get("/set-up/roles").content.decode()
    page = browser.get("/set-up/roles/clerk", headers={"Accept-Language": "zh-Hans"}).content.decode()
    assert ["查看工单和回访" in page, "care.read" in page] == [True, True]


def test_a_role_that_is_changed_holds_at_once(town: Town, enter: Entering) -> None:
    browser, clerk = enter("administrator"), enter("clerk")
    rights = [
        one for one in Role.objects.get(organisation=town.organisation, code="clerk").rights if "sales" not in one
    ]
    assert clerk.get("/counter").status_code == 200
    assert send(browser, "/set-up/roles/clerk", name="Clerk", rights=rights).status_code == 302
    assert clerk.get("/counter").status_code == 403


def test_a_key_is_shown_once_and_made_once(town: Town, enter: Entering) -> None:
    browser, key = enter("administrator"), str(uuid4())
    asked = {"key": key, "name": "Till 4", "role": "till", "place": typed("mrc", town.merchant)}
    made = browser.post("/set-up/keys", asked)
    text = re.search(r'class="secret">(rgk_[^<]+)<', made.text)
    assert text
    again = browser.post("/set-up/keys", asked)
    assert (made.status_code, again.status_code, text[1] in again.text) == (201, 400, False)
    assert Key.objects.filter(name="Till 4").count() == 1
    page = browser.get("/set-up/keys").text
    assert ("Till 4" in page, text[1] in page) == (True, False)
    head = {"Authorization": f"Bearer {text[1]}"}
    assert Client().get("/api/v1/me", headers=head).status_code == 200
    one = Key.objects.get(name="Till 4")
    rotated = send(browser, f"/set-up/keys/{typed('key', one.id)}/rotate")
    assert (rotated.status_code, "rgk_" in rotated.text) == (201, True)
    send(browser, f"/set-up/keys/{typed('key', one.id)}/revoke")
    assert Client().get("/api/v1/me", headers=head).status_code == 401


def test_the_trail_shows_what_its_reader_may_see(town: Town, enter: Entering) -> None:
    clerk, auditor = enter("clerk"), enter("auditor")
    member = typed("mbr", town.members[0])
    clerk.get(f"/members/{member}")  # at the Quay
    page = auditor.get(f"/set-up/trail?subject={member}&what=members.read").text
    assert ["Clerk" in page, "part: page" in page] == [True, True]
    assert Entry.objects.filter(what="access.found").exists()
    assert "access.found" not in auditor.get("/set-up/trail?what=access.found").text.partition("<tbody>")[2]
    file = auditor.get(f"/set-up/trail.csv?subject={member}").content.decode("utf-8-sig")
    assert "members.read" in file


def test_the_state_tells_what_is_the_matter(town: Town, enter: Entering) -> None:
    other = Place(town.other)
    assign("administrator", other, staff=town.staff["administrator"], by=gate.HOUSE, actor=SETUP, at=town.at)
    page = enter("administrator").get("/set-up/health").text
    assert ["well" in page, "no worker answers" in page] == [True, True]


def test_a_webhook_is_made_tried_switched_off_and_gone(town: Town, enter: Entering) -> None:
    browser = enter("administrator")
    asked = {"address": "https://hooks.example/regulars", "description": "The web shop", "types": ["ledger.*"]}
    made = send(browser, "/set-up/webhooks", **asked)
    assert (made.status_code, "whsec_" in made.text) == (201, True)
    row = Endpoint.objects.get(description="The web shop")
    assert (row.kinds, row.organisation) == (["ledger.*"], town.organisation)
    where = f"/set-up/webhooks/{typed('whk', row.id)}"
    assert "whsec_" not in browser.get(where).text
    assert send(browser, f"{where}/ping").status_code == 302
    sent = Delivery.objects.get(endpoint=row)
    assert ["waits" in browser.get(where).text, sent.state] == [True, "waiting"]
    Delivery.objects.update(state="failed", next_at=None, ended_at=town.at)
    assert "given up" in browser.get(where).text
    assert send(browser, f"{where}/{typed('dlv', sent.id)}").status_code == 302
    assert Delivery.objects.get().state == "waiting"
    send(browser, f"{where}/switch")
    back, fields = undo_of(browser.get(where).text)
    assert (Endpoint.objects.get(pk=row.id).is_on, send(browser, f"{where}/ping").status_code) == (False, 409)
    browser.post(back, fields)
    assert Endpoint.objects.get(pk=row.id).is_on
    assert send(browser, f"{where}/rotate").text.count("whsec_") == 1
    assert send(browser, f"{where}/delete").status_code == 302
    assert browser.get(where).status_code == 404


@pytest.mark.parametrize("address", ["https://127.0.0.1/x", "gopher://hooks.example", "https://10.0.0.1/x"])
def test_no_webhook_leads_into_the_house(address: str, town: Town, enter: Entering) -> None:
    answer = send(enter("administrator"), "/set-up/webhooks", address=address)
    assert (answer.status_code, Endpoint.objects.count()) == (422, 1)
