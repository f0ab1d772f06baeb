"""Audiences on pages: put together step by step, kept, listed, explained; who may see which."""

from typing import Any
from uuid import uuid4

import pytest
from django.http import QueryDict

from regulars.basics.ids import typed
from regulars.console.builder import documents
from regulars.console.builder.tree import posted, walked
from regulars.journal.models import Entry
from regulars.outreach.moves import NewAudience
from regulars.outreach.services import audiences as services
from tests.console.conftest import Entering
from tests.console.town import SETUP, Town
from tests.statements import counted

BUYERS: Any = {"all": [{"type": "bought", "times_at_least": 1, "within_days": 90}]}
SCALES = {"points": 0, "GBP-value": 2}
EVERY: Any = {"not": {"any": [
    {"type": "bought", "categories": ["food/tea, green"], "brands": ["Ada \"the\" Tea"], "within_days": 90,
     "times_at_least": 2, "times_at_most": 9, "amount_at_least": 1250, "amount_at_most": 99900, "currency": "GBP",
     "stores": [typed("str", uuid4())], "merchants": [typed("mrc", uuid4())], "channels": ["till"]},
    {"not": {"all": [
        {"type": "last-bought", "days_ago_at_least": 90, "since": "2026-01-01", "items": ["a", "茶"]},
        {"type": "never-bought", "brands": ["x"]},
        {"not": {"type": "tier", "ladder": "status", "levels": ["gold", "silver"]}},
        {"type": "balance", "unit": "GBP-value", "at_least": 1250, "at_most": 99999},
        {"type": "expiring", "unit": "points", "within_days": 30, "at_least": 100},
    ]}},
    {"type": "birthday", "first_day": -3, "last_day": 14},
    {"type": "enrolled", "within_days": 30, "until": "2026-05-04"},
    {"type": "fact", "name": "town", "any_of": ["Leeds"]},
    {"type": "born", "from_decade": 1980},
    {"type": "household", "members_at_least": 2},
    {"type": "field", "name": "shoe_size", "any_of": ["42", 42, True, "true", "plain", "a, b"]},
    {"type": "consent", "channel": "email", "purpose": "marketing"},
    {"type": "identifier", "kind": "phone", "verified": False},
    {"type": "tag", "any_of": ["vip"]},
    {"type": "mark", "name": "churn", "any_of": [0.25, 7, "low"], "at_least": 0.5},
]}}  # fmt: skip


def form_of(part: Any) -> QueryDict:
    """As a browser sends it."""
    form = QueryDict(mutable=True)
    for one in walked(part):
        form.appendlist("at", one.path)
        form[f"{one.path}:is"] = one.kind
        if one.negated:
            form[f"{one.path}:not"] = "on"
        for name, texts in one.typed.items():
            form.setlist(f"{one.path}:{name}", texts)
    return form


def test_every_kind_of_condition_goes_through_the_form_and_comes_back_the_same() -> None:
    whole = documents.unfolded(EVERY, SCALES)
    assert documents.write(posted(form_of(whole)), SCALES).document == EVERY


