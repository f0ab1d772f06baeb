"""Bulk work: many rows under a name that the caller chose, done in the background a batch at a time.

A batch is done as a whole, in one transaction with the note that it is done; where a row of it is refused, in halves
down to that row, so that the others stand. A worker that dies leaves the rest waiting for the next.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from regulars.access import gate
from regulars.access.errors import NotAllowed
from regulars.access.moves import Grants, Holder
from regulars.access.rights import Right
from regulars.access.selectors import grants_of_key_by_id
from regulars.api.errors import JobClash, KeyNeeded, RowErased
from regulars.api.keys import Call
from regulars.api.locks import waiting_job
from regulars.api.models import Job, JobRow
from regulars.api.sealing import hashes, seal, unseal
from regulars.basics.errors import RegularsError
from regulars.basics.ids import new_id, typed, untyped
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import columns, run, unnested
from regulars.journal.transactions import first_done, whole

AT_ONCE: Final = 200
# What does rows of a kind: bodies as they were sent, whom they are for; the typed ids of what was made.
Doing = Callable[[Sequence[Mapping[str, Any]], UUID, Actor, datetime], list[str]]
KINDS: Final[dict[str, Doing]] = {}
RIGHTS: Final[dict[str, Right]] = {}  # what the key must be allowed, also when the rows are done
MORE_AT_ONCE: Final[dict[str, int]] = {}  # of kinds whose rows cost the less the more are done together

_ROWS: Final = {"job_id": "uuid", "number": "int", "sealed": "bytea"}
_ADD: Final = (
    "INSERT INTO api_job_row (job_id, number, sealed, state, result, code, detail)"
    f" SELECT job_id, number, sealed, 'waiting', '', '', '' FROM {unnested(_ROWS)}"
)
_ENDS: Final = {"id": "bigint", "state": "text", "result": "text", "code": "text", "detail": "text"}
# Whatever became of a row, what it asked is removed with that.
_NOTE: Final = (
    "UPDATE api_job_row r SET state = new.state, result = new.result, code = new.code, detail = new.detail,"
    f" sealed = '' FROM {unnested(_ENDS)} WHERE r.id = new.id"
)


def of_kind(kind: str, right: Right, *, at_once: int | None = None) -> Callable[[Doing], Doing]:
    """Names what does the rows of a kind, the right it needs, and how many rows a batch has where not AT_ONCE."""

    def named(doing: Doing) -> Doing:
        KINDS[kind], RIGHTS[kind] = doing, right
        if at_once is not None:
            MORE_AT_ONCE[kind] = at_once
        return doing

    return named


def submit(name: str, kind: str, rows: Sequence[Mapping[str, Any]], *, organisation: UUID, call: Call) -> Job:
    """A new job, or the one of this name where the same was asked before. Four queries. Raises JobClash."""
    assert kind in KINDS
    text = json.dumps([kind, *rows], sort_keys=True).encode()
    prints = hashes("job", text)
    found = Job.objects.filter(key=call.key, name=name).first()
    if found is not None:
        return _the_same(found, prints)
    actor = call.actor
    job = Job(
        id=new_id(call.at),
        key=call.key,
        name=name,
        kind=kind,
        fingerprint=prints[0],
        total=len(rows),
        organisation=organisation,
        actor=[actor.kind, actor.id, actor.name, actor.request_id, actor.address],
        made_at=call.at,
    )
    Job.objects.bulk_create([job], ignore_conflicts=True)
    made = Job.objects.get(key=call.key, name=name)
    if made.id != job.id:  # asked twice at the same moment
        return _the_same(made, prints)
    run(_ADD, columns([(job.id, n, _sealed(job, n, row)) for n, row in enumerate(rows, 1)], len(_ROWS)))
    record([Deed("api.job", after={"job": name, "kind": kind, "rows": len(rows)})], actor=actor, at=call.at)
    return job


def _the_same(found: Job, prints: Collection[bytes]) -> Job:
    """Raises JobClash."""
    if bytes(found.fingerprint) not in prints:
        raise JobClash("You have a job of this name with other rows.", job=found.name)
    return found


def _sealed(job: Job, number: int, row: Mapping[str, Any]) -> bytes:
    return seal(json.dumps(row).encode(), purpose="job", beside=job.id.bytes + number.to_bytes(4, "big"))


def opened(job: Job, row: JobRow) -> dict[str, Any]:
    """What a waiting row asks, as it was sent."""
    found = unseal(bytes(row.sealed), purpose="job", beside=job.id.bytes + row.number.to_bytes(4, "big"))
    return dict(json.loads(found))


def work(*, at: datetime) -> int:
    """Does the next batch of the oldest job; how many rows. Call it until it answers 0. At least once is not the
    promise here but exactly once: what was done and that it was done are one transaction.

    A job that meets a fault of our own goes on once that is mended, and keeps no other waiting.
    """
    waiting = Job.objects.filter(ended_at=None).order_by("made_at", "id").values_list("id", flat=True)
    return first_done(partial(_batch, number, at) for number in waiting)


@transaction.atomic
def _batch(number: UUID, at: datetime) -> int:
    """What the key may is asked anew for each batch: a job does nothing that its key could not do at that moment."""
    job = waiting_job(number)
    if job is None:
        return 0
    holder = grants_of_key_by_id(job.key, at)
    lost = _lost(holder, RIGHTS[job.kind])
    if holder is None or lost is not None:
        return _end(job, lost, at)
    rows = list(job.rows.filter(state="waiting").order_by("number")[: MORE_AT_ONCE.get(job.kind, AT_ONCE)])
    _do(job, rows, holder.grants, at)
    run(_NOTE, columns([(row.id, row.state, row.result, row.code, row.detail) for row in rows], len(_ENDS)))
    job.done += sum(row.state == "done" for row in rows)
    job.refused += sum(row.state == "refused" for row in rows)
    ended = job.done + job.refused == job.total
    job.state, job.ended_at = ("done", at) if ended else ("running", None)
    job.save()
    return len(rows)


def _lost(holder: Holder | None, right: Right) -> RegularsError | None:
    """Why nothing of a job may be done any more."""
    if holder is None:
        return KeyNeeded("The key that asked for this job is not valid any more.")
    if gate.scope(holder.grants, right).empty:
        return NotAllowed(f"The key that asked for this job has the right {right.value} nowhere any more.")
    return None


def _end(job: Job, refusal: RegularsError | None, at: datetime) -> int:
    """Refuses what is left of a job, with the reason."""
    assert refusal is not None
    left = job.rows.filter(state="waiting").update(
        state="refused", code=refusal.code, detail=str(refusal), sealed=b"", result=""
    )
    job.refused += left
    job.state, job.code, job.detail, job.ended_at = "refused", refusal.code, str(refusal), at
    job.save()
    told = {"job": job.name, "code": refusal.code, "rows": left}
    record([Deed("api.refuse_job", typed("key", job.key), after=told)], actor=Actor.job("api.jobs"), at=at)
    return left


def _do(job: Job, rows: Sequence[JobRow], grants: Grants, at: datetime) -> None:
    """All at once; where that is refused, half by half down to the rows that are at fault, in their order."""
    bodies = {row.number: opened(job, row) for row in rows if row.sealed}
    for row in rows:
        refusal = _barred(job, bodies.get(row.number), grants)
        if refusal is not None:
            _refuse(row, refusal)
    wanted = [row for row in rows if row.state == "waiting"]
    if wanted:
        _halved(job, wanted, bodies, at)


def _halved(job: Job, rows: Sequence[JobRow], bodies: Mapping[int, Mapping[str, Any]], at: datetime) -> None:
    """What is done together is done as in turn, so that it comes to the same."""
    refusal = _together(job, rows, bodies, at)
    if refusal is None:
        return
    if len(rows) == 1:
        _refuse(rows[0], refusal)
        return
    half = len(rows) // 2
    _halved(job, rows[:half], bodies, at)
    _halved(job, rows[half:], bodies, at)


def _barred(job: Job, body: Mapping[str, Any] | None, grants: Grants) -> RegularsError | None:
    """Why a row is not even tried: its person was erased, or the key may act there no longer."""
    if body is None:
        return RowErased("The row was removed with the person it was about.")
    merchant = untyped("mrc", body["merchant"]) if body["merchant"] else None
    store = untyped("str", body["store"]) if body["store"] else None
    if gate.may(grants, RIGHTS[job.kind], merchant, store, organisation=job.organisation):
        return None
    return NotAllowed(f"The key has the right {RIGHTS[job.kind].value} there no longer.")


def _refuse(row: JobRow, refusal: RegularsError) -> None:
    row.state, row.code, row.detail = "refused", refusal.code, str(refusal)


def _together(
    job: Job, rows: Sequence[JobRow], bodies: Mapping[int, Mapping[str, Any]], at: datetime
) -> RegularsError | None:
    actor = Actor(*job.actor)
    try:
        with whole():
            made = KINDS[job.kind]([bodies[row.number] for row in rows], job.organisation, actor, at)
    except RegularsError as refusal:
        return refusal
    for row, result in zip(rows, made, strict=True):
        row.state, row.result = "done", result
    return None
