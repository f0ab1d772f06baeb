"""The set-up: places, staff, roles, keys, the trail, how the installation is."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from regulars.access import gate
from regulars.access.models import Assignment, Key, Merchant, Role, Staff, Store
from regulars.access.moves import Place
from regulars.access.rights import Right
from regulars.access.services.roles import assign
from regulars.basics.ids import typed
from regulars.care.models import CaseKind, Hours
from regulars.console.rights_told import RIGHTS
from regulars.journal.models import Entry
from regulars.ledger.models import Unit
from regulars.members.models import Field, Note, Retention, Wording
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


def test_a_store_is_closed_and_nothing_new_is_booked_until_it_is_open_again(town: Town, enter: Entering) -> None:
    browser, clerk, of = enter("administrator"), enter("clerk"), f"/set-up/stores/{typed('str', town.quay)}"
    made = send(browser, "/set-up/keys", name="Till 9", role="till", place=typed("str", town.quay)).text
    secret = re.search(r'class="secret">(rgk_[^<]+)<', made)
    assert secret
    head = {"Authorization": f"Bearer {secret[1]}"}
    counter = f"/counter/{typed('mbr', town.members[0])}"
    assert send(clerk, f"{counter}/load", unit="GBP-value", amount="5", tender="cash").status_code == 302
    assert send(browser, f"{of}/close").status_code == 302
    page = browser.get(of).text
    back, fields = undo_of(page)
    assert ["Closed since" in page, "Till 9" in page, "Clerk" in page, "Support" in page] == [True, True, True, False]
    assert "Market/Quay is closed since" in clerk.get("/").text
    lines = [{"item": "tea", "amount": 300}]

    def sold(number: str, **more: str) -> int:
        bill = {"source": "till-9", "external_id": number, "currency": "GBP", "lines": lines, **more}
        own = {**head, "Idempotency-Key": f"quay-{uuid4()}"}
        told = Client().post("/api/v1/purchases", bill, content_type="application/json", headers=own)
        assert told.status_code in (201, 409)
        assert told.status_code == 201 or told.json()["code"] == "place-closed"
        return int(told.status_code)

    def paid(number: str) -> str:
        asked = {"currency": "GBP", "amount": 100, "units": ["GBP-value"], "source": "till-9", "external_id": number}
        of = f"/api/v1/members/{typed('mbr', town.members[0])}/payments"
        own = {**head, "Idempotency-Key": f"pays-{uuid4()}"}
        return str(Client().post(of, asked, content_type="application/json", headers=own).json().get("code", "paid"))

    assert paid("2") == "place-closed"
    before = (timezone.now() - timedelta(hours=2)).isoformat()
    assert [sold("1"), sold("2", effective_at=before)] == [409, 201]
    assert Client().get("/api/v1/me", headers=head).json()["grants"][0]["closed_at"]
    bill = {"item": "tea", "quantity": "1", "amount": "3.00", "do": "book", "bill": "b-1"}
    assert "This place is closed" in send(clerk, f"{counter}/bill", **bill).text
    assert "This place is closed" in send(clerk, f"{counter}/load", unit="GBP-value", amount="5", tender="cash").text
    browser.post(back, fields)
    assert [sold("1"), paid("2"), send(clerk, f"{counter}/bill", **bill).status_code] == [201, "paid", 302]
    words = Entry.objects.filter(store=typed("str", town.quay), what__startswith="access.").values_list(
        "what", flat=True
    )
    assert [one for one in words if "store" in one] == [
        "access.open_store",
        "access.close_store",
        "access.reopen_store",
    ]


def test_places_are_called_otherwise_and_a_merchant_closes_with_its_stores(town: Town, enter: Entering) -> None:
    browser, clerk = enter("administrator"), enter("clerk")
    store, merchant = f"/set-up/stores/{typed('str', town.quay)}", f"/set-up/merchants/{typed('mrc', town.merchant)}"
    asked = {"name": "Harbour", "external_id": "009", "region": "South"}
    clash = send(browser, f"{store}/change", **asked | {"name": "Hill"})
    assert (clash.status_code, "in use already" in clash.text) == (422, True)
    assert send(browser, f"{store}/change", **asked).status_code == 302
    page = browser.get(store).text
    assert ["Harbour" in page, "009" in page, "Market/Harbour" in clerk.get("/").text] == [True, True, True]
    where, fields = undo_of(page)
    browser.post(where, fields)
    assert Store.objects.get(pk=town.quay).external_id == "001"
    send(browser, f"{merchant}/change", name="Market Hall")
    send(browser, "/set-up/name", name="Waterside")
    assert ["Market Hall" in browser.get("/set-up").text, "Waterside" in browser.get("/set-up").text] == [True, True]
    send(browser, f"{merchant}/close")
    page = browser.get(store, headers={"Accept-Language": "zh-Hans"}).text
    assert ["随商户一同停业" in page, "关闭门店" in page] == [True, True]
    assert "is closed since" in clerk.get("/").text
    assert send(browser, f"{merchant}/open").status_code == 302
    assert "is closed since" not in clerk.get("/").text
    assert enter("auditor").get(merchant).text.count("danger") == 0


def test_a_unit_is_defined_told_in_sentences_and_called_otherwise(town: Town, enter: Entering) -> None:
    browser = enter("administrator")
    assert browser.get("/set-up/units").status_code == 403  # of one organisation of two: units are the installation's
    whole = Place(town.other)
    assign("administrator", whole, staff=town.staff["administrator"], by=gate.HOUSE, actor=SETUP, at=town.at)
    page = browser.get("/set-up/units/code/points", headers={"Accept-Language": "zh-Hans"}).text
    assert ["12个月" in page, "不再改变" in page] == [True, True]
    asked = {"name": "Bonus", "code": "GBP-bonus", "kind": "bonus", "zone": "Europe/London", "approve_above": "12.50"}
    wrong = send(browser, "/set-up/units/new", **asked)
    assert (wrong.status_code, "Stored value is in a currency" in wrong.text) == (422, True)
    zone = send(browser, "/set-up/units/new", **asked | {"currency": "GBP", "zone": "Mars"})
    assert (zone.status_code, "This is no time zone" in zone.text) == (422, True)
    assert send(browser, "/set-up/units/new", **asked, currency="GBP").status_code == 302
    made = Unit.objects.get(code="GBP-bonus")
    assert (made.scale, made.approve_above, made.may_expire) == (2, 1250, True)
    assert "more than £12.50 needs a second person" in browser.get("/set-up/units/code/GBP-bonus").text
    again = send(browser, "/set-up/units/new", **asked, currency="GBP")
    assert (again.status_code, "There is a unit of this code" in again.text) == (422, True)
    of = "/set-up/units/code/points"
    assert send(browser, f"{of}/change", name="Stars", zone="Asia/Shanghai", approve_above="").status_code == 302
    page = browser.get(of).text
    assert ["Stars" in page, "midnight in Asia/Shanghai" in page] == [True, True]
    where, fields = undo_of(page)
    browser.post(where, fields)
    kept = Unit.objects.get(code="points")
    assert (kept.name, kept.zone) == ("Points", "Europe/London")
    assert Entry.objects.filter(what="ledger.unit", subject="points", actor_kind="staff").count() == 2


def test_a_kind_of_case_and_the_hours_of_work_are_set(town: Town, enter: Entering) -> None:
    browser, of = enter("support"), "/set-up/cases"
    asked = {"name": "Lost and found", "code": "lost", "answer_hours": "6", "in_working_hours": "on", "priority": "2"}
    assert send(browser, f"{of}/new", **asked, who="role:clerk").status_code == 302
    twice = send(browser, f"{of}/new", **asked, who="role:clerk")
    assert (twice.status_code, "There is a kind of this code" in twice.text) == (422, True)
    assert "6 working hours" in browser.get(of).text
    days = {"tuesday_from_0": "08:00", "tuesday_to_0": "12:00", "tuesday_from_1": "13:00", "tuesday_to_1": "00:00"}
    wrong = send(browser, "/set-up/cases/hours", **days | {"tuesday_from_1": "11:00"})
    assert (wrong.status_code, "It begins after the first has ended" in wrong.text) == (422, True)
    assert send(browser, "/set-up/cases/hours", **days, closed_on="2026-12-25\n2026-12-25").status_code == 302
    page = browser.get(of).text
    assert "08:00–12:00, 13:00–24:00" in page
    where, fields = undo_of(page)
    support, clerk = (f"staff:{typed('stf', town.staff[role])}" for role in ("support", "clerk"))
    changed = {"name": "Lost", "answer_hours": "3", "priority": "1", "who": support}
    assert send(browser, f"{of}/code/lost", **changed).status_code == 302
    assert "3 hours by the clock" in browser.get(of).text
    kept = CaseKind.objects.get(code="lost")
    assert (kept.owner, kept.queue, kept.in_working_hours) == (town.staff["support"], "", False)
    assert (
        send(browser, f"{of}/code/lost", **changed | {"who": clerk}).status_code == 422
    )  # who works at one store alone has no case of the whole organisation
    assert send(browser, f"{of}/code/lost/retire").status_code == 302
    back, restored = undo_of(browser.get(of).text)
    assert "Lost" not in browser.get("/serve/cases/new").text
    browser.post(back, restored)
    assert "Lost" in browser.get("/serve/cases/new").text
    browser.post(where, fields)
    assert "工作时间" in browser.get("/set-up/cases/hours", headers={"Accept-Language": "zh-Hans"}).text
    assert Hours.objects.get().document["days"]["tuesday"] == [["09:00", "17:00"]]


def test_a_shorter_period_says_what_goes_before_it_holds(town: Town, enter: Entering) -> None:
    browser, of = enter("administrator"), "/set-up/retention"
    Note.objects.update(recorded_at=town.at - timedelta(days=800))
    asked = {"kind": "note", "days": "730"}
    first = send(browser, f"{of}/keep", **asked)
    assert (first.status_code, "1 row is older than that" in first.text) == (422, True)
    assert not Retention.objects.filter(organisation=town.organisation).exists()
    assert (
        send(browser, f"{of}/keep", **asked, sure="note 7").status_code == 422
    )  # what was counted is not what is kept
    assert send(browser, f"{of}/keep", **asked, sure="note 730").status_code == 302
    page = browser.get(of).text
    assert "730 days" in page
    where, fields = undo_of(page)
    assert send(browser, f"{of}/keep", kind="fact:town", days="400").status_code == 302  # nothing is so old
    assert "since they were last confirmed" in browser.get(of).text
    browser.post(where, fields)
    assert [one.kind for one in Retention.objects.filter(organisation=town.organisation)] == ["fact:town"]
    assert "与会员同期" in enter("auditor").get(of, headers={"Accept-Language": "zh-Hans"}).text
    assert Entry.objects.filter(what="retention.keep", actor_kind="staff").count() == 3


def test_a_detail_of_members_is_kept_listed_and_taken_out_of_use(town: Town, enter: Entering) -> None:
    browser, of, member = enter("administrator"), "/set-up/fields", f"/members/{typed('mbr', town.members[0])}"
    asked = {"label": "Tea", "name": "tea", "kind": "choice", "length_max": "200", "is_preference": "on"}
    wrong = send(browser, f"{of}/new", **asked)
    assert (wrong.status_code, "Say what can be chosen" in wrong.text) == (422, True)
    assert send(browser, f"{of}/new", **asked, choices="green\nblack\ngreen").status_code == 302
    assert ["black" in browser.get(of).text, 'value="black"' in browser.get(member).text] == [True, True]
    assert send(browser, f"{of}/new", **asked, choices="white").status_code == 422  # its code is there
    assert send(browser, f"{of}/code/tea", label="Tea in the morning", choices="green\nwhite").status_code == 302
    page = browser.get(of).text
    where, fields = undo_of(page)
    assert ["Tea in the morning" in page, 'value="white"' in browser.get(member).text] == [True, True]
    browser.post(where, fields)
    assert browser.get(of).text.count("Tea in the morning") == 1  # only in the button that brings it back once more
    kept = Field.objects.get(name="tea")
    assert (kept.label, kept.choices, kept.is_preference, kept.kind) == ("Tea", ["green", "black"], True, "choice")
    assert send(browser, f"{of}/code/tea/retire").status_code == 302
    back, restored = undo_of(browser.get(of).text)
    assert 'value="black"' not in browser.get(member).text
    browser.post(back, restored)
    assert 'value="black"' in browser.get(member).text
    assert "会员资料项" in enter("auditor").get(of, headers={"Accept-Language": "zh-Hans"}).text


def test_words_of_consent_are_published_and_those_of_before_stay(town: Town, enter: Entering) -> None:
    browser, of = enter("administrator"), "/set-up/consents"
    assert "Send me offers." in browser.get(of).text
    asked = {"purpose": "marketing", "language": "en", "text": "Tell me what is on offer."}
    assert send(enter("auditor"), f"{of}/new", **asked).status_code == 403
    assert send(browser, f"{of}/new", **asked).status_code == 302
    page = browser.get(of).text
    assert ["what is on offer" in page, "version 2" in page, "1 before" in page, "me offers" in page] == [1, 1, 1, 0]
    again = send(browser, f"{of}/new", **asked)
    assert (again.status_code, "These words hold already" in again.text) == (422, True)
    assert send(browser, f"{of}/new", **asked | {"language": "zh", "text": "请告诉我优惠。"}).status_code == 302
    assert "中文" in browser.get(of).text
    assert Wording.objects.filter(organisation=town.organisation, purpose="marketing").count() == 3
