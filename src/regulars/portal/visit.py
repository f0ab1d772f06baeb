"""What a view works at: who came, in which organisation, and how it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record

UNFIT: Final = 422


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the navigation."""

    label: str
    name: str
    current: bool
    icon: str


@dataclass(slots=True)
class Visit:
    """One request. `member`: the root of whoever is logged in; None on pages for anybody."""

    request: HttpRequest
    page: str
    at: datetime
    actor: Actor
    member: UUID | None = None
    organisation: UUID | None = None
    programme: str = ""  # what the organisation is called
    zone: str = "UTC"
    session: UUID | None = None
    menu: tuple[Entry, ...] = ()
    _looks: list[Deed] = field(default_factory=list)

    @property
    def own(self) -> UUID:
        """The member's id, on pages of members."""
        assert self.member is not None
        return self.member

    @property
    def home(self) -> UUID:
        """The member's organisation, on pages of members."""
        assert self.organisation is not None
        return self.organisation

    @property
    def chinese(self) -> bool:
        return (get_language() or "en").startswith("zh")

    def looked(self, **after: Any) -> None:
        """Own data is shown: a line of the trail, written with the answer."""
        self._looks.append(Deed("members.read", typed("mbr", self.own), after=after))

    def note_looks(self) -> None:
        """One query, if anything was shown."""
        if self._looks:
            with transaction.atomic():
                record(self._looks, actor=self.actor, at=self.at)
            self._looks = []

    def show(self, template: str, shown: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """A page with what is around it."""
        told = self.request.GET.get("told", "")
        return render(self.request, template, {"visit": self, "menu": self.menu, "told": told, **shown}, status=status)

    def go(self, name: str, *values: Any, told: str = "") -> HttpResponse:
        """Done: on to another page. `told` is a word that page has a sentence for."""
        answer = redirect(name, *values)
        if told:
            answer["Location"] += f"?told={told}"
        return answer
