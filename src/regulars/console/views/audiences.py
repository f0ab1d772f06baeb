"""Audiences: which there are, who is in one and why, who came and went, renamed and taken out of use."""

import json
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_audience import NameForm, WhoForm
from regulars.console.forms_saved import OrderForm
from regulars.console.refusals import told_in
from regulars.console.selectors import audiences as shown_of
from regulars.console.selectors.care import people_told
from regulars.console.selectors.finding import find
from regulars.console.selectors.names import names_of
from regulars.console.selectors.ready import ready
from regulars.members.selectors import roots
from regulars.outreach import selectors
from regulars.outreach.audiences.reading import read
from regulars.outreach.models import Audience
from regulars.outreach.moves import NewAudience
from regulars.outreach.services import audiences as services
from regulars.rules.sentences.words import Language

CHANGES: Final = 20


def listing(desk: Desk) -> HttpResponse:
    """Those of the places that somebody may see, with how many were in each when it was last compared. 8 queries."""
    retired = "retired" in desk.request.GET
    rows = shown_of.listed(desk, retired=retired)
    form = OrderForm([("", _("By name")), ("members", _("Most members first"))], desk.request.GET)
    if form.chosen().get("sort") == "members":
        rows = sorted(rows, key=lambda one: -(one.audience.inside or 0))
    makes = bool(shown_of.offered(desk))
    shown: dict[str, Any] = {"form": form, "rows": rows, "retired": retired, "makes": makes}
    shown |= {"ready": ready() if not rows and makes else ()}
    return desk.show("console/audiences.html", shown)


def show(desk: Desk, audience: str) -> HttpResponse:
    """Raises AudienceUnknown. Nobody is counted unless it is asked for: the page does so when it is there."""
    return page_of(desk, shown_of.one(desk, audience))


def page_of(desk: Desk, row: Audience, *, status: int = 200, **bound: Any) -> HttpResponse:
    """The page of an audience; `bound`: a form with its faults, which stands open. 14 queries, two more to count."""
    tree = read(row.document)
    known = shown_of.may_of(desk, row, Right.MEMBERS_READ)
    before = desk.request.GET.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    changes = selectors.changes(row.id, before=number, limit=CHANGES + 1) if known else []
    people = _people(desk, sorted({one.member for one in changes[:CHANGES]}))
    versions = selectors.versions(row.id)
    counted = "count" in desk.request.GET and row.retired_at is None
    shown = {
        "row": row,
        "place": shown_of.place_name(desk, row),
        "said": shown_of.said(desk, tree),
        "counted": selectors.count(tree, selectors.asked_by(row, at=desk.at)) if counted else None,
        "changes": [(one, *people[one.member]) for one in changes[:CHANGES]],
        "onward": changes[CHANGES - 1].id if len(changes) > CHANGES else None,
        "versions": versions,
        "authors": people_told([one.made_by for one in versions]),
        "document": json.dumps(row.document, indent=2, ensure_ascii=False),
        "manages": shown_of.may_of(desk, row, Right.AUDIENCES_MANAGE),
        "knows": known,
        "forms": {"name": NameForm(initial={"name": row.name}), "who": WhoForm()} | bound,
        "opened": next(iter(bound), ""),
    }
    return desk.show("console/audience.html", shown, status=status)


def _people(desk: Desk, members: list[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Of each who they are now, and their name; each was looked at."""
    if not members:
        return {}
    now = roots(members, organisation=desk.home)
    desk.looked(sorted(set(now.values())), by="audience")
    names = names_of(sorted(set(now.values())))
    return {member: (root, names.get(root, "")) for member, root in now.items()}


def find_in(desk: Desk, audience: str) -> HttpResponse:
    """Whom something typed leads to, and from there to why they are in it or not."""
    row = shown_of.one(desk, audience, Right.MEMBERS_READ)
    form = WhoForm(desk.request.POST)
    if form.is_valid():
        hits = find(form.cleaned_data["who"], desk).hits
        if len(hits) == 1:
            return desk.go("audience-why", audience, hits[0].member)
        told = _("Several are called so: type something that is theirs alone.") if hits else _("Nobody is found.")
        form.add_error("who", told)
    return page_of(desk, row, status=UNFIT, who=form)


def why(desk: Desk, audience: str, member: UUID) -> HttpResponse:
    """Each condition with the fact that says so. Raises AudienceUnknown, UnknownMember. 12 queries."""
    row = shown_of.one(desk, audience, Right.MEMBERS_READ)
    language = Language.CHINESE if (get_language() or "").startswith("zh") else Language.ENGLISH
    told = selectors.why(read(row.document), selectors.asked_by(row, at=desk.at), member, language=language)
    desk.looked([told.member], by="audience")
    shown = {"row": row, "told": told, "name": names_of([told.member])[told.member]}
    return desk.show("console/audience_why.html", shown)


def rename(desk: Desk, audience: str) -> HttpResponse:
    """The same conditions by another name: a version like any other."""
    row = shown_of.one(desk, audience, Right.AUDIENCES_MANAGE)
    form = NameForm(desk.request.POST)
    if form.is_valid():
        name = form.cleaned_data["name"]
        wanted = NewAudience(row.organisation, row.code, name, row.document, row.merchant, row.store, row.version)
        with told_in(form):
            services.save(wanted, actor=desk.actor, at=desk.at)
            return desk.go("audience", audience, told=_("It is called so now."))
    return page_of(desk, row, status=UNFIT, name=form)


def retire(desk: Desk, audience: str) -> HttpResponse:
    """Nobody is in it any more; its history stays, and it can be taken up again."""
    row = shown_of.one(desk, audience, Right.AUDIENCES_MANAGE)
    services.retire(row.organisation, row.code, actor=desk.actor, at=desk.at)
    return desk.go("audience", audience, told=_("It is out of use."))


def revive(desk: Desk, audience: str) -> HttpResponse:
    """As it was when it went out of use."""
    row = shown_of.one(desk, audience, Right.AUDIENCES_MANAGE)
    wanted = NewAudience(row.organisation, row.code, row.name, row.document, row.merchant, row.store, row.version)
    services.save(wanted, actor=desk.actor, at=desk.at)
    return desk.go("audience", audience, told=_("It is in use again."))
