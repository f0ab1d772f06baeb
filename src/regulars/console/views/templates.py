"""Templates: what messages say, checked as they are written."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.console.asking import uuid_of
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_template import TITLES, AsForm, TemplateForm, fault_told, initial_of
from regulars.console.refusals import said
from regulars.console.selectors.finding import find
from regulars.console.selectors.names import names_of
from regulars.members.selectors import roots
from regulars.members.selectors.listing import Wanted, listed
from regulars.outreach.errors import TemplateChanged, TemplateUnknown, WrongTemplate
from regulars.outreach.gate.words import Service
from regulars.outreach.models import Template
from regulars.outreach.moves import NewTemplate
from regulars.outreach.services import templates as services
from regulars.outreach.templates import ready
from regulars.outreach.templates.builtin import VALUES, code_of
from regulars.outreach.templates.builtin import document as built_in
from regulars.outreach.templates.facts import FACTS


def listing(desk: Desk) -> HttpResponse:
    """Those in use by name, and what services say until it is said in one's own words. 6 queries."""
    retired = "retired" in desk.request.GET
    rows = list(Template.objects.filter(organisation=desk.home, retired_at__isnull=not retired).order_by("name"))
    own = {row.code for row in rows}
    services_said = [(one.value, one.value in own) for one in Service]
    shown = {"rows": [(row, [TITLES[c] for c in row.document if c in TITLES]) for row in rows], "retired": retired,
             "services": services_said, "ready": _ready()}  # fmt: skip
    return desk.show("console/templates.html", shown)


def _ready() -> list[tuple[str, str]]:
    """Those to begin with, as they are called."""
    return [
        ("thanks", _("Thank you")), ("welcome-back", _("Welcome back")), ("greeting", _("Birthday greeting")),
        ("list", _("Shopping list")), ("statement", _("Statement of points")),
    ]  # fmt: skip


def new(desk: Desk) -> HttpResponse:
    """A template that is not there yet; of a service with the words that are built in, or one to begin with."""
    if desk.request.method == "POST":
        return _kept(desk, TemplateForm(desk.request.POST), None)
    service = desk.request.GET.get("service", "")
    initial: dict[str, Any] = {}
    if service in set(Service):
        document = built_in(code_of(Service(service))).model_dump(mode="json", exclude_defaults=True)
        initial = {"name": service, "code": service, **initial_of(document)}
    if (code := desk.request.GET.get("ready", "")) in ready.CODES:
        document = ready.document(code).model_dump(mode="json", exclude_defaults=True)
        initial = {"name": dict(_ready())[code], "code": code, **initial_of(document)}
    return _page(desk, TemplateForm(initial=initial), None, typed=bool(initial))  # words to begin with are read at once


def show(desk: Desk, template: str) -> HttpResponse:
    """Its words to change, and as somebody reads them. Raises TemplateUnknown."""
    row = _one(desk, template)
    if desk.request.method == "POST":
        return _kept(desk, TemplateForm(desk.request.POST, known=True), row)
    initial = {"name": row.name, "version": row.version, **initial_of(row.document)}
    return _page(desk, TemplateForm(initial=initial, known=True), row)


def _one(desk: Desk, code: str) -> Template:
    found = Template.objects.filter(organisation=desk.home, code=code).first()
    if found is None:
        raise TemplateUnknown("There is no such template here.", template=code[:80])
    return found


def _read_as(desk: Desk, form: TemplateForm, row: Template | None) -> HttpResponse:
    """Somebody else reads it: what was typed stays as it is, and nothing is kept."""
    who = AsForm(desk.request.POST)
    typed = TemplateForm(initial={name: form.data.get(name, "") for name in form.fields}, known=row is not None)
    if not who.is_valid():
        return _page(desk, typed, row, status=UNFIT, who=who, typed=True)
    hits = find(who.cleaned_data["who"], desk).hits
    if len(hits) == 1:
        return _page(desk, typed, row, reader=hits[0].member, typed=True)
    told = _("Several are called so: type something that is theirs alone.") if hits else _("Nobody is found.")
    who.add_error("who", told)
    return _page(desk, typed, row, status=UNFIT, who=who, typed=True)


