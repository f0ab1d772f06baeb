"""Audiences as somebody may see them, and what conditions can be asked for here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.access import gate
from regulars.access.models import Merchant
from regulars.access.moves import Place
from regulars.access.rights import Right
from regulars.access.scoping import within
from regulars.basics.ids import typed
from regulars.console.desk import Desk
from regulars.console.places import named, open_to, text_of, told_apart
from regulars.console.score_words import CLASSES, REASONS, STAGES
from regulars.console.selectors.consents import CHANNELS
from regulars.console.selectors.members import level_names
from regulars.console.selectors.reward import named as words_of
from regulars.journal.statements import run
from regulars.ledger.models import Unit
from regulars.members.models import Wording
from regulars.members.selectors.settings import fields
from regulars.outreach import selectors
from regulars.outreach.audiences.reading import Node, read
from regulars.outreach.audiences.sentences import sentence
from regulars.outreach.errors import AudienceUnknown
from regulars.outreach.models import Audience
from regulars.programme.book import book
from regulars.rules.sentences.words import Language, Words

_RECENT: Final = 300  # bills whose goods are offered as words
_WORDS: Final = 60  # of each sort
_FIRST_DECADE: Final = 1920

# One after another along the index, so that a million tags cost as much as there are different ones.
_TAGS: Final = """
WITH RECURSIVE one AS (
    (SELECT tag FROM members_tag ORDER BY tag LIMIT 1)
    UNION ALL
    SELECT (SELECT t.tag FROM members_tag t WHERE t.tag > one.tag ORDER BY t.tag LIMIT 1) FROM one
    WHERE one.tag IS NOT NULL
) SELECT tag FROM one WHERE tag IS NOT NULL AND EXISTS (
    SELECT 1 FROM members_tag t JOIN members_member m ON m.id = t.member_id
    WHERE t.tag = one.tag AND m.organisation = %s::uuid
) LIMIT 60
"""
_MARKS: Final = """
WITH RECURSIVE one AS (
    (SELECT name FROM members_mark ORDER BY name LIMIT 1)
    UNION ALL
    SELECT (SELECT t.name FROM members_mark t WHERE t.name > one.name ORDER BY t.name LIMIT 1) FROM one
    WHERE one.name IS NOT NULL
) SELECT name FROM one WHERE name IS NOT NULL AND EXISTS (
    SELECT 1 FROM members_mark t JOIN members_member m ON m.id = t.member_id
    WHERE t.name = one.name AND m.organisation = %s::uuid
) LIMIT 60
"""
_GOODS: Final = """
SELECT DISTINCT l.item, l.category, l.brand, s.channel
FROM (SELECT id, channel FROM sales_sale WHERE organisation = %s::uuid ORDER BY effective_at DESC LIMIT %s::int) s
JOIN sales_line l ON l.sale_id = s.id
"""


@dataclass(frozen=True, slots=True)
class Row:
    """An audience in the list."""

    audience: Audience
    sentence: str
    place: str


@dataclass(frozen=True, slots=True)
class Said:
    """Conditions in both languages, the reader's first."""

    first: str
    second: str
    second_language: str


def reach(desk: Desk) -> Q:
    """The audiences that somebody may see."""
    scope = gate.scope(desk.holder.grants, Right.AUDIENCES_READ)
    return within(scope, organisation="organisation", merchant="merchant", store="store")


def listed(desk: Desk, *, retired: bool = False) -> list[Row]:
    """By name, in words. Five queries."""
    rows = selectors.audiences(reach(desk), desk.home, retired=retired)
    rows = [row for row in rows if (row.retired_at is not None) == retired]
    if not rows:
        return []
    said, places = words_of(desk, book(desk.home)), named(desk.holder.grants.places)
    return sorted(
        (Row(row, sentence(read(row.document), said), places.get(_where(row), "")) for row in rows),
        key=lambda one: one.audience.name.casefold(),
    )


def _where(row: Audience) -> UUID:
    return row.store or row.merchant or row.organisation


def place_name(desk: Desk, row: Audience) -> str:
    """What the place of an audience is called. No query where it is known."""
    return named(desk.holder.grants.places).get(_where(row), "")


def one(desk: Desk, code: str, *rights: Right) -> Audience:
    """An audience where somebody has all these rights, and may see it. One query. Raises AudienceUnknown."""
    found = selectors.audience(desk.home, code)
    if not all(may_at(desk, right, _place(found)) for right in (Right.AUDIENCES_READ, *rights)):
        raise AudienceUnknown("There is no audience of this code here.", audience=code[:80])
    return found


