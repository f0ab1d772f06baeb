"""What a view works at: who came, in which organisation, and how it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import get_language

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.portal.models import Session

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
    session: Session | None = None
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
    def posted(self) -> QueryDict | None:
        """What a form of the page sent; None where it is only looked at."""
        return self.request.POST if self.request.method == "POST" else None

    @property
    def language(self) -> str:
        """Of the page, as members' languages are written."""
        return "zh" if (get_language() or "en").startswith("zh") else "en"

    def looked(self, **after: Any) -> None:
        """Own data is shown: a line of the trail, written with the answer."""
        self._looks.append(Deed("members.read", typed("mbr", self.own), after=after))

    def looked_at(self, others: Sequence[UUID], **after: Any) -> None:
        """What others of the household have is shown too."""
        self._looks += [Deed("members.read", typed("mbr", one), after=after) for one in others]

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

    def go(self, name: str, *values: Any, **query: str) -> HttpResponse:
        """Done: on to another page. `told` is a word that page has a sentence for."""
        answer = redirect(name, *values)
        asked = {key: value for key, value in query.items() if value}
        if asked:
            answer["Location"] += f"?{urlencode(asked)}"
        return answer
