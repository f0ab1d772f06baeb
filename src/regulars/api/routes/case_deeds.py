"""What is done with a case: answered, handed on, put off, closed, reopened; and what is given out of it."""

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from ninja import Router
from pydantic import Field, model_validator

from regulars.access.rights import Right
from regulars.api.caring import Sight, sight
from regulars.api.doors import Reply, write
from regulars.api.fields import (
    Asking,
    CaseId,
    Moment,
    Note,
    StaffId,
)
from regulars.api.keys import Call, Request
from regulars.api.places import where
from regulars.api.routes.case_kinds import QueueCode
from regulars.api.routes.cases import CaseTold, OutcomeCode, SaidText, reply_of
from regulars.api.routes.goodwill import GoodwillAsked, GoodwillTold, goodwill_told, roles_of, wanted_goodwill
from regulars.care import selectors
from regulars.care.errors import CareError
from regulars.care.models import Case
from regulars.care.services import cases
from regulars.care.services.goodwill import give_out_of

router = Router(tags=["Cases"])


class CaseTextAsked(Asking):
    """An answer to the customer, what they said further, or a note among colleagues."""

    EXAMPLE: ClassVar = {"part": "answer", "text": "We are sorry. Did you keep the bill?", "waits": True}

    part: Literal["answer", "said", "note"]
    text: SaidText
    waits: Annotated[bool, Field(description="After an answer it is the customer's turn.")] = False
    due_at: Annotated[Moment | None, Field(description="Nothing said: the kind's time, where the turn changes.")] = None

    @model_validator(mode="after")
    def only_answers_wait(self) -> Self:
        if self.waits and self.part != "answer":
            raise ValueError("Only after an answer is it the customer's turn.")
        return self


class CaseOwnerAsked(Asking):
    """Who has it now: somebody, a queue, or nobody."""

    EXAMPLE: ClassVar = {"queue": "support"}

    owner: StaffId | None = None
    queue: QueueCode | None = None

    @model_validator(mode="after")
    def one_owner(self) -> Self:
        if self.owner and self.queue:
            raise ValueError("Either an owner or a queue.")
        return self


class DueAsked(Asking):
    """Another moment by which it is due, and why."""

    EXAMPLE: ClassVar = {"due_at": "2099-05-06T12:00:00Z", "reason": "The cook is back on Wednesday."}

    due_at: Moment
    reason: SaidText


class CaseDoneAsked(Asking):
    """What came of it."""

    EXAMPLE: ClassVar = {"outcome": "apologised", "note": "Points and a call."}

    outcome: Annotated[OutcomeCode, Field(description="A code, for the counts.")]
    note: Note = ""


class CaseReopenedAsked(Asking):
    """Why it was not done after all."""

    EXAMPLE: ClassVar = {"said": "The coupon did not work."}

    said: SaidText
    due_at: Moment | None = None


@write(router, "POST", "/cases/{case}/texts", right=Right.CARE_WRITE, answer=CaseTold, status=201)
def write_to_a_case(request: Request, case: CaseId, body: CaseTextAsked) -> Reply:
    """An answer, what the customer said further, or a note. Sending the answer is not done here."""
    call = request.call
    _mine(call, case)
    row = cases.write(case, body.part, body.text, waits=body.waits, due_at=body.due_at, actor=call.actor, at=call.at)
    return reply_of(call, row)


@write(router, "POST", "/cases/{case}/assign", right=Right.CARE_WRITE, answer=CaseTold)
def assign_a_case(request: Request, case: CaseId, body: CaseOwnerAsked) -> Reply:
    """To somebody who works on cases at its place, to a queue, or to nobody."""
    call = request.call
    _mine(call, case)
    return reply_of(call, cases.assign(case, body.owner, body.queue or "", actor=call.actor, at=call.at))


@write(router, "POST", "/cases/{case}/due", right=Right.CARE_WRITE, answer=CaseTold)
def put_off_a_case(request: Request, case: CaseId, body: DueAsked) -> Reply:
    """To another moment, for a reason."""
    call = request.call
    _mine(call, case)
    return reply_of(call, cases.move(case, body.due_at, body.reason, actor=call.actor, at=call.at))


@write(router, "POST", "/cases/{case}/close", right=Right.CARE_WRITE, answer=CaseTold)
def close_a_case(request: Request, case: CaseId, body: CaseDoneAsked) -> Reply:
    """It is done. What was promised out of it goes on by itself."""
    call = request.call
    _mine(call, case)
    return reply_of(call, cases.close(case, body.outcome, body.note, actor=call.actor, at=call.at))


@write(router, "POST", "/cases/{case}/reopen", right=Right.CARE_WRITE, answer=CaseTold)
def reopen_a_case(request: Request, case: CaseId, body: CaseReopenedAsked) -> Reply:
    """It was not done after all: the time to answer begins anew."""
    call = request.call
    _mine(call, case)
    return reply_of(call, cases.reopen(case, body.said, due_at=body.due_at, actor=call.actor, at=call.at))


@write(router, "POST", "/cases/{case}/goodwill", right=Right.GOODWILL_GIVE, answer=GoodwillTold, status=201)
def give_goodwill_out_of_a_case(request: Request, case: CaseId, body: GoodwillAsked) -> Reply:
    """As `POST /members/{member}/goodwill`, to the case's member; the two name each other. Needs `care.write` too."""
    call = request.call
    row = _mine(call, case)
    if row.member is None:
        raise CareError("This case is about nobody yet.", why="no-member")
    merchant, store = (body.merchant, body.store) if body.merchant or body.store else (row.merchant, row.store)
    here = where(call, Right.GOODWILL_GIVE, merchant, store)
    wanted = wanted_goodwill(call, here, row.member, body)
    done = give_out_of(case, wanted, roles_of(call, body.staff, here), actor=call.actor, at=call.at)
    return Reply(goodwill_told(done), about=done.member)


def _mine(call: Call, case: UUID) -> Case:
    """One that this key may write to. Raises CaseUnknown."""
    seen: Sight = sight(call, Right.CARE_WRITE)
    return selectors.case(seen.rows, seen.home, case)
