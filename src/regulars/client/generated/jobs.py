"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypedDict

from regulars.client.calling import Calling, part
from regulars.client.generated.bills import PurchaseAsked
from regulars.client.generated.people import MemberAsked
from regulars.client.generated.posting import TransferAsked


class JobTold(TypedDict):
    """How far a job is."""

    job: str
    kind: Literal["transfers", "members", "purchases"]
    state: Literal["waiting", "running", "done", "refused"]
    total: int
    done: int
    refused: int
    code: str
    detail: str
    made_at: str
    ended_at: str | None


class TransfersJob(TypedDict):
    """Transfers to be posted in the background, in order."""

    rows: list[TransferAsked]


class MembersJob(TypedDict):
    """Members to be enrolled in the background."""

    rows: list[MemberAsked]


class PurchasesJob(TypedDict):
    """Bills to be checked out in the background, in order, each as of its own time."""

    rows: list[PurchaseAsked]


class RowTold(TypedDict):
    """What became of a row; `number` counts from 1 in the order sent."""

    number: int
    state: Literal["waiting", "done", "refused"]
    result: str
    code: str
    detail: str


class RowsTold(TypedDict):
    """Rows in order; `next` is the cursor of the page after."""

    items: list[RowTold]
    next: str | None


class Jobs(Calling):
    """Addresses of jobs."""

    __slots__ = ()

    def submit_transfers(
        self, job: str, body: TransfersJob, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> JobTold:
        """The same name and rows again is the same job, so that a lost answer is found again. Needs the right
        `ledger.post`."""
        told: JobTold = self._write(
            "PUT", f"/transfer-jobs/{part(job)}", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def submit_members(
        self, job: str, body: MembersJob, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> JobTold:
        """The same name and rows again is the same job, so that a lost answer is found again. Needs the right
        `members.import`."""
        told: JobTold = self._write(
            "PUT", f"/member-jobs/{part(job)}", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def submit_purchases(
        self, job: str, body: PurchasesJob, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> JobTold:
        """The same name and rows again is the same job, so that a lost answer is found again. A bill is what it is
        when sent alone, and its own document still counts once; say `effective_at`, else it is when the worker
        comes to it. Needs the right `sales.post`."""
        told: JobTold = self._write(
            "PUT", f"/purchase-jobs/{part(job)}", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def read_a_job(self, job: str) -> JobTold:
        """How far one of this key's own jobs is."""
        told: JobTold = self._read("GET", f"/jobs/{part(job)}")
        return told

    def list_rows_of_a_job(
        self, job: str, *, state: Literal["waiting", "done", "refused"] | None = None, limit: int | None = None
    ) -> Iterator[RowTold]:
        """What became of each row; `state=refused` lists the errors."""
        return self._each(f"/jobs/{part(job)}/rows", state=state, limit=limit)
