"""Taking two members together, and apart again. The only writers of merges."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members import deeds
from regulars.members.errors import AlreadyMerged, MergedFurther, NotMerged
from regulars.members.locks import lock_members
from regulars.members.models import Merge, Pair
from regulars.members.selectors.recognition import group_of, roots

# Chains too: whoever the survivor or the other had taken in before is the same person as well.
_PAIRS_MERGED: Final = """
UPDATE members_pair p SET state = 'merged', decided_at = %(at)s, decided_by = %(by)s
FROM members_member a, members_member b
WHERE p.state = 'open' AND a.id = p.one_id AND b.id = p.two_id AND a.root_id = b.root_id AND a.root_id = %(survivor)s
"""
_PAIRS_APART: Final = """
UPDATE members_pair p SET state = 'open', decided_at = NULL, decided_by = ''
FROM members_member a, members_member b
WHERE p.state = 'merged' AND a.id = p.one_id AND b.id = p.two_id AND a.root_id <> b.root_id
  AND (a.id = ANY(%(others)s) OR b.id = ANY(%(others)s))
"""


@transaction.atomic
def merge(survivor: UUID, other: UUID, *, organisation: UUID, reason: str, actor: Actor, at: datetime) -> UUID:
    """Takes `other` into `survivor`; ids of members merged before stand for their roots. All rooms or none.

    Raises UnknownMember, MemberClosed, AlreadyMerged, and what a room refuses (open holds). Answers the merge's id.
    """
    now = lock_members([survivor, other], organisation=organisation)
    survivor, other = now[survivor].id, now[other].id
    if survivor == other:
        raise AlreadyMerged("These are one member already.", member=typed("mbr", survivor))
    number = new_id(at)
    plan = {step.room: step.merge(survivor, other, deed=number, actor=actor, at=at) for step in deeds.steps()}
    Merge.objects.create(
        id=number,
        organisation=organisation,
        survivor_id=survivor,
        other_id=other,
        reason=reason,
        actor=f"{actor.kind}:{actor.id}",
        plan=plan,
        merged_at=at,
    )
    _run(_PAIRS_MERGED, at=at, by=f"{actor.kind}:{actor.id}", survivor=survivor)
    told = {"other": typed("mbr", other), "merge": str(number)}
    record([Deed("members.merge", typed("mbr", survivor), after=told, reason=reason)], actor=actor, at=at)
    return number


@transaction.atomic
def unmerge(other: UUID, *, organisation: UUID, reason: str, actor: Actor, at: datetime) -> dict[str, Any]:
    """Gives `other` back everything that was its own, also after new purchases. Answers what each room did.

    Raises UnknownMember, NotMerged, MergedFurther (undo that later merge first), MemberClosed.
    """
    roots([other], organisation=organisation)
    found = Merge.objects.filter(other_id=other, undone_at=None).first()
    if found is None:
        raise NotMerged("This member is not merged into another.", member=typed("mbr", other))
    lock_members([other], organisation=organisation)
    _claim(found, actor, at)
    _check_outermost(found)
    others = [other, *_taken_in(found)]
    told = {
        step.room: step.unmerge(
            found.survivor_id, others, plan=found.plan[step.room], deed=found.id, actor=actor, at=at
        )
        for step in reversed(deeds.steps())
        if step.room in found.plan  # a room that came later moved nothing then
    }
    _run(_PAIRS_APART, others=others)
    after = {"other": typed("mbr", other), "merge": str(found.id), **told}
    record([Deed("members.unmerge", typed("mbr", found.survivor_id), after=after, reason=reason)], actor=actor, at=at)
    return told


def _claim(found: Merge, actor: Actor, at: datetime) -> None:
    """An update that must hit one row: of two who undo at once, one finds nothing."""
    open_still = Merge.objects.filter(id=found.id, undone_at=None)
    if open_still.update(undone_at=at, undone_by=f"{actor.kind}:{actor.id}") != 1:
        raise NotMerged("This merge was undone this very moment.", member=typed("mbr", found.other_id))


def _check_outermost(found: Merge) -> None:
    later = Merge.objects.filter(other_id=found.survivor_id, undone_at=None).first()
    if later is not None:
        raise MergedFurther(
            "The member that took this one in was itself merged since. Undo that first.",
            first=typed("mbr", later.other_id),
        )


def _taken_in(found: Merge) -> list[UUID]:
    """Whom the other had taken in before, however deep: they go back with it. 1 query."""
    below = """
WITH RECURSIVE below(id) AS (
    SELECT other_id FROM members_merge WHERE survivor_id = %(other)s AND undone_at IS NULL
    UNION SELECT m.other_id FROM members_merge m JOIN below b ON m.survivor_id = b.id WHERE m.undone_at IS NULL
)
SELECT id FROM below ORDER BY id
"""
    with connection.cursor() as cursor:
        cursor.execute(below, {"other": found.other_id})
        taken = [row[0] for row in cursor.fetchall()]
    assert set(taken) <= set(group_of(found.survivor_id)), "whom the other took in has the survivor's root"
    return taken


def _run(statement: str, **parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def decide_different(one: UUID, two: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """Not the same person: remembered, never shown again, whatever is found later. Raises UnknownMember."""
    one, two = sorted((one, two))
    roots([one, two], organisation=organisation)
    said = {"state": "different", "decided_at": at, "decided_by": f"{actor.kind}:{actor.id}"}
    Pair.objects.update_or_create(
        one_id=one,
        two_id=two,
        defaults=said,
        create_defaults={**said, "organisation": organisation, "score": 0.0, "reasons": {}, "found_at": at},
    )
    record([Deed("members.different", typed("mbr", one), after={"two": typed("mbr", two)})], actor=actor, at=at)
