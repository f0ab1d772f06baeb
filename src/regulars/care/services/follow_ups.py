"""Follow-ups: promised, moved, done, dropped."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.care import locks, sealing
from regulars.care.errors import CareError, FollowUpEnded
from regulars.care.history import Done, keep, told_owner
from regulars.care.models import Ended, FollowUp
from regulars.care.moves import NewFollowUp
from regulars.care.services.cases import due_of
from regulars.care.services.owners import fit
from regulars.journal.moves import Actor
from regulars.members.locks import lock_members


@transaction.atomic
def promise(wanted: NewFollowUp, *, actor: Actor, at: datetime) -> FollowUp:
    """Of a case its member and place are taken. Raises CareError, OwnerUnfit, WrongDue, UnknownMember, MemberClosed."""
    member, merchant, store = wanted.member, wanted.merchant, wanted.store
    if wanted.member:
        lock_members([wanted.member], organisation=wanted.organisation)
    if wanted.case is not None:
        case = locks.case(wanted.case)
        if case.erased_at is not None:
            raise CareError("Whom this case was about has been erased.", why="erased")
        member, merchant, store = member or case.member, case.merchant, case.store
    if not (wanted.owner or wanted.queue):
        raise CareError("Somebody keeps a promise: say a member of staff or a queue.", why="no-owner")
    fit(wanted.owner, wanted.queue, organisation=wanted.organisation, merchant=merchant, store=store, at=at)
    row = FollowUp(
        id=new_id(at), organisation=wanted.organisation, merchant=merchant, store=store, member=member,
        case_id=wanted.case, owner=wanted.owner, queue=wanted.queue, due_at=due_of(wanted.due_at, None, at),
        made_at=at, made_by=actor.id,
    )  # fmt: skip
    row.save(force_insert=True)
    sealing.write(row.id, [("promise", wanted.what)], actor=actor.id, at=at)
    after = {"due_at": row.due_at.isoformat(), **told_owner(row.owner, row.queue)}
    if row.case_id:
        after["case"] = typed("cas", row.case_id)
    keep([Done("followups.made", row, after=after)], actor=actor, at=at)
    return row


@transaction.atomic
def move(number: UUID, due_at: datetime, reason: str, *, actor: Actor, at: datetime) -> FollowUp:
    """Raises FollowUpEnded, WrongDue."""
    row = _open(number)
    before = {"due_at": row.due_at.isoformat()}
    row.due_at, row.late_told_at, row.moved = due_of(due_at, None, at), None, row.moved + 1
    row.save()
    sealing.write(row.id, [("reason", reason)], actor=actor.id, at=at)
    keep([Done("followups.moved", row, before, {"due_at": row.due_at.isoformat()})], actor=actor, at=at)
    return row


@transaction.atomic
def end(number: UUID, *, kept: bool, text: str, actor: Actor, at: datetime) -> FollowUp:
    """Kept, with how it went; or dropped, with the reason. Raises FollowUpEnded."""
    row = _open(number)
    row.state, row.ended_at = Ended.DONE if kept else Ended.DROPPED, at
    row.save()
    sealing.write(row.id, [("note" if kept else "reason", text)], actor=actor.id, at=at)
    keep([Done("followups.done" if kept else "followups.dropped", row)], actor=actor, at=at)
    return row


def _open(number: UUID) -> FollowUp:
    row = locks.follow_up(number)
    if row.state != Ended.OPEN:
        raise FollowUpEnded("This follow-up was done or dropped before.", state=row.state)
    return row
