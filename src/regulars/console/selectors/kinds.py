"""Kinds of case in words: who gets them, by when one that comes in now is due, and when people work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.access.models import Role, Staff
from regulars.access.rights import Right
from regulars.basics.ids import typed
from regulars.basics.periods import zone_of
from regulars.care.models import CaseKind
from regulars.care.selectors import hours_of, kinds
from regulars.console.desk import Desk
from regulars.console.forms_kinds import PRIORITIES, ROLE, STAFF, WEEK
from regulars.console.selectors.setup import said_name
from regulars.rules import working_hours


@dataclass(frozen=True, slots=True)
class KindShown:
    """A kind, with what it means for a case that comes in now."""

    row: CaseKind
    who: str  # "" is nobody
    urgency: Any
    due_at: datetime


def shown(desk: Desk) -> list[KindShown]:
    """Those in use first, then those that are not. Four queries."""
    names, working = dict(whom(desk)), hours_of(desk.home)
    zone = zone_of(desk.holder.grants.places.zones.get(desk.home, "UTC"))
    rows = sorted(kinds(desk.home, retired=True), key=lambda one: (one.retired_at is not None, one.name.casefold()))
    return [
        KindShown(
            one,
            names.get(who_of(one), one.queue or "?") if who_of(one) else "",
            PRIORITIES[one.priority],
            working_hours.later(desk.at, one.answer_hours, working if one.in_working_hours else None, zone),
        )
        for one in rows
    ]


def who_of(row: CaseKind) -> str:
    """As the form says it."""
    if row.owner is not None:
        return STAFF + typed("stf", row.owner)
    return ROLE + row.queue if row.queue else ""


def whom(desk: Desk) -> list[tuple[str, str]]:
    """Roles whose people work on cases, and staff who do so in the whole organisation. Two queries."""
    right = [Right.CARE_WRITE.value]
    roles = Role.objects.filter(organisation=desk.home, rights__contains=right).order_by("name")
    people = Staff.objects.filter(
        is_active=True,
        assignments__organisation=desk.home,
        assignments__merchant=None,
        assignments__role__rights__contains=right,
    )
    listed = [(STAFF + typed("stf", one.pk), one.name) for one in people.distinct().order_by("name")]
    return [(ROLE + one.code, said_name(one)) for one in roles] + listed


def chosen(text: str) -> tuple[UUID | None, str]:
    """The owner and the queue that the form names."""
    from regulars.console.asking import uuid_of

    return uuid_of("stf", text.removeprefix(STAFF)), text.removeprefix(ROLE) if text.startswith(ROLE) else ""


def week_told(document: Mapping[str, Any]) -> list[tuple[Sequence[Any], list[str]]]:
    """Days that are alike are told together, as they follow each other: their names, and their hours."""
    found: list[tuple[list[Any], list[str]]] = []
    for day, label in WEEK.items():
        spans = [f"{begins}–{ends if ends != '00:00' else '24:00'}" for begins, ends in document["days"].get(day, ())]
        if found and found[-1][1] == spans:
            found[-1][0].append(label)
        else:
            found.append(([label], spans))
    return [((names[0], names[-1]) if len(names) > 1 else (names[0],), spans) for names, spans in found]
