"""What staff do to a member's books: adjustments with a second person, freezes, moves between members."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access import gate
from regulars.access.models import Key
from regulars.access.moves import Grants, Holder
from regulars.access.rights import Right
from regulars.api.doors import read, write
from regulars.api.fields import (
    AdjustmentId,
    Amount,
    Asking,
    LotId,
    MemberId,
    Moment,
    Note,
    Telling,
    Text,
    TransferId,
)
from regulars.api.keys import Call, Request
from regulars.api.places import Where, organisation, where, whole_organisation
from regulars.api.routes.holdings import UnitCode, holder
from regulars.api.routes.posting import BusinessKey, PlaceSaid
from regulars.basics.ids import WrongId, untyped
from regulars.journal.moves import KEY, STAFF
from regulars.ledger import selectors as books
from regulars.ledger import services as ledger
from regulars.ledger.errors import AdjustmentSettled
from regulars.ledger.models import Adjustment, Freeze
from regulars.ledger.moves import Adjusted, Correction, Gift, MoveRules
from regulars.ledger.words import FOREVER, Level
from regulars.members.errors import UnknownMember
from regulars.members.models import Member
from regulars.members.selectors import roots

router = Router(tags=["Care"])

ReasonCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]
FreezeLevel = Literal["no-spend", "no-earn", "no-login"]


class AdjustmentAsked(BusinessKey):
    """A correction by hand; `amount` below nothing takes away."""

    EXAMPLE: ClassVar = {"unit": "points", "amount": 50, "reason": "goodwill", "note": "Waited an hour for a table."}

    unit: UnitCode
    amount: Annotated[int, Field(ge=-(10**15), le=10**15)]
    reason: Annotated[ReasonCode, Field(description="A code.")]
    note: Annotated[Note, Field(min_length=1, description="In words; blanked when the member is erased.")]
    expires_at: Moment | None = None


class AdjustmentTold(Telling):
    """An adjustment as it stands. `asked` waits for a second person."""

    id: AdjustmentId
    state: Literal["asked", "posted", "refused"]
    amount: int
    asked_by: str
    decided_by: str
    transfer: TransferId | None


class WaitingTold(Telling):
    """An adjustment that waits."""

    id: AdjustmentId
    member: MemberId
    unit: str
    amount: int
    reason: str
    note: str
    asked_by: str
    asked_at: Moment


class AllWaiting(Telling):
    """Adjustments that wait for a second person, the newest first; a hundred at most."""

    items: list[WaitingTold]


class FreezeAsked(Asking):
    """What a member is kept from, why and until when."""

    EXAMPLE: ClassVar = {"level": "no-spend", "reason": "card reported stolen", "pauses_expiry": False}

    level: FreezeLevel
    reason: Text
    until: Annotated[Moment | None, Field(description="Nothing said: until it is lifted.")] = None
    pauses_expiry: bool = False


class ThawAsked(Asking):
    """Which freeze is lifted, and why."""

    EXAMPLE: ClassVar = {"level": "no-spend", "reason": "card found"}

    level: FreezeLevel
    reason: Text


class FreezeTold(Telling):
    """What a member is kept from."""

    level: FreezeLevel
    reason: str
    since: Moment
    until: Moment | None
    pauses_expiry: bool


class FreezesTold(Telling):
    """What a member is kept from now."""

    items: list[FreezeTold]


class GiftAsked(BusinessKey, PlaceSaid):
    """Units from one member to another, with their expiry."""

    EXAMPLE: ClassVar = {
        "from_member": "mbr_01kdvdna00e008000000000001",
        "to_member": "mbr_01kdvdna00e008000000000002",
        "unit": "points",
        "amount": 100,
    }

    from_member: MemberId
    to_member: MemberId
    unit: UnitCode
    amount: Amount
    effective_at: Moment | None = None
    reason: Annotated[str, StringConstraints(max_length=80, pattern=r"^[A-Za-z0-9._:/+#-]*$")] = ""


class GiftTold(Telling):
    """What came of it."""

    id: TransferId
    amount: int
    fee: int
    lots: Annotated[list[LotId], Field(description="Made for the one who received.")]
    replayed: bool


def _adjusted(one: Adjusted) -> AdjustmentTold:
    return AdjustmentTold(
        id=one.id,
        state=one.state,  # type: ignore[arg-type]
        amount=one.amount,
        asked_by=one.asked_by,
        decided_by=one.decided_by,
        transfer=one.transfer,
    )


@write(router, "POST", "/members/{member}/adjustments", right=Right.LEDGER_ADJUST, answer=AdjustmentTold, status=201)
def adjust_a_balance(request: Request, member: MemberId, body: AdjustmentAsked) -> AdjustmentTold:
    """Posted at once, or above the unit's threshold waits for a second person. Needs the right everywhere."""
    call = request.call
    home = whole_organisation(call, Right.LEDGER_ADJUST)
    wanted = Correction(
        roots([member], organisation=home)[member],
        body.unit,
        body.amount,
        body.reason,
        body.note,
        expires_at=body.expires_at,
        source=Where(home).source_of(body.source),
        external_id=body.external_id or "",
    )
    return _adjusted(ledger.adjust(wanted, actor=call.actor, at=call.at))


