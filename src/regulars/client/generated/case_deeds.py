"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part
from regulars.client.generated.cases import CaseTold
from regulars.client.generated.goodwill import GoodwillAsked, GoodwillTold


class CaseTextAsked(TypedDict):
    """An answer to the customer, what they said further, or a note among colleagues."""

    part: Literal["answer", "said", "note"]
    text: str
    waits: NotRequired[bool]
    due_at: NotRequired[str | None]


class CaseOwnerAsked(TypedDict):
    """Who has it now: somebody, a queue, or nobody."""

    owner: NotRequired[str | None]
    queue: NotRequired[str | None]


class DueAsked(TypedDict):
    """Another moment by which it is due, and why."""

    due_at: str
    reason: str


class CaseDoneAsked(TypedDict):
    """What came of it."""

    outcome: str
    note: NotRequired[str]


class CaseReopenedAsked(TypedDict):
    """Why it was not done after all."""

    said: str
    due_at: NotRequired[str | None]


class CaseDeeds(Calling):
    """Addresses of case_deeds."""

    __slots__ = ()

    def write_to_a_case(
        self, case: str, body: CaseTextAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CaseTold:
        """An answer, what the customer said further, or a note. Sending the answer is not done here. Needs the
        right `care.write`."""
        told: CaseTold = self._write(
            "POST", f"/cases/{part(case)}/texts", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def assign_a_case(
        self, case: str, body: CaseOwnerAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CaseTold:
        """To somebody who works on cases at its place, to a queue, or to nobody. Needs the right `care.write`."""
        told: CaseTold = self._write(
            "POST", f"/cases/{part(case)}/assign", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def put_off_a_case(
        self, case: str, body: DueAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CaseTold:
        """To another moment, for a reason. Needs the right `care.write`."""
        told: CaseTold = self._write(
            "POST", f"/cases/{part(case)}/due", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def close_a_case(
        self, case: str, body: CaseDoneAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CaseTold:
        """It is done. What was promised out of it goes on by itself. Needs the right `care.write`."""
        told: CaseTold = self._write(
            "POST", f"/cases/{part(case)}/close", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def reopen_a_case(
        self, case: str, body: CaseReopenedAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CaseTold:
        """It was not done after all: the time to answer begins anew. Needs the right `care.write`."""
        told: CaseTold = self._write(
            "POST", f"/cases/{part(case)}/reopen", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def give_goodwill_out_of_a_case(
        self, case: str, body: GoodwillAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> GoodwillTold:
        """As `POST /members/{member}/goodwill`, to the case's member; the two name each other. Needs `care.write`
        too. Needs the right `goodwill.give`."""
        told: GoodwillTold = self._write(
            "POST", f"/cases/{part(case)}/goodwill", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