@pytest.mark.parametrize(
    ("kind", "typed_in", "told"),
    [
        ("bought", {"within_days": "soon"}, "whole number"), ("bought", {"amount_at_least": "12"}, "currency"),
        ("tag", {}, "not said"), ("mark", {"name": "churn", "at_least": "high"}, "no number"), ("tier", {}, "at least"),
        ("born", {"from_decade": "1990", "to_decade": "1950"}, "above"), ("bought", {"within_days": "0"}, "small"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_condition(kind: str, typed_in: dict[str, str], told: str) -> None:
    form = QueryDict(mutable=True)
    form.setlist("at", ["r", "r.0"])
    form.update({"r:is": "all", "r.0:is": kind} | {f"r.0:{name}": text for name, text in typed_in.items()})
    whole = posted(form)
    assert documents.check(documents.write(whole, SCALES)) is None
    assert told in " ".join(whole.parts[0].faults)


def test_places_that_a_form_cannot_have_are_left_out() -> None:
    form = QueryDict(mutable=True)
    form.setlist("at", ["r", "r.0", "r.0.0", "x", "r.9.9", "r"])
    form.update({"r:is": "all", "r.0:is": "tag", "r.0.0:is": "tag", "r.0:any_of": "vip"})
    assert documents.write(posted(form), {}).document == {"all": [{"type": "tag", "any_of": ["vip"]}]}


def sent(do: str, **more: str) -> dict[str, Any]:
    form = {"key": str(uuid4()), "do": do, "at": ["r", "r.0"], "r:is": "all", "r.0:is": "bought"}
    return form | {"r.0:times_at_least": "1", "r.0:within_days": "90"} | more


def test_an_audience_is_put_together_counted_kept_and_changed(town: Town, enter: Entering) -> None:
    services.retire(town.organisation, "vips", actor=SETUP, at=town.at)
    browser = enter("marketer")
    assert "Slipping away" in browser.get("/audiences").text  # an empty page begins the job
    assert "bought anything at least 4 times" in browser.get("/audiences/new?ready=regular-guests").text
    nested = browser.post("/audiences/new", sent("group r"))
    assert 'name="r.1.0:within_days"' in nested.text
    added = browser.post("/audiences/new", sent("add r") | {"r:new": "tag"}).text
    assert 'name="r.1:any_of"' in added
    assert "Something is not said yet." in added  # beside, and nothing is red before it is kept
    assert 'role="alert">Something' not in added
    assert 'name="r.0:is"' not in browser.post("/audiences/new", sent("drop r.0")).text
    asked = browser.post("/audiences/ask", sent("look")).text
    assert ">2 <" in asked
    assert "购买过任何商品" in asked
    refused = browser.post("/audiences/new", sent("save", name="Buyers") | {"r.0:within_days": "soon"})
    assert refused.status_code == 422
    assert "whole number" in refused.text
    kept = browser.post("/audiences/new", sent("save", name="Buyers of ours", place=typed("org", town.organisation)))
    assert kept.headers["Location"] == "/audiences/code/buyers-of-ours"
    page = browser.get("/audiences/code/buyers-of-ours?count").text
    assert 'href="/members?audience=buyers-of-ours"' in page
    assert "<strong>2</strong>" in page
    again = browser.post("/audiences/new", sent("save", name="x", code="buyers-of-ours",
                                                place=typed("org", town.organisation)))  # fmt: skip
    assert "There is an audience of this code." in again.text
    stale = sent("save", name="Buyers", version="1") | {"r.0:within_days": "30"}
    where = "/audiences/code/buyers-of-ours/edit"
    assert browser.post(where, stale).status_code == 302
    assert browser.post(where, {**stale, "key": str(uuid4()), "r.0:within_days": "7"}).status_code == 422
    assert "version 2" in browser.get("/audiences/code/buyers-of-ours").text


def make(town: Town, code: str = "buyers", **more: Any) -> None:
    wanted = NewAudience(town.organisation, code, code.capitalize(), BUYERS, **more)
    services.save(wanted, actor=SETUP, at=town.at)


def test_members_in_it_are_listed_explained_and_written_down(town: Town, enter: Entering) -> None:
    make(town)
    services.compare(town.organisation, "buyers", actor=SETUP, at=town.at)
    browser = enter("marketer")
    page = browser.get("/members?audience=buyers").text
    assert [name in page for name in ("Ada Wong", "周明丽", "Bram de Vries")] == [True, True, False]
    assert "Ada Wong" in browser.get("/members?audience=buyers&tag=vip").text
    assert "周明丽" not in browser.get("/members?audience=buyers&level=status/gold").text
    led = browser.post("/audiences/code/buyers/find", {"who": "ada.wong@example.com"})
    told = browser.get(led.headers["Location"]).text
    assert "In it" in told
    assert "times: 1" in told
    assert "entered" in browser.get("/audiences/code/buyers").text
    seen = Entry.objects.filter(what="members.read", actor_name="Marketer", after__by="audience")
    assert set(seen.values_list("subject", flat=True)) == {typed("mbr", one) for one in town.members[:2]}
    file = enter("administrator").get("/members/export.csv?audience=buyers").text
    assert "Ada Wong" in file
    assert "Bram" not in file


def test_it_is_renamed_taken_out_of_use_and_taken_up_again(town: Town, enter: Entering) -> None:
    make(town)
    browser = enter("marketer")
    for verb, more in (("rename", {"name": "Guests"}), ("retire", {}), ("revive", {})):
        assert browser.post(f"/audiences/code/buyers/{verb}", {"key": str(uuid4()), **more}).status_code == 302
    page = browser.get("/audiences/code/buyers").text
    assert "Guests" in page
    assert "Out of use" not in page
    assert "Guests" in browser.get("/audiences/new?copy=buyers").text


def test_an_audience_of_a_place_is_seen_where_somebody_may_see_it(town: Town, enter: Entering) -> None:
    make(town, "ours")
    make(town, "bakers", merchant=town.bakery)
    assert "Bakers" in enter("marketer").get("/audiences").text
    foreign = enter("foreign")
    assert foreign.get("/audiences/code/ours").status_code == 404
    assert foreign.get("/members?audience=ours").text.count("Ada") == 0
    analyst = enter("analyst")  # who may count, and see nobody
    assert analyst.get("/audiences/code/ours?count").status_code == 200
    assert "Who came" not in analyst.get("/audiences/code/ours").text
    assert analyst.get(f"/audiences/code/ours/why/{typed('mbr', town.members[0])}").status_code == 403


def test_a_longer_list_asks_no_more(town: Town, enter: Entering) -> None:
    make(town)
    browser = enter("marketer")
    browser.get("/audiences")
    with counted() as few:
        browser.get("/audiences")
    for number in range(5):
        make(town, f"more-{number}")
    with counted() as many:
        browser.get("/audiences")
    assert len(many) == len(few) <= 12
