"""Writing a batch of understood rows: who is known, who is new, and what became of each row."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from regulars.members.errors import IdentifierTaken
from regulars.members.fields import Definition
from regulars.members.importing_changing import Told, change
from regulars.members.importing_columns import Column
from regulars.members.importing_fresh import create
from regulars.members.importing_rows import Batch, Refused, Row, Seen
from regulars.members.importing_sealing import Sealing
from regulars.members.keyring import Keyring
from regulars.members.keys import keyring
from regulars.members.selectors.recognition import blind_parts

_WHO: Final = """
SELECT i.blind, m.root_id, r.state FROM members_identifier i
JOIN members_member m ON m.id = i.member_id JOIN members_member r ON r.id = m.root_id
WHERE i.blind = ANY(%s) AND i.recognises
"""
_MADE_HERE: Final = (
    "SELECT member FROM members_import_change WHERE member = ANY(%s) AND of_id = %s AND what = 'created'"
)
Who = Mapping[bytes, tuple[UUID, str]]  # digest → member and its state


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
    """Some 20 statements however many rows. What cannot be taken is added to `refused`. Raises IdentifierTaken."""
    keys = keyring()
    sealing = Sealing(batch, known, keys.newest)
    seen, who = _who(rows, sealing, keys)
    taken = [one for one in seen if _fits(one, who, batch, refused)]
    fresh, told = _parted(taken, who, batch, refused)
    recognised = {*who, *(blind for one in fresh for blind in one.blinds.values())}
    try:
        with transaction.atomic():
            create(fresh, sealing)
            changed = change(told, columns, sealing, keys, recognised)
    except IntegrityError as clash:
        if "members_identifier_recognises_one" not in str(clash):
            raise
        raise IdentifierTaken("Somebody was enrolled with a number of this file meanwhile. Import it again.") from clash
    return Written(len(fresh), changed, len(told) - changed)


def _who(rows: Sequence[Row], sealing: Sealing, keys: Keyring) -> tuple[list[Seen], Who]:
    """The rows with their digests, and whom those lead to, also where a value still stands under an older key."""
    newest: dict[bytes, bytes] = {}
    seen = []
    for row in rows:
        blinds = {}
        for kind, plain in row.identifiers.items():
            parts = blind_parts(sealing.batch.organisation, kind, sealing.source_of(kind), plain)
            blinds[kind] = blind = sealing.newest.blind(*parts)
            newest[blind] = blind
            if len(keys.generations) > 1:
                newest |= dict.fromkeys(keys.blinds(*parts), blind)
        seen.append(Seen(row, blinds))
    return seen, {newest[blind]: found for blind, found in _recognised(newest).items()}


def _recognised(blinds: Collection[bytes]) -> dict[bytes, tuple[UUID, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_WHO, [list(blinds)])
        return {bytes(blind): (root, state) for blind, root, state in cursor.fetchall()}


def _fits(one: Seen, who: Who, batch: Batch, refused: list[Refused]) -> bool:
    """Whether the row's identifiers lead to one member at most, and that one may be written to."""
    found = {who[blind] for blind in one.blinds.values() if blind in who}
    if batch.own in one.blinds and one.blinds[batch.own] in who:
        found = {who[one.blinds[batch.own]]}
    if len({member for member, _ in found}) > 1:
        refused.append(Refused(one.row.line, "", "several-members"))
        return False
    if any(state in ("closed", "erased") for _, state in found):
        refused.append(Refused(one.row.line, "", "member-closed"))
        return False
    return True


def _parted(rows: Sequence[Seen], who: Who, batch: Batch, refused: list[Refused]) -> tuple[list[Seen], list[Told]]:
    """New people, and rows about members; who is new is told once in a file, however long it is."""
    here = _made_here({member for member, _ in who.values()}, batch)
    first: set[bytes] = set()
    fresh, told = [], []
    for row in rows:
        one = _with_shared(row, who, here, first, batch)
        leading = [blind for kind, blind in one.blinds.items() if kind not in one.shared]
        leading.sort(key=lambda blind: blind != one.blinds.get(batch.own))
        member = next((who[blind][0] for blind in leading if blind in who), None)
        if member in here or (member is None and not first.isdisjoint(leading)):
            refused.append(Refused(one.row.line, "", "twice-in-file"))
        elif member is not None:
            told.append((member, one))
        else:
            fresh.append(one)
            first.update(leading)
    return fresh, told


def _with_shared(one: Seen, who: Who, here: set[UUID], first: set[bytes], batch: Batch) -> Seen:
    """Where the list's own number says who somebody is, a phone or address of another row is not theirs alone."""
    own = one.blinds.get(batch.own)
    if own is None or own in who:
        return one
    others = {
        kind
        for kind, blind in one.blinds.items()
        if kind != batch.own and (blind in first or (blind in who and who[blind][0] in here))
    }
    return replace(one, shared=frozenset(others))


def _made_here(members: Collection[UUID], batch: Batch) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_MADE_HERE, [list(members), batch.number])
        return {row[0] for row in cursor.fetchall()}
