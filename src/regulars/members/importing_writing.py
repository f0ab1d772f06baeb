"""Writing a batch of understood rows: who is known, who is new, what changes, and what was done, for undoing it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from regulars.basics.ids import new_id
from regulars.members import intake
from regulars.members.errors import IdentifierTaken
from regulars.members.fields import Definition
from regulars.members.importing_columns import FILL, KEEP, Column
from regulars.members.importing_rows import Batch, Refused, Row
from regulars.members.keyring import Keyring
from regulars.members.keys import keyring
from regulars.members.locks import lock_members
from regulars.members.models import Fact, Identifier, ImportChange, Member
from regulars.members.moves import FactChange, Plain
from regulars.members.selectors.recognition import blind_parts
from regulars.members.services.people import copy_again

_WHO: Final = """
SELECT i.blind, m.root_id, r.state FROM members_identifier i
JOIN members_member m ON m.id = i.member_id JOIN members_member r ON r.id = m.root_id
WHERE i.blind = ANY(%s) AND i.recognises
"""
_SIZE: Final = 5000


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows made a member, changed one, or said nothing new."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Written") -> "Written":
        return Written(self.created + other.created, self.changed + other.changed, self.unchanged + other.unchanged)


def write(
    rows: Sequence[Row],
    columns: Sequence[Column],
    known: Mapping[str, Definition],
    batch: Batch,
    refused: list[Refused],
) -> Written:
    """Some 12 statements however many rows. What cannot be taken is added to `refused`."""
    keys = keyring()
    blinds = {row.line: _blinds(row, batch, keys) for row in rows}
    who = _who(rows, batch, keys)
    taken = [row for row in rows if _fits(row, blinds[row.line], who, refused)]
    first: dict[bytes, Row] = {}
    fresh, told = [], []
    for row in taken:
        member = next((who[blind][0] for blind in blinds[row.line].values() if blind in who), None)
        before = next((first[blind] for blind in blinds[row.line].values() if blind in first), None)
        if member is not None:
            told.append((member, row))
        elif before is not None:
            refused.append(Refused(row.line, "", "twice-in-file"))
        else:
            fresh.append(row)
            first |= dict.fromkeys(blinds[row.line].values(), row)
    _create(fresh, known, batch, keys)
    changed = _change(told, columns, known, batch, keys, blinds, set(who) | set(first))
    return Written(len(fresh), changed, len(told) - changed)


def _blinds(row: Row, batch: Batch, keys: Keyring) -> dict[str, bytes]:
    return {
        kind: keys.newest.blind(*blind_parts(batch.organisation, kind, _source(kind, batch), value))
        for kind, value in row.identifiers.items()
    }


def _source(kind: str, batch: Batch) -> str:
    return batch.source if kind == "external" else ""


def _who(rows: Sequence[Row], batch: Batch, keys: Keyring) -> dict[bytes, tuple[UUID, str]]:
    """By the newest digest, also of values that still stand under an older key."""
    newest: dict[bytes, bytes] = {}
    for row in rows:
        for kind, value in row.identifiers.items():
            parts = blind_parts(batch.organisation, kind, _source(kind, batch), value)
            newest |= dict.fromkeys(keys.blinds(*parts), keys.newest.blind(*parts))
    return {newest[blind]: found for blind, found in _recognised(list(newest)).items()}


def _recognised(blinds: Sequence[bytes]) -> dict[bytes, tuple[UUID, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_WHO, [list(blinds)])
        return {bytes(blind): (root, state) for blind, root, state in cursor.fetchall()}


def _fits(row: Row, blinds: Mapping[str, bytes], who: Mapping[bytes, tuple[UUID, str]], refused: list[Refused]) -> bool:
    """Whether the row's identifiers lead to one member at most, and that one may be written to."""
    found = {who[blind] for blind in blinds.values() if blind in who}
    if len({member for member, _ in found}) > 1:
        refused.append(Refused(row.line, "", "several-members"))
        return False
    if any(state in ("closed", "erased") for _, state in found):
        refused.append(Refused(row.line, "", "member-closed"))
        return False
    return True


def _create(rows: Sequence[Row], known: Mapping[str, Definition], batch: Batch, keys: Keyring) -> None:
    members, facts, identifiers, changes = [], [], [], []
    for row in rows:
        member = Member(
            id=new_id(batch.at),
            organisation=batch.organisation,
            state="active",
            source=batch.source,
            enrolled_at=batch.effective_at,
            created_at=batch.at,
        )
        member.root_id = member.id
        intake.copy_to_member(member, row.facts, keys)
        members.append(member)
        facts += [_fact(member.id, name, value, known, batch, keys) for name, value in row.facts.items()]
        identifiers += [_identifier(member.id, kind, value, batch, keys) for kind, value in row.identifiers.items()]
        changes.append(ImportChange(of_id=batch.number, member=member.id, what="created"))
    Member.objects.bulk_create(members, batch_size=_SIZE)
    _write(facts, {}, identifiers, changes, batch)


