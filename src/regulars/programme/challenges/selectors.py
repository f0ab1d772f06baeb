"""Who opted into what; each says what it costs in queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from regulars.journal.statements import column, run
from regulars.members.selectors.sketches import Sketch


@dataclass(frozen=True, slots=True)
class OptedIn:
    """Something opted into, from when and until when."""

    code: str
    begins_at: datetime
    ends_at: datetime | None

    def holds(self, moment: datetime) -> bool:
        return self.begins_at <= moment and (self.ends_at is None or moment < self.ends_at)


def opted_in(people: Mapping[UUID, Sketch]) -> dict[UUID, Sequence[OptedIn]]:
    """Of each root all that they, or who was merged into them, opted into. One query."""
    owner = {member: root for root, sketch in people.items() for member in sketch.group}
    found: dict[UUID, list[OptedIn]] = {}
    rows = run(
        "SELECT member, code, begins_at, ends_at FROM programme_enrolment WHERE member = ANY(%s::uuid[])",
        [column(sorted(owner))],
    )
    for member, *rest in rows:
        found.setdefault(owner[member], []).append(OptedIn(*rest))
    return dict(found)
