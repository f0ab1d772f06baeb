"""Households, companies, and who speaks for them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from regulars.journal.statements import column, run
from regulars.members.errors import UnknownGroup
from regulars.members.models import Company, Contact, Household, Member


@dataclass(frozen=True, slots=True)
class Home:
    """A household and who lives there."""

    id: UUID
    head: UUID | None
    members: Sequence[UUID]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody who lives in a household, and since when."""

    id: UUID
    household: UUID
    since: datetime
    is_head: bool


@dataclass(frozen=True, slots=True)
class Speaker:
    """A member who speaks for a company, since when and as what."""

    member: UUID
    role: str
    is_main: bool
    effective_at: datetime


def home(household: UUID, *, organisation: UUID) -> Home:
    """2 queries. Raises UnknownGroup."""
    row = Household.objects.select_related("head").filter(id=household, organisation=organisation).first()
    if row is None:
        raise UnknownGroup("There is no such household.")
    members = Member.objects.filter(household=row.id, root=F("id")).order_by("id").values_list("id", flat=True)
    return Home(row.id, row.head.root_id if row.head else None, list(members), row.created_at)


def home_of(root: UUID) -> UUID | None:
    """The household a member lives in. 1 query."""
    return Member.objects.values_list("household", flat=True).get(id=root)


def homes_of(roots: Collection[UUID]) -> dict[UUID, UUID]:
    """The households of those members who live in one. 1 query."""
    rows = Member.objects.filter(id__in=roots, household__isnull=False)
    return {member: home for member, home in rows.values_list("id", "household") if home is not None}


def relatives(households: Collection[UUID]) -> dict[UUID, list[Relative]]:
    """Who lives in these households, in the order of moving in. 1 query."""
    rows = run(
        "SELECT m.id, m.household_id, m.household_since, m.id = head.root_id FROM members_member m"
        " JOIN members_household h ON h.id = m.household_id LEFT JOIN members_member head ON head.id = h.head_id"
        " WHERE m.household_id = ANY(%s::uuid[]) AND m.root_id = m.id AND m.state NOT IN ('closed', 'erased')"
        " ORDER BY m.household_since, m.id",
        [column(households)],
    )
    found: dict[UUID, list[Relative]] = {}
    for member, household, since, is_head in rows:
        found.setdefault(household, []).append(Relative(member, household, since, bool(is_head)))
    return found


def companies(
    organisation: UUID, *, after: tuple[str, UUID] | None, limit: int, key_accounts: bool | None = None
) -> list[Company]:
    """By name; `after`: the name and id of the last one of the page before. 1 query."""
    rows = Company.objects.filter(organisation=organisation)
    if key_accounts is not None:
        rows = rows.filter(is_key_account=key_accounts)
    if after is not None:
        rows = rows.filter(Q(name__gt=after[0]) | Q(name=after[0], id__gt=after[1]))
    return list(rows.order_by("name", "id")[:limit])


def company(number: UUID, *, organisation: UUID) -> Company:
    """1 query. Raises UnknownGroup."""
    row = Company.objects.filter(id=number, organisation=organisation).first()
    if row is None:
        raise UnknownGroup("There is no such company.")
    return row


def speakers(number: UUID) -> list[Speaker]:
    """Who speaks for a company now, the main one first. 1 query."""
    rows = Contact.objects.filter(company=number, ended_at=None).order_by("-is_main", "effective_at", "id")
    return [
        Speaker(member, role, main, since)
        for member, role, main, since in rows.values_list("member__root", "role", "is_main", "effective_at")
    ]
