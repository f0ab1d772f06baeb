"""What is done on the page of a member and at the counter, undone by its button; what a level brings, used up at a
desk; what was taken, asked back and heard."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from regulars.basics.ids import typed
from regulars.members.models import Card, Member, Note
from regulars.members.selectors import recognise_text
from regulars.members.selectors.consents import permissions_of
from regulars.outreach.models import Message, Outgoing
from regulars.outreach.sending import tell_late_bills
from regulars.outreach.services.late_bills import THOUGHT_OVER
from regulars.programme.activities.booking import tell
from regulars.programme.activities.moves import NewActivity
from regulars.programme.coupons.wallet import wallet
from regulars.programme.goodwill.giving import allowances
from regulars.programme.models import BenefitUse, Reset
from regulars.programme.services.terms import publish
from regulars.sales.moves import Place
from tests.console.conftest import Entering
from tests.console.test_counter import at, bill
from tests.console.test_member import path, points, send, undo_of
from tests.console.test_today import MOST
from tests.console.town import SETUP, Town
from tests.portal.village import browser_of
from tests.statements import counted


def undone(browser: Any, where: str) -> Any:
    """What the button does that stands at the edge of that page."""
    address, fields = undo_of(browser.get(where).text)
    return browser.post(address, fields)


def terms(town: Town, kind: str, code: str, document: dict[str, Any]) -> None:
    begins_at = town.at - timedelta(days=300)
    publish(
        kind, code, document, organisation=town.organisation, begins_at=begins_at, moving_in=True, actor=SETUP,
        at=timezone.now(),
    )  # fmt: skip


def test_goodwill_is_taken_back_by_who_gave_it_and_their_day_is_as_before(town: Town, enter: Entering) -> None:
    clerk, other = enter("clerk"), enter("support")
    asked = {"what": "unit/points", "amount": "120", "reason": "long-wait", "note": ""}
    send(clerk, path(town, "/goodwill"), **asked)
    assert points(town) == 135
    where, fields = undo_of(clerk.get(path(town)).text)
    assert other.post(where, fields).status_code == 404
    assert send(clerk, path(town, "/goodwill/undo", 1), goodwill=fields["goodwill"]).status_code == 404
    clerk.post(where, fields)
    staff = typed("stf", town.staff["clerk"])
    (left,) = allowances(town.organisation, staff, ["clerk"], at=timezone.now())
    assert (points(town), left.left) == (15, 500)
    again = send(clerk, path(town, "/goodwill/undo"), goodwill=fields["goodwill"])
    assert (again.status_code, "taken back before" in again.text) == (409, True)


def test_goodwill_of_which_something_is_spent_stays_given(town: Town, enter: Entering) -> None:
    clerk = enter("clerk")
    send(clerk, path(town, "/goodwill"), what="unit/points", amount="100", reason="long-wait", note="")
    where, fields = undo_of(clerk.get(path(town)).text)
    bill(clerk, town, "book", points="points")
    assert clerk.post(where, fields).status_code == 409
    assert points(town) == 8


def test_coupons_given_as_goodwill_go_back_unless_one_was_used(town: Town, enter: Entering) -> None:
    terms(town, "goodwill", "support", {"coupons": {"dessert": {"per_deed": 2, "per_day": 5}}, "reasons": ["sorry"]})
    support, member = enter("support"), town.members[1]
    send(support, path(town, "/goodwill", 1), what="coupon/dessert", amount="2", reason="sorry", note="")
    assert len(wallet(member, organisation=town.organisation, at=timezone.now())) == 2
    undone(support, path(town, "", 1))
    assert wallet(member, organisation=town.organisation, at=timezone.now()) == []


def test_a_card_that_was_replaced_by_mistake_is_good_again(town: Town, enter: Entering) -> None:
    clerk, card = enter("clerk"), Card.objects.get()
    where = path(town, f"/cards/{typed('crd', card.id)}")
    send(clerk, where, why="lost")
    assert send(clerk, path(town, f"/cards/{typed('crd', card.id)}/undo", 1)).status_code == 404  # of another
    undone(clerk, path(town))
    assert list(Card.objects.order_by("id").values_list("state", "replaced_by")) == [("active", None), ("ended", None)]
    found = recognise_text(town.card, organisation=town.organisation)
    assert found is not None
    assert (found.usable, found.member) == (True, town.members[0])
    assert send(clerk, f"{where}/undo").status_code in (409, 422)  # it is not replaced any more


def test_a_note_is_put_back_as_it_was_and_by_nothing_that_was_made_up(town: Town, enter: Entering) -> None:
    clerk, note = enter("clerk"), Note.objects.get()
    send(clerk, path(town, "/note/remove"), note=typed("nte", note.id))
    assert Note.objects.count() == 0
    where, fields = undo_of(clerk.get(path(town)).text)
    assert clerk.post(where, fields | {"removed": fields["removed"] + "x", "key": str(uuid4())}).status_code == 404
    assert send(clerk, path(town, "/note/back", 1), removed=fields["removed"]).status_code == 404
    clerk.post(where, fields)
    same = Note.objects.get()
    assert (same.id, same.actor, same.recorded_at) == (note.id, note.actor, note.recorded_at)
    assert "Likes a table" in clerk.get(path(town)).text


def test_a_no_by_mistake_is_a_yes_to_the_same_words_again(town: Town, enter: Entering) -> None:
    clerk, member = enter("clerk"), town.members[0]
    said = {"channel": "email", "purpose": "marketing"}
    first = send(clerk, path(town, "/consent"), **said, given="no")
    assert (first.status_code, "Undo" in clerk.get(path(town)).text) == (302, False)  # there was no yes before
    send(clerk, path(town, "/consent"), **said, given="yes")
    clerk.get(path(town))
    send(clerk, path(town, "/consent"), **said, given="no")
    undone(clerk, path(town))
    assert permissions_of(member)["email", "marketing"] is True


def test_two_that_were_parted_are_one_again(town: Town, enter: Entering) -> None:
    browser, other = enter("support"), town.members[2]
    send(browser, path(town, "/merge"), other="bram@example.org", reason="same person")
    browser.get(path(town))
    send(browser, path(town, "/unmerge"), other=typed("mbr", other))
    undone(browser, path(town))
    assert Member.objects.get(id=other).root_id == town.members[0]


def test_a_bill_that_was_booked_comes_back_whole_by_its_button(town: Town, enter: Entering) -> None:
    clerk = enter("clerk")
    went = bill(clerk, town, "book").headers["Location"]
    assert points(town) == 29
    undone(clerk, went)
    assert points(town) == 15
    assert "2 came back" in clerk.get(went).text


LOUNGE = {
    "ladder": "status",
    "levels": {"green": 2, "silver": 9},
    "name": "Lounge",
    "every": "month",
    "note": "Floor 2",
}


@pytest.mark.parametrize("page", ["member", "counter"])
def test_what_a_level_brings_is_used_up_at_the_desk_and_says_when_it_is_there_anew(
    page: str, town: Town, enter: Entering
) -> None:
    terms(town, "benefit", "lounge", LOUNGE)
    terms(town, "benefit", "late-check-out", {"ladder": "status", "levels": {"green": None}, "name": "Late check-out"})
    terms(town, "benefit", "upgrade", {"ladder": "status", "levels": {"gold": 1}, "name": "Upgrade"})
    clerk, here = enter("clerk"), path(town) if page == "member" else at(town)
    shown = clerk.get(here).text
    assert [one in shown for one in ("Lounge", "2 of 2 left", "Late check-out", "as often as they like")] == [True] * 4
    assert "Upgrade" not in shown
    for _ in range(2):
        assert send(clerk, f"{here}/benefit", benefit="lounge").status_code == 302
        shown = clerk.get(here).text
    assert "used up; again from 1 " in shown
    assert "Use: Lounge" not in shown
    refused = send(clerk, f"{here}/benefit", benefit="lounge")
    assert (refused.status_code, "Nothing of this is left now" in refused.text) == (422, True)
    send(clerk, f"{here}/benefit", benefit="late-check-out")
    where, fields = undo_of(clerk.get(here).text)
    other = enter("administrator")
    assert other.post(where, fields).status_code == 404
    clerk.post(where, fields)
    assert [row.count - row.given_back for row in BenefitUse.objects.order_by("id")] == [1, 1, 0]


def late(town: Town) -> Reset:
    """Everything that the first member has is taken."""
    terms(town, "reset", "late-bill", {"event": "bill-late", "unit": "points", "appeal_within": "14D"})
    place, now, member = Place(town.organisation, "billing", "5"), timezone.now(), town.members[0]
    tell([NewActivity(place, member, member, "bill-late", now)], actor=SETUP, at=now)
    return Reset.objects.get()


def test_a_late_bill_is_told_to_the_member_once_and_asked_back_on_their_own_page(town: Town, enter: Entering) -> None:
    row, ada = late(town), town.members[0]
    while tell_late_bills(actor=SETUP, at=timezone.now()):
        pass
    told = Message.objects.get(service="late-bill-notice")
    assert (told.member, told.channel, told.state, Outgoing.objects.filter(id=told.id).exists()) == (
        ada, "email", "released", True,
    )  # fmt: skip
    home, others = browser_of(ada), browser_of(town.members[1])
    assert "15 Points were taken from you" in home.get("/my/").text
    assert "taken from you" not in others.get("/my/points").text
    where = f"/my/points/{typed('rst', row.id)}"
    assert others.post(where).status_code == 404
    assert "We have it" in home.post(where, follow=True).text
    assert home.post(where).status_code == 302  # asked again it is as it was
    assert "Somebody is looking at it" in home.get("/my/points").text
    desk = enter("support")
    assert "1 member asks back what was taken" in desk.get("/").text
    assert "Ada Wong" in desk.get("/waiting").text
    send(desk, f"/waiting/appeal/{typed('rst', row.id)}", do="uphold")
    assert "it stays as it is" in home.get("/my/").text
    undone(desk, "/waiting")  # before anybody was told
    send(desk, f"/waiting/appeal/{typed('rst', row.id)}", do="give-back")
    assert points(town) == 15
    assert ["given back to you" in home.get(page).text for page in ("/my/points", "/my/")] == [True, True]
    decided = Message.objects.filter(service="appeal-granted")
    tell_late_bills(actor=SETUP, at=timezone.now())
    assert not decided.exists()
    for _ in range(2):
        tell_late_bills(actor=SETUP, at=timezone.now() + THOUGHT_OVER)
    (told,) = decided
    assert (told.member, told.channel, told.state) == (ada, "email", "released")


def test_an_appeal_at_the_desk_is_turned_down_thought_over_and_granted(town: Town, enter: Entering) -> None:
    row, desk, clerk = late(town), enter("support"), enter("clerk")
    terms(town, "benefit", "lounge", LOUNGE)
    all_of_it = enter("administrator")
    all_of_it.get(path(town))
    with counted() as asked:  # with what the level brings, and what was taken
        all_of_it.get(path(town))
    assert len(asked) <= MOST["member"]
    here = f"/taken/{typed('rst', row.id)}"
    page = clerk.get(path(town)).text
    assert ["They ask for it back" in page, "Turn it down" in page] == [True, False]
    assert send(clerk, path(town, f"{here}/appeal", 1)).status_code == 404  # of another
    assert send(clerk, path(town, f"{here}/appeal")).status_code == 302
    assert send(desk, path(town, f"{here}/withdraw")).status_code == 409  # another's
    undone(clerk, path(town))
    row.refresh_from_db()
    assert (row.state, row.appealed_at) == ("taken", None)
    send(clerk, path(town, f"{here}/appeal"))
    send(desk, path(town, f"{here}/decide"), do="uphold")
    assert send(enter("administrator"), path(town, f"{here}/reopen")).status_code == 409
    undone(desk, path(town))
    send(desk, path(town, f"{here}/decide"), do="give-back")
    assert points(town) == 15
    undone(desk, path(town))
    row.refresh_from_db()
    assert (points(town), row.state) == (0, "appealed")
    send(desk, path(town, f"{here}/decide"), do="give-back")
    assert (points(town), "given back" in desk.get(path(town)).text) == (15, True)


def test_a_family_shows_who_brings_what_and_who_takes_no_part(town: Town, enter: Entering) -> None:
    browser = enter("clerk")
    assert "Nothing is spent together" in browser.get(path(town, "/family")).text
    document = {"unit": "points", "most_members": 1, "order": "own-first"}
    terms(town, "family", "home", document)
    page = browser.get(path(town, "/family")).text
    assert [word in page for word in ("Points, together", "Ada Wong", "all places are taken", "head")] == [True] * 4
    assert "Nobody here is known to live with them" in browser.get(path(town, "/family", 2)).text
    send(browser, path(town, "/household", 2), other="ada.wong@example.com")
    where, fields = undo_of(browser.get(path(town, "/account", 2)).text)
    assert browser.get(path(town, "/family", 2)).text.count("all places are taken") == 2
    browser.post(where, fields)
    assert "Nobody here" in browser.get(path(town, "/family", 2)).text
