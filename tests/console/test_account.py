"""A member's account: freezes, household, cards, ways, coupons, leaving, their data; each undone where it can be."""

import re

import pytest
from django.utils import timezone

from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.ledger.selectors import freezes
from regulars.members.models import Card, Member
from regulars.members.selectors import recognise_text
from regulars.programme.coupons.wallet import wallet
from tests.console.conftest import Entering
from tests.console.test_member import path, send, undo_of
from tests.console.town import Town


def test_a_freeze_is_put_on_lifted_by_its_button_and_put_on_again(town: Town, enter: Entering) -> None:
    browser, member = enter("administrator"), town.members[0]
    asked = {"level": "no-spend", "until": "2999-01-01", "reason": "under inquiry"}
    assert send(browser, path(town, "/freeze"), **asked).status_code == 302
    page = browser.get(path(town, "/account")).text
    assert ["under inquiry" in page, len(freezes(member, at=timezone.now()))] == [True, 1]
    where, fields = undo_of(page)
    browser.post(where, fields)
    assert freezes(member, at=timezone.now()) == []
    where, fields = undo_of(browser.get(path(town, "/account")).text)
    browser.post(where, fields)
    (again,) = freezes(member, at=timezone.now())
    assert (again.reason, again.until.year) == ("under inquiry", 2999)


def test_a_card_is_given_blocked_and_found_again(town: Town, enter: Entering) -> None:
    browser, member = enter("clerk"), town.members[1]
    assert town.range
    asked = {"range": typed("rng", town.range), "form": "virtual"}
    assert send(browser, path(town, "/cards", 1), **asked).status_code == 302
    card = Card.objects.get(member=member)
    assert "is theirs" in browser.get(path(town, "/account", 1)).text
    where = path(town, f"/cards/{typed('crd', card.id)}", 1)
    assert send(browser, f"{where}/block", why="lost", reason="").status_code == 302
    card.refresh_from_db()
    assert card.state == "lost"
    back, fields = undo_of(browser.get(path(town, "/account", 1)).text)
    browser.post(back, fields)
    card.refresh_from_db()
    assert card.state == "active"
    other = path(town, f"/cards/{typed('crd', card.id)}/block")  # of the first member
    assert send(browser, other, why="lost").status_code == 404


def test_a_way_is_added_shown_taken_out_and_given_back(town: Town, enter: Entering) -> None:
    browser, member = enter("clerk"), town.members[0]

    def known() -> bool:
        found = recognise_text("ada@home.example", organisation=town.organisation)
        return found is not None and found.member == member

    assert send(browser, path(town, "/ways"), kind="email", value="ada@home.example").status_code == 302
    assert known()
    taken = send(browser, path(town, "/ways", 1), kind="email", value="ada@home.example")
    assert (taken.status_code, "recognised by this already" in taken.text) == (422, True)
    page = browser.get(path(town, "/account")).text
    assert page.count("opens their pages") == 1  # and those it was known by before are told
    way = re.findall(r'ways/verify".*?name="way" value="([^"]+)"', page)[-1]
    send(browser, path(town, "/ways/verify"), way=way)
    page = browser.get(path(town, "/account")).text
    assert "theirs for certain" in page
    where, fields = undo_of(page)
    assert enter("support").post(where, fields).status_code == 404  # who did not write it down
    browser.post(where, fields)
    assert "theirs for certain" not in browser.get(path(town, "/account")).text
    assert send(browser, path(town, "/ways/end", 1), way=way).status_code == 404
    send(browser, path(town, "/ways/end"), way=way)
    assert not known()
    where, fields = undo_of(browser.get(path(town, "/account")).text)
    browser.post(where, fields)
    assert known()


def test_somebody_moves_in_and_out_and_in_again(town: Town, enter: Entering) -> None:
    browser, third = enter("clerk"), town.members[2]

    def home() -> object:
        return Member.objects.get(id=third).household_id

    assert send(browser, path(town, "/household", 2), other="ada.wong@example.com").status_code == 302
    assert home() == Member.objects.get(id=town.members[0]).household_id
    assert "share a home" in browser.get(path(town, "/account", 2)).text
    assert send(browser, path(town, "/household/leave", 2)).status_code == 302
    assert home() is None
    where, fields = undo_of(browser.get(path(town, "/account", 2)).text)
    browser.post(where, fields)
    assert home() is not None
    nobody = send(browser, path(town, "/household", 2), other="nobody@example.com")
    assert (nobody.status_code, "Nobody" in nobody.text) == (422, True)


def test_a_coupon_is_given_and_taken_back(town: Town, enter: Entering) -> None:
    browser, member = enter("marketer"), town.members[1]
    assert send(browser, path(town, "/coupons", 1), series="dessert").status_code == 302
    (one,) = wallet(member, organisation=town.organisation, at=timezone.now())
    assert send(browser, path(town, "/coupons/revoke"), coupon=typed("cpn", one.id)).status_code == 404
    where, fields = undo_of(browser.get(path(town, "/account", 1)).text)
    browser.post(where, fields)
    assert wallet(member, organisation=town.organisation, at=timezone.now()) == []
    where, fields = undo_of(browser.get(path(town, "/account", 1)).text)
    assert enter("administrator").post(where, fields).status_code == 409  # who did not take it back
    browser.post(where, fields)
    assert wallet(member, organisation=town.organisation, at=timezone.now()) == [one]
    send(browser, path(town, "/coupons/revoke", 1), coupon=typed("cpn", one.id))
    where, fields = undo_of(browser.get(path(town, "/account", 1)).text)
    send(browser, path(town, "/coupons", 1), series="dessert")
    replaced = browser.post(where, fields)
    assert (replaced.status_code, "replaced" in replaced.text) == (409, True)


def test_who_leaves_must_be_meant(town: Town, enter: Entering) -> None:
    browser = enter("support")
    assert send(browser, path(town, "/close", 2), reason="moved away").status_code == 422
    assert send(browser, path(town, "/close", 2), reason="moved away", sure="on").status_code == 302
    assert Member.objects.get(id=town.members[2]).state == "closed"
    page = browser.get(path(town, "/account", 2)).text
    assert "Give a card" not in page
    assert recognise_text("bram@example.org", organisation=town.organisation) is None
    where, fields = undo_of(page)
    assert send(enter("administrator"), where).status_code == 422  # who did not write that they left
    browser.post(where, fields)
    found = recognise_text("bram@example.org", organisation=town.organisation)
    assert (found and found.member, Member.objects.get(id=town.members[2]).state) == (town.members[2], "active")


def test_a_person_takes_their_data_along(town: Town, enter: Entering) -> None:
    browser = enter("support")
    answer = browser.post(path(town, "/export"), {"as": "json"})
    assert (answer.status_code, "ada.wong@example.com" in answer.text) == (200, True)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "ada.wong@example.com" in browser.post(path(town, "/export")).text
    assert Entry.objects.filter(what="members.export", subject=typed("mbr", town.members[0])).count() == 2


@pytest.mark.parametrize("letters", ["", "zzzz", None])
def test_nobody_is_erased_in_passing(letters: str | None, town: Town, enter: Entering) -> None:
    browser, member = enter("administrator"), town.members[2]
    assert "What stays" in browser.get(path(town, "/erase", 2)).text
    said = typed("mbr", member)[-4:] if letters is None else letters
    answer = send(browser, path(town, "/erase", 2), reason="asked", typed=said)
    assert (answer.status_code, Member.objects.get(id=member).state) == (
        (302, "erased") if letters is None else (422, "active")
    )
    assert browser.get(path(town, "/account", 2)).status_code == (404 if letters is None else 200)
