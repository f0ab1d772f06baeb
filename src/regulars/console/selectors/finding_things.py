"""What is found by a name beside people: cases, campaigns, audiences, templates, coupons, places."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from regulars.access.rights import Right
from regulars.basics.periods import day_of
from regulars.care import selectors as care
from regulars.care.models import Case
from regulars.care.moves import Sought
from regulars.console.desk import Desk
from regulars.console.page import Page, allowed
from regulars.console.places import named, number_of, open_to
from regulars.console.selectors import audiences as of_audiences
from regulars.console.selectors import campaigns as of_campaigns
from regulars.console.selectors.care import reach as reach_of_cases
from regulars.outreach.models import Audience, Campaign, Template
from regulars.programme.book import book

MOST: Final = 6
LOOKED: Final = 200  # open cases, the one due first first: their subjects are sealed, and opened to be compared


@dataclass(frozen=True, slots=True)
class Thing:
    """A link, with what tells it apart."""

    label: str
    url: str
    note: str = ""


def cases(desk: Desk, text: str) -> list[Thing]:
    """By id, or open ones by a part of their subject. Two queries."""
    if not desk.may(Right.CARE_READ):
        return []
    number = number_of("cas", text)
    reached = reach_of_cases(desk)
    if number is not None:
        rows = list(Case.objects.filter(reached, organisation=desk.home, pk=number))
    else:
        asked = Sought(states=frozenset({"open", "waiting"}))
        rows = care.cases(reached, desk.home, asked, limit=LOOKED, at=desk.at)
    subjects = care.subjects_of(rows) if rows else {}
    folded = text.casefold()
    fit = [row for row in rows if number is not None or folded in subjects.get(row.id, "").casefold()]
    return [
        Thing(subjects.get(row.id, ""), desk.url("case", row.id), day_of(row.due_at, desk.zone).isoformat())
        for row in fit[:MOST]
    ]


def campaigns(desk: Desk, text: str) -> list[Thing]:
    """One query."""
    if not desk.may(Right.AUDIENCES_READ):
        return []
    rows = Campaign.objects.filter(of_campaigns.reach(desk), _named(text), organisation=desk.home).order_by("-id")
    return [Thing(row.name, desk.url("campaign", row.code), row.code) for row in rows[:MOST]]


def audiences(desk: Desk, text: str) -> list[Thing]:
    """Those in use. One query."""
    if not desk.may(Right.AUDIENCES_READ):
        return []
    rows = Audience.objects.filter(of_audiences.reach(desk), _named(text), organisation=desk.home, retired_at=None)
    return [Thing(row.name, desk.url("audience", row.code), row.code) for row in rows.order_by("name")[:MOST]]


def templates(desk: Desk, text: str) -> list[Thing]:
    """Those in use. One query."""
    if not desk.may_all_over(Right.OUTREACH_SEND):
        return []
    rows = Template.objects.filter(_named(text), organisation=desk.home, retired_at=None).order_by("name")
    return [Thing(row.name, desk.url("template", row.code), row.code) for row in rows[:MOST]]


def coupons(desk: Desk, text: str) -> list[Thing]:
    """Series. No query where the book is known."""
    if not desk.may(Right.PROGRAMME_READ):
        return []
    newest = {one.code: one for one in book(desk.home).versions("coupon-series")}
    folded = text.casefold()
    fit = [(code, one.terms.name or code) for code, one in sorted(newest.items())]
    found = [(code, name) for code, name in fit if folded in f"{name} {code}".casefold()]
    return [Thing(name, desk.url("terms-code", "coupon-series", code), code) for code, name in found[:MOST]]


def places(desk: Desk, text: str) -> list[Thing]:
    """Merchants and stores where the reader works; they lead to their own page, or to working there. No query."""
    from regulars.console.pages import PAGES

    names, folded = named(desk.holder.grants.places), text.casefold()
    page: Page = next(one for one in PAGES if one.name == "set-up")
    seen = allowed(page, desk.holder.grants, desk.place)
    mine = [one for one in open_to(desk.holder) if one.organisation == desk.home and one.merchant]
    told = [(one, names.get(one.store or one.merchant or one.organisation, "")) for one in mine]
    found = [(one, name) for one, name in told if folded in name.casefold()][:MOST]
    if not seen:
        return [Thing(name, desk.url("work-at")) for _, name in found]
    return [
        Thing(name, desk.url("store", one.store) if one.store else desk.url("merchant", one.merchant))
        for one, name in found
    ]


def _named(text: str) -> Q:
    return Q(name__icontains=text) | Q(code__icontains=text)
