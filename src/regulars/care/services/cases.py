"""Cases: opened, answered, handed on, put off, closed, reopened."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id
from regulars.care import locks, sealing
from regulars.care.errors import CaseClosed, CaseOpen, KindUnknown, WrongDue
from regulars.care.history import Done, keep, told_owner
from regulars.care.models import Case, CaseKind, State
from regulars.care.moves import NewCase
from regulars.care.services.kinds import due_by
from regulars.care.services.owners import fit
from regulars.journal.moves import Actor
from regulars.members.locks import lock_members
from regulars.sales.errors import SaleUnknown
from regulars.sales.models import Sale


@transaction.atomic
def open_case(wanted: NewCase, *, actor: Actor, at: datetime) -> Case:
    """Its member is locked, so that nobody is taken out meanwhile.

    Raises KindUnknown, OwnerUnfit, WrongDue, UnknownMember, MemberClosed, SaleUnknown.
    """
    kind = CaseKind.objects.filter(organisation=wanted.organisation, code=wanted.kind, retired_at=None).first()
    if kind is None:
        raise KindUnknown("There is no such kind of case.", kind=wanted.kind[:80])
    if wanted.sale and not Sale.objects.filter(pk=wanted.sale, organisation=wanted.organisation).exists():
        raise SaleUnknown("No purchase has this id.")
    if wanted.member:
        lock_members([wanted.member], organisation=wanted.organisation)
    owner, queue = _given(wanted, kind, at)
    row = Case(
        id=new_id(at), organisation=wanted.organisation, merchant=wanted.merchant, store=wanted.store,
        member=wanted.member, kind=kind.code, priority=wanted.priority or kind.priority, channel=wanted.channel,
        sale=wanted.sale, owner=owner, queue=queue, due_at=due_of(wanted.due_at, kind, at), opened_at=at,
        opened_by=actor.id,
    )  # fmt: skip
    row.save(force_insert=True)
    sealing.write(row.id, [("subject", wanted.subject), ("said", wanted.said)], actor=actor.id, at=at)
    after = {"kind": row.kind, "channel": row.channel, "due_at": row.due_at.isoformat(), **told_owner(owner, queue)}
    keep([Done("cases.opened", row, after=after)], actor=actor, at=at)
    return row


def _given(wanted: NewCase, kind: CaseKind, at: datetime) -> tuple[UUID | None, str]:
    """Who gets it: who was named, else whoever the kind says, where they work at this place."""
    at_place = {"organisation": wanted.organisation, "merchant": wanted.merchant, "store": wanted.store}
    if wanted.owner or wanted.queue:
        fit(wanted.owner, wanted.queue, **at_place, at=at)  # type: ignore[arg-type]
        return wanted.owner, wanted.queue
    return kind.owner, kind.queue


def due_of(said: datetime | None, kind: CaseKind | None, at: datetime) -> datetime:
    """Raises WrongDue."""
    if said is None:
        return due_by(kind, at) if kind else at + timedelta(days=1)
    if said <= at:
        raise WrongDue("What is due lies ahead.", due_at=said.isoformat())
    return said


@transaction.atomic
def write(
    number: UUID,
    part: str,
    text: str,
    *,
    waits: bool = False,
    due_at: datetime | None = None,
    sent_by: str = "",
    actor: Actor,
    at: datetime,
) -> Case:
    """An answer to the customer, what they said further, or a note among colleagues.

    With `waits` it is the customer's turn until `due_at`; what they say makes it ours again, with the kind's time to
    answer. `sent_by`: the channel by which the caller sends the answer, for the history. Raises CaseClosed, WrongDue.
    """
    row = _open(number)
    before = _stand(row)
    if part == "answer":
        row.answered_at = row.answered_at or at
    if part == "answer" and waits:
        row.state = State.WAITING
        _due(row, due_at, at)
    elif part == "said" and row.state == State.WAITING:
        row.state = State.OPEN
        _due(row, due_at, at)
    elif due_at is not None:
        _due(row, due_at, at)
    row.save()
    sealing.write(row.id, [(part, text)], actor=actor.id, at=at)
    what = {"answer": "cases.answered", "said": "cases.heard", "note": "cases.noted"}[part]
    after = {**_stand(row), **({"sent_by": sent_by} if sent_by else {})}
    keep([Done(what, row, before, after)], actor=actor, at=at)
    return row


@transaction.atomic
def assign(number: UUID, owner: UUID | None, queue: str, *, actor: Actor, at: datetime) -> Case:
    """To somebody, to a queue, or to nobody. Raises CaseClosed, OwnerUnfit."""
    row = _open(number)
    fit(owner, queue, organisation=row.organisation, merchant=row.merchant, store=row.store, at=at)
    before = told_owner(row.owner, row.queue)
    if (row.owner, row.queue) != (owner, queue):
        row.owner, row.queue = owner, queue
        row.save()
        keep([Done("cases.assigned", row, before, told_owner(owner, queue))], actor=actor, at=at)
    return row


@transaction.atomic
def move(number: UUID, due_at: datetime, reason: str, *, actor: Actor, at: datetime) -> Case:
    """To another moment, for a reason. Raises CaseClosed, WrongDue."""
    row = _open(number)
    before = _stand(row)
    _due(row, due_at, at)
    row.save()
    sealing.write(row.id, [("reason", reason)], actor=actor.id, at=at)
    keep([Done("cases.moved", row, before, _stand(row))], actor=actor, at=at)
    return row


@transaction.atomic
def close(number: UUID, outcome: str, text: str, *, actor: Actor, at: datetime) -> Case:
    """It is done. Follow-ups promised out of it go on by themselves. Raises CaseClosed."""
    row = _open(number)
    before = _stand(row)
    row.state, row.done_at, row.outcome = State.DONE, at, outcome
    row.save()
    sealing.write(row.id, [("note", text)], actor=actor.id, at=at)
    keep([Done("cases.done", row, before, {"state": row.state, "outcome": outcome})], actor=actor, at=at)
    return row


@transaction.atomic
def reopen(number: UUID, text: str, *, due_at: datetime | None = None, actor: Actor, at: datetime) -> Case:
    """It was not done after all; the time to answer begins anew. Raises CaseOpen, CaseClosed, WrongDue."""
    row = locks.case(number)
    if row.state != State.DONE:
        raise CaseOpen("This case is open.", state=row.state)
    if row.erased_at is not None:
        raise CaseClosed("Whom this case was about has been erased; open another one.", why="erased")
    before = {"state": row.state, "outcome": row.outcome}
    row.state, row.done_at, row.outcome, row.reopened = State.OPEN, None, "", row.reopened + 1
    _due(row, due_at, at)
    row.save()
    sealing.write(row.id, [("said", text)], actor=actor.id, at=at)
    keep([Done("cases.reopened", row, before, _stand(row))], actor=actor, at=at)
    return row


def _open(number: UUID) -> Case:
    row = locks.case(number)
    if row.state == State.DONE:
        raise CaseClosed("This case is done; reopen it first.", outcome=row.outcome)
    return row


def _stand(row: Case) -> dict[str, Any]:
    return {"state": str(row.state), "due_at": row.due_at.isoformat()}


def _due(row: Case, said: datetime | None, at: datetime) -> None:
    kind = None if said else CaseKind.objects.filter(organisation=row.organisation, code=row.kind).first()
    row.due_at, row.late_told_at = due_of(said, kind, at), None