def _fact(member: UUID, name: str, value: Plain, known: Mapping[str, Definition], batch: Batch, keys: Keyring) -> Fact:
    change = FactChange(member, name, value, batch.source, batch.effective_at)
    said_by = f"{batch.actor.kind}:{batch.actor.id}"
    return intake.sealed_fact(change, value, known[name], keys=keys, actor=said_by, at=batch.at)


def _identifier(member: UUID, kind: str, value: str, batch: Batch, keys: Keyring) -> Identifier:
    row = intake.sealed_identifier(
        kind, _source(kind, batch), value, organisation=batch.organisation, keys=keys, at=batch.at
    )
    row.member_id, row.origin, row.effective_at = member, batch.source, batch.effective_at
    return row


def _change(
    told: Sequence[tuple[UUID, Row]],
    columns: Sequence[Column],
    known: Mapping[str, Definition],
    batch: Batch,
    keys: Keyring,
    blinds: Mapping[int, Mapping[str, bytes]],
    recognised: set[bytes],
) -> int:
    """What is new of members already known, each column by its way. Answers how many rows changed something."""
    ways = {one.field: one.way for one in columns}
    lock_members({member for member, _ in told}, organisation=batch.organisation)
    present = _present({member for member, _ in told}, [one for one in ways if one in known], keys)
    facts: dict[tuple[UUID, str], tuple[Fact, Plain]] = {}
    ended: dict[tuple[UUID, str], int] = {}
    identifiers: list[Identifier] = []
    changed = 0
    for member, row in told:
        before = len(facts) + len(identifiers)
        for name, value in row.facts.items():
            place = (member, name)
            number, now = present.get(place, (None, None))
            now = facts[place][1] if place in facts else now
            if ways[name] == KEEP or value == now or (ways[name] == FILL and now is not None):
                continue
            facts[place] = (_fact(member, name, value, known, batch, keys), value)
            if number is not None:
                ended[place] = number
        for kind, value in row.identifiers.items():
            if ways[kind] != KEEP and blinds[row.line][kind] not in recognised:
                recognised.add(blinds[row.line][kind])
                identifiers.append(_identifier(member, kind, value, batch, keys))
        changed += len(facts) + len(identifiers) > before
    _end(ended.values(), batch)
    _write([fact for fact, _ in facts.values()], ended, identifiers, [], batch)
    copy_again(Member.objects.filter(id__in={member for member, _ in facts}), keys)
    return changed


def _present(
    members: Iterable[UUID], names: Sequence[str], keys: Keyring
) -> dict[tuple[UUID, str], tuple[int | None, Plain]]:
    """What is known of a person: of its own, with the fact's number; else of those merged into it, without."""
    rows = Fact.objects.filter(member__root_id__in=list(members), name__in=list(names), ended_at=None)
    found: dict[tuple[UUID, str], tuple[int | None, Plain]] = {}
    for row in rows.select_related("member").order_by("effective_at"):
        own = row.member_id == row.member.root_id
        place = (row.member.root_id, row.name)
        if own or place not in found or found[place][0] is None:
            found[place] = (row.pk if own else None, intake.value_of(row, keys))
    return found


def _end(numbers: Iterable[int], batch: Batch) -> None:
    Fact.objects.filter(id__in=list(numbers)).update(ended_at=batch.effective_at)


def _write(
    facts: Sequence[Fact],
    ended: Mapping[tuple[UUID, str], int],
    identifiers: Sequence[Identifier],
    changes: list[ImportChange],
    batch: Batch,
) -> None:
    """The rows, and for each what undoing needs."""
    Fact.objects.bulk_create(facts, batch_size=_SIZE)
    try:
        with transaction.atomic():
            Identifier.objects.bulk_create(identifiers, batch_size=_SIZE)
    except IntegrityError as clash:
        raise IdentifierTaken("Somebody was enrolled with a number of this file meanwhile. Import it again.") from clash
    changes += [
        ImportChange(
            of_id=batch.number,
            member=one.member_id,
            what="fact",
            fact=one.pk,
            before=ended.get((one.member_id, one.name)),
        )
        for one in facts
    ]
    changes += [
        ImportChange(of_id=batch.number, member=one.member_id, what="identifier", identifier=one.id)
        for one in identifiers
        if one.member_id is not None
    ]
    ImportChange.objects.bulk_create(changes, batch_size=_SIZE)
