"""Members who are one person: searched for among everybody, and the certain ones merged."""

from collections import Counter
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from regulars.basics.errors import RegularsError
from regulars.imports.models import Joined, Table
from regulars.imports.working import persons
from regulars.imports.working.desk import Desk
from regulars.journal.statements import column, run
from regulars.members import merging
from regulars.members.duplicates import search, to_review
from regulars.members.errors import AlreadyMerged

MOST: Final = 20_000  # pairs that one import merges
_MINE: Final = "SELECT DISTINCT member FROM members_import_change WHERE of_id = ANY(%s::uuid[])"
_OPEN: Final = "SELECT count(*) FROM members_pair WHERE organisation = %s AND state = 'open'"


def join(desk: Desk, tables: list[Table]) -> dict[str, Any]:
    """Merges concern members that these files brought or changed; the rest of the list is for people to look at. Where
    nobody came, nobody is compared."""
    if not desk.row.told.get("created") and not desk.row.told.get("changed"):
        return {"pairs": 0, "joined": 0, "to_review": _waiting(desk)}
    found = search(organisation=desk.organisation, memory="1GB", threads=1, actor=desk.actor, at=desk.at)
    told: Counter[str] = Counter(joined=0)
    if desk.wish.merge:
        mine = {member for (member,) in run(_MINE, [column([one.id for one in persons.lists_of(desk)])])}
        for one, two in _exact(desk, mine):
            told[_merged(desk, one, two)] += 1
            desk.say("merging duplicates", told["joined"])
    return {"pairs": found["pairs"], "joined": told["joined"], "to_review": _waiting(desk)}


def _waiting(desk: Desk) -> int:
    ((waiting,),) = run(_OPEN, [desk.organisation])
    return int(waiting)


def _exact(desk: Desk, mine: set[UUID]) -> list[tuple[UUID, UUID]]:
    pairs = to_review(organisation=desk.organisation, limit=MOST, only_exact=True)
    return [(pair.one, pair.two) for pair in pairs if {pair.one, pair.two} & mine]


def _merged(desk: Desk, one: UUID, two: UUID) -> str:
    """What came of it, in a word. What a room refuses (open holds) is left on the list."""
    try:
        with transaction.atomic():
            number = merging.merge(
                one, two, organisation=desk.organisation, reason="exact duplicate", actor=desk.actor, at=desk.at
            )
            ((other,),) = run("SELECT other_id FROM members_merge WHERE id = %s", [number])
            Joined.objects.create(merge=number, of=desk.id, other=other)
    except AlreadyMerged:  # through a third one
        return "already"
    except RegularsError as refusal:
        return refusal.code
    return "joined"
