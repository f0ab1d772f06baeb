"""Follow-ups: what was promised to whom, by whom, and by when."""

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from ninja import Router
from pydantic import Field, model_validator

from regulars.access.rights import Right
from regulars.api.caring import after_of, next_after, sight
from regulars.api.doors import Reply, read, write
from regulars.api.fields import (
    Asking,
    CaseId,
    Cursor,
    FollowUpId,
    Limit,
    MemberId,
    MerchantId,
    Moment,
    Note,
    StaffId,
    StoreId,
    Telling,
)
from regulars.api.keys import Call, Request
from regulars.api.places import organisation, where
from regulars.api.routes.case_deeds import DueAsked
from regulars.api.routes.case_kinds import QueueCode
from regulars.api.routes.cases import CaseChangeTold, of_mine
from regulars.api.routes.people import looked
from regulars.api.routes.posting import PlaceSaid
from regulars.basics.ids import typed
from regulars.care import selectors
from regulars.care.models import FollowUp
from regulars.care.moves import NewFollowUp, Sought
from regulars.care.services import follow_ups
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.members.selectors import group_of, roots

router = Router(tags=["Cases"])

Said = Annotated[Note, Field(min_length=1)]
Ended = Literal["open", "done", "dropped"]


class FollowUpAsked(PlaceSaid):
    """A promise to a member, from a case or by itself; who keeps it is a member of staff or a queue."""

    EXAMPLE: ClassVar = {
        "what": "Call when the blue one is in.",
        "due_at": "2099-05-06T12:00:00Z",
        "member": "mbr_01kdvdna00e008000000000001",
        "queue": "support",
    }

    what: Said
    due_at: Moment
    member: Annotated[MemberId | None, Field(description="Nothing said: the case's.")] = None
    case: CaseId | None = None
    owner: StaffId | None = None
    queue: QueueCode | None = None

    @model_validator(mode="after")
    def somebody(self) -> Self:
        if (self.owner is None) == (self.queue is None):
            raise ValueError("Either an owner or a queue.")
        if self.member is None and self.case is None:
            raise ValueError("To a member, or from a case.")
        return self


class FollowUpDoneAsked(Asking):
    """How it went."""

    EXAMPLE: ClassVar = {"note": "Called; comes on Friday."}

    note: Note = ""


class FollowUpDroppedAsked(Asking):
    """Why it is not kept."""

    EXAMPLE: ClassVar = {"reason": "Bought it elsewhere."}

    reason: Said


class FollowUpLine(Telling):
    """A promise as it stands. `late`: its moment has passed."""

    id: FollowUpId
    what: Annotated[str, Field(description="Empty where its member was erased.")]
    state: Ended
    due_at: Moment
    late: bool
    owner: StaffId | None
    queue: str
    member: MemberId | None
    case: CaseId | None
    merchant: MerchantId | None
    store: StoreId | None
    moved: Annotated[int, Field(description="How often it was put off.")]
    made_at: Moment
    ended_at: Moment | None


class FollowUpTextTold(Telling):
    """Why it was put off or dropped, or how it went."""

    part: Literal["reason", "note"]
    text: str
    actor: str
    at: Moment


class FollowUpTold(FollowUpLine):
    """A promise with what was written of it, and its history."""

    texts: list[FollowUpTextTold]
    history: list[CaseChangeTold]


class FollowUpsTold(Telling):
    """The one due first first; `next` is the cursor of the page after."""

    items: list[FollowUpLine]
    next: str | None


@write(router, "POST", "/follow-ups", right=Right.CARE_WRITE, answer=FollowUpTold, status=201)
def promise_a_follow_up(request: Request, body: FollowUpAsked) -> Reply:
    """Something will be done for a member by then. From a case it is at that one's place."""
    call = request.call
    if body.case is not None:
        seen = sight(call, Right.CARE_WRITE)
        case = selectors.case(seen.rows, seen.home, body.case)
        home, merchant, store = seen.home, case.merchant, case.store
    else:
        here = where(call, Right.CARE_WRITE, body.merchant, body.store)
        home, merchant, store = here.organisation, here.merchant, here.store
    wanted = NewFollowUp(
        organisation=home,
        merchant=merchant,
        store=store,
        what=body.what,
        due_at=body.due_at,
        member=body.member,
        case=body.case,
        owner=body.owner,
        queue=body.queue or "",
    )
    return _reply(call, follow_ups.promise(wanted, actor=call.actor, at=call.at))


