"""Taking an import back: what it made goes, what it changed is as before, and what was changed since stays."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members import deeds
from regulars.members.errors import ImportUndone
from regulars.members.keys import keyring
from regulars.members.models import Import
from regulars.members.services.people import copy_again

# Members that an import made and that have got something else since.
_STAY: Final = """
SELECT m.id FROM members_member m WHERE m.id = ANY(%(members)s) AND (
    m.state <> 'active' OR m.root_id <> m.id OR m.household_id IS NOT NULL
    OR EXISTS (SELECT FROM members_member o WHERE o.root_id = m.id AND o.id <> m.id)
    OR EXISTS (SELECT FROM members_fact f WHERE f.member_id = m.id AND f.id > (
        SELECT coalesce(max(c.fact), 0) FROM members_import_change c WHERE c.member = m.id AND c.what = 'created'))
    OR EXISTS (SELECT FROM members_identifier i WHERE i.member_id = m.id AND NOT EXISTS (
        SELECT FROM members_import_change c WHERE c.member = m.id AND c.identifier = i.id))
    OR EXISTS (SELECT FROM members_import_change c JOIN members_import n ON n.id = c.of_id
        WHERE c.member = m.id AND n.undone_at IS NULL)
    OR EXISTS (SELECT FROM members_card t WHERE t.member_id = m.id)
    OR EXISTS (SELECT FROM members_consent t WHERE t.member_id = m.id)
    OR EXISTS (SELECT FROM members_note t WHERE t.member_id = m.id)
    OR EXISTS (SELECT FROM members_tag t WHERE t.member_id = m.id)
    OR EXISTS (SELECT FROM members_contact t WHERE t.member_id = m.id)
    OR EXISTS (SELECT FROM members_merge t WHERE m.id IN (t.survivor_id, t.other_id) AND t.undone_at IS NULL)
)
"""
_MADE: Final = "SELECT member FROM members_import_change WHERE of_id = %(number)s AND what = 'created'"
_CHANGED_SINCE: Final = """
SELECT count(*) FROM members_import_change c WHERE c.of_id = %(number)s AND c.what = 'fact'
AND NOT EXISTS (SELECT FROM members_fact f WHERE f.id = c.fact AND f.ended_at IS NULL)
"""
# Two statements: a row that goes and one that comes back must not both be present at once.
_FACTS_GO: Final = """
DELETE FROM members_fact f USING members_import_change c
WHERE c.of_id = %(number)s AND c.what = 'fact'
AND f.id = c.fact AND f.ended_at IS NULL
RETURNING c.member, c.before
"""
_FACTS_RETURN: Final = "UPDATE members_fact SET ended_at = NULL WHERE id = ANY(%(before)s)"
_IDENTIFIERS_GO: Final = """
DELETE FROM members_identifier i USING members_import_change c
WHERE c.of_id = %(number)s AND c.what = 'identifier' AND c.member NOT IN (
    SELECT k.member FROM members_import_change k WHERE k.of_id = %(number)s AND k.what = 'created')
AND i.id = c.identifier
AND i.state = 'active'
"""
_MEMBERS_GO: Final = (
    "DELETE FROM members_fact WHERE member_id = ANY(%(gone)s)",
    "DELETE FROM members_identifier WHERE member_id = ANY(%(gone)s)",
    "DELETE FROM members_mark WHERE member_id = ANY(%(gone)s)",
    "DELETE FROM members_permission WHERE member_id = ANY(%(gone)s)",
    "DELETE FROM members_pair WHERE one_id = ANY(%(gone)s) OR two_id = ANY(%(gone)s)",
    "DELETE FROM members_merge WHERE survivor_id = ANY(%(gone)s) OR other_id = ANY(%(gone)s)",  # all undone
    "DELETE FROM members_member WHERE id = ANY(%(gone)s)",
)


@transaction.atomic
def undo(number: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> dict[str, int]:
    """Takes a whole import back. Members it made go, unless they have got a history since: those stay whole. Facts it
    wrote give way to those before, unless they were changed since. A fixed number of statements.

    Answers removed, kept, reverted and changed_since. Raises ImportUndone.
    """
    unclaimed = Import.objects.filter(id=number, organisation=organisation, undone_at=None)
    if unclaimed.update(undone_at=at, undone_by=f"{actor.kind}:{actor.id}") != 1:
        raise ImportUndone("There is no such import, or it was undone already.")
    made = [row[0] for row in _rows(_MADE, number=number)]
    reverted = _revert(number, organisation)  # before the steps, of which one lets tills wait
    kept = {one for step in reversed(deeds.steps()) for one in step.undo(made, deed=number, actor=actor, at=at)}
    gone = [one for one in made if one not in kept]
    told = {"removed": len(gone), "kept": len(kept), **reverted}
    with connection.cursor() as cursor:
        for statement in _MEMBERS_GO:
            cursor.execute(statement, {"gone": gone})
    Import.objects.filter(id=number).update(told=told)
    record([Deed("members.import_undone", f"imp_{number}", after=told)], actor=actor, at=at)
    return told


def stay(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Those of an import's members that have got something else in this room since. 1 query."""
    return [row[0] for row in _rows(_STAY, members=list(members))]


def _revert(number: UUID, organisation: UUID) -> dict[str, int]:
    """What the import changed of members that were there before."""
    ((since,),) = _rows(_CHANGED_SINCE, number=number)
    facts = _rows(_FACTS_GO, number=number)
    before = [row[1] for row in facts if row[1] is not None]
    with connection.cursor() as cursor:
        cursor.execute(_FACTS_RETURN, {"before": before})
        cursor.execute(_IDENTIFIERS_GO, {"number": number})
    touched = list({row[0] for row in facts})
    for begin in range(0, len(touched), 10_000):
        copy_again(touched[begin : begin + 10_000], organisation=organisation, keys=keyring())
    return {"reverted": len(facts), "changed_since": int(since)}


def _rows(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
