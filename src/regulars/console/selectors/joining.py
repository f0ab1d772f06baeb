"""Members who may be one person, side by side; and who was joined of late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.basics.ids import WrongId, typed, untyped
from regulars.console.desk import Desk
from regulars.console.selectors.names import names_of
from regulars.members.duplicates import Suspected, to_review
from regulars.members.models import Member, Merge

PAGE: Final = 25
FIELDS: Final = {
    "name": _("name"), "birth_on": _("birthday"), "phone": _("phone"), "email": _("mail address"),
    "street": _("street"), "postcode": _("postcode"), "town": _("town"), "sex": _("sex"), "address": _("address"),
}  # fmt: skip
LEVELS: Final[dict[str, tuple[Promise, str]]] = {
    "same": (_("the same"), "good"), "close": (_("nearly the same"), ""), "alike": (_("alike"), ""),
    "other": (_("different"), "warn"), "different": (_("different"), "warn"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One of a pair, as far as it helps to tell."""

    id: UUID
    name: str
    town: str
    enrolled_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class PairShown:
    """Two, and what agrees how far."""

    one: Person
    two: Person
    percent: int
    exact: bool
    reasons: Sequence[tuple[str, str, str]]
    mark: str


@dataclass(frozen=True, slots=True)
class JoinedShown:
    """A merge of late."""

    survivor: Person
    other: UUID
    merged_at: datetime


def pairs(desk: Desk, after: Suspected | None) -> tuple[list[PairShown], bool]:
    """A page of the list, surest first. Three queries."""
    found = to_review(organisation=desk.home, limit=PAGE + 1, after=after)
    people = _people([one for pair in found[:PAGE] for one in (pair.one, pair.two)])
    return [_pair(pair, people) for pair in found[:PAGE]], len(found) > PAGE


def joined(desk: Desk, limit: int = 20) -> list[JoinedShown]:
    """The latest first. Three queries."""
    rows = list(Merge.objects.filter(organisation=desk.home, undone_at=None).order_by("-merged_at", "-id")[:limit])
    people = _people([one for row in rows for one in (row.survivor_id, row.other_id)])
    return [JoinedShown(people[row.survivor_id], row.other_id, row.merged_at) for row in rows]


def mark_of(pair: Suspected) -> str:
    """Where a page ends, for the next one's address."""
    return f"{pair.score!r},{typed('mbr', pair.one)},{typed('mbr', pair.two)}"


def after_of(text: str) -> Suspected | None:
    """Raises nothing: an address that means nothing begins at the top."""
    parts = text.split(",")
    try:
        return Suspected(untyped("mbr", parts[1]), untyped("mbr", parts[2]), float(parts[0]), False, {})
    except (ValueError, IndexError, WrongId):
        return None


def _people(ids: Sequence[UUID]) -> dict[UUID, Person]:
    names = names_of(list(dict.fromkeys(ids)))
    rows = Member.objects.filter(id__in=ids)
    return {row.id: Person(row.id, names.get(row.id, ""), row.town, row.enrolled_at, row.source) for row in rows}


def _pair(pair: Suspected, people: dict[UUID, Person]) -> PairShown:
    said = []
    for field, level in pair.reasons.items():
        if level in LEVELS and field in FIELDS:
            word, tone = LEVELS[level]
            said.append((str(FIELDS[field]), str(word), tone))
    percent = min(99, round(100 * pair.score))
    return PairShown(people[pair.one], people[pair.two], percent, pair.is_exact, said, mark_of(pair))
