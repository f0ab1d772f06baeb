"""The only row locks of the room, always in the order of ids."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection

from regulars.members.errors import MemberClosed, UnknownIdentifier, UnknownMember
from regulars.members.models import Card, Fact, Field, Identifier, Member, Note
from regulars.members.selectors.recognition import roots


def lock_members(ids: Iterable[UUID], *, organisation: UUID) -> dict[UUID, Member]:
    """By each id, who that is now, locked and fit to be written to. 2 queries. Raises UnknownMember, MemberClosed."""
    asked = set(ids)
    now = roots(sorted(asked), organisation=organisation)
    rows = Member.objects.select_for_update(no_key=True).filter(id__in=set(now.values()))
    found = {row.id: row for row in rows.order_by("id")}
    if any(row.root_id != row.id for row in found.values()):
        return lock_members(asked, organisation=organisation)  # merged while we waited
    if closed := [row.id for row in found.values() if row.state in ("closed", "erased")]:
        raise MemberClosed("The member was closed; nothing more is written to it.", closed=len(closed))
    return {one: found[now[one]] for one in asked}


def lock_card(card: UUID, *, organisation: UUID) -> Card:
    """A card, locked. 1 query. Raises UnknownIdentifier."""
    found = Card.objects.select_for_update(no_key=True).filter(id=card, organisation=organisation).first()
    if found is None:
        raise UnknownIdentifier("Nobody here is recognised by that.")
    return found


def lock_field(name: str, *, organisation: UUID) -> Field:
    """A field of the organisation's own that is there, locked. 1 query."""
    return Field.objects.select_for_update(no_key=True).get(organisation=organisation, name=name)


Sealed = TypeVar("Sealed", Identifier, Fact, Note)


def lock_sealed_before(kind: type[Sealed], generation: int, limit: int) -> list[Sealed]:
    """Rows sealed with an older key, the oldest first. 1 query."""
    return list(lock_rows_before(kind, generation, limit))


def lock_rows_before(kind: type[Any], generation: int, limit: int) -> list[Any]:
    """As `lock_sealed_before`, of a table of any room. 1 query."""
    rows = kind._default_manager.select_for_update(no_key=True).filter(key__lt=generation)
    return list(rows.order_by("key", "id")[:limit])


def lock_named_before(generation: int, limit: int) -> list[Member]:
    """Members whose names are blinded with an older key. 1 query."""
    rows = Member.objects.select_for_update(no_key=True).filter(name_key__gt=0, name_key__lt=generation)
    return list(rows.order_by("name_key", "id")[:limit])


def lock_card_ranges() -> None:
    """Nobody else makes a range meanwhile: prefixes are compared with all others. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE members_card_range IN SHARE ROW EXCLUSIVE MODE")


def lock_for_erasing(member: UUID) -> Member:
    """Who that is now, locked, also where it was closed before; whose it is, is checked by who asks. 2 queries. Raises
    UnknownMember."""
    asked = Member.objects.filter(id=member).first()
    if asked is None:
        raise UnknownMember("There is no member with that id.")
    found = Member.objects.select_for_update(no_key=True).get(id=asked.root_id)
    return found if found.root_id == found.id else lock_for_erasing(found.id)
