"""How each address of the table is served: who comes, may they, what is written of it. Nowhere else."""

from collections.abc import Sequence
from datetime import datetime
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from regulars.basics.errors import RegularsError
from regulars.basics.ids import WrongId, typed
from regulars.journal.moves import MEMBER, SYSTEM, Actor
from regulars.portal import cookies, places
from regulars.portal.page import Page, Reach, View
from regulars.portal.refusals import said
from regulars.portal.services import sessions
from regulars.portal.visit import UNFIT, Entry, Visit

NOT_FOUND: Final = 404
_SHOWN: Final = (200, UNFIT)


def served(page: Page, pages: Sequence[Page]) -> View:
    """The address as Django calls it."""

    @wraps(page.view)
    def shown(request: HttpRequest, **values: Any) -> HttpResponse:
        visit = _come(request, page, pages, timezone.now())
        if visit is None:
            return _to_log_in(request)
        with timezone.override(visit.zone):
            try:
                answer = page.view(visit, **values)
            except Http404:
                answer = _nothing(visit)
            except RegularsError as refusal:
                unknown = isinstance(refusal, WrongId) or getattr(refusal, "status", 422) == NOT_FOUND
                answer = _nothing(visit) if unknown else _refused(visit, refusal)
            if page.reach == Reach.MEMBER and page.looks and answer.status_code in _SHOWN:
                visit.looked(part=page.name.removeprefix("my-"), by="member")
            visit.note_looks()
        return answer

    answered = never_cache(sensitive_post_parameters()(require_http_methods(page.methods)(shown)))
    return csrf_exempt(answered) if page.foreign else answered


def _come(request: HttpRequest, page: Page, pages: Sequence[Page], at: datetime) -> Visit | None:
    """None: somebody must log in first. Five queries at most of whoever is logged in; none of whoever need not be."""
    text = cookies.session_of(request)
    standing = sessions.find(text, at=at) if text else None
    if standing is None:
        return None if page.reach == Reach.MEMBER else Visit(request, page.name, at, _actor(request, SYSTEM, "portal"))
    home = standing.row.organisation
    return Visit(
        request,
        page.name,
        at,
        _actor(request, MEMBER, typed("mbr", standing.root)),
        standing.root,
        home,
        places.named(home) or "",
        places.zone_of(home),
        standing.row,
        tuple(Entry(str(one.label), one.name, _within(page, one), one.icon) for one in pages if one.label),
    )


def _within(page: Page, entry: Page) -> bool:
    return (
        page.name == entry.name
        or bool(entry.path and page.path.startswith(f"{entry.path}/"))
        or (page.under == entry.name)
    )


def _actor(request: HttpRequest, kind: str, number: str) -> Actor:
    """As the journal knows who comes."""
    return Actor(kind, number, "", str(getattr(request, "id", "")), str(request.META.get("REMOTE_ADDR", "")))


def _to_log_in(request: HttpRequest) -> HttpResponse:
    going = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else ""
    answer = redirect(reverse("my-login") + going)
    if cookies.session_of(request):
        cookies.forget(answer, cookies.SESSION)
    return answer


def _nothing(visit: Visit) -> HttpResponse:
    told = _("The address may be mistyped, was used before, or its time is over.")
    return visit.show("portal/refused.html", {"title": _("There is nothing here"), "told_why": told}, status=NOT_FOUND)


def _refused(visit: Visit, refusal: RegularsError) -> HttpResponse:
    shown = {"title": _("That did not work"), "told_why": said(refusal)}
    return visit.show("portal/refused.html", shown, status=getattr(refusal, "status", 422))
