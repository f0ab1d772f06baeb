"""Templates: what messages say, checked as they are written, and read as a member would read them."""

from html import escape
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.basics.ids import typed
from regulars.basics.periods import day_of
from regulars.console.asking import uuid_of
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_template import LANGUAGES, PARTS, TITLES, AsForm, TemplateForm, initial_of
from regulars.console.refusals import said
from regulars.console.selectors.finding import find
from regulars.console.selectors.names import names_of
from regulars.members.selectors import roots
from regulars.members.selectors.listing import Wanted, listed
from regulars.outreach.errors import TemplateChanged, TemplateUnknown, WrongTemplate
from regulars.outreach.gate.words import Service
from regulars.outreach.models import Template, TemplateVersion
from regulars.outreach.moves import NewTemplate
from regulars.outreach.rendering import Rendered, render
from regulars.outreach.services import templates as services
from regulars.outreach.templates.builtin import VALUES, code_of
from regulars.outreach.templates.builtin import document as built_in
from regulars.outreach.templates.facts import FACTS

MANY: Final = 7  # digits of a version
# Of a page that somebody else wrote: an origin of its own, no script, no form, nothing of ours in reach.
SANDBOX: Final = (
    "sandbox; default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self'"
)


def listing(desk: Desk) -> HttpResponse:
    """Those in use by name, and what services say until it is said in one's own words. 6 queries."""
    retired = "retired" in desk.request.GET
    rows = list(Template.objects.filter(organisation=desk.home, retired_at__isnull=not retired).order_by("name"))
    own = {row.code for row in rows}
    services_said = [(one.value, one.value in own) for one in Service]
    shown = {"rows": [(row, [TITLES[c] for c in row.document if c in TITLES]) for row in rows], "retired": retired,
             "services": services_said}  # fmt: skip
    return desk.show("console/templates.html", shown)


def new(desk: Desk) -> HttpResponse:
    """A template that is not there yet; of a service with the words that are built in."""
    if desk.request.method == "POST":
        return _kept(desk, TemplateForm(desk.request.POST), None)
    service = desk.request.GET.get("service", "")
    initial: dict[str, Any] = {}
    if service in set(Service):
        document = built_in(code_of(Service(service))).model_dump(mode="json", exclude_defaults=True)
        initial = {"name": service, "code": service, **initial_of(document)}
    return _page(desk, TemplateForm(initial=initial), None)


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


def _kept(desk: Desk, form: TemplateForm, row: Template | None) -> HttpResponse:
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
                form.add_error(form.place_of(fault["pointer"]), _fault(fault))
        except TemplateChanged as changed:
            form.add_error(None, said(changed))
    return _page(desk, form, row, status=UNFIT)


def _free(desk: Desk, form: TemplateForm, row: Template | None) -> bool:
    if row is None and Template.objects.filter(organisation=desk.home, code=form.cleaned_data["code"]).exists():
        form.add_error("code", _("There is a template of this code."))
        return False
    return True


def _fault(fault: dict[str, Any]) -> str:
    """What is wrong, with the line and the column."""
    known = {"missing": _("Something is not said yet."), "string_too_short": _("Something is not said yet.")}
    told: str = known.get(fault["code"], fault["detail"].partition(" (line ")[0])
    if "line" not in fault:
        return told
    return _("Line %(line)d, column %(column)d: %(told)s") % {**fault, "told": told}


def _page(desk: Desk, form: TemplateForm, row: Template | None, *, status: int = 200, **bound: Any) -> HttpResponse:
    reader = _reader(desk) if row is not None else None
    frames = []
    if row is not None and reader is not None:
        frames = [(channel, TITLES[channel], language, spoken, reader[0]) for channel in PARTS
                  for language, spoken in LANGUAGES if language in row.document.get(channel, {})]  # fmt: skip
    shown = {
        "form": form, "row": row, "frames": frames, "reader": reader, "who": bound.get("who", AsForm()),
        "facts": facts(), "values": VALUES.get(Service(row.code)) if row and row.code in set(Service) else (),
    }  # fmt: skip
    return framed(desk.show("console/template.html", shown, status=status))


