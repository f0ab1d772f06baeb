"""A move-in is taken back: everything of it that was not used since, a batch at a time. What could not be taken back is
told in numbers. First it is marked, so that nothing more moves in; then whoever comes by goes on with it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, columns, run
from regulars.ledger.services.withdrawing import withdraw
from regulars.members.services.identifiers import forget
from regulars.programme import locks
from regulars.programme.errors import MoveInUndone
from regulars.programme.models import MoveIn
from regulars.programme.moving.moves import Kind
from regulars.programme.moving.taking import PREFIX
from regulars.programme.moving.undoing_levels import void_levels
from regulars.programme.services.coupons import revoke

AT_ONCE: Final = 2_000
_NEXT: Final = (
    "SELECT id, made, amount FROM programme_move_in_row WHERE of_id = %s AND state = 'kept' AND back IS NULL"
    " AND kind = %s ORDER BY id LIMIT %s"
)
_NOTE: Final = (
    "UPDATE programme_move_in_row r SET back = new.back FROM unnest(%s::bigint[], %s::bigint[]) AS new(id, back)"
    " WHERE r.id = new.id"
)
_LEAVE: Final = "UPDATE programme_move_in_row SET back = 0 WHERE of_id = %s AND state = 'kept' AND NOT ours"
_UNDONE: Final = (
    "SELECT m.id FROM programme_move_in m WHERE m.undone_at IS NOT NULL AND EXISTS (SELECT FROM"
    " programme_move_in_row r WHERE r.of_id = m.id AND r.state = 'kept' AND r.back IS NULL)"
    " ORDER BY m.undone_at LIMIT 1"
)
_USED: Final = "SELECT DISTINCT coupon FROM programme_coupon_use WHERE coupon = ANY(%s::uuid[])"
# What a deed takes back of a kind: of what was made and how much that was, how much could be.
Undoing = Callable[[Mapping[UUID, int], UUID, Actor, datetime], Mapping[UUID, int]]


@transaction.atomic
def begin_undo(number: UUID, *, organisation: UUID, reason: str = "", actor: Actor, at: datetime) -> None:
    """From now on nothing more moves in, and `undo_due` takes it back. Raises MoveInUndone."""
    unclaimed = MoveIn.objects.filter(id=number, organisation=organisation, undone_at=None)
    if unclaimed.update(undone_at=at, undone_by=f"{actor.kind}:{actor.id}") != 1:
        raise MoveInUndone("There is no such move-in, or it was taken back already.")
    run(_LEAVE, [number])
    record([Deed("programme.move_out", typed(PREFIX, number), reason=reason)], actor=actor, at=at)


def undo_due(*, actor: Actor, at: datetime) -> int:
    """One step of the job: a batch of whatever is to be taken back; how many rows. Safe to repeat."""
    for (number,) in run(_UNDONE):
        return undo_some(number, actor=actor, at=at)
    return 0


@transaction.atomic
def undo_some(number: UUID, *, actor: Actor, at: datetime) -> int:
    """A batch of one kind; how many rows. Call it until it answers 0. Batches of one move-in wait for each other."""
    if MoveIn.objects.filter(id=number).exclude(undone_at=None).update(last_at=at) != 1:
        return 0
    organisation = MoveIn.objects.values_list("organisation", flat=True).get(id=number)
    for kind, undoing in _UNDOING.items():
        rows = run(_NEXT, [number, kind.value, AT_ONCE])
        if rows:
            back = undoing({made: amount for _, made, amount in rows}, organisation, actor, at)
            run(_NOTE, columns([(row, back.get(made, 0)) for row, made, _ in rows], 2))
            _record(number, kind, rows, back, actor, at)
            return len(rows)
    return 0


def _record(
    number: UUID,
    kind: Kind,
    rows: Sequence[tuple[int, UUID, int]],
    back: Mapping[UUID, int],
    actor: Actor,
    at: datetime,
) -> None:
    kept = sum(1 for _, made, amount in rows if back.get(made, 0) < amount)
    after = {"kind": kind.value, "rows": len(rows), "not_taken_back": kept}
    record([Deed("programme.move_out_part", typed(PREFIX, number), after=after)], actor=actor, at=at)


def _units(made: Mapping[UUID, int], organisation: UUID, actor: Actor, at: datetime) -> Mapping[UUID, int]:
    return withdraw(made, reason="moved-out", actor=actor, at=at)


def _levels(made: Mapping[UUID, int], organisation: UUID, actor: Actor, at: datetime) -> Mapping[UUID, int]:
    return dict.fromkeys(void_levels(made, organisation=organisation, actor=actor, at=at), 1)


def _cards(made: Mapping[UUID, int], organisation: UUID, actor: Actor, at: datetime) -> Mapping[UUID, int]:
    return dict.fromkeys(forget(made, organisation=organisation, reason="moved out", actor=actor, at=at), 1)


def _coupons(made: Mapping[UUID, int], organisation: UUID, actor: Actor, at: datetime) -> Mapping[UUID, int]:
    """What was never used goes, so that its code may move in again; of the others nobody can use what is left."""
    rows = {row.id: row for row in locks.coupons(made)}
    used = {coupon for (coupon,) in run(_USED, [column(sorted(rows))])}
    open_still = {id: row for id, row in rows.items() if row.state in ("issued", "reserved", "expired")}
    fresh = open_still.keys() - used
    _delete(fresh)
    rest = sorted(open_still.keys() & used)
    if rest:
        revoke(rest, organisation=organisation, reason="moved out", actor=actor, at=at)
    return {id: (row.uses or 0) - row.taken for id, row in open_still.items()}


def _delete(coupons: Collection[UUID]) -> None:
    run("DELETE FROM programme_coupon WHERE id = ANY(%s::uuid[])", [column(sorted(coupons))])


_UNDOING: Final[Mapping[Kind, Undoing]] = {
    Kind.TIER: _levels,
    Kind.PENDING: _units,
    Kind.LOT: _units,
    Kind.COUPON: _coupons,
    Kind.CARD: _cards,
}
assert set(_UNDOING) == set(Kind)
