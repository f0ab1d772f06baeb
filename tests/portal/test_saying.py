"""What a member says: consent with its proof, who they are, what they like, and the family."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.members.models import Consent, Household, Member, Wording
from regulars.members.selectors.consents import permissions_of, permitted, proofs_of
from regulars.members.selectors.profiles import facts_of, values_of
from regulars.members.services.consents import publish
from regulars.portal.views.family import LIVES
from tests.console.town import SETUP
from tests.portal.village import Village, browser_of

HERE = reverse("my-preferences")


def wording(village: Village, language: str = "en") -> Wording:
    return Wording.objects.filter(organisation=village.town.organisation, language=language).latest("published_at")


def told(browser: Client, village: Village, *channels: str, words: Any = None, on: tuple[str, ...] = ()) -> Any:
    """The form as the page sends it."""
    sent = {"yes-marketing": list(channels), "on-marketing": list(on or ("email", "sms", "phone", "post"))}
    return browser.post(HERE, sent | {"words-marketing": str(words or wording(village).id)})


def test_a_yes_and_a_no_are_kept_with_their_proof_and_hold_at_once(village: Village) -> None:
    browser, own = browser_of(village.ada), typed("mbr", village.ada)
    assert told(browser, village, "email", "post").headers["Location"] == f"{HERE}?told=kept"
    assert permitted([village.ada], "email", "marketing") == {village.ada}
    told(browser, village, "post")
    assert permitted([village.ada], "email", "marketing") == set()
    said = [(one.channel, one.given, one.source, one.actor, one.version) for one in proofs_of(village.ada)]
    by = f"member:{own}"
    assert sorted(said[:2]) == [("email", True, "portal", by, "1"), ("post", True, "portal", by, "1")]
    assert said[2:] == [("email", False, "portal", by, "")]
    lines = Entry.objects.filter(what="consents.tell", subject=own)
    assert {(line.actor_kind, line.actor_id) for line in lines} == {("member", own)}


def test_what_was_not_on_the_page_or_has_not_changed_stays(village: Village) -> None:
    browser = browser_of(village.ada)
    told(browser, village, "email")
    before = Consent.objects.count()
    told(browser, village, "email")
    told(browser, village, on=("sms",))  # of a page that showed one box
    assert Consent.objects.count() == before
    assert permissions_of(village.ada) == {("email", "marketing"): True}


def test_a_yes_to_words_that_have_changed_is_asked_again(village: Village) -> None:
    browser, old = browser_of(village.ada), wording(village).id
    publish(
        organisation=village.town.organisation, purpose="marketing", language="en", version="2",
        text="Send me offers and news.", actor=SETUP, at=datetime.now(UTC),
    )  # fmt: skip
    page = told(browser, village, "email", words=old)
    assert (page.status_code, "words have changed" in page.text, "offers and news" in page.text) == (422, True, True)
    assert not Consent.objects.exists()
    told(browser, village, "email")
    assert [one.version for one in proofs_of(village.ada)] == ["2"]


def test_the_words_are_those_of_the_page(village: Village) -> None:
    publish(
        organisation=village.town.organisation, purpose="marketing", language="zh", version="1", text="请发优惠给我。",
        actor=SETUP, at=datetime.now(UTC),
    )  # fmt: skip
    browser = browser_of(village.ada)
    pages = [browser.get(HERE, headers={"accept-language": language}).text for language in ("en", "zh-hans")]
    assert ["请发优惠给我" in page for page in pages] == [False, True]
    assert "Send me offers" in pages[0]


def test_no_to_everything(village: Village) -> None:
    browser = browser_of(village.ada)
    told(browser, village, "email", "sms")
    assert browser.post(HERE, {"nothing": "1"}).headers["Location"] == f"{HERE}?told=nothing"
    assert set(permissions_of(village.ada).values()) == {False}


def test_what_they_like_is_a_fact_from_these_pages(village: Village) -> None:
    browser = browser_of(village.ada)
    browser.post(HERE, {"likes": "1", "own-drinks": ["tea"]})
    fact = facts_of([village.ada])[village.ada]["drinks"]
    assert (fact.value, fact.source) == (["tea"], "portal")
    assert not Consent.objects.exists()  # the other form was not sent
    browser.post(HERE, {"likes": "1"})
    assert "drinks" not in values_of(village.ada)


def test_who_they_are_and_the_birthday_once(village: Village) -> None:
    Member.objects.filter(id=village.bram).update(state="active")
    browser, where = browser_of(village.bram), reverse("my-me")
    said = {"given_name": "Bram", "family_name": "Vries", "town": "", "language": "zh"}
    assert browser.post(where, said).status_code == 302
    known = values_of(village.bram)
    assert (known["family_name"], known["language"], "town" in known) == ("Vries", "zh", False)
    born = known["birth_on"]
    browser.post(where, said | {"birth_on": "1990-01-01"})
    assert values_of(village.bram)["birth_on"] == born


@pytest.mark.parametrize("wrong", [{"birth_on": "3000-01-01"}, {"language": "xx"}, {"given_name": "a" * 500}])
def test_what_does_not_fit_is_told_at_its_field(wrong: dict[str, str], village: Village) -> None:
    from regulars.members.models import Fact

    Fact.objects.filter(member=village.bram, name="birth_on").delete()
    page = browser_of(village.bram).post(reverse("my-me"), {"given_name": "Bram"} | wrong)
    assert (page.status_code, 'role="alert"' in page.text) == (422, True)
    assert values_of(village.bram)["family_name"] == "de Vries"


def invitation(browser: Client) -> str:
    """The address that the page shows."""
    found = re.search(r"(/my/family/join/[^<]+)<", browser.post(reverse("my-family-invite")).text)
    assert found
    return found[1]


def test_an_invitation_makes_one_family_of_two(village: Village) -> None:
    ada, bram = browser_of(village.ada), browser_of(village.bram)
    where = invitation(ada)
    assert "Ada Wong" in bram.get(where).text
    assert Member.objects.get(id=village.bram).household_id is None  # looking at it joins nobody
    assert bram.post(where).headers["Location"].startswith(reverse("my-family"))
    page = bram.get(reverse("my-family")).text
    assert "Ada Wong" in page
    assert "31" in page  # of the three together
    home = Member.objects.get(id=village.bram).household_id
    assert home is not None
    assert home == Member.objects.get(id=village.ada).household_id
    assert Entry.objects.get(what="households.join", subject=typed("hsh", home)).actor_id == typed("mbr", village.bram)
    bram.post(reverse("my-family-leave"))
    assert Member.objects.get(id=village.bram).household_id is None


def test_who_lives_alone_makes_a_household_by_inviting(village: Village) -> None:
    Member.objects.filter(id=village.zhou).update(household=None, household_since=None)
    zhou, bram = browser_of(village.zhou), browser_of(village.bram)
    zhou.post(invitation(bram))
    home = Household.objects.get(head=village.bram)
    living = Member.objects.filter(household=home).values_list("id", flat=True)
    assert set(living) == {village.zhou, village.bram}


def test_invitations_end_and_go_no_further_than_the_organisation(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bram = browser_of(village.ada), browser_of(village.bram)
    where = invitation(ada)
    assert browser_of(village.foreign).post(where).status_code == 404
    assert bram.post(where[:-3]).status_code == 404
    assert "invitation" not in browser_of(village.zhou).post(reverse("my-family-invite"), follow=True).text.lower()
    monkeypatch.setattr("regulars.portal.views.family.LIVES", timedelta(0))
    assert timedelta(0) < LIVES
    assert bram.post(where).status_code == 404
    assert Member.objects.get(id=village.bram).household_id is None