def framed(answer: HttpResponse) -> HttpResponse:
    """A page that shows previews: frames of this server may stand in it."""
    answer._csp_update = {"frame-src": ["'self'"]}  # type: ignore[attr-defined]  # as django-csp's decorator does
    return answer


def _reader(desk: Desk) -> tuple[UUID, str] | None:
    """As whom it is read: whoever was chosen, else the newest member."""
    if not desk.may_all_over(Right.MEMBERS_READ):
        return None
    asked = uuid_of("mbr", desk.request.GET.get("reader"))
    newest = [one.id for one in listed(desk.home, Wanted(state="active"), limit=1)] if asked is None else [asked]
    if not newest:
        return None
    root = roots(newest, organisation=desk.home)[newest[0]]
    desk.looked([root], by="preview")
    return root, names_of([root])[root]


def read_as(desk: Desk, template: str) -> HttpResponse:
    """Somebody else reads it."""
    row, form = _one(desk, template), AsForm(desk.request.POST)
    if form.is_valid():
        hits = find(form.cleaned_data["who"], desk).hits
        if len(hits) == 1:
            return desk.go("template", template, reader=typed("mbr", hits[0].member))
        told = _("Several are called so: type something that is theirs alone.") if hits else _("Nobody is found.")
        form.add_error("who", told)
    initial = {"name": row.name, "version": row.version, **initial_of(row.document)}
    return _page(desk, TemplateForm(initial=initial, known=True), row, status=UNFIT, who=form)


def retire(desk: Desk, template: str) -> HttpResponse:
    """No new message takes it. Raises TemplateUnknown."""
    services.retire(desk.home, template, actor=desk.actor, at=desk.at)
    return desk.go("templates", told=_("It is out of use."))


def preview(desk: Desk, template: str, member: UUID) -> HttpResponse:
    """The message alone, in a page that has no origin: whatever its words hold reaches nothing of ours. Raises
    TemplateUnknown, UnknownMember."""
    row, asked = _one(desk, template), desk.request.GET
    if not desk.may_all_over(Right.MEMBERS_READ):
        raise Http404
    version = int(asked["version"]) if asked.get("version", "").isdecimal() and len(asked["version"]) < MANY else 0
    said_then = _version(row, version)
    channel = asked.get("channel", next(iter(said_then), ""))
    if channel not in said_then:
        raise Http404
    root = roots([member], organisation=desk.home)[member]
    values = {"coupon": "ABCD-1234", "coupon_until": day_of(desk.at, desk.zone).isoformat()}
    values |= {"language": asked["language"]} if asked.get("language") in dict(LANGUAGES) else {}
    told = render(row.code, version or row.version, root, values, organisation=desk.home, channel=channel, at=desk.at)
    desk.looked([root], by="preview")
    answer = HttpResponse(_written(told))
    answer["Content-Security-Policy"] = SANDBOX
    answer["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def _version(row: Template, version: int) -> dict[str, Any]:
    """What it said in a version; 0: what it says. One query at most."""
    if not version or version == row.version:
        return dict(row.document)
    found = TemplateVersion.objects.filter(template=row.id, version=version).first()
    if found is None:
        raise Http404
    return dict(found.document)


def _written(told: Rendered) -> str:
    if told.problem:
        return _plain(told.problem, "en")
    if told.html:
        return told.html
    head = f"<h1>{escape(told.subject)}</h1>" if told.subject else ""
    return _plain(told.text, told.language, head)


def _plain(text: str, language: str, head: str = "") -> str:
    said_in = "zh-Hans" if language == "zh" else "en"
    return (
        f'<!DOCTYPE html><html lang="{said_in}"><head><meta charset="utf-8"><title>{_("Preview")}</title>'
        '<meta name="viewport" content="width=device-width"><style>body{font:16px/1.5 system-ui,sans-serif;margin:16px;'
        "color:#1e222b;background:#fff}h1{font-size:1.05rem}pre{font:inherit;white-space:pre-wrap;"
        f"overflow-wrap:anywhere}}</style></head><body>{head}<pre>{escape(text)}</pre></body></html>"
    )


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
