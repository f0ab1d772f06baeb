"""What a programme's rules may ask about members: few plain things, many members at once."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
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


_Row = tuple[Any, ...]
# A row for each id; those of one member are put together here: most have but one.
_SKETCH = """
SELECT m.root_id, m.id, m.enrolled_at, m.birthday, m.state, m.household_id,
    ARRAY(SELECT t.tag FROM members_tag t WHERE t.member_id = m.id),
    ARRAY(
        SELECT CASE WHEN jsonb_typeof(k.value) = 'boolean' THEN k.name ELSE k.name || ':' || (k.value #>> '{}') END
        FROM members_mark k WHERE k.member_id = m.id AND k.value <> 'false'::jsonb
    )
FROM members_member m WHERE m.root_id = {which}
"""
_SEVERAL: Final = _SKETCH.replace("{which}", "ANY(%s::uuid[])")
_ONE: Final = _SKETCH.replace("{which}", "%s")  # said so that the server keeps its plan


def sketches(roots: Collection[UUID]) -> dict[UUID, Sketch]:
    """Of members by their roots. 1 query."""
    wanted = list(roots)
    rows = run(_ONE, wanted) if len(wanted) == 1 else run(_SEVERAL, [column(wanted)])
    parts: dict[UUID, list[_Row]] = {}
    for row in rows:
        parts.setdefault(row[0], []).append(row)
    return {root: _sketch(own) for root, own in parts.items()}


def _sketch(rows: list[_Row]) -> Sketch:
    """Of all ids that lead to a member; what is said of the root itself comes first."""
    if len(rows) > 1:
        rows.sort(key=lambda row: (row[1] != row[0], row[1]))
    _, own, joined_at, birthday, state, household, tags, marks = rows[0]
    group: tuple[UUID, ...] = (own,)
    tags, marks = frozenset(tags), frozenset(marks)
    for _, other, earlier, day, _, _, more_tags, more_marks in rows[1:]:
        joined_at, birthday = min(joined_at, earlier), day if birthday is None else birthday
        group, tags, marks = (*group, other), tags.union(more_tags), marks.union(more_marks)
    return Sketch(joined_at, birthday, state, household, tags, marks, group)
