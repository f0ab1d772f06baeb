"""Cases and follow-ups as somebody may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from regulars.access import gate
from regulars.access.models import Role, Staff
from regulars.access.rights import Right
from regulars.access.scoping import within
from regulars.access.selectors import roles_of_staff
from regulars.basics.ids import typed
from regulars.care import selectors
from regulars.care.models import Case, FollowUp
from regulars.care.moves import Counts, Sought
from regulars.console.desk import Desk
from regulars.console.places import named, number_of
from regulars.console.selectors.names import names_of
from regulars.members.selectors import roots


@dataclass(frozen=True, slots=True)
class Shown:
    """A case or a follow-up with the names that belong to it."""

    row: Any
    subject: str
    member: UUID | None
    name: str
    owner: str
    place: str
    late: bool


def reach(desk: Desk, right: Right = Right.CARE_READ) -> Q:
    """The rows a right reaches."""
    reached = gate.scope(desk.holder.grants, right)
    return within(reached, organisation="organisation", merchant="merchant", store="store")


def kinds(desk: Desk) -> list[tuple[str, str]]:
    """Code and name. One query."""
    return [(one.code, one.name) for one in selectors.kinds(desk.home)]


def queues(desk: Desk) -> list[tuple[str, str]]:
    """Roles whose people work on cases. One query."""
    held = Role.objects.filter(organisation=desk.home, rights__contains=[Right.CARE_WRITE.value])
    return list(held.order_by("name").values_list("code", "name"))


def counted(desk: Desk) -> Counts | None:
    """How many are open and late, for who may see them. One query."""
    if not desk.may(Right.CARE_READ):
        return None
    return selectors.counts(reach(desk), desk.home, mine=desk.holder.id, roles=frozenset(), at=desk.at)


def sought(desk: Desk, chosen: dict[str, Any]) -> Sought:
    """What the filters ask for. One query at most."""
    state = chosen.get("state", "")
    mine = chosen.get("whose") == "mine"
    return Sought(
        owner=desk.holder.id if mine else None,
        roles=roles_of_staff(desk.holder.id, at=desk.at) if mine else frozenset(),
        unowned=chosen.get("whose") == "nobody",
        states=frozenset([state]) if state in ("open", "waiting", "done") else frozenset({"open", "waiting"}),
        late=state == "late",
        kind=chosen.get("kind", ""),
    )


def shown(
    desk: Desk,
    rows: Sequence[Case] | Sequence[FollowUp],
    *,
    subjects: Mapping[UUID, str] | None = None,
    roles: Mapping[str, str] | None = None,
) -> list[Shown]:
    """Five queries at most, none for nothing; `subjects`, `roles`: what is known of these. Whoever is named was looked
    at."""
    listed: list[Any] = list(rows)
    if not listed:
        return []
    if subjects is None:
        subjects = selectors.subjects_of(listed)
    people = sorted({row.member for row in listed if row.member}) if desk.may(Right.MEMBERS_READ) else []
    now = roots(people, organisation=desk.home) if people else {}
    desk.looked(sorted(set(now.values())), by="cases")
    names = names_of(sorted(set(now.values())))
    owners = {row.owner for row in listed if row.owner}
    staff = dict(Staff.objects.filter(pk__in=owners).values_list("id", "name")) if owners else {}
    if roles is None:
        roles = dict(queues(desk)) if any(row.queue for row in listed) else {}
    places = named(desk.holder.grants.places)
    return [
        Shown(
            row,
            subjects[row.id],
            now.get(row.member) if row.member else None,
            names.get(now[row.member], "") if row.member in now else "",
            staff.get(row.owner, "") if row.owner else roles.get(row.queue, row.queue),
            places.get(row.store or row.merchant or desk.home, ""),
            row.state in ("open", "waiting") and row.due_at <= desk.at,
        )
        for row in listed
    ]


def people_told(actors: Sequence[str]) -> dict[str, str]:
    """Names of staff by their typed ids; one query."""
    numbers = [number_of("stf", text) for text in actors]
    known = Staff.objects.filter(pk__in=[one for one in numbers if one])
    return {typed("stf", number): name for number, name in known.values_list("id", "name")}
