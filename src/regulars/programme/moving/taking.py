"""A programme moves in, a batch of rows at a time: each batch is one transaction with the note of what became of it.

A row that was kept is never done again, however often it is sent: it is known by its file and line and by what it says.
A row that was refused may be sent again, mended; the refusal is then replaced.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import columns, run, unnested
from regulars.programme.errors import MoveInUndone, UnknownMoveIn, WrongMoveIn
from regulars.programme.models import MoveIn
from regulars.programme.moving.checking import digest, told, why_not
from regulars.programme.moving.known import Known, known
from regulars.programme.moving.moves import Outcome, Row
from regulars.programme.moving.people import whose
from regulars.programme.moving.writing import Wanted, Writing, write

PREFIX: Final = "mvi"
NAME: Final = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
Place = tuple[str, int]  # file and line

_ROW: Final = {
    "of_id": "uuid", "file": "text", "line": "bigint", "kind": "text", "said": "bytea", "state": "text",
    '"column"': "text", "reason": "text", "member": "uuid", "label": "text", "month": "text", "amount": "bigint",
    "made": "uuid", "ours": "boolean",
}  # fmt: skip
_NAMES: Final = ", ".join(_ROW)
_WRITE: Final = f"INSERT INTO programme_move_in_row ({_NAMES}) SELECT {_NAMES} FROM {unnested(_ROW)}"
_EARLIER: Final = (
    "SELECT r.file, r.line, r.said, r.made FROM programme_move_in_row r"
    " JOIN unnest(%s::text[], %s::bigint[]) AS w(file, line) ON w.file = r.file AND w.line = r.line"
    " WHERE r.of_id = %s AND r.state = 'kept'"
)
_REPLACE: Final = (
    "UPDATE programme_move_in_row r SET state = 'replaced'"
    " FROM unnest(%s::text[], %s::bigint[]) AS w(file, line)"
    " WHERE w.file = r.file AND w.line = r.line AND r.of_id = %s AND r.state = 'refused'"
)


def begin(name: str, *, organisation: UUID, actor: Actor, at: datetime) -> UUID:
    """The move-in of this name; made where there is none. Two queries. Raises WrongMoveIn, MoveInUndone."""
    if not NAME.fullmatch(name):
        raise WrongMoveIn("A name of up to 80 letters, digits and ._- with a letter or digit first.", name=name[:80])
    said_by = f"{actor.kind}:{actor.id}"
    fresh = {"id": new_id(at), "made_at": at, "made_by": said_by, "last_at": at}
    row, _ = MoveIn.objects.get_or_create(organisation=organisation, name=name, defaults=fresh)
    if row.undone_at is not None:
        raise MoveInUndone(f"The move-in {name} was taken back. Choose another name.", name=name)
    return row.id


def move_in_named(text: str, *, organisation: UUID) -> MoveIn:
    """By its name. One query. Raises UnknownMoveIn."""
    row = MoveIn.objects.filter(organisation=organisation, name=text).first()
    if row is None:
        raise UnknownMoveIn("Nothing has moved in under this name.", name=text[:80])
    return row


@transaction.atomic
def take(number: UUID, rows: Sequence[Row], *, region: str | None = None, actor: Actor, at: datetime) -> list[Outcome]:
    """A batch of rows; what became of each, in their order. Some 40 queries however many, more where rooms refuse.

    Raises MoveInUndone. Batches of one move-in wait for each other.
    """
    if MoveIn.objects.filter(id=number, undone_at=None).update(last_at=at) != 1:
        raise MoveInUndone("This move-in was taken back.")
    row = MoveIn.objects.get(id=number)
    terms = known(row.organisation, at)
    earlier = _earlier(number, rows)
    found: dict[int, Outcome] = {}
    fresh: list[int] = []
    for place, one in enumerate(rows):
        before = earlier.get((one.file, one.line))
        if before is None:
            earlier[one.file, one.line] = (digest(one, terms.key), None)
            fresh.append(place)
        else:
            same = before[0] == digest(one, terms.key)
            found[place] = Outcome(before[1], again=True) if same else Outcome(reason="row-changed")
    members = whose([rows[place] for place in fresh], organisation=row.organisation, region=region)
    right: dict[int, Wanted] = {}
    for place, meant in zip(fresh, members, strict=True):
        one = rows[place]
        column, reason = one.wrong or ("", why_not(one, terms, at) or meant.reason)
        if reason:
            found[place] = Outcome(reason=reason, column=column)
        else:
            right[place] = (one, meant.member)
    written = write(list(right.values()), Writing(row.name, terms, actor, at))
    made = dict(zip(right, written, strict=True))
    _keep(number, rows, found | made, right, terms)
    done = [(found | made)[place] for place in range(len(rows))]
    _record(row, done, made, actor, at)
    return done


def _earlier(number: UUID, rows: Sequence[Row]) -> dict[Place, tuple[bytes, UUID | None]]:
    """What was kept before of these places. One query."""
    asked = [*columns([(one.file, one.line) for one in rows], 2), number]
    return {(file, line): (bytes(said), made) for file, line, said, made in run(_EARLIER, asked)}


def _keep(
    number: UUID, rows: Sequence[Row], outcomes: Mapping[int, Outcome], right: Mapping[int, Wanted], terms: Known
) -> None:
    """Notes what became of each row that is new. Two queries."""
    fresh = [(rows[place], one, place) for place, one in sorted(outcomes.items()) if place in right or not one.again]
    lines = [
        (
            number, row.file, row.line, row.kind.value, digest(row, terms.key), "refused" if one.reason else "kept",
            one.column, one.reason, right[place][1] if place in right else None, *told(row, terms), one.made,
            not one.again,
        )
        for row, one, place in fresh
    ]  # fmt: skip
    if lines:
        # A kept row that was sent again with other words stays; that refusal stands beside it.
        mended = [(row.file, row.line) for row, one, _ in fresh if one.reason != "row-changed"]
        run(_REPLACE, [*columns(mended, 2), number])
        run(_WRITE, columns(lines, len(_ROW)))


def _record(row: MoveIn, done: Sequence[Outcome], made: Mapping[int, Outcome], actor: Actor, at: datetime) -> None:
    kept = sum(1 for one in made.values() if not one.reason)
    refused = sum(1 for one in done if one.reason)
    after = {"name": row.name, "rows": len(done), "kept": kept, "refused": refused}
    record([Deed("programme.move_in", typed(PREFIX, row.id), after=after)], actor=actor, at=at)