@read(router, "/follow-ups", right=Right.CARE_READ, answer=FollowUpsTold)
def list_follow_ups(
    request: Request,
    state: Ended = "open",
    mine: bool = False,
    owner: StaffId | None = None,
    queue: QueueCode | None = None,
    late: bool = False,
    case: CaseId | None = None,
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> FollowUpsTold:
    """What was promised, by due time, of the places the key may see."""
    call = request.call
    seen = sight(call, Right.CARE_READ)
    sought = Sought(owner=owner, queue=queue or "", states=frozenset([state]), late=late, case=case)
    if mine:
        sought = of_mine(call, sought)
    place = f"follow-ups/{seen.home}/{state}/{sought.owner}/{queue}/{late}/{case}"
    rows = selectors.follow_ups(seen.rows, seen.home, sought, after=after_of(place, cursor), limit=limit, at=call.at)
    record([Deed("followups.list", after={"shown": len(rows)})], actor=call.actor, at=call.at)
    return FollowUpsTold(items=_lines(call, rows), next=next_after(place, rows, limit))


@read(router, "/members/{member}/follow-ups", right=Right.CARE_READ, answer=FollowUpsTold)
def list_follow_ups_of_a_member(
    request: Request, member: MemberId, state: Ended | None = None, limit: Limit = 50, cursor: Cursor | None = None
) -> FollowUpsTold:
    """What was promised to a member, at the places the key may see."""
    call = request.call
    seen = sight(call, Right.CARE_READ)
    root = roots([member], organisation=seen.home)[member]
    place = f"member-follow-ups/{root}/{state}"
    sought = Sought(members=frozenset(group_of(root)), states=frozenset([state] if state else ()))
    rows = selectors.follow_ups(seen.rows, seen.home, sought, after=after_of(place, cursor), limit=limit, at=call.at)
    looked(call, root, part="follow-ups")
    return FollowUpsTold(items=_lines(call, rows), next=next_after(place, rows, limit))


@read(router, "/follow-ups/{follow_up}", right=Right.CARE_READ, answer=FollowUpTold)
def read_a_follow_up(request: Request, follow_up: FollowUpId) -> FollowUpTold:
    """A promise with its history."""
    call = request.call
    seen = sight(call, Right.CARE_READ)
    row = selectors.follow_up(seen.rows, seen.home, follow_up)
    whom = {"member": typed("mbr", row.member)} if row.member else {}
    record([Deed("followups.read", typed("fup", row.id), after=whom)], actor=call.actor, at=call.at)
    return _told(call, row)


@write(router, "POST", "/follow-ups/{follow_up}/move", right=Right.CARE_WRITE, answer=FollowUpTold)
def move_a_follow_up(request: Request, follow_up: FollowUpId, body: DueAsked) -> Reply:
    """To another moment, for a reason."""
    call = request.call
    _mine(call, follow_up)
    return _reply(call, follow_ups.move(follow_up, body.due_at, body.reason, actor=call.actor, at=call.at))


@write(router, "POST", "/follow-ups/{follow_up}/done", right=Right.CARE_WRITE, answer=FollowUpTold)
def keep_a_follow_up(request: Request, follow_up: FollowUpId, body: FollowUpDoneAsked) -> Reply:
    """The promise was kept."""
    call = request.call
    _mine(call, follow_up)
    return _reply(call, follow_ups.end(follow_up, kept=True, text=body.note, actor=call.actor, at=call.at))


@write(router, "POST", "/follow-ups/{follow_up}/drop", right=Right.CARE_WRITE, answer=FollowUpTold)
def drop_a_follow_up(request: Request, follow_up: FollowUpId, body: FollowUpDroppedAsked) -> Reply:
    """The promise is not kept, for a reason."""
    call = request.call
    _mine(call, follow_up)
    return _reply(call, follow_ups.end(follow_up, kept=False, text=body.reason, actor=call.actor, at=call.at))


def _mine(call: Call, follow_up: UUID) -> None:
    """Raises FollowUpUnknown where this key may not write to it."""
    seen = sight(call, Right.CARE_WRITE)
    selectors.follow_up(seen.rows, seen.home, follow_up)


def _reply(call: Call, row: FollowUp) -> Reply:
    return Reply(_told(call, row), about=row.member)


def _told(call: Call, row: FollowUp) -> FollowUpTold:
    """Two queries, and one where there is a member."""
    written = selectors.texts_of([row.id])[row.id]
    promise = next((one.text for one in written if one.part == "promise"), "")
    texts = [
        FollowUpTextTold(part=one.part, text=one.text, actor=one.actor, at=one.at)  # type: ignore[arg-type]
        for one in written
        if one.part != "promise"
    ]
    history = [
        CaseChangeTold(what=one.what, before=one.before, after=one.after, actor=one.actor, at=one.at)
        for one in selectors.changes_of(row.id)
    ]
    now = roots([row.member], organisation=row.organisation) if row.member else {}
    return FollowUpTold(**dict(_line(call, row, promise, now)), texts=texts, history=history)


def _lines(call: Call, rows: list[FollowUp]) -> list[FollowUpLine]:
    """Two queries."""
    promises = selectors.subjects_of(rows)
    people = sorted({row.member for row in rows if row.member})
    now = roots(people, organisation=organisation(call, Right.CARE_READ)) if people else {}
    return [_line(call, row, promises[row.id], now) for row in rows]


def _line(call: Call, row: FollowUp, what: str, now: dict[UUID, UUID]) -> FollowUpLine:
    return FollowUpLine(
        id=row.id,
        what=what,
        state=row.state,  # type: ignore[arg-type]
        due_at=row.due_at,
        late=row.state == "open" and row.due_at <= call.at,
        owner=row.owner,
        queue=row.queue,
        member=now[row.member] if row.member else None,
        case=row.case_id,
        merchant=row.merchant,
        store=row.store,
        moved=row.moved,
        made_at=row.made_at,
        ended_at=row.ended_at,
    )
