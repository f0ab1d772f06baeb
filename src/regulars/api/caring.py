"""What addresses of cases and follow-ups have in common: what a key may see of them, and who asks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from regulars.access import gate
from regulars.access.models import Key
from regulars.access.rights import Right
from regulars.access.scoping import within
from regulars.access.selectors import roles_of_staff
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.keys import Call
from regulars.api.places import organisation
from regulars.care.models import Case, FollowUp


@dataclass(frozen=True, slots=True)
class Sight:
    """What a key may see: its organisation, and the condition on rows."""

    home: UUID
    rows: Q


def sight(call: Call, right: Right) -> Sight:
    """Raises NotAllowed, PlaceNeeded."""
    home = organisation(call, right)
    reached = gate.scope(call.grants, right)
    return Sight(home, within(reached, organisation="organisation", merchant="merchant", store="store"))


def myself(call: Call) -> tuple[UUID | None, frozenset[str]]:
    """Whose own key this is, and their roles; nobody for a till's. Two queries at most."""
    owner = Key.objects.values_list("owner", flat=True).get(pk=call.key)
    return owner, roles_of_staff(owner, at=call.at) if owner else frozenset()


def next_after(place: str, rows: list[Case] | list[FollowUp], limit: int) -> str | None:
    """The cursor of the page after, where this one is full."""
    if len(rows) < limit:
        return None
    return write_cursor(place, [rows[-1].due_at.isoformat(), rows[-1].id.hex])


def after_of(place: str, cursor: str | None) -> tuple[datetime, UUID] | None:
    """Raises WrongCursor."""
    after = read_cursor(place, cursor)
    return None if after is None else (datetime.fromisoformat(after[0]), UUID(after[1]))
