"""Cases: what customers brought up, who answers by when, and what came of it."""

from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints, model_validator

from regulars.access.rights import Right
from regulars.api.caring import after_of, myself, next_after, sight
from regulars.api.doors import Reply, read, write
from regulars.api.fields import (
    CaseId,
    Cursor,
    Limit,
    MemberId,
    MerchantId,
    Moment,
    Note,
    SaleId,
    StaffId,
    StoreId,
    Telling,
    Text,
)
from regulars.api.keys import Call, Request
from regulars.api.places import organisation, where
from regulars.api.routes.case_kinds import KindCode, Priority, QueueCode
from regulars.api.routes.people import looked
from regulars.api.routes.posting import PlaceSaid
from regulars.basics.ids import typed
from regulars.care import selectors
from regulars.care.errors import CareError
from regulars.care.models import Case
from regulars.care.moves import NewCase, Sought
from regulars.care.services import cases
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.members.selectors import group_of, roots

router = Router(tags=["Cases"])

State = Literal["open", "waiting", "done"]
SaidText = Annotated[Note, Field(min_length=1)]
OutcomeCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]
_OPEN: tuple[State, ...] = ("open", "waiting")


class CaseAsked(PlaceSaid):
    """Something a customer brought up. Who gets it, by when and how urgent it is the kind says, where nothing is said.
    Subject and text are kept sealed."""

    EXAMPLE: ClassVar = {
        "kind": "complaint",
        "subject": "Cold soup",
        "said": "It came cold twice.",
        "channel": "counter",
        "member": "mbr_01kdvdna00e008000000000001",
    }

    kind: KindCode
    subject: Text
    said: SaidText
    channel: Annotated[OutcomeCode, Field(description="How it came.", examples=["phone"])]
    member: Annotated[MemberId | None, Field(description="Nobody, where it is not known who it is.")] = None
    sale: Annotated[SaleId | None, Field(description="The purchase it is about.")] = None
    owner: StaffId | None = None
    queue: QueueCode | None = None
    due_at: Moment | None = None
    priority: Priority | None = None

    @model_validator(mode="after")
    def one_owner(self) -> Self:
        if self.owner and self.queue:
            raise ValueError("Either an owner or a queue.")
        return self


class CaseLine(Telling):
    """A case as it stands. `late`: its moment has passed."""

    id: CaseId
    kind: str
    subject: Annotated[str, Field(description="Empty where its member was erased.")]
    channel: str
    state: State
    priority: int
    due_at: Moment
    late: bool
    owner: StaffId | None
    queue: str
    member: MemberId | None
    merchant: MerchantId | None
    store: StoreId | None
    sale: SaleId | None
    outcome: str
    reopened: int
    opened_at: Moment
    answered_at: Moment | None
    done_at: Moment | None


class CaseTextTold(Telling):
    """Something written. `said` is the customer's, `answer` ours, `note` and `reason` among colleagues."""

    part: Literal["said", "answer", "note", "reason"]
    text: str
    actor: str
    at: Moment


class CaseChangeTold(Telling):
    """One line of the history, which is only ever added to."""

    what: str
    before: dict[str, Any]
    after: dict[str, Any]
    actor: str
    at: Moment


class CaseTold(CaseLine):
    """A case with all that was written and done, oldest first."""

    texts: list[CaseTextTold]
    history: list[CaseChangeTold]


class CasesTold(Telling):
    """The one due first first; `next` is the cursor of the page after."""

    items: list[CaseLine]
    next: str | None


class CaseCountsTold(Telling):
    """How many cases and follow-ups there are that are not done, of those the key may see. `mine`: of its owner, and
    in the queues of their roles."""

    open: int
    waiting: int
    late: int
    unowned: int
    mine: int
    follow_ups: int
    late_follow_ups: int
    my_follow_ups: int


@write(router, "POST", "/cases", right=Right.CARE_WRITE, answer=CaseTold, status=201)
def open_a_case(request: Request, body: CaseAsked) -> Reply:
    """Something a customer brought up, at the place where the key works or one that is named."""
    call = request.call
    here = where(call, Right.CARE_WRITE, body.merchant, body.store)
    wanted = NewCase(
        organisation=here.organisation,
        merchant=here.merchant,
        store=here.store,
        kind=body.kind,
        subject=body.subject,
        said=body.said,
        channel=body.channel,
        member=body.member,
        sale=body.sale,
        owner=body.owner,
        queue=body.queue or "",
        due_at=body.due_at,
        priority=body.priority,
    )
    return reply_of(call, cases.open_case(wanted, actor=call.actor, at=call.at))


