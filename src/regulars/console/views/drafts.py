"""Drafts of terms: what they would have cost, over which days, stopped, asked again, published."""

from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access import gate
from regulars.access.rights import Right
from regulars.console.asking import since, whole_of
from regulars.console.desk import Desk
from regulars.console.errors import FormUnfit
from regulars.console.forms_drafts import AgainForm, PublishForm
from regulars.console.selectors import drafts, reward
from regulars.programme.previews import asking, selectors

PAGE: Final = 50
FARTHEST: Final = 10**6  # row that a list goes on from
LONGEST: Final = 80  # of the code of a level


def draft(desk: Desk, draft: UUID) -> HttpResponse:
    """What it promises, and what it would have cost. Ten queries at most."""
    row = selectors.preview(draft, organisation=desk.home)
    manages = desk.may_all_over(Right.PROGRAMME_MANAGE)
    shown = {
        "draft": drafts.draft(desk, row),
        "found": drafts.found(row),
        "opens": desk.may_all_over(Right.MEMBERS_READ) and selectors.kept_members(row.id),
        "document": reward.plain_text(row.document),
        "again": AgainForm(drafts.spans(desk), initial={"days": f"{row.first_on}/{row.last_on}"}) if manages else None,
        "publish": PublishForm() if manages and row.version is None else None,
    }
    return desk.show("console/draft.html", shown)


def members(desk: Desk, draft: UUID) -> HttpResponse:
    """Who gets more by it, less, or the same, or is on a level in the end; the largest difference first. Each of them
    was looked at. Seven queries."""
    row = selectors.preview(draft, organisation=desk.home)
    gate.require(desk.holder.grants, Right.PROGRAMME_READ, organisation=desk.home)
    who = desk.request.GET.get("who", "")
    who = who if who in drafts.SIDES else next(iter(drafts.SIDES))
    offset = whole_of(desk.request.GET.get("from"), most=FARTHEST)
    level, drafted = desk.request.GET.get("level", "")[:LONGEST], desk.request.GET.get("by") == "draft"
    if level:
        found = selectors.on_level(row.id, level, drafted=drafted, offset=offset, limit=PAGE + 1)
    else:
        found = selectors.behind(row.id, drafts.SIDES[who], offset=offset, limit=PAGE + 1)
    shown = {
        "row": row, "name": drafts.name_of(row), "who": who, "sides": list(drafts.SIDES), "found": drafts.found(row),
        "level": level, "drafted": drafted, "onward": offset + PAGE if len(found) > PAGE else None,
    }  # fmt: skip
    shown |= drafts.behind(desk, row, found[:PAGE])
    return desk.show("console/draft_members.html", shown)


def again(desk: Desk, draft: UUID) -> HttpResponse:
    """Raises FormUnfit, UnknownPreview, PreviewRefused."""
    selectors.preview(draft, organisation=desk.home)
    form = AgainForm(drafts.spans(desk), desk.request.POST)
    if not form.is_valid():
        raise FormUnfit(_("Choose days that are over."))
    first_on, last_on = (date.fromisoformat(text) for text in form.cleaned_data["days"].split("/"))
    asking.again(draft, first_on, last_on, organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("draft", draft)


def stop(desk: Desk, draft: UUID) -> HttpResponse:
    asking.stop(draft, organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("draft", draft, told=_("It is being stopped."))


def drop(desk: Desk, draft: UUID) -> HttpResponse:
    row = selectors.preview(draft, organisation=desk.home)
    asking.drop(draft, organisation=desk.home, actor=desk.actor, at=desk.at)
    told = _("The draft is gone.")
    if reward.versions(desk, row.kind, row.code):
        return desk.go("terms-code", row.kind, row.code, told=told)
    return desk.go("terms", told=told)


def publish(desk: Desk, draft: UUID) -> HttpResponse:
    """Raises FormUnfit, and what a publication refuses."""
    form = PublishForm(desk.request.POST)
    if not form.is_valid():
        raise FormUnfit(_("This is no day."))
    begins_at = since(form.cleaned_data["begins_on"], desk.zone)
    if begins_at is not None and begins_at <= desk.at:
        begins_at = None  # from today on is at once
    with transaction.atomic():
        made = asking.publish_draft(draft, organisation=desk.home, begins_at=begins_at, actor=desk.actor, at=desk.at)
    told = _("Version %(version)d is published. What is past keeps its own.") % {"version": made.version}
    return desk.go("terms-code", made.kind, made.code, told=told)