def _kept(desk: Desk, form: TemplateForm, row: Template | None) -> HttpResponse:
    if desk.request.POST.get("do") == "as":
        return _read_as(desk, form, row)
    if form.is_valid() and _free(desk, form, row):
        code = row.code if row else form.cleaned_data["code"]
        version = (form.cleaned_data["version"] or row.version) if row else None
        wanted = NewTemplate(desk.home, code, form.cleaned_data["name"], form.document(), version)
        try:
            with transaction.atomic():
                made = services.save(wanted, actor=desk.actor, at=desk.at)
            told = _("Kept as version %(version)d.") % {"version": made.version}
            return desk.go("template", code, told=told if made.fresh else _("Nothing was changed."))
        except WrongTemplate as wrong:
            for fault in wrong.facts["errors"]:  # type: ignore[attr-defined]
                form.add_error(form.place_of(fault["pointer"]), fault_told(fault))
        except TemplateChanged as changed:
            form.add_error(None, said(changed))
    return _page(desk, form, row, status=UNFIT)


def _free(desk: Desk, form: TemplateForm, row: Template | None) -> bool:
    if row is None and Template.objects.filter(organisation=desk.home, code=form.cleaned_data["code"]).exists():
        form.add_error("code", _("There is a template of this code."))
        return False
    return True


def _page(desk: Desk, form: TemplateForm, row: Template | None, *, status: int = 200, **bound: Any) -> HttpResponse:
    said = {} if row is None else row.document
    shown = {
        "form": form, "row": row, "reader": _reader(desk, bound.get("reader")), "who": bound.get("who", AsForm()),
        "typed": bound.get("typed", False),
        "kept": {f"{channel}_{language}" for channel, words in said.items() for language in words},
        "facts": facts(), "values": VALUES.get(Service(row.code)) if row and row.code in set(Service) else (),
    }  # fmt: skip
    return framed(desk.show("console/template.html", shown, status=status))


def framed(answer: HttpResponse) -> HttpResponse:
    """A page that shows previews: frames of this server may stand in it."""
    answer._csp_update = {"frame-src": ["'self'"]}  # type: ignore[attr-defined]  # as django-csp's decorator does
    return answer


def _reader(desk: Desk, chosen: UUID | None) -> tuple[UUID, str] | None:
    """As whom it is read: whoever was chosen, else the newest member."""
    if not desk.may_all_over(Right.MEMBERS_READ):
        return None
    asked = chosen or uuid_of("mbr", desk.request.POST.get("reader") or desk.request.GET.get("reader"))
    newest = [one.id for one in listed(desk.home, Wanted(state="active"), limit=1)] if asked is None else [asked]
    if not newest:
        return None
    root = roots(newest, organisation=desk.home)[newest[0]]
    desk.looked([root], by="preview")
    return root, names_of([root])[root]


def retire(desk: Desk, template: str) -> HttpResponse:
    """No new message takes it. Raises TemplateUnknown."""
    services.retire(desk.home, template, actor=desk.actor, at=desk.at)
    return desk.go("templates", told=_("It is out of use."))


def facts() -> list[tuple[str, str]]:
    """What a template may ask, with what it is."""
    told = {
        "member.first_name": _("given name"), "member.last_name": _("family name"), "member.name": _("whole name"),
        "member.joined_on": _("the day they joined"), "tier.name": _("name of their level"),
        "tier.code": _("code of their level"), "tier.until": _("last day of their level"),
        "balances.*": _("what they have, as in balances.points"), "coupons": _("their coupons: code, name, until"),
        "store.name": _("their store"), "organisation.name": _("who writes"),
        "links.unsubscribe": _("where they say no more"), "links.pages": _("their own pages"),
        "values.*": _("what is handed over, as in values.coupon"),
    }  # fmt: skip
    return [(name, told.get(name, what)) for name, what in FACTS.items()]
