"""Bulk work: many rows under a name that the caller chose, done in the background a batch at a time.

A batch is done as a whole, in one transaction with the note that it is done; where a row of it is refused, row by row,
so that the others stand. A worker that dies leaves the rest waiting for the next.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from regulars.api.errors import JobClash
from regulars.api.keys import Call
from regulars.api.locks import next_job
from regulars.api.models import Job, JobRow
from regulars.api.sealing import hashes, seal, unseal
from regulars.basics.errors import RegularsError
from regulars.basics.ids import new_id
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record

AT_ONCE: Final = 200
# What does rows of a kind: bodies as they were sent, whom they are for; the typed ids of what was made.
Doing = Callable[[Sequence[Mapping[str, Any]], UUID, Actor, datetime], list[str]]
KINDS: Final[dict[str, Doing]] = {}


def of_kind(kind: str) -> Callable[[Doing], Doing]:
    """Names what does the rows of a kind."""

    def named(doing: Doing) -> Doing:
        KINDS[kind] = doing
        return doing

    return named


def submit(name: str, kind: str, rows: Sequence[Mapping[str, Any]], *, organisation: UUID, call: Call) -> Job:
    """A new job, or the one of this name where the same was asked before. Three queries. Raises JobClash."""
    assert kind in KINDS
    text = json.dumps([kind, *rows], sort_keys=True).encode()
    prints = hashes("job", text)
    found = Job.objects.filter(key=call.key, name=name).first()
    if found is not None:
        if bytes(found.fingerprint) not in prints:
            raise JobClash("You have a job of this name with other rows.", job=name)
        return found
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
    job.save(force_insert=True)
    JobRow.objects.bulk_create(
        [JobRow(job=job, number=n, sealed=_sealed(job, n, row)) for n, row in enumerate(rows, 1)], batch_size=1000
    )
    record([Deed("api.job", after={"job": name, "kind": kind, "rows": len(rows)})], actor=actor, at=call.at)
    return job


def _sealed(job: Job, number: int, row: Mapping[str, Any]) -> bytes:
    return seal(json.dumps(row).encode(), purpose="job", beside=job.id.bytes + number.to_bytes(4, "big"))


def _opened(job: Job, row: JobRow) -> dict[str, Any]:
    found = unseal(bytes(row.sealed), purpose="job", beside=job.id.bytes + row.number.to_bytes(4, "big"))
    return dict(json.loads(found))


@transaction.atomic
def work(*, at: datetime) -> int:
    """Does the next batch of the oldest job; how many rows. Call it until it answers 0. At least once is not the
    promise here but exactly once: what was done and that it was done are one transaction."""
    job = next_job()
    if job is None:
        return 0
    rows = list(job.rows.filter(state="waiting").order_by("number")[:AT_ONCE])
    _do(job, rows, at)
    JobRow.objects.bulk_update(rows, ["state", "sealed", "result", "code", "detail"])
    job.done += sum(row.state == "done" for row in rows)
    job.refused += sum(row.state == "refused" for row in rows)
    ended = job.done + job.refused == job.total
    job.state, job.ended_at = ("done", at) if ended else ("running", None)
    job.save()
    return len(rows)


def _do(job: Job, rows: Sequence[JobRow], at: datetime) -> None:
    """All at once, or one by one where that is refused."""
    if _together(job, rows, at) is None:
        return
    for row in rows:
        refusal = _together(job, [row], at)
        if refusal is not None:
            row.state, row.code, row.detail, row.sealed = "refused", refusal.code, str(refusal), b""


def _together(job: Job, rows: Sequence[JobRow], at: datetime) -> RegularsError | None:
    actor = Actor(*job.actor)
    try:
        with transaction.atomic():
            made = KINDS[job.kind]([_opened(job, row) for row in rows], job.organisation, actor, at)
    except RegularsError as refusal:
        return refusal
    for row, result in zip(rows, made, strict=True):
        row.state, row.result, row.sealed = "done", result, b""
    return None
