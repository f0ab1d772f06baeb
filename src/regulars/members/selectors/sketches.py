"""What a programme's rules may ask about members: few plain things, many members at once."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.basics.quick import quick
from regulars.journal.statements import column, run


@quick
@dataclass(frozen=True, slots=True)
class Sketch:
    """A member as rules know them, all that were merged into them included."""

    joined_at: datetime
    birthday: int | None  # month × 100 + day
    state: str
    household: UUID | None
    tags: frozenset[str] = frozenset()
    marks: frozenset[str] = field(default_factory=frozenset)  # "likely-to-leave", "class:vip"
    group: tuple[UUID, ...] = ()  # all ids that lead to them


_SKETCH = """
SELECT m.root_id, min(m.enrolled_at),
    (array_agg(m.birthday ORDER BY m.id <> m.root_id, m.id) FILTER (WHERE m.birthday IS NOT NULL))[1],
    (array_agg(m.state ORDER BY m.id <> m.root_id))[1],
    (array_agg(m.household_id ORDER BY m.id <> m.root_id))[1],
    array_agg(m.id),
    ARRAY(SELECT t.tag FROM members_tag t WHERE t.member_id = ANY(array_agg(m.id))),
    ARRAY(
        SELECT CASE WHEN jsonb_typeof(k.value) = 'boolean' THEN k.name ELSE k.name || ':' || (k.value #>> '{}') END
        FROM members_mark k WHERE k.member_id = ANY(array_agg(m.id)) AND k.value <> 'false'::jsonb
    )
FROM members_member m WHERE m.root_id = {which} GROUP BY m.root_id
"""
_SEVERAL: Final = _SKETCH.replace("{which}", "ANY(%s::uuid[])")
_ONE: Final = _SKETCH.replace("{which}", "%s")  # said so that the server keeps its plan


def sketches(roots: Collection[UUID]) -> dict[UUID, Sketch]:
    """Of members by their roots. 1 query."""
    wanted = list(roots)
    rows = run(_ONE, wanted) if len(wanted) == 1 else run(_SEVERAL, [column(wanted)])
    return {
        root: Sketch(joined_at, birthday, state, household, frozenset(tags), frozenset(marks), tuple(group))
        for root, joined_at, birthday, state, household, group, tags, marks in rows
    }
