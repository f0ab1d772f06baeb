"""Whom something typed or scanned leads to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from babel.core import get_global

from regulars.access.rights import Right
from regulars.console.desk import Desk
from regulars.console.places import number_of
from regulars.console.selectors.names import names_of
from regulars.members.errors import UnknownIdentifier, UnknownMember
from regulars.members.models import Member
from regulars.members.moves import Found
from regulars.members.naming import is_han
from regulars.members.selectors import by_tail, profiles, recognise_text, roots

MOST: Final = 20
_TAIL: Final = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody who may be meant. `certain`: an identifier of theirs was typed whole. `refused`: their card is."""

    member: UUID
    name: str
    certain: bool = False
    refused: str = ""
    town: str = ""  # tells apart who is called the same
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """What came of it. `blank`: a card that nobody has claimed yet."""

    hits: tuple[Hit, ...] = ()
    blank: UUID | None = None


def find(text: str, desk: Desk) -> Sought:
    """By a member's id, a card, phone, mail address or number; else by a part of a name or four last digits, for
    who may see all members. Six queries at most. Whoever is found was looked at."""
    text = text.strip()
    if not text:
        return Sought()
    found = _certain(text, desk)
    hits = found.hits or (() if found.blank else _possible(text, desk))
    desk.looked([hit.member for hit in hits], by="search")
    return Sought(hits, found.blank)


def who_is(text: str, desk: Desk) -> UUID:
    """Who is certainly meant. Raises UnknownIdentifier."""
    certain = [hit.member for hit in find(text, desk).hits if hit.certain]
    if not certain:
        raise UnknownIdentifier("Nobody here is recognised by that.")
    return certain[0]


def region_of(zone: str) -> str | None:
    """The country in whose habit a phone number is read where clocks go so.

    >>> region_of("Asia/Shanghai"), region_of("UTC")
    ('CN', None)
    """
    country = get_global("zone_territories").get(zone)
    return country if country and country != "001" else None


def _certain(text: str, desk: Desk) -> Sought:
    member = number_of("mbr", text)
    if member is not None:
        try:
            root = roots([member], organisation=desk.home)[member]
        except UnknownMember:
            return Sought()
        return Sought((hit_of(root),))
    found = recognise_text(text, organisation=desk.home, region=region_of(desk.zone))
    if found is None:
        return Sought()
    if found.member is None:
        return Sought(blank=found.card)
    return Sought((hit_of(found.member, found),))


def hit_of(member: UUID, found: Found | None = None) -> Hit:
    """Somebody whose identifier was shown whole, and whether it is refused. One query."""
    refused = (
        "" if found is None or found.usable else (found.state if found.state != "active" else found.member_state or "")
    )
    return Hit(member, names_of([member])[member], True, refused)


def _possible(text: str, desk: Desk) -> tuple[Hit, ...]:
    if not desk.may_all_over(Right.MEMBERS_READ):
        return ()
    if len(text) == _TAIL and text.isascii() and text.isdigit():
        ids = by_tail(text, organisation=desk.home, limit=MOST)
        return _hits(ids)
    if any(letter.isdigit() for letter in text) and "@" not in text and not any(map(str.isalpha, text)):
        return ()
    asked = " ".join(
        word for word in text.split() if len(word) > 1 or is_han(word)
    )  # one Latin letter is in every name
    ids = [one for one, _ in profiles.by_name(asked, organisation=desk.home, limit=MOST)] if asked else []
    return _hits(ids)


def _hits(ids: Sequence[UUID]) -> tuple[Hit, ...]:
    """Two queries."""
    named = names_of(ids)
    rows = {row.id: row for row in Member.objects.filter(id__in=ids)}
    return tuple(Hit(one, named[one], town=rows[one].town, since=rows[one].enrolled_at) for one in ids)
