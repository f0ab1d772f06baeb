"""Messages as somebody reads them: of a template as it was kept, or as it is being typed; each in a page that has no
origin, so that whatever its words hold reaches nothing of ours.
"""

from collections.abc import Mapping
from html import escape
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.basics.periods import day_of
from regulars.console.asking import uuid_of
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_template import LANGUAGES, PARTS, TemplateForm, fault_told
from regulars.members.selectors import roots
from regulars.outreach.errors import WrongTemplate
from regulars.outreach.models import Template, TemplateVersion
from regulars.outreach.rendering import Rendered, render, render_document
from regulars.outreach.selectors_sending import template as kept_template
from regulars.outreach.templates.documents import read

MANY: Final = 7  # digits of a version
# Of a page that somebody else wrote: an origin of its own, no script, no form, nothing of ours in reach.
SANDBOX: Final = (
    "sandbox; default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self'"
)


def preview(desk: Desk, template: str, member: UUID) -> HttpResponse:
    """The message alone, of a version that was kept. Raises TemplateUnknown, UnknownMember."""
    row, asked = kept_template(desk.home, template), desk.request.GET
    root = _reader(desk, member)
    version = int(asked["version"]) if asked.get("version", "").isdecimal() and len(asked["version"]) < MANY else 0
    said_then = _version(row, version)
    channel = asked.get("channel", next(iter(said_then), ""))
    if channel not in said_then:
        raise Http404
    told = render(
        row.code, version or row.version, root, _values(desk), organisation=desk.home, channel=channel, at=desk.at
    )
    return _alone(_written(told))


def draft(desk: Desk) -> HttpResponse:
    """What is being typed, by the channel and in the language of the address. Raises UnknownMember."""
    channel, language = desk.request.GET.get("channel", ""), desk.request.GET.get("language", "")
    if desk.request.method != "POST":
        return _alone(_plain(_("What is typed is read here."), get_language() or "en"))
    if channel not in PARTS or language not in dict(LANGUAGES):
        raise Http404
    form, reader = TemplateForm(desk.request.POST, known=True), uuid_of("mbr", desk.request.POST.get("reader"))
    if reader is None:
        raise Http404
    root = _reader(desk, reader)
    form.is_valid()  # of the words alone; a name may come later
    said = form.document().get(channel, {}).get(language)
    if said is None:
        return _alone(_plain(_("Nothing is said here yet."), get_language() or "en"))
    try:
        document = read({channel: {language: said}})
    except WrongTemplate as wrong:
        told = [fault_told(fault) for fault in wrong.facts["errors"]]  # type: ignore[attr-defined]
        return _alone(_plain("\n".join(dict.fromkeys(told)), get_language() or "en"), UNFIT)
    read_so = render_document(document, root, _values(desk), organisation=desk.home, channel=channel, at=desk.at)
    return _alone(_written(read_so))


def _reader(desk: Desk, member: UUID) -> UUID:
    """Who it is now; they were looked at. Raises UnknownMember."""
    if not desk.may_all_over(Right.MEMBERS_READ):
        raise Http404
    root: UUID = roots([member], organisation=desk.home)[member]
    desk.looked([root], by="preview")
    return root


def _values(desk: Desk) -> Mapping[str, Any]:
    """What a message may be told, made up."""
    language = desk.request.GET.get("language")
    told = {"coupon": "ABCD-1234", "coupon_until": day_of(desk.at, desk.zone).isoformat()}
    return told | ({"language": language} if language in dict(LANGUAGES) else {})


def _alone(page: str, status: int = 200) -> HttpResponse:
    answer = HttpResponse(page, status=status)
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
    said_in = "zh-Hans" if language.startswith("zh") else "en"
    return (
        f'<!DOCTYPE html><html lang="{said_in}"><head><meta charset="utf-8"><title>{_("Preview")}</title>'
        '<meta name="viewport" content="width=device-width"><style>body{font:16px/1.5 system-ui,sans-serif;margin:16px;'
        "color:#1e222b;background:#fff}h1{font-size:1.05rem}pre{font:inherit;white-space:pre-wrap;"
        f"overflow-wrap:anywhere}}</style></head><body>{head}<pre>{escape(text)}</pre></body></html>"
    )
