"""What a view works at: who sits there, for which organisation, at which place, and how it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language

from regulars.access import gate
from regulars.access.moves import Holder, Place
from regulars.access.rights import Right
from regulars.basics.ids import typed
from regulars.console import toasts
from regulars.console.shape import Shape, shape_of
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record

MADE: Final = 201  # of an answer that shows something once: it was done, and there is nowhere else to go on to
UNFIT: Final = 422
CURSORS: Final = ("before", "after", "at", "line", "from", "as")  # how far somebody has paged, and how it is asked for


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the navigation."""

    label: str
    url: str
    current: bool
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Verb:
    """One of the heads of the navigation, with its pages."""

    label: str
    entries: tuple[Entry, ...]
    current: bool


@dataclass(slots=True)
class Desk:
    """One request of somebody who may be here. `place`: where they work, within what they may."""

    request: HttpRequest
    page: str
    holder: Holder
    home: UUID
    place: Place
    place_name: str
    zone: str
    at: datetime
    actor: Actor
    menu: tuple[Verb, ...] = ()
    elsewhere: bool = False  # they may work at more places than this one
    table: bool = False  # what the page shows can be kept as a view, and taken as a file
    own_file: bool = False
    keeps: bool = False
    columns: Sequence[tuple[str, Any]] = ()
    _looks: list[Deed] = field(default_factory=list)

    @property
    def looks(self) -> bool:
        """Whether somebody's data is shown."""
        return any(one.subject.startswith("mbr_") for one in self._looks)

    @property
    def exports(self) -> bool:
        """Whether what is on the screen may be taken as a file: members only by who may export them."""
        return self.table and not self.own_file and (not self.looks or self.may_all_over(Right.MEMBERS_EXPORT))

    def query(self, *, without: tuple[str, ...] = CURSORS) -> str:
        """What the address asks: filters, order, columns; not how far somebody has paged."""
        asked = self.request.GET.copy()
        for name in without:
            asked.pop(name, None)
        return asked.urlencode()

    @property
    def asked(self) -> str:
        """As `query`, for templates."""
        return self.query()

    @property
    def shape(self) -> Shape:
        """Which columns of the list are shown."""
        return shape_of(self.request.GET, self.columns)

    @property
    def shown(self) -> Sequence[str]:
        """The columns that the address asks for."""
        return self.request.GET.getlist("show")

    @property
    def kept(self) -> Sequence[Any]:
        """The views of this page that the reader or others kept. One query, where they are shown."""
        from regulars.console.saved import of_page

        return of_page(self) if self.keeps else ()

    @property
    def closed_at(self) -> datetime | None:
        """Since when the place where they work is closed; None where it is open."""
        return self.holder.grants.places.closed_since(self.place.merchant, self.place.store)

    def may(self, right: Right) -> bool:
        """Whether the right is held anywhere in the organisation: members are the organisation's."""
        return any(
            right in grant.rights and grant.place.organisation == self.home for grant in self.holder.grants.given
        )

    def may_all_over(self, right: Right) -> bool:
        return gate.may(self.holder.grants, right, organisation=self.home)

    def may_here(self, right: Right) -> bool:
        """At the place where they work."""
        place = self.place
        return gate.may(self.holder.grants, right, place.merchant, place.store, organisation=place.organisation)

    @property
    def merchant_text(self) -> str:
        return typed("mrc", self.place.merchant) if self.place.merchant else ""

    @property
    def store_text(self) -> str:
        return typed("str", self.place.store) if self.place.store else ""

    @property
    def source(self) -> str:
        """What the console calls itself in business keys, told apart by where."""
        return f"{self.merchant_text or typed('org', self.home)}/console"

    @property
    def chinese(self) -> bool:
        return (get_language() or "en").startswith("zh")

    def looked(self, members: Sequence[UUID], *, what: str = "members.read", **after: Any) -> None:
        """Somebody's data is shown: a line of the trail for each, written with the answer."""
        self._looks += [
            Deed(what, typed("mbr", one), self.merchant_text, self.store_text, after=after) for one in members
        ]

    def noted(self, deed: Deed) -> None:
        """Something for the trail that stays though nothing else of the request does."""
        self._looks.append(deed)

    def note_looks(self) -> None:
        """One query, if anybody was shown."""
        if self._looks:
            with transaction.atomic():
                record(self._looks, actor=self.actor, at=self.at)
            self._looks = []

    def show(self, template: str, shown: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """A page with what is around it; the key is that of its forms."""
        around = {"desk": self, "menu": self.menu, "toasts": toasts.take(self.request), "key": uuid4()}
        return render(self.request, template, {**around, **shown}, status=status)

    def go(
        self, name: str, *values: Any, told: str = "", undo: toasts.Undo | None = None, **query: str
    ) -> HttpResponse:
        """Done: on to another page, which says what came of it."""
        if told:
            toasts.tell(self.request, told, undo)
        answer = redirect(name, *values)
        if query:
            from django.utils.http import urlencode

            answer["Location"] += f"?{urlencode(query)}"
        return answer

    def url(self, name: str, *values: Any) -> str:
        return reverse(name, args=values)