def may_at(desk: Desk, right: Right, place: Place) -> bool:
    return gate.may(desk.holder.grants, right, place.merchant, place.store, organisation=place.organisation)


def _place(row: Audience) -> Place:
    return Place(row.organisation, row.merchant, row.store)


def may_of(desk: Desk, row: Audience, right: Right) -> bool:
    """Whether the right is held where the audience is."""
    return may_at(desk, right, _place(row))


def offered(desk: Desk) -> list[tuple[str, str]]:
    """Places whose audiences somebody may make: the widest first. No query where places are known."""
    names = named(desk.holder.grants.places)
    return [
        (text_of(one), told_apart(one, names))
        for one in open_to(desk.holder)
        if one.organisation == desk.home and may_at(desk, Right.AUDIENCES_MANAGE, one)
    ]


def place_of(desk: Desk, text: str) -> Place | None:
    """The place of a text of `offered`."""
    return next(
        (
            one
            for one in open_to(desk.holder)
            if text_of(one) == text and one.organisation == desk.home and may_at(desk, Right.AUDIENCES_MANAGE, one)
        ),
        None,
    )


def said(desk: Desk, tree: Node, words: Words | None = None) -> Said:
    """Four queries, none with the words at hand."""
    own = words or words_of(desk, book(desk.home))
    other = Language.ENGLISH if own.language == Language.CHINESE else Language.CHINESE
    code = "en" if other == Language.ENGLISH else "zh-Hans"
    return Said(sentence(tree, own), sentence(tree, replace(own, language=other)), code)


def scales() -> dict[str, int]:
    """Decimals of units. One query."""
    return dict(Unit.objects.values_list("code", "scale"))


def lists(desk: Desk) -> Mapping[str, Sequence[tuple[str, Any]]]:
    """What there is to choose from here, by name. Seven queries."""
    goods = run(_GOODS, [desk.home, _RECENT])
    decade = desk.at.year // 10 * 10
    return {
        "places": _places(desk),
        "levels": [(f"{ladder}/{level}", name) for (ladder, level), name in level_names(book(desk.home)).items()],
        "units": list(Unit.objects.order_by("code").values_list("code", "name")),
        "currencies": _currencies(desk.home),
        "facts": [
            ("town", _("Town")), ("language", _("Language")), ("country", _("Country")), ("sex", _("Sex")),
        ],
        "decades": [("", "–"), *((str(year), str(year)) for year in range(decade, _FIRST_DECADE - 10, -10))],
        "fields": [(one.name, one.label) for one in fields(desk.home) if not one.is_personal],
        "purposes": _same(Wording.objects.filter(organisation=desk.home).values_list("purpose", flat=True).distinct()),
        "reached_by": _channels(),
        "identifiers": [
            ("email", _("Mail address")), ("phone", _("Phone")), ("card", _("Card")),
            ("external", _("Number of a till or shop")), ("open_id", _("Log-in of a provider")),
        ],
        "tags": _same(tag for (tag,) in run(_TAGS, [desk.home])),
        "classes": list(CLASSES.items()),
        "stages": list(STAGES.items()),
        "reasons": [(code, name) for code, name in REASONS.items() if code != "complaint"],
        "marks": _same(name for (name,) in run(_MARKS, [desk.home])),
        "items": _same({item for item, _c, _b, _ch in goods if item}),
        "categories": _same({category for _i, category, _b, _ch in goods if category}),
        "brands": _same({brand for _i, _c, brand, _ch in goods if brand}),
        "channels": _same({channel for _i, _c, _b, channel in goods if channel}),
    }  # fmt: skip


def _channels() -> list[tuple[str, Any]]:
    told = {"email": _("Mail"), "sms": _("Text message"), "phone": _("Telephone"), "post": _("Letter")}
    return [(code, told.get(code, code)) for code in CHANNELS]


def _currencies(organisation: UUID) -> list[tuple[str, str]]:
    held = Merchant.objects.filter(organisation=organisation).order_by("currency")
    return _same(held.values_list("currency", flat=True).distinct())


def _places(desk: Desk) -> list[tuple[str, str]]:
    known, names = desk.holder.grants.places, named(desk.holder.grants.places)
    merchants = [one for one, home in known.organisation_of.items() if home == desk.home]
    stores = [one for one, merchant in known.merchant_of.items() if merchant in set(merchants)]
    told = [(typed("mrc", one), names.get(one, "")) for one in merchants]
    return sorted(told + [(typed("str", one), names.get(one, "")) for one in stores], key=lambda one: one[1])


def _same(words: Any) -> list[tuple[str, str]]:
    return [(word, word) for word in sorted(words)[:_WORDS]]