@read(router, "/cases", right=Right.CARE_READ, answer=CasesTold)
def list_cases(
    request: Request,
    state: State | None = None,
    mine: bool = False,
    owner: StaffId | None = None,
    queue: QueueCode | None = None,
    unowned: bool = False,
    late: bool = False,
    kind: KindCode | None = None,
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> CasesTold:
    """The queue, by due time: of the places the key may see, all that is not done, or what is asked. `mine`: of the
    key's owner, and what waits in the queues of their roles."""
    call = request.call
    seen = sight(call, Right.CARE_READ)
    sought = Sought(
        owner=owner,
        queue=queue or "",
        unowned=unowned,
        states=frozenset([state] if state else _OPEN),
        late=late,
        kind=kind or "",
    )
    if mine:
        sought = of_mine(call, sought)
    place = f"cases/{seen.home}/{sorted(sought.states)}/{sought.owner}/{queue}/{unowned}/{late}/{kind}"
    rows = selectors.cases(seen.rows, seen.home, sought, after=after_of(place, cursor), limit=limit, at=call.at)
    record([Deed("cases.list", after={"shown": len(rows)})], actor=call.actor, at=call.at)
    return CasesTold(items=_lines(call, rows), next=next_after(place, rows, limit))


def of_mine(call: Call, sought: Sought) -> Sought:
    """Raises CareError where the key is nobody's own."""
    me, roles = myself(call)
    if me is None:
        raise CareError("This key is nobody's own, so nothing is its owner's.", why="no-owner")
    return Sought(
        owner=me,
        roles=roles,
        queue=sought.queue,
        unowned=sought.unowned,
        states=sought.states,
        late=sought.late,
        kind=sought.kind,
        case=sought.case,
    )


@read(router, "/case-counts", right=Right.CARE_READ, answer=CaseCountsTold)
def count_cases(request: Request) -> CaseCountsTold:
    """How many there are that are not done."""
    call = request.call
    seen = sight(call, Right.CARE_READ)
    me, roles = myself(call)
    found = selectors.counts(seen.rows, seen.home, mine=me, roles=roles, at=call.at)
    return CaseCountsTold(
        open=found.open,
        waiting=found.waiting,
        late=found.late,
        unowned=found.unowned,
        mine=found.mine,
        follow_ups=found.follow_ups,
        late_follow_ups=found.late_follow_ups,
        my_follow_ups=found.my_follow_ups,
    )


@read(router, "/members/{member}/cases", right=Right.CARE_READ, answer=CasesTold)
def list_cases_of_a_member(
    request: Request, member: MemberId, state: State | None = None, limit: Limit = 50, cursor: Cursor | None = None
) -> CasesTold:
    """A member's cases at the places the key may see, done ones too; the one due first first."""
    call = request.call
    seen = sight(call, Right.CARE_READ)
    root = roots([member], organisation=seen.home)[member]
    place = f"member-cases/{root}/{state}"
    sought = Sought(members=frozenset(group_of(root)), states=frozenset([state] if state else ()))
    rows = selectors.cases(seen.rows, seen.home, sought, after=after_of(place, cursor), limit=limit, at=call.at)
    looked(call, root, part="cases")
    return CasesTold(items=_lines(call, rows), next=next_after(place, rows, limit))


@read(router, "/cases/{case}", right=Right.CARE_READ, answer=CaseTold)
def read_a_case(request: Request, case: CaseId) -> CaseTold:
    """A case with its texts and its history."""
    call = request.call
    seen = sight(call, Right.CARE_READ)
    row = selectors.case(seen.rows, seen.home, case)
    place = (typed("mrc", row.merchant) if row.merchant else "", typed("str", row.store) if row.store else "")
    whom = {"member": typed("mbr", row.member)} if row.member else {}
    record([Deed("cases.read", typed("cas", case), *place, after=whom)], actor=call.actor, at=call.at)
    return _told(call, row)


def reply_of(call: Call, row: Case) -> Reply:
    return Reply(_told(call, row), about=row.member)


def _told(call: Call, row: Case) -> CaseTold:
    """Two queries, and one where there is a member."""
    written = selectors.texts_of([row.id])[row.id]
    subject = next((one.text for one in written if one.part == "subject"), "")
    texts = [
        CaseTextTold(part=one.part, text=one.text, actor=one.actor, at=one.at)  # type: ignore[arg-type]
        for one in written
        if one.part != "subject"
    ]
    history = [
        CaseChangeTold(what=one.what, before=one.before, after=one.after, actor=one.actor, at=one.at)
        for one in selectors.changes_of(row.id)
    ]
    now = roots([row.member], organisation=row.organisation) if row.member else {}
    return CaseTold(**dict(_line(call, row, subject, now)), texts=texts, history=history)


def _lines(call: Call, rows: list[Case]) -> list[CaseLine]:
    """Two queries."""
    subjects = selectors.subjects_of(rows)
    people = sorted({row.member for row in rows if row.member})
    now = roots(people, organisation=organisation(call, Right.CARE_READ)) if people else {}
    return [_line(call, row, subjects[row.id], now) for row in rows]


def _line(call: Call, row: Case, subject: str, now: dict[UUID, UUID]) -> CaseLine:
    return CaseLine(
        id=row.id,
        kind=row.kind,
        subject=subject,
        channel=row.channel,
        state=row.state,  # type: ignore[arg-type]
        priority=row.priority,
        due_at=row.due_at,
        late=row.state != "done" and row.due_at <= call.at,
        owner=row.owner,
        queue=row.queue,
        member=now[row.member] if row.member else None,
        merchant=row.merchant,
        store=row.store,
        sale=row.sale,
        outcome=row.outcome,
        reopened=row.reopened,
        opened_at=row.opened_at,
        answered_at=row.answered_at,
        done_at=row.done_at,
    )
