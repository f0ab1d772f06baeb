"""Messages written: a template, a member's facts and what the message is told, put together.

Values are cleaned before they are put in, escaped in pages, and pages are cleaned again afterwards: whatever somebody
calls themselves, it is a name and nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any, Final
from uuid import UUID

import nh3
from liquid.exceptions import LiquidError

from regulars.outreach.links import pages_url, unsubscribe_url
from regulars.outreach.templates import reading_facts
from regulars.outreach.templates.channels import EMAIL, LANGUAGES, POST
from regulars.outreach.templates.documents import Document, asks
from regulars.outreach.templates.finding import documents
from regulars.outreach.templates.liquid import BARS, fill
from regulars.outreach.templates.segments import Segments, segments

SUBJECT: Final = 200  # characters
_NO_BARS: Final = dict.fromkeys(map(ord, BARS.format("")))  # bars are drawn on paper; a text says the code
_UNSUBSCRIBE: Final = {"en": "No more messages of this kind", "zh": "不再接收此类信息"}
# fmt: off
_STYLES: Final = frozenset((
    "background-color", "border", "border-bottom", "border-collapse", "border-radius", "border-spacing",
    "border-top", "color", "display", "font", "font-family", "font-size", "font-style", "font-weight",
    "height", "letter-spacing", "line-height", "list-style", "margin", "margin-bottom", "margin-left",
    "margin-right", "margin-top", "max-width", "min-width", "padding", "padding-bottom", "padding-left",
    "padding-right", "padding-top", "text-align", "text-decoration", "text-transform", "vertical-align",
    "white-space", "width",
))
# fmt: on
_CELLS: Final = {"align", "bgcolor", "border", "cellpadding", "cellspacing", "colspan", "height", "rowspan", "valign"}
_PAGES: Final = nh3.Cleaner(
    tags=nh3.ALLOWED_TAGS | {"center", "font"},
    attributes={
        "*": {"style", "dir", "lang", "title"},
        "a": {"href"},
        "img": {"src", "alt", "width", "height"},
        **{name: {*_CELLS, "width"} for name in ("table", "tbody", "thead", "tr", "td", "th")},
        "font": {"color", "size", "face"},
    },
    url_schemes={"http", "https", "mailto", "tel"},
    filter_style_properties=set(_STYLES),
    link_rel=None,
)


@dataclass(frozen=True, slots=True)
class ToRender:
    """A message to be written."""

    message: UUID  # makes its link; a preview may take any
    member: UUID
    template: str
    version: int
    channel: str
    values: Mapping[str, Any] = field(default_factory=dict)
    marketing: bool = True  # may be said no to


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a member reads."""

    subject: str
    text: str
    html: str
    language: str
    unsubscribe: str = ""  # the link, of what may be said no to
    problem: str = ""  # why it could not be written

    @property
    def segments(self) -> Segments:
        """As a text to a phone."""
        return segments(self.text)


def render(
    template: str,
    version: int,
    member: UUID,
    values: Mapping[str, Any],
    *,
    organisation: UUID,
    channel: str = EMAIL,
    at: datetime,
) -> Rendered:
    """One message as its reader would see it now; version 0: the newest. Its link is nobody's. Raises TemplateUnknown.
    Queries as `render_all`."""
    asked = ToRender(UUID(int=0), member, template, version, channel, values)
    return render_all([asked], organisation=organisation, at=at)[0]


def render_document(
    document: Document, member: UUID, values: Mapping[str, Any], *, organisation: UUID, channel: str, at: datetime
) -> Rendered:
    """As `render`, of a document that is not kept yet."""
    asked = ToRender(UUID(int=0), member, "", 0, channel, values)
    return _written([asked], {("", 0): document}, organisation=organisation, at=at)[0]


def render_all(asked: Sequence[ToRender], *, organisation: UUID, at: datetime) -> list[Rendered]:
    """Many at once, in their order. Raises TemplateUnknown. 3 queries, and one or two for each kind of facts that is
    asked for."""
    found = documents(organisation, {(one.template, one.version) for one in asked})
    return _written(asked, {key: one.document for key, one in found.items()}, organisation=organisation, at=at)


def _written(
    asked: Sequence[ToRender], found: Mapping[tuple[str, int], Document], *, organisation: UUID, at: datetime
) -> list[Rendered]:
    bases = reading_facts.bases({one.member for one in asked})
    spoken = [_language(one, bases[one.member]) for one in asked]
    kinds = {(one.template, one.version, one.channel, language) for one, language in zip(asked, spoken, strict=True)}
    wanted: frozenset[str] = frozenset().union(
        *(asks(found[template, version], channel, language) for template, version, channel, language in kinds)
    )
    facts = reading_facts.read(list(bases.values()), wanted, organisation=organisation, at=at)
    name = reading_facts.organisation_name(organisation)
    return [
        _one(one, found[one.template, one.version], language, facts[bases[one.member].root], name)
        for one, language in zip(asked, spoken, strict=True)
    ]


def _language(one: ToRender, base: reading_facts.Base) -> str:
    said = one.values.get("language")
    return said if said in LANGUAGES else base.language


def _one(one: ToRender, document: Document, language: str, known: Mapping[str, Any], organisation: str) -> Rendered:
    language, parts = document.said(one.channel, language)
    link = unsubscribe_url(one.message) if one.marketing else ""
    facts = {
        **known,
        "organisation": {"name": organisation},
        "links": {"unsubscribe": link, "pages": pages_url()},
        "values": _cleaned(one.values),
    }
    try:
        subject = reading_facts.clean(fill(parts.get("subject", ""), facts))[:SUBJECT]
        text = fill(parts["text"], facts).strip() + "\n"
        page = fill(parts.get("html", ""), facts, escaped=True)
    except LiquidError as wrong:
        return Rendered("", "", "", language, link, problem=f"template: {wrong.args[0] if wrong.args else 'too dear'}")
    if one.channel == EMAIL and link:
        text = text if link in text else f"{text}\n-- \n{_UNSUBSCRIBE[language]}: {link}\n"
    if one.channel != POST:
        text = text.translate(_NO_BARS)
    return Rendered(subject, text, _page(page, subject, language, link), language, link)


def _cleaned(value: Any) -> Any:
    """What was handed over, without control characters; lines stay lines."""
    if isinstance(value, str):
        return "\n".join(reading_facts.clean(line) for line in value.splitlines())
    if isinstance(value, Mapping):
        # A name that is half of a letter's pair can be written nowhere.
        return {str(name).encode(errors="replace").decode(): _cleaned(inner) for name, inner in value.items()}
    if isinstance(value, Iterable):
        return [_cleaned(inner) for inner in value]
    return value


def _page(body: str, subject: str, language: str, link: str) -> str:
    """A whole page around what is left of the body after cleaning; no scripts, forms, frames or outside styles."""
    if not body.strip():
        return ""
    kept = _PAGES.clean(body)
    if link and escape(link) not in kept:
        kept += f'\n<p style="font-size:12px"><a href="{escape(link)}">{_UNSUBSCRIBE[language]}</a></p>'
    said = "zh-Hans" if language == "zh" else "en"
    return (
        f'<!DOCTYPE html>\n<html lang="{said}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(subject)}</title></head>\n'
        f"<body>\n{kept}\n</body></html>\n"
    )
