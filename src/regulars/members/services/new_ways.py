"""Addresses and phones that somebody was given later, and since when they open the member's own pages.

Whoever may write members could give one of them an address of their own, and log in by its code. So what comes to a
member who is known by another address or phone opens nothing until those were told of it and had some days to object.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from regulars.journal.statements import column, run
from regulars.members.models import NewWay
from regulars.members.selectors.ways import COUNTS, KNOWN, known_before

KINDS: Final = ("phone", "email")
_KEPT: Final = timedelta(days=30)  # after it opened, one may still object
_NOTE: Final = f"""
WITH fresh AS (SELECT unnest(%(ids)s::uuid[]) AS id), before AS (
    SELECT i.id, bool_or(v.blind = i.blind) AS same FROM fresh
    JOIN members_identifier i USING (id) JOIN members_member m ON m.id = i.member_id
    JOIN members_member x ON x.root_id = m.root_id JOIN members_identifier v ON v.member_id = x.id
    WHERE i.kind IN ('phone', 'email') AND {KNOWN} AND NOT EXISTS (SELECT FROM fresh f WHERE f.id = v.id)
    GROUP BY i.id
)
INSERT INTO members_new_way (identifier, organisation, member, added_at, asked_at)
SELECT i.id, i.organisation, m.root_id, %(at)s::timestamptz, %(asked)s::timestamptz
FROM before b JOIN members_identifier i USING (id) JOIN members_member m ON m.id = i.member_id WHERE NOT b.same
ON CONFLICT DO NOTHING
"""
_JOIN: Final = """
INSERT INTO members_new_way (identifier, organisation, member, added_at, asked_at, merge)
SELECT i.id, i.organisation, %(root)s::uuid, %(at)s::timestamptz, NULL, %(merge)s::uuid
FROM members_identifier i WHERE i.id = ANY(%(ids)s::uuid[])
ON CONFLICT (identifier) DO UPDATE SET member = EXCLUDED.member, added_at = EXCLUDED.added_at,
    asked_at = EXCLUDED.asked_at, told_at = NULL, opens_at = NULL, merge = EXCLUDED.merge
"""
_ORPHANS: Final = """
DELETE FROM members_new_way w WHERE (w.refused_at IS NULL AND w.opens_at <= %s::timestamptz)
    OR NOT EXISTS (SELECT FROM members_identifier i WHERE i.id = w.identifier)
RETURNING w.identifier
"""


def note(added: Iterable[UUID], *, tell: bool, at: datetime) -> None:
    """Identifiers that were just written, in the same transaction: which of them must wait. One query.

    `tell`: those known before are told at once; otherwise once somebody tries to log in by it, so that a file
    of a million members sends nothing.
    """
    ids = list(added)
    if ids:
        run(_NOTE, {"ids": column(ids), "at": at, "since": at - COUNTS, "asked": at if tell else None})


def join(survivor: UUID, other: UUID, *, merge: UUID, at: datetime) -> None:
    """Two who become one: what the one of them is known by who came later waits before it shows the other's pages.
    Before the roots are set. Those known before are told once somebody tries: an import merges many. Two queries at
    most."""
    known = known_before([survivor, other], at=at)
    one, two = known[survivor], known[other]
    if not one or not two:
        return
    later, earlier = (two, one) if one[0][3] <= two[0][3] else (one, two)
    shared = {blind for _, _, blind, _ in earlier}
    ids = [number for number, _, blind, _ in later if blind not in shared]
    if ids:
        run(_JOIN, {"root": survivor, "at": at, "merge": merge, "ids": column(ids)})


def part(merge: UUID) -> None:
    """They are two again: each is known by what they were known by. One query."""
    NewWay.objects.filter(merge=merge, refused_at=None).delete()


def ask_to_tell(rows: Sequence[NewWay], *, at: datetime) -> None:
    """Somebody tried to log in by these: those known before are told now. One query."""
    NewWay.objects.filter(identifier__in=[row.identifier for row in rows], asked_at=None).update(asked_at=at)


def told(rows: Sequence[NewWay], *, wait: timedelta, at: datetime) -> None:
    """Those known before were told: the wait begins. One query."""
    NewWay.objects.filter(identifier__in=[row.identifier for row in rows]).update(told_at=at, opens_at=at + wait)


def sweep(*, at: datetime) -> int:
    """Forgets what has been open for long, and what is no more; says how many. One query."""
    return len(run(_ORPHANS, [at - _KEPT]))
