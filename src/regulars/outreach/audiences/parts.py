"""What a condition becomes: a table joined by member, whether it holds, and its fact; values are bound."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from regulars.journal.statements import column


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom and when an audience is asked. `merchant`, `store`: of which place it is, and sees no other's."""

    organisation: UUID
    at: datetime
    zone: str  # of the organisation: where its days begin
    merchant: UUID | None = None
    store: UUID | None = None
    only: tuple[UUID, ...] = ()  # one person: the root, and those who were merged into it

    @property
    def today(self) -> date:
        return self.at.astimezone(ZoneInfo(self.zone)).date()

    def begins(self, day: date) -> datetime:
        """The first moment of a day."""
        return datetime.combine(day, time(), ZoneInfo(self.zone))

    def ends(self, day: date) -> datetime:
        """The first moment after a day."""
        return self.begins(day + timedelta(days=1))

    def days_ago(self, days: int) -> datetime:
        """The first moment of the last so many days, today among them."""
        return self.begins(self.today - timedelta(days=days - 1))


@dataclass(slots=True)
class Binder:
    """Hands out places for values. What is bound as a list goes as one array."""

    values: dict[str, object] = field(default_factory=dict)

    def one(self, value: object, kind: str) -> str:
        return f"{self._kept(value)}::{kind}"

    def many(self, values: Sequence[object], kind: str) -> str:
        return f"{self._kept(column(values))}::{kind}[]"

    def _kept(self, value: object) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"%({name})s"


@dataclass(frozen=True, slots=True)
class Part:
    """A condition as SQL. `joined` has one row a member and the column `id`; `holds` is never null."""

    holds: str
    fact: str  # JSON of what was looked at
    joined: str = ""
    absent: bool = False  # whether it holds for who has no row there
    ids: str = ""  # of those for whom it holds (`absent`: does not), some perhaps twice, where that is cheaper to say


# A member's root, by a table of the few that were merged: the second test tells the planner that they are few.
OF_ROOT = "LEFT JOIN members_member x ON x.id = h.member_id AND x.root_id <> x.id AND (x.root_id = x.id) IS FALSE"
ROOT = "coalesce(x.root_id, h.member_id)"


def only_of(column_name: str, asked: Asked, bind: Binder) -> str:
    """Of one person, where one person is asked."""
    return f" AND {column_name} = ANY({bind.many(asked.only, 'uuid')})" if asked.only else ""
