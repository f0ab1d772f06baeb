"""Find anyone and anything: what something typed may mean, within what the reader may see."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.access.rights import Right
from regulars.console import saved
from regulars.console.desk import Desk
from regulars.console.page import Page, allowed
from regulars.console.selectors import finding_things as things
from regulars.console.selectors.finding import Sought, find
from regulars.console.selectors.finding_things import Thing

LETTERS: Final = 2  # typed before anything is looked for
# What somebody may begin with, by the name of its page.
ACTIONS: Final = (
    ("counter", gettext_lazy("Open the counter")), ("members-new", gettext_lazy("New member")),
    ("case-new", gettext_lazy("New case")), ("audience-new", gettext_lazy("New audience")),
    ("campaign-new", gettext_lazy("New campaign")), ("template-new", gettext_lazy("New template")),
    ("terms-new", gettext_lazy("Write new terms")), ("simulator", gettext_lazy("Try out a bill")),
    ("imports", gettext_lazy("Import a file")), ("staff-new", gettext_lazy("Take somebody on")),
    ("role-new", gettext_lazy("New role")), ("keys", gettext_lazy("Make an API key")),
    ("webhooks", gettext_lazy("Make a webhook")), ("set-up", gettext_lazy("Open a merchant or a store")),
    ("work-at", gettext_lazy("Work somewhere else")), ("views", gettext_lazy("All views")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one kind that were found."""

    title: str
    things: Sequence[Thing]


def palette(desk: Desk) -> HttpResponse:
    """People, things, views, pages and actions that something typed may mean. Sixteen queries at most."""
    from regulars.console.pages import PAGES

    text = desk.request.POST.get("q", "").strip()[:100]
    long = len(text) >= LETTERS
    sought = find(text, desk) if long and desk.may(Right.MEMBERS_READ) else Sought()
    groups = [one for one in _groups(desk, PAGES, text, long=long) if one.things]
    return render(desk.request, "console/parts/found.html", {"hits": sought.hits, "groups": groups})


def _groups(desk: Desk, pages: Sequence[Page], text: str, *, long: bool) -> Iterator[Group]:
    folded = text.casefold()
    kept = [Thing(one.name, one.url, one.label) for one in saved.found(desk, pages, text)]
    yield Group(_("Views"), kept[: things.MOST])
    if long:
        yield Group(_("Cases"), things.cases(desk, text))
        yield Group(_("Campaigns"), things.campaigns(desk, text))
        yield Group(_("Audiences"), things.audiences(desk, text))
        yield Group(_("Templates"), things.templates(desk, text))
        yield Group(_("Coupons"), things.coupons(desk, text))
        yield Group(_("Places"), things.places(desk, text))
    yield Group(_("Actions"), [one for one in _actions(desk, pages) if folded in one.label.casefold()])
    listed = [Thing(entry.label, entry.url, verb.label) for verb in desk.menu for entry in verb.entries]
    yield Group(_("Pages"), [one for one in listed if folded in f"{one.note} {one.label}".casefold()])


def _actions(desk: Desk, pages: Sequence[Page]) -> list[Thing]:
    """Those that the reader may begin here."""
    by_name: dict[str, Any] = {page.name: page for page in pages}
    open_to = [(name, label) for name, label in ACTIONS if allowed(by_name[name], desk.holder.grants, desk.place)]
    return [Thing(str(label), desk.url(name), "") for name, label in open_to if name != "work-at" or desk.elsewhere]
