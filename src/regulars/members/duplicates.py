"""Possible duplicates: searching among everybody, the list to look through, merging the certain ones."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from regulars.basics.errors import RegularsError
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members import duplicates_levels as levels
from regulars.members import merging
from regulars.members.duplicates_reading import everybody, likenesses
from regulars.members.errors import AlreadyMerged

SCORE_MIN: Final = 0.5  # below it a pair is not worth a person's time

# Members who are reached by the same phone or mail address, whichever of several it is.
_SHARED: Final = """
WITH shared AS (
    SELECT i.blind, i.kind, array_agg(DISTINCT m.root_id ORDER BY m.root_id) AS roots
    FROM members_identifier i JOIN members_member m ON m.id = i.member_id
    WHERE i.organisation = %s AND i.kind IN ('phone', 'email') AND i.state = 'active' AND m.state = 'active'
    GROUP BY i.blind, i.kind HAVING count(DISTINCT m.root_id) BETWEEN 2 AND %s
)
SELECT a.root, b.root, array_agg(DISTINCT s.kind) FROM shared s, unnest(s.roots) a(root), unnest(s.roots) b(root)
WHERE a.root < b.root GROUP BY 1, 2
"""
# A decision stands for ever; an open pair is told anew.
_KEEP: Final = """
INSERT INTO members_pair AS p (one_id, two_id, organisation, score, is_exact, reasons, state, found_at, decided_by)
SELECT n.one, n.two, %(organisation)s, n.score, n.exact, n.reasons, 'open', %(at)s, ''
FROM unnest(%(one)s::uuid[], %(two)s::uuid[], %(score)s::float8[], %(exact)s::boolean[], %(reasons)s::jsonb[])
    AS n(one, two, score, exact, reasons)
JOIN members_member a ON a.id = n.one AND a.root_id = a.id AND a.state = 'active'
JOIN members_member b ON b.id = n.two AND b.root_id = b.id AND b.state = 'active'
ON CONFLICT (one_id, two_id) DO UPDATE
SET score = EXCLUDED.score, is_exact = EXCLUDED.is_exact, reasons = EXCLUDED.reasons, found_at = EXCLUDED.found_at
WHERE p.state = 'open'
"""
_GONE: Final = "DELETE FROM members_pair WHERE organisation = %s AND state = 'open' AND found_at < %s"
# By whom they are now; two of whom anybody said "not the same" are not shown, however they came to be merged.
_OPEN: Final = """
SELECT DISTINCT ON (score, one, two) one, two, score, exact, reasons FROM (
    SELECT least(a.root_id, b.root_id) AS one, greatest(a.root_id, b.root_id) AS two, p.score, p.is_exact AS exact,
        p.reasons
    FROM members_pair p JOIN members_member a ON a.id = p.one_id JOIN members_member b ON b.id = p.two_id
    WHERE p.organisation = %(organisation)s AND p.state = 'open' AND a.root_id <> b.root_id
      AND (NOT %(exact)s OR p.is_exact)
      AND NOT EXISTS (
        SELECT FROM members_member c JOIN members_pair d ON d.state = 'different' AND c.id IN (d.one_id, d.two_id)
        JOIN members_member e ON e.id = CASE WHEN c.id = d.one_id THEN d.two_id ELSE d.one_id END
        WHERE c.root_id = a.root_id AND e.root_id = b.root_id)
) AS pairs WHERE (score, one, two) < (%(score)s, %(one)s, %(two)s)
ORDER BY score DESC, one DESC, two DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Suspected:
    """Two who may be one person: how sure, and what agrees how far."""

    one: UUID
    two: UUID
    score: float
    is_exact: bool
    reasons: dict[str, str]


def search(
    *,
    organisation: UUID,
    score_min: float = SCORE_MIN,
    memory: str = "6GB",
    threads: int | None = None,
    actor: Actor,
    at: datetime,
) -> dict[str, int]:
    """Compares everybody with everybody who could be the same, and renews the list. Work for a command or a worker:
    minutes and gigabytes for a million members. Answers pairs and exact."""
    from regulars.members.duplicates_linking import linked  # loads DuckDB, which a web process must not

    found = linked(everybody(organisation), score_min=score_min, memory=memory, threads=threads)
    seen = {(pair.one, pair.two) for pair in found}
    more = [row for row in _rows(_SHARED, [organisation, levels.SHARED_MAX]) if (row[0], row[1]) not in seen]
    people = likenesses(list({one for row in more for one in row[:2]}))
    found += [pair for row in more if (pair := _reached(row, people)).score >= score_min]
    exact = sum(levels.is_exact(pair.levels) for pair in found)
    with transaction.atomic():
        _keep(found, organisation, at)
        told = {"pairs": len(found), "exact": exact}
        record([Deed("members.duplicates", after=told)], actor=actor, at=at)
    return told


def _reached(row: tuple[Any, ...], people: dict[UUID, levels.Likeness]) -> levels.Alike:
    one, two, kinds = row
    found = levels.compared(people[one], people[two]) | dict.fromkeys(kinds, "same")
    return levels.Alike(one, two, 0.0 if levels.is_family(found) else levels.chance(found, members=len(people)), found)


def _keep(found: Sequence[levels.Alike], organisation: UUID, at: datetime) -> None:
    with connection.cursor() as cursor:
        for begin in range(0, len(found), 20_000):
            some = found[begin : begin + 20_000]
            rows: dict[str, Any] = {
                "organisation": organisation,
                "at": at,
                "one": [pair.one for pair in some],
                "two": [pair.two for pair in some],
                "score": [pair.score for pair in some],
                "exact": [levels.is_exact(pair.levels) for pair in some],
                "reasons": [json.dumps(dict(pair.levels)) for pair in some],
            }
            cursor.execute(_KEEP, rows)
        cursor.execute(_GONE, [organisation, at])


def to_review(
    *,
    organisation: UUID,
    limit: int = 50,
    after: Suspected | None = None,
    only_exact: bool = False,
) -> list[Suspected]:
    """The list, surest first; further pages `after` the last one. 1 query."""
    asked: dict[str, Any] = {"organisation": organisation, "limit": limit, "exact": only_exact}
    last = after or Suspected(UUID(int=0), UUID(int=0), 2.0, False, {})
    asked |= {"score": last.score, "one": last.one, "two": last.two}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, asked)
        return [
            Suspected(one, two, score, exact, json.loads(reasons) if isinstance(reasons, str) else reasons)
            for one, two, score, exact, reasons in cursor.fetchall()
        ]


def merge_exact(*, organisation: UUID, limit: int = 1000, actor: Actor, at: datetime) -> dict[str, int]:
    """Merges the pairs whose name and phone or mail are the same and whom nothing tells apart: the older one stays.
    Each in a transaction of its own; what a room refuses (open holds) is left on the list and counted by its code."""
    told: Counter[str] = Counter(merged=0)
    for pair in to_review(organisation=organisation, limit=limit, only_exact=True):
        try:
            merging.merge(pair.one, pair.two, organisation=organisation, reason="exact duplicate", actor=actor, at=at)
            told["merged"] += 1
        except AlreadyMerged:  # through a third one
            continue
        except RegularsError as refusal:
            told[refusal.code] += 1
    return dict(told)


def _rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
