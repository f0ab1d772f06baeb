"""How each address of the table is served: who asks, may they, is it done once, who was looked at. Nowhere else."""

from collections.abc import Sequence
from functools import wraps
from typing import Any, Final

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from regulars.access.errors import NotAllowed
from regulars.access.moves import Place
from regulars.basics.errors import RegularsError
from regulars.basics.ids import WrongId
from regulars.console import once, places
from regulars.console.desk import MADE, Desk, Entry, Verb
from regulars.console.errors import FormUnfit
from regulars.console.exporting import ASKED, FORM, file_of
from regulars.console.page import Head, Page, View, allowed
from regulars.console.refusals import said
from regulars.console.session import actor_of, holder_of, staff_page

NOT_FOUND: Final = 404
_NUL: Final = "\0"


def served(page: Page, pages: Sequence[Page]) -> View:
    """The address as Django calls it."""

    @wraps(page.view)
    def shown(request: HttpRequest, **values: Any) -> HttpResponse:
        _without_nul(request, values)
        desk = _sit(request, page, pages)
        with timezone.override(desk.zone):
            try:
                answer = _answered(desk, page, values)
            except NotAllowed:
                raise
            except RegularsError as refusal:
                if isinstance(refusal, WrongId) or getattr(refusal, "status", 422) == NOT_FOUND:
                    raise Http404 from refusal
                answer = _refused(desk, refusal)
            desk.note_looks()
        return answer

    return never_cache(require_http_methods(page.methods)(staff_page(shown)))


def _without_nul(request: HttpRequest, values: dict[str, Any]) -> None:
    """No text of ours has one, and the database reads none: what is asked for by it is not there. Raises Http404."""
    if any(_NUL in value for value in values.values() if isinstance(value, str)):
        raise Http404
    for name in ("GET", "POST"):
        given: QueryDict = getattr(request, name)
        if any(_NUL in value for _, said in given.lists() for value in said):
            kept = QueryDict(mutable=True)
            for field, said in given.lists():
                kept.setlist(field, [value.replace(_NUL, "") for value in said])
            setattr(request, name, kept)


def _answered(desk: Desk, page: Page, values: dict[str, Any]) -> HttpResponse:
    if desk.request.method == "POST" and page.writes:
        return _once(desk, page, values)
    if page.table and desk.request.method == "GET" and desk.request.GET.get(ASKED) == FORM:
        return file_of(desk, page, values)  # type: ignore[return-value]  # it is streamed
    return page.view(desk, **values)


def _sit(request: HttpRequest, page: Page, pages: Sequence[Page]) -> Desk:
    """Raises NotAllowed. No query but that of who is logged in, unless the places have changed."""
    holder = holder_of(request)
    place, elsewhere = places.working_at(request, holder)
    if not allowed(page, holder.grants, place):
        raise NotAllowed("This page needs another role.", right=page.right)
    known = holder.grants.places
    zone = known.zones.get(place.store or place.merchant or place.organisation, "UTC")
    return Desk(
        request,
        page.name,
        holder,
        place.organisation,
        place,
        places.named(known).get(place.store or place.merchant or place.organisation, ""),
        zone,
        timezone.now(),
        actor_of(request, holder),
        _menu(page, pages, holder.grants, place),
        elsewhere,
        page.table,
        page.own_file,
        page.keeps,
        page.columns,
    )


def _once(desk: Desk, page: Page, values: dict[str, Any]) -> HttpResponse:
    """All of it or nothing, and not again: a form that was sent before goes on to where it went then."""
    key = once.key_of(desk.request.POST.get("key", ""))
    with transaction.atomic():
        before = once.claim(key, staff=desk.holder.id, page=page.name, at=desk.at)
        if before is not None:
            if not before:
                raise FormUnfit(_("This was done already, and what it showed is shown once."))
            return HttpResponse(status=302, headers={"Location": before})
        answer = page.view(desk, **values)
        if answer.status_code == MADE or "Location" in answer:
            once.keep(key, answer.get("Location", ""))
        else:
            transaction.set_rollback(True)
    return answer


def _refused(desk: Desk, refusal: RegularsError) -> HttpResponse:
    shown = {"told": said(refusal), "code": refusal.code}
    return desk.show("console/refused.html", shown, status=getattr(refusal, "status", 422))


def _menu(page: Page, pages: Sequence[Page], grants: Any, place: Place) -> tuple[Verb, ...]:
    """By the heads; what somebody may not see is not there, nor is a head without pages."""
    labels = {
        Head.TODAY: _("Today"), Head.COUNTER: _("Counter"), Head.KNOW: _("Know"), Head.REWARD: _("Reward"),
        Head.REACH: _("Reach"), Head.SERVE: _("Serve"), Head.PROVE: _("Prove"), Head.SET_UP: _("Set-up"),
    }  # fmt: skip
    here = next((one for one in pages if one.name == page.name), page)
    found = []
    for head, label in labels.items():
        mine = [one for one in pages if one.head == head and allowed(one, grants, place)]
        entries = tuple(
            Entry(str(one.label), f"/{one.path}", one.name == _listed(here, pages), head.value) for one in mine
        )
        if entries:
            found.append(Verb(label, entries, any(one.current for one in entries)))
    return tuple(found)


def _listed(page: Page, pages: Sequence[Page]) -> str:
    """The page of the navigation that an address belongs to: itself, or the longest path it begins with."""
    if page.listed:
        return page.name
    above = [one for one in pages if one.listed and one.path and page.path.startswith(one.path)]
    return max(above, key=lambda one: len(one.path)).name if above else ""
