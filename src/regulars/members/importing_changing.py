"""What an import changes of members already known, each column by its way."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import connection

from regulars.basics.ids import new_ids
from regulars.members import intake
from regulars.members.copying import copy_in, fact_numbers
from regulars.members.importing_columns import FILL, KEEP, OVERWRITE, Column
from regulars.members.importing_rows import Seen
from regulars.members.importing_sealing import Sealing
from regulars.members.keyring import Keyring
from regulars.members.locks import lock_members
from regulars.members.moves import Plain
from regulars.members.services import new_ways
from regulars.members.services.people import copy_again

Place = tuple[UUID, str]  # a member and the name of a fact
Told = tuple[UUID, Seen]  # a member and a row about it

# What holds of people: of the members merged into one too, its own last.
_PRESENT: Final = """
SELECT m.root_id, f.member_id, f.name, f.id, f.value, f.sealed, f.key FROM members_fact f
JOIN members_member m ON m.id = f.member_id
WHERE m.root_id = ANY(%s) AND f.name = ANY(%s) AND f.ended_at IS NULL
ORDER BY f.member_id = m.root_id, f.effective_at
"""
_END: Final = "UPDATE members_fact SET ended_at = %s WHERE id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Present:
    """A fact that holds: its number where it is the member's own, and its value where it is compared."""

    number: int | None
    value: Plain | None


@dataclass(slots=True)
class Changes:
    """What is to be written: facts with the values they get, and identifiers of kind, value and digest."""

    facts: dict[Place, Plain] = field(default_factory=dict)
    identifiers: list[tuple[UUID, str, str, bytes]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.facts) + len(self.identifiers)


def change(
    told: Sequence[Told], columns: Sequence[Column], sealing: Sealing, keys: Keyring, recognised: set[bytes]
) -> int:
    """Answers how many rows changed something. Some 10 statements however many rows. Raises IntegrityError."""
    if not told:
        return 0
    ways = {one.field: one.way for one in columns}
    members = {member for member, _ in told}
    lock_members(members, organisation=sealing.batch.organisation)
    present = _present(members, ways, sealing, keys)
    changes, changed = Changes(), 0
    for member, seen in told:
        before = len(changes)
        _facts(member, seen, ways, present, changes)
        _identifiers(member, seen, ways, recognised, changes)
        changed += len(changes) > before
    _write(changes, present, sealing)
    copy_again({member for member, _ in changes.facts}, organisation=sealing.batch.organisation, keys=keys)
    return changed


def _facts(member: UUID, seen: Seen, ways: dict[str, str], present: dict[Place, Present], changes: Changes) -> None:
    for name, value in seen.row.facts.items():
        place, way = (member, name), ways[name]
        told, known = changes.facts.get(place), present.get(place)
        if way == KEEP or (way == FILL and (told is not None or known is not None)):
            continue
        now = told if told is not None or known is None else known.value
        if value != now:
            changes.facts[place] = value


def _identifiers(member: UUID, seen: Seen, ways: dict[str, str], recognised: set[bytes], changes: Changes) -> None:
    for kind, plain in seen.row.identifiers.items():
        blind = seen.blinds[kind]
        if ways[kind] != KEEP and blind not in recognised:
            recognised.add(blind)
            changes.identifiers.append((member, kind, plain, blind))


def _present(members: Collection[UUID], ways: dict[str, str], sealing: Sealing, keys: Keyring) -> dict[Place, Present]:
    """Only what is written over is opened: of the rest it is enough that it is there. 1 query."""
    names = [name for name, way in ways.items() if way != KEEP and name in sealing.known]
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT, [list(members), names])
        rows = cursor.fetchall()
    return {
        (root, name): Present(
            number if member == root else None,
            _opened(member, name, *stored, keys=keys) if ways[name] == OVERWRITE else None,
        )
        for root, member, name, number, *stored in rows
    }


def _opened(member: UUID, name: str, value: str | None, sealed: Any, key: int | None, *, keys: Keyring) -> Plain:
    if sealed is not None and key is not None:
        value = keys.open(key, bytes(sealed), intake.fact_context(member, name))
    assert value is not None
    found: Plain = json.loads(value)
    return found


def _write(changes: Changes, present: dict[Place, Present], sealing: Sealing) -> None:
    """The rows, and for each what undoing needs."""
    ended = {place: now.number for place in changes.facts if (now := present.get(place)) and now.number is not None}
    with connection.cursor() as cursor:
        cursor.execute(_END, [sealing.batch.effective_at, list(ended.values())])
    facts = list(zip(fact_numbers(len(changes.facts)), changes.facts.items(), strict=True))
    named = list(zip(new_ids(sealing.batch.at, len(changes.identifiers)), changes.identifiers, strict=True))
    copy_in("members_fact", (sealing.fact(number, *place, value) for number, (place, value) in facts))
    copy_in("members_identifier", (sealing.identifier(number, *one) for number, one in named))
    ways = [number for number, (_, kind, _, _) in named if kind in new_ways.KINDS]
    new_ways.note(ways, tell=False, at=sealing.batch.at)
    copy_in(
        "members_import_change",
        [
            *(sealing.change(p[0], "fact", fact=number, before=ended.get(p)) for number, (p, _) in facts),
            *(sealing.change(one[0], "identifier", identifier=number) for number, one in named),
        ],
    )
