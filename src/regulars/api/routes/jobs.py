"""Jobs: many rows in the background, under a name that the caller chose."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.doors import Reply, read, write
from regulars.api.errors import JobUnknown
from regulars.api.fields import Asking, Cursor, Limit, Moment, Telling
from regulars.api.jobs import of_kind, submit
from regulars.api.keys import Request
from regulars.api.models import Job
from regulars.api.places import Where, organisation, where
from regulars.api.routes.bills import PurchaseAsked
from regulars.api.routes.people import MemberAsked, enrolled
from regulars.api.routes.posting import TransferAsked, post_placed
from regulars.api.routes.purchases import placed
from regulars.basics.ids import typed
from regulars.journal.moves import Actor

router = Router(tags=["Jobs"])

Name = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"),
    Field(description="Chosen by the caller.", examples=["night-2026-05-04"]),
]


class TransfersJob(Asking):
    """Transfers to be posted in the background, in order."""

    EXAMPLE: ClassVar = {"rows": [TransferAsked.EXAMPLE]}

    rows: Annotated[list[TransferAsked], Field(min_length=1, max_length=5000)]


class MembersJob(Asking):
    """Members to be enrolled in the background."""

    EXAMPLE: ClassVar = {"rows": [MemberAsked.EXAMPLE]}

    rows: Annotated[list[MemberAsked], Field(min_length=1, max_length=5000)]


class PurchasesJob(Asking):
    """Bills to be checked out in the background, in order, each as of its own time."""

    EXAMPLE: ClassVar = {"rows": [PurchaseAsked.EXAMPLE]}

    rows: Annotated[list[PurchaseAsked], Field(min_length=1, max_length=10_000)]


class JobTold(Telling):
    """How far a job is."""

    job: str
    kind: Literal["transfers", "members", "purchases"]
    state: Literal["waiting", "running", "done", "refused"]
    total: int
    done: int
    refused: int
    code: Annotated[str, Field(description="Why the job as a whole was refused: the key is not valid any more, …")]
    detail: str
    made_at: Moment
    ended_at: Moment | None


class RowTold(Telling):
    """What became of a row; `number` counts from 1 in the order sent."""

    number: int
    state: Literal["waiting", "done", "refused"]
    result: Annotated[str, Field(description="The id of what was made.")]
    code: str
    detail: str


class RowsTold(Telling):
    """Rows in order; `next` is the cursor of the page after."""

    items: list[RowTold]
    next: str | None


def _told(job: Job) -> JobTold:
    return JobTold(
        job=job.name,
        kind=job.kind,  # type: ignore[arg-type]
        state=job.state,  # type: ignore[arg-type]
        total=job.total,
        done=job.done,
        refused=job.refused,
        code=job.code,
        detail=job.detail,
        made_at=job.made_at,
        ended_at=job.ended_at,
    )


def _rows(
    request: Request, right: Right, asked: Sequence[TransferAsked | MemberAsked | PurchaseAsked]
) -> tuple[list[dict[str, Any]], UUID]:
    """The rows with the places where the key may act; the worker asks again whether it still may."""
    places = {pair: where(request.call, right, *pair) for pair in {(one.merchant, one.store) for one in asked}}
    rows = []
    for one in asked:
        here = places[one.merchant, one.store]
        row = one.model_dump(mode="json", exclude_unset=True, by_alias=True)
        rows.append(row | {"merchant": here.merchant_text or None, "store": here.store_text or None})
    return rows, organisation(request.call, right)


@write(router, "PUT", "/transfer-jobs/{job}", right=Right.LEDGER_POST, answer=JobTold, status=202)
def submit_transfers(request: Request, job: Name, body: TransfersJob) -> JobTold:
    """The same name and rows again is the same job, so that a lost answer is found again."""
    rows, home = _rows(request, Right.LEDGER_POST, body.rows)
    return _told(submit(job, "transfers", rows, organisation=home, call=request.call))


@write(router, "PUT", "/member-jobs/{job}", right=Right.MEMBERS_IMPORT, answer=JobTold, status=202)
def submit_members(request: Request, job: Name, body: MembersJob) -> JobTold:
    """The same name and rows again is the same job, so that a lost answer is found again."""
    rows, home = _rows(request, Right.MEMBERS_IMPORT, body.rows)
    return _told(submit(job, "members", rows, organisation=home, call=request.call))


@write(router, "PUT", "/purchase-jobs/{job}", right=Right.SALES_POST, answer=JobTold, status=202)
def submit_purchases(request: Request, job: Name, body: PurchasesJob) -> JobTold:
    """The same name and rows again is the same job, so that a lost answer is found again. A bill is what it is when
    sent alone, and its own document still counts once; say `effective_at`, else it is when the worker comes to it."""
    rows, home = _rows(request, Right.SALES_POST, body.rows)
    return _told(submit(job, "purchases", rows, organisation=home, call=request.call))


@read(router, "/jobs/{job}", right=None, answer=JobTold)
def read_a_job(request: Request, job: Name) -> Reply:
    """How far one of this key's own jobs is."""
    return Reply(_told(_job(request, job)))


@read(router, "/jobs/{job}/rows", right=None, answer=RowsTold)
def list_rows_of_a_job(
    request: Request,
    job: Name,
    state: Literal["waiting", "done", "refused"] | None = None,
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> RowsTold:
    """What became of each row; `state=refused` lists the errors."""
    found = _job(request, job)
    place = f"jobs/{found.id}/{state}"
    rows = found.rows.filter(number__gt=read_cursor(place, cursor) or 0).order_by("number")
    page = list((rows.filter(state=state) if state else rows)[:limit])
    items = [
        RowTold(
            number=row.number,
            state=row.state,  # type: ignore[arg-type]
            result=row.result,
            code=row.code,
            detail=row.detail,
        )
        for row in page
    ]
    return RowsTold(items=items, next=write_cursor(place, page[-1].number) if len(page) == limit else None)


def _job(request: Request, name: str) -> Job:
    found = Job.objects.filter(key=request.call.key, name=name).first()
    if found is None:
        raise JobUnknown("This key has no job of that name.")
    return found


@of_kind("transfers", Right.LEDGER_POST)
def post_rows(rows: Sequence[Mapping[str, Any]], home: UUID, actor: Actor, at: datetime) -> list[str]:
    """Posts transfers of a job. Raises what the ledger refuses."""
    asked = [TransferAsked.model_validate(row) for row in rows]
    places = [Where(home, one.merchant, one.store) for one in asked]
    return [typed("txn", one.id) for one in post_placed(asked, places, actor=actor, at=at)]


@of_kind("members", Right.MEMBERS_IMPORT)
def enrol_rows(rows: Sequence[Mapping[str, Any]], home: UUID, actor: Actor, at: datetime) -> list[str]:
    """Enrols members of a job. Raises what the members' room refuses."""
    asked = [MemberAsked.model_validate(row) for row in rows]
    places = [Where(home, one.merchant, one.store) for one in asked]
    return [typed("mbr", one) for one in enrolled(asked, places, actor=actor, at=at)]


@of_kind("purchases", Right.SALES_POST, at_once=500)
def check_out_rows(rows: Sequence[Mapping[str, Any]], home: UUID, actor: Actor, at: datetime) -> list[str]:
    """Checks out the bills of a job. Raises what the checkout refuses."""
    asked = [PurchaseAsked.model_validate(row) for row in rows]
    places = [Where(home, one.merchant, one.store) for one in asked]
    return [typed("sal", one.id) for one in placed(asked, places, actor=actor, at=at)]
