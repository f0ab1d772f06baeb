"""How good the data is: figures that the worker counts, and the rows behind each, a page at a time.

What is asked of members is asked of roots that are there; `SQL` fragments speak of `m`, a member.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.imports.models import Import, Measured, State
from regulars.journal.statements import run

FRESH: Final = timedelta(hours=20)
NOBODY: Final = UUID(int=0)
_OWN: Final = "SELECT FROM members_member g JOIN members_identifier i ON i.member_id = g.id WHERE g.root_id = m.id"
_WAY: Final = f"{_OWN} AND i.state = 'active' AND i.kind"
_THEIRS: Final = "SELECT FROM members_identifier j JOIN members_member h ON h.id = j.member_id"
_REACH: Final = "IN ('phone', 'email')"
_ALLOWED: Final = "SELECT FROM members_permission p WHERE p.member_id = m.id AND p.given"
# What is missing or odd → the condition.
OF_MEMBERS: Final[Mapping[str, str]] = {
    "no-name": "m.name_key = 0",
    "no-phone": f"NOT EXISTS ({_WAY} = 'phone')",
    "no-email": f"NOT EXISTS ({_WAY} = 'email')",
    "no-way": f"NOT EXISTS ({_WAY} {_REACH})",
    "no-birthday": "m.birthday IS NULL",
    "no-sex": "m.sex = ''",
    "no-town": "m.town = ''",
    "no-language": "m.language = ''",
    "no-consent": f"NOT EXISTS ({_ALLOWED})",
    "unverified": f"EXISTS ({_WAY} {_REACH}) AND NOT EXISTS ({_WAY} {_REACH} AND i.verified_at IS NOT NULL)",
    "shared": f"EXISTS ({_WAY} {_REACH} AND NOT i.recognises AND EXISTS ({_THEIRS} WHERE j.blind = i.blind"
    " AND j.recognises AND h.root_id <> m.id))",
    "never-bought": "NOT EXISTS (SELECT FROM members_member g JOIN sales_sale s ON s.member = g.id"
    " AND s.state = 'complete' WHERE g.root_id = m.id)",
}
_PEOPLE: Final = "m.organisation = %(o)s::uuid AND m.root_id = m.id AND m.state = 'active'"
_BILLS: Final = "s.organisation = %(o)s::uuid AND s.state = 'complete' AND s.effective_at >= %(since)s::timestamptz"
_OLD: Final = """
SELECT o.id FROM access_organisation o WHERE NOT EXISTS (SELECT FROM imports_measured q WHERE q.organisation = o.id
    AND q.at >= greatest(%(old)s::timestamptz, coalesce((SELECT max(i.ended_at) FROM imports_import i
    WHERE i.organisation = o.id AND i.state IN ('booked', 'undone')), '-infinity')))
ORDER BY o.id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """So many of so many."""

    what: str
    count: int
    of: int

    @property
    def full(self) -> int:
        """How many of a hundred have it."""
        return 100 if not self.of else round(100 * (self.of - self.count) / self.of)


def measure_due(*, at: datetime) -> int:
    """Counts one organisation whose figures are old, or that had an import since; 1, or 0 where none is. One query for
    each figure."""
    due = run(_OLD, {"old": at - FRESH})
    if not due:
        return 0
    measure(due[0][0], at=at)
    return 1


@transaction.atomic
def measure(organisation: UUID, *, at: datetime) -> None:
    conditions = ", ".join(f"count(*) FILTER (WHERE {holds})" for holds in OF_MEMBERS.values())
    ((people, *counts),) = run(
        f"SELECT count(*), {conditions} FROM members_member m WHERE {_PEOPLE}", {"o": organisation}
    )
    found = [(name, count, people) for name, count in zip(OF_MEMBERS, counts, strict=True)]
    ((pairs,),) = run("SELECT count(*) FROM members_pair WHERE organisation = %s AND state = 'open'", [organisation])
    ((bills, nobody),) = run(
        f"SELECT count(*), count(*) FILTER (WHERE s.member IS NULL) FROM sales_sale s WHERE {_BILLS}",
        {"o": organisation, "since": at - timedelta(days=365)},
    )
    found += [("duplicates", pairs, people), ("bills-of-nobody", nobody, bills)]
    Measured.objects.filter(organisation=organisation).delete()
    Measured.objects.bulk_create(
        Measured(organisation=organisation, what=name, count=count, whole=whole, at=at) for name, count, whole in found
    )


def figures(organisation: UUID) -> tuple[dict[str, Figure], datetime | None]:
    """As they were counted last. 1 query."""
    rows = list(Measured.objects.filter(organisation=organisation))
    return {row.what: Figure(row.what, row.count, row.whole) for row in rows}, rows[0].at if rows else None


def members_behind(what: str, organisation: UUID, *, after: UUID | None, limit: int) -> list[UUID]:
    """Members of whom that holds now, in the order in which they came. 1 query."""
    rows = run(
        f"SELECT m.id FROM members_member m WHERE {_PEOPLE} AND m.id > %(after)s::uuid AND {OF_MEMBERS[what]}"
        " ORDER BY m.id LIMIT %(limit)s::int",
        {"o": organisation, "after": after or NOBODY, "limit": limit},
    )
    return [number for (number,) in rows]


def bills_of_nobody(organisation: UUID, *, at: datetime, limit: int) -> list[UUID]:
    """The latest of the last year. 1 query."""
    rows = run(
        f"SELECT s.id FROM sales_sale s WHERE {_BILLS} AND s.member IS NULL"
        " ORDER BY s.effective_at DESC, s.id LIMIT %(limit)s::int",
        {"o": organisation, "since": at - timedelta(days=365), "limit": limit},
    )
    return [number for (number,) in rows]


def last_imports(organisation: UUID, limit: int = 5) -> list[Import]:
    """Those that were booked, or wait to be. 1 query."""
    states = (State.READY, State.ASKING, State.BOOKED)
    return list(Import.objects.filter(organisation=organisation, state__in=states).order_by("-id")[:limit])
