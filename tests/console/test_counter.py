"""The counter: recognised, reckoned, booked once, brought back, loaded."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.ledger.selectors import balances
from regulars.ledger.services import define_unit
from regulars.ledger.services.exchange import set_rate
from regulars.members import codes
from regulars.members.keys import card_secret
from regulars.members.models import Card
from regulars.programme.models import Redemption
from regulars.programme.services.terms import publish
from regulars.sales.models import Return, Sale
from tests.console.conftest import Entering
from tests.console.test_member import path, points, send, undo_of
from tests.console.town import SETUP, Town


def at(town: Town, rest: str = "", number: int = 0) -> str:
    return f"/counter/{typed('mbr', town.members[number])}{rest}"


def bill(browser: Client, town: Town, do: str, **more: Any) -> Any:
    asked = {"item": ["Tea", "Cake"], "quantity": ["1", "2"], "amount": ["4.50", "10"], "bill": "b-1", "do": do}
    return send(browser, at(town, "/bill"), **asked | more)


def test_who_is_scanned_stands_before_the_desk(town: Town, enter: Entering) -> None:
    browser = enter("clerk")
    answer = browser.post("/counter/find", {"key": str(uuid4()), "q": town.card})
    assert answer.headers["Location"] == at(town)
    page = browser.get(at(town)).text
    told = ("Ada Wong", "Green", "A dessert on the house", "birthday today", "Latest bills")
    assert [word for word in told if word not in page] == []
    assert f'href="/sales/{typed("sal", town.sales[0])}"' in page  # one step to bringing something back


def test_a_changing_code_is_taken_once_and_a_copy_of_it_is_noted(town: Town, enter: Entering) -> None:
    browser, card = enter("clerk"), Card.objects.get(member=town.members[0]).id
    now = timezone.now()
    text = codes.code(card, at=now, secret=card_secret())
    again, old = text.lower(), codes.code(card, at=now - timedelta(minutes=3), secret=card_secret())
    asked = [browser.post("/counter/find", {"key": str(uuid4()), "q": one}) for one in (text, again, old)]
    assert [answer.status_code for answer in asked] == [302, 422, 422]
    assert asked[0].headers["Location"] == at(town)
    assert "used already" in asked[1].text
    forged = Entry.objects.filter(what="cards.forged").order_by("id").values_list("after__code", flat=True)
    assert list(forged) == ["code-used", "code-refused"]
    assert Entry.objects.filter(what="members.read", subject=typed("mbr", town.members[0]), after__by="code").exists()


def test_a_preview_goes_the_whole_way_and_leaves_nothing(town: Town, enter: Entering) -> None:
    browser = enter("clerk")
    page = bill(browser, town, "preview").text
    assert "£14.50" in page
    assert "+14 Points" in page
    assert (Sale.objects.count(), points(town)) == (2, 15)


def test_a_bill_is_booked_once_however_often_it_is_sent(town: Town, enter: Entering) -> None:
    browser = enter("clerk")
    bill(browser, town, "preview")
    first = bill(browser, town, "book")
    second = bill(browser, town, "book")  # another form with the key of the same bill: the line was bad
    assert first.headers["Location"] == second.headers["Location"]
    assert (Sale.objects.count(), points(town)) == (3, 29)
    sale = Sale.objects.get(source__endswith="/console")
    assert (sale.store, sale.merchant, sale.actor) == (town.quay, town.merchant, typed("stf", town.staff["clerk"]))
    assert "£14.50" in browser.get(first.headers["Location"]).text


def test_points_and_a_coupon_pay(town: Town, enter: Entering) -> None:
    browser = enter("clerk")
    code = re.search(r'name="coupon" value="([^"]+)"', browser.get(at(town)).text)
    assert code
    page = bill(browser, town, "preview", points="points", coupon=code[1]).text
    assert "£12.30" in page  # 14.50 less a tenth, less 15 points of 5p
    bill(browser, town, "book", points="points", coupon=code[1])
    assert points(town) == 12
    assert 'name="coupon"' not in browser.get(at(town)).text


def test_what_gave_nothing_says_why_before_the_bill_is_booked_and_on_it(town: Town, enter: Entering) -> None:
    browser, why = enter("clerk"), "NO-SUCH-CODE: the code is not known"
    assert why in bill(browser, town, "preview", codes="NO-SUCH-CODE").text
    booked = bill(browser, town, "book", codes="NO-SUCH-CODE").headers["Location"]
    assert why in browser.get(booked).text


def test_a_line_that_is_no_amount_is_told_and_kept(town: Town, enter: Entering) -> None:
    answer = bill(enter("clerk"), town, "book", amount=["4.50", "ten"])
    assert (answer.status_code, "Line 2" in answer.text, 'value="ten"' in answer.text) == (422, True, True)
    assert Sale.objects.count() == 2


def test_what_comes_back_takes_its_points_along_and_comes_back_once(town: Town, enter: Entering) -> None:
    browser = enter("clerk")
    where = f"/sales/{typed('sal', town.sales[0])}"
    asked = {"key": str(uuid4()), "back-1": "1", "reason": "damaged"}
    first, again = browser.post(f"{where}/back", asked), browser.post(f"{where}/back", asked)
    assert first.status_code == again.status_code == 302
    assert (Return.objects.count(), points(town)) == (1, 3)
    refused = send(browser, f"{where}/back", **{"back-1": "1"})
    assert (refused.status_code, Return.objects.count()) == (422, 1)
    assert "£12.50 of it came back" in browser.get(path(town)).text


def value(town: Town) -> int:
    return {one.unit: one.available for one in balances(town.members[0], at=timezone.now())}["GBP-value"]


def test_stored_value_is_loaded_paid_out_and_taken_back(town: Town, enter: Entering) -> None:
    browser = enter("clerk")
    assert send(browser, at(town, "/load"), unit="GBP-value", amount="25", tender="cash").status_code == 302
    assert value(town) == 2500
    where, fields = undo_of(browser.get(at(town)).text)
    for amount, status, left in (("30", 422, 2500), ("10", 302, 1500)):
        paid = send(browser, at(town, "/payout"), unit="GBP-value", amount=amount)
        assert (paid.status_code, value(town)) == (status, left)
    back, given = undo_of(browser.get(at(town)).text)
    browser.post(back, given)
    assert value(town) == 2500
    browser.post(where, fields)
    assert value(town) == 0


def test_points_become_miles_at_the_rate_that_holds(town: Town, enter: Entering) -> None:
    browser = enter("clerk")
    assert "Exchange units" not in browser.get(at(town)).text
    define_unit("miles", "Miles", zone="Europe/London", actor=SETUP, at=timezone.now())
    for parts in (4, 5):
        set_rate("points", "miles", 2, parts, since=timezone.now(), actor=SETUP, at=timezone.now())
    assert "Points → Miles (5:2)" in browser.get(at(town)).text
    asked = {"rate": "points>miles", "amount": "11", "key": str(uuid4())}
    for _ in range(2):
        assert browser.post(at(town, "/exchange"), asked).status_code == 302
    assert "11 Points became 4 Miles." in browser.get(at(town)).text
    held = {one.unit: one.available for one in balances(town.members[0], at=timezone.now())}
    assert (held["points"], held["miles"]) == (4, 4)
    assert send(browser, at(town, "/exchange"), rate="points>miles", amount="5").status_code == 422


def test_rewards_are_given_for_points_set_aside_handed_over_and_taken_back(town: Town, enter: Entering) -> None:
    begun = timezone.now() - timedelta(days=1)
    told: dict[str, Any] = {"organisation": town.organisation, "begins_at": begun, "moving_in": True, "actor": SETUP}
    for code, name, cost, more in (
        ("mug", "Mug <b>", 10, {}), ("bag", "Bag", 6, {"fulfilled_later": True}), ("boat", "Boat", 999, {}),
    ):  # fmt: skip
        prices = [{"unit": "points", "amount": cost}]
        publish("reward", code, {"name": name, "prices": prices, **more}, at=timezone.now(), **told)
    browser = enter("clerk")
    assert at(town, "/rewards") in browser.get(at(town)).text
    page = browser.get(at(town, "/rewards")).text
    assert [word in page for word in ("Mug &lt;b&gt;", "10 Points", "984 Points are missing")] == [True] * 3
    once = {"key": str(uuid4()), "reward": "mug"}
    for _ in range(2):
        assert browser.post(at(town, "/rewards/give"), once).status_code == 302
    assert points(town) == 5
    where, fields = undo_of(browser.get(at(town, "/rewards")).text)
    short = send(browser, at(town, "/rewards/give"), reward="bag")
    assert (short.status_code, points(town)) == (409, 5)
    browser.post(where, fields)
    assert points(town) == 15
    send(browser, at(town, "/rewards/give"), reward="bag")
    row = Redemption.objects.get(reward="bag")
    assert "Set aside for them" in browser.get(at(town, "/rewards")).text
    asked = {"redemption": typed("rdm", row.id), "do": "fulfil"}
    assert send(browser, at(town, "/rewards/end", 1), **asked).status_code == 404  # another's
    send(browser, at(town, "/rewards/end"), **asked)
    row.refresh_from_db()
    assert (row.state, row.store, points(town)) == ("fulfilled", typed("str", town.quay), 9)


def test_who_works_nowhere_in_particular_says_so_first(town: Town, enter: Entering) -> None:
    browser = enter("administrator")
    assert "say first where you work" in browser.get("/counter").text
    assert bill(browser, town, "book").status_code == 422
    send(browser, "/work-at", place=typed("str", town.hill))
    assert bill(browser, town, "book").status_code == 302
    assert Sale.objects.get(source__endswith="/console").store == town.hill
    assert send(browser, "/work-at", place=typed("mrc", town.foreign_merchant)).status_code == 422
