"""The builder: conditions put together, read aloud and counted, kept as an audience or its next version."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from regulars.access.moves import Place
from regulars.access.rights import Right
from regulars.console.builder import documents
from regulars.console.builder.showing import HINTED, drawn, groups
from regulars.console.builder.tree import Part, begun, placed, posted, stepped, walked
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_audience import AudienceForm
from regulars.console.refusals import said
from regulars.console.selectors import audiences as shown_of
from regulars.console.selectors.ready import ready
from regulars.outreach import selectors
from regulars.outreach.errors import AudienceChanged, WrongAudience
from regulars.outreach.models import Audience
from regulars.outreach.moves import NewAudience
from regulars.outreach.services import audiences as services


def new(desk: Desk) -> HttpResponse:
    """An audience that is not there yet; begun from nothing, from one that is ready, or as a copy."""
    places = shown_of.offered(desk)
    if desk.request.method == "POST":
        form = AudienceForm(places, desk.request.POST)
        return _built(desk, form, posted(desk.request.POST), None)
    name, whole = _begun(desk)
    form = AudienceForm(places, initial={"name": name})
    return _page(desk, form, whole, None)


def _begun(desk: Desk) -> tuple[str, Part]:
    """Raises AudienceUnknown."""
    wanted = next((one for one in ready() if one.code == desk.request.GET.get("ready")), None)
    if wanted is not None:
        return str(wanted.name), documents.unfolded(wanted.document, {})
    if code := desk.request.GET.get("copy", ""):
        row = shown_of.one(desk, code)
        return _("%(name)s, a copy") % {"name": row.name}, documents.unfolded(row.document, shown_of.scales())
    return "", placed(Part("all", parts=[begun("bought")]))


def edit(desk: Desk, audience: str) -> HttpResponse:
    """The next version. Raises AudienceUnknown."""
    row = shown_of.one(desk, audience, Right.AUDIENCES_MANAGE)
    if desk.request.method == "POST":
        form = AudienceForm([], desk.request.POST, known=True)
        return _built(desk, form, posted(desk.request.POST), row)
    form = AudienceForm([], known=True, initial={"name": row.name, "version": row.version})
    return _page(desk, form, documents.unfolded(row.document, shown_of.scales()), row)


def ask(desk: Desk) -> HttpResponse:
    """What conditions say, and for how many they hold: the part of the page that follows along."""
    place = _place(desk, desk.request.POST.get("place", ""))
    whole = posted(desk.request.POST)
    shown = {"desk": desk, **_asked(desk, whole, place)}
    return render(desk.request, "console/parts/audience_said.html", shown)


def _built(desk: Desk, form: AudienceForm, whole: Part, row: Audience | None) -> HttpResponse:
    """Kept, or shown again after a step. Nothing is said of what is not right before somebody keeps it."""
    step = desk.request.POST.get("do", "")
    if step != "save":
        return _page(desk, _unbound(desk, row), stepped(whole, step, desk.request.POST), row)
    written = documents.write(whole, shown_of.scales())
    sound = documents.check(written) is not None
    if form.is_valid() and sound and _free(desk, form, row):
        wanted = _wanted(desk, form, written.document, row)
        try:
            with transaction.atomic():
                made = services.save(wanted, actor=desk.actor, at=desk.at)
            told = _("Kept as version %(version)d.") if made.fresh else _("Nothing was changed.")
            return desk.go("audience", wanted.code, told=told % {"version": made.version} if made.fresh else told)
        except WrongAudience as wrong:
            documents.point(written, wrong)
        except AudienceChanged as changed:
            form.add_error(None, said(changed))
    return _page(desk, form, whole, row, status=UNFIT, faults=sorted(_faults(written)))


def _unbound(desk: Desk, row: Audience | None) -> AudienceForm:
    """What was typed beside the conditions stays while they change."""
    kept = {name: desk.request.POST.get(name, "") for name in ("name", "code", "place", "version")}
    return AudienceForm(shown_of.offered(desk) if row is None else [], known=row is not None, initial=kept)


def _free(desk: Desk, form: AudienceForm, row: Audience | None) -> bool:
    """Whether nothing has the code yet; one that nobody typed gives way. One query."""
    if row is not None:
        return True
    code = form.code_or(_last_resort(desk))
    if not Audience.objects.filter(organisation=desk.home, code=code).exists():
        form.cleaned_data["code"] = code
        return True
    if form.cleaned_data["code"]:
        form.add_error("code", _("There is an audience of this code."))
        return False
    form.cleaned_data["code"] = f"{code[:40]}-{desk.at:%y%m%d-%H%M%S}"
    return True


def _last_resort(desk: Desk) -> str:
    return f"audience-{desk.at:%y%m%d-%H%M%S}"


def _faults(written: documents.Written) -> set[str]:
    return {fault for part in written.places.values() for fault in part.faults}


def _wanted(desk: Desk, form: AudienceForm, document: Mapping[str, Any], row: Audience | None) -> NewAudience:
    given = form.cleaned_data
    if row is not None:
        seen = given["version"] or row.version
        return NewAudience(desk.home, row.code, given["name"], document, row.merchant, row.store, seen)
    place = _place(desk, given["place"])
    return NewAudience(desk.home, given["code"], given["name"], document, place.merchant, place.store)


def _place(desk: Desk, text: str) -> Place:
    found = shown_of.place_of(desk, text)
    return found or Place(desk.home, desk.place.merchant, desk.place.store)


def _asked(desk: Desk, whole: Part, place: Place) -> dict[str, Any]:
    """The sentence and the count; neither where something is not right yet. Ten queries at most."""
    written = documents.write(whole, shown_of.scales())
    tree = documents.check(written)
    if tree is None or not shown_of.may_at(desk, Right.AUDIENCES_READ, place):
        return {"said": None, "faults": sorted(_faults(written)), "nothing": not whole.parts}
    asked = selectors.asked_of(desk.home, at=desk.at, merchant=place.merchant, store=place.store)
    return {"said": shown_of.said(desk, tree), "counted": selectors.count(tree, asked)}


def _page(
    desk: Desk,
    form: AudienceForm,
    whole: Part,
    row: Audience | None,
    *,
    status: int = 200,
    faults: Sequence[str] | None = None,
) -> HttpResponse:
    """`faults`: what stands in the way of keeping it, said at its place too. 24 queries at most."""
    if faults is None:
        place = Place(desk.home, row.merchant, row.store) if row else _place(desk, str(form["place"].value() or ""))
        asked = _asked(desk, whole, place)
        for part in walked(whole):
            part.faults.clear()
    else:
        asked = {"said": None, "faults": faults, "nothing": not whole.parts}
    lists = shown_of.lists(desk)
    hints = [(name, listed) for name, listed in lists.items() if name in HINTED]
    shown = {"form": form, "row": row, "whole": drawn(whole, lists), "hints": hints, "kinds": groups(), **asked}
    return desk.show("console/audience_builder.html", shown, status=status)