@read(router, "/adjustments", right=Right.LEDGER_APPROVE, answer=AllWaiting)
def list_waiting_adjustments(request: Request) -> AllWaiting:
    """Adjustments that wait for a second person."""
    home = whole_organisation(request.call, Right.LEDGER_APPROVE)
    rows = books.adjustments()
    mine = set(
        Member.objects.filter(id__in=[row.owner for row in rows], organisation=home).values_list("id", flat=True)
    )
    return AllWaiting(
        items=[
            WaitingTold(
                id=row.id,
                member=row.owner,
                unit=row.unit,
                amount=row.amount,
                reason=row.reason,
                note=row.note,
                asked_by=row.asked_by,
                asked_at=row.asked_at,
            )
            for row in rows
            if row.owner in mine
        ]
    )


@write(router, "POST", "/adjustments/{adjustment}/approve", right=Right.LEDGER_APPROVE, answer=AdjustmentTold)
def approve_an_adjustment(request: Request, adjustment: AdjustmentId) -> AdjustmentTold:
    """The second person agrees: it is posted. Only the own key of another person can; a till's key is nobody."""
    call = request.call
    _second(call, adjustment)
    return _adjusted(ledger.approve(adjustment, actor=call.actor, at=call.at))


@write(router, "POST", "/adjustments/{adjustment}/decline", right=Right.LEDGER_APPROVE, answer=AdjustmentTold)
def decline_an_adjustment(request: Request, adjustment: AdjustmentId) -> AdjustmentTold:
    """The second person says no: nothing is posted."""
    call = request.call
    _second(call, adjustment)
    return _adjusted(ledger.decline(adjustment, actor=call.actor, at=call.at))


def _second(call: Call, adjustment: UUID) -> None:
    """Raises AdjustmentSettled for one that is not there or not this organisation's, NeedsSecondApprover."""
    home = whole_organisation(call, Right.LEDGER_APPROVE)
    row = Adjustment.objects.filter(pk=adjustment).first()
    try:
        roots([row.owner if row else UUID(int=0)], organisation=home)
    except UnknownMember:
        raise AdjustmentSettled("This adjustment is not waiting.", state="unknown") from None
    assert row is not None
    asking = _person(row.asked_by, gate.HOUSE)
    gate.require_second(asking, _person(call.actor.id, call.grants), organisation=home)


def _person(text: str, grants: Grants) -> Holder:
    """Whom an actor's id stands for: a person's own key for the person."""
    for prefix, kind in (("stf", STAFF), ("key", KEY)):
        try:
            number = untyped(prefix, text)
        except WrongId:
            continue
        owner = Key.objects.values_list("owner", flat=True).filter(pk=number).first() if kind == KEY else None
        return Holder(STAFF, owner, "", grants) if owner else Holder(kind, number, "", grants)
    return Holder(KEY, UUID(int=0), text, grants)


@read(router, "/members/{member}/freezes", right=Right.LEDGER_READ, answer=FreezesTold)
def list_freezes(request: Request, member: MemberId) -> FreezesTold:
    """What a member is kept from now."""
    call = request.call
    rows = books.freezes(holder(call, member, "freezes"), at=call.at)
    return FreezesTold(items=[_freeze(row) for row in rows])


def _freeze(row: Freeze) -> FreezeTold:
    return FreezeTold(
        level=row.level,  # type: ignore[arg-type]
        reason=row.reason,
        since=row.since,
        until=None if row.until >= FOREVER else row.until,
        pauses_expiry=row.pauses_expiry,
    )


@write(router, "POST", "/members/{member}/freezes", right=Right.LEDGER_FREEZE, answer=FreezesTold, status=201)
def freeze_a_member(request: Request, member: MemberId, body: FreezeAsked) -> FreezesTold:
    """Keeps a member from spending, earning or logging in. Reversals still post."""
    call = request.call
    root = roots([member], organisation=organisation(call, Right.LEDGER_FREEZE))[member]
    ledger.freeze(
        root,
        Level(body.level),
        reason=body.reason,
        until=body.until,
        pauses_expiry=body.pauses_expiry,
        actor=call.actor,
        at=call.at,
    )
    return FreezesTold(items=[_freeze(row) for row in books.freezes(root, at=call.at)])


@write(router, "POST", "/members/{member}/thaw", right=Right.LEDGER_FREEZE, answer=FreezesTold)
def lift_a_freeze(request: Request, member: MemberId, body: ThawAsked) -> FreezesTold:
    """Lifts a freeze; where there is none nothing happens."""
    call = request.call
    root = roots([member], organisation=organisation(call, Right.LEDGER_FREEZE))[member]
    ledger.unfreeze(root, Level(body.level), reason=body.reason, actor=call.actor, at=call.at)
    return FreezesTold(items=[_freeze(row) for row in books.freezes(root, at=call.at)])


@write(router, "POST", "/gifts", right=Right.LEDGER_TRANSFER, answer=GiftTold, status=201)
def move_between_members(request: Request, body: GiftAsked) -> GiftTold:
    """From one member to another; the lots keep their dates. Both postings or none."""
    call = request.call
    here = where(call, Right.LEDGER_TRANSFER, body.merchant, body.store)
    owners = roots([body.from_member, body.to_member], organisation=here.organisation)
    gift = Gift(
        owners[body.from_member],
        owners[body.to_member],
        body.unit,
        body.amount,
        effective_at=body.effective_at,
        source=here.source_of(body.source),
        external_id=body.external_id or "",
        reason=body.reason,
        merchant=here.merchant_text,
        store=here.store_text,
    )
    done = ledger.move(gift, MoveRules(), actor=call.actor, at=call.at)
    return GiftTold(id=done.id, amount=done.amount, fee=done.fee, lots=list(done.lots), replayed=done.replayed)
