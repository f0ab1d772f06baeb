"""Views of lists that somebody keeps: their own, or shared with all who may come to the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.basics.ids import new_id, typed
from regulars.console.desk import CURSORS, Desk
from regulars.console.errors import ViewRefused, ViewUnknown
from regulars.console.models import SavedView
from regulars.console.page import Page, allowed
from regulars.journal.moves import Deed
from regulars.journal.services import record

PREFIX: Final = "viw"
MOST: Final = 100  # that one person keeps
LONGEST: Final = 2_000  # signs of a query
DROPPED: Final = timedelta(days=2)  # so long it can be brought back


@dataclass(frozen=True, slots=True)
class Shown:
    """A view as a link."""

    id: UUID
    name: str
    url: str
    here: bool
    shared: bool
    mine: bool
    label: str = ""  # of its page


def of_page(desk: Desk) -> list[Shown]:
    """Those of the page that the reader sees: their own and shared ones, by name. One query."""
    rows = _seen(desk).filter(page=desk.page)
    return [_shown(desk, row) for row in sorted(rows, key=lambda row: row.name.casefold())]


def found(desk: Desk, pages: Sequence[Page], text: str = "") -> list[Shown]:
    """Of pages that the reader may come to, whose name says this, by name. One query."""
    open_to = {page.name: page for page in pages if page.keeps and allowed(page, desk.holder.grants, desk.place)}
    folded = text.casefold()
    rows = [row for row in _seen(desk) if row.page in open_to and folded in row.name.casefold()]
    return [
        _shown(desk, row, str(open_to[row.page].label)) for row in sorted(rows, key=lambda row: row.name.casefold())
    ]


def keep(desk: Desk, page: str, name: str, query: str, *, shared: bool) -> UUID:
    """Under a name that is there already it takes the place of what was kept. Raises ViewRefused."""
    mine = SavedView.objects.filter(organisation=desk.home, staff=desk.holder.id, dropped_at=None)
    known = mine.filter(page=page, name=name).first()
    if known is None and mine.count() >= MOST:
        raise ViewRefused(_("You keep a hundred views already. Drop one first."))
    row = known or SavedView(
        id=new_id(desk.at), organisation=desk.home, staff=desk.holder.id, page=page, name=name, made_at=desk.at
    )
    row.query, row.shared = cleaned(query), shared
    row.save()
    _noted(desk, "console.keep_view", row)
    return row.id


def change(desk: Desk, view: UUID, name: str, *, shared: bool) -> SavedView:
    """Raises ViewUnknown, ViewRefused where another one is called so."""
    row = own(desk, view)
    same = SavedView.objects.filter(
        organisation=desk.home, staff=row.staff, page=row.page, name=name, dropped_at=None
    ).exclude(id=row.id)
    if same.exists():
        raise ViewRefused(_("Another view of this page is called so."))
    row.name, row.shared = name, shared
    row.save(update_fields=["name", "shared"])
    _noted(desk, "console.change_view", row)
    return row


def drop(desk: Desk, view: UUID) -> SavedView:
    """Raises ViewUnknown."""
    row = own(desk, view)
    row.dropped_at = desk.at
    row.save(update_fields=["dropped_at"])
    _noted(desk, "console.drop_view", row)
    return row


def bring_back(desk: Desk, view: UUID) -> SavedView:
    """What was dropped lately, unless another one has its name. Raises ViewUnknown."""
    row = own(desk, view, dropped=True)
    same = {"organisation": row.organisation, "staff": row.staff, "page": row.page, "name": row.name}
    if not SavedView.objects.filter(**same, dropped_at=None).exists():
        row.dropped_at = None
        row.save(update_fields=["dropped_at"])
        _noted(desk, "console.keep_view", row)
    return row


def sweep(*, at: datetime) -> int:
    """Forgets views dropped long ago; says how many. One query."""
    return SavedView.objects.filter(dropped_at__lt=at - DROPPED).delete()[0]


def cleaned(query: str) -> str:
    """Without how far somebody had paged, and in one order."""
    asked = QueryDict(query[:LONGEST], mutable=True)
    for name in CURSORS:
        asked.pop(name, None)
    kept = QueryDict(mutable=True)
    for name in sorted(asked):
        if values := [value for value in asked.getlist(name) if value]:
            kept.setlist(name, values)
    return kept.urlencode()


def may_change(desk: Desk, row: SavedView) -> bool:
    """Whose it is; a shared one also by who manages access."""
    return row.staff == desk.holder.id or (row.shared and desk.may_all_over(Right.ACCESS_MANAGE))


def _seen(desk: Desk) -> QuerySet[SavedView, SavedView]:
    return SavedView.objects.filter(Q(staff=desk.holder.id) | Q(shared=True), organisation=desk.home, dropped_at=None)


def own(desk: Desk, view: UUID, *, dropped: bool = False) -> SavedView:
    """One that the reader may change. One query. Raises ViewUnknown."""
    row = SavedView.objects.filter(id=view, organisation=desk.home, dropped_at__isnull=not dropped).first()
    if row is None or not may_change(desk, row):
        raise ViewUnknown("There is no such view.")
    return row


def _shown(desk: Desk, row: SavedView, label: str = "") -> Shown:
    here = row.page == desk.page and row.query == cleaned(desk.request.GET.urlencode())
    url = reverse(row.page) + (f"?{row.query}" if row.query else "")
    return Shown(row.id, row.name, url, here, row.shared, may_change(desk, row), label)


def _noted(desk: Desk, what: str, row: SavedView) -> None:
    after = {"page": row.page, "shared": row.shared}
    record([Deed(what, typed(PREFIX, row.id), after=after)], actor=desk.actor, at=desk.at)
