"""What several scenarios do on pages: a bill reckoned, a campaign planned, approved by somebody else, its lots."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.browsing import aside
from tests.scenarios.site import Site

from regulars.basics.ids import untyped
from regulars.members import codes
from regulars.members.keys import card_secret
from regulars.members.models import Card
from regulars.outreach.campaigns import selectors
from regulars.outreach.models import Campaign

if TYPE_CHECKING:
    from playwright.sync_api import Page

expect = pytest.importorskip("playwright.sync_api").expect
OPENED = {  # fields within what is opened first
    "makes_list": "A personal list with offers", "cells": "Another offer for each cell",
    "statement_unit": "A statement of points",
}  # fmt: skip


def code_on(member: Any, drawn: str) -> str:
    """The changing code that a picture shows: of this half minute, or of the one before."""
    card = Card.objects.get(member=member, state="active").id
    now = datetime.now(UTC)
    told = [codes.code(card, at=now - timedelta(seconds=back), secret=card_secret()) for back in (0, 30, 60)]
    return next(one for one in told if f'd="{drawn}"' in codes.svg(one))


def reckoned(page: "Page", what: str, price: str, *, due: str) -> None:
    """A bill with one line, and what it comes to."""
    page.get_by_label("What", exact=True).fill(what)
    page.get_by_label("Price of the line").fill(price)
    page.get_by_role("button", name="What does it come to?").click()
    expect(page.locator(".due strong")).to_have_text(due)


def planned(page: "Page", name: str, audience: str, **more: str) -> None:
    """A campaign typed and kept: it is being tried out."""
    page.goto("/reach/campaigns/new")
    page.get_by_label("Name of the campaign").fill(name)
    page.locator("[name=audience]").select_option(label=audience)
    for field, value in more.items():
        one = page.locator(f"[name={field}]")
        if field in OPENED:
            page.locator("summary", has_text=OPENED[field]).click()
        if field in ("series", "email", "statement_unit"):
            one.select_option(label=value)
        elif field in ("mark", "makes_list"):
            one.check()
        else:
            one.fill(value)
    page.get_by_role("button", name="Keep it and try it out").click()
    expect(page.locator("h1")).to_have_text(name)


def begun(site: Site, page: "Page", code: str) -> None:
    """The planner asks, a second person approves, and it begins."""
    page.reload()
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.locator("main")).to_contain_text("nobody approves what they planned")
    with site.at_desk("administrator") as other:
        other.goto(f"/reach/campaigns/code/{code}")
        other.get_by_role("button", name="Approve it").click()
        expect(other.locator("main")).to_contain_text("Approved")
    site.worker()


def arms(site: Site, code: str) -> dict[str, set[Any]]:
    """Who was to get it and who not, as it was drawn."""

    def drawn() -> dict[str, set[Any]]:
        plan = selectors.plan_of(Campaign.objects.get(organisation=site.town.organisation, code=code))
        assert plan is not None
        return {arm: {one.member for one in selectors.members_of(plan.id, arm=arm)} for arm in ("treated", "holdout")}

    found: dict[str, set[Any]] = aside(drawn)
    return found


def number_in(link: Any) -> Any:
    return untyped("mbr", link.get_attribute("href").rpartition("/")[2])
