"""Units given and spent: transfers one at a time or many, taken back, and set aside in holds."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints, model_validator

from regulars.access.rights import Right
from regulars.api.doors import read, write
from regulars.api.fields import (
    Amount,
    Asking,
    HoldId,
    LotId,
    MemberId,
    MerchantId,
    Moment,
    StoreId,
    Telling,
    TransferId,
    Word,
)
from regulars.api.keys import Call, Request
from regulars.api.places import Where, organisation, where
from regulars.api.routes.holdings import HoldTold, LotPart, TransferTold, UnitCode, hold_told, sees, transfer_told
from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.ledger import selectors as books
from regulars.ledger import services as ledger
from regulars.ledger.errors import HoldUnknown, TransferUnknown, WrongPosting
from regulars.ledger.models import Hold, Transfer
from regulars.ledger.moves import Holder, House, NewHold, Posted, Posting, Reversal, Reversed
from regulars.ledger.words import Kind, Role, Short
from regulars.members.errors import UnknownMember
from regulars.members.selectors import roots

router = Router(tags=["Transfers"])

Code = Annotated[str, StringConstraints(max_length=80, pattern=r"^[A-Za-z0-9._:/+#-]*$")]
Validity = Annotated[
    str,
    StringConstraints(pattern=r"^([1-9][0-9]{0,2}[HDWMY](@(day|month|year))?)?$"),
    Field(description="How long from when the units become active: 30D, 12M@month …", examples=["12M@month"]),
]


class BusinessKey(Asking):
    """`source` and `external_id` together happen once, for ever: the till and its document, say."""

    source: Annotated[Word | None, Field(description="Who says so: a till, a shop.", examples=["till-4"])] = None
    external_id: Annotated[Word | None, Field(description="Its document and line.", examples=["2026-05-04/118"])] = None

    @model_validator(mode="after")
    def both_or_neither(self) -> "BusinessKey":
        if (self.source is None) != (self.external_id is None):
            raise ValueError("source and external_id come together.")
        return self


class PlaceSaid(Asking):
    """Where it happens; where the key works if nothing is said."""

    merchant: Annotated[MerchantId | None, Field(description="Nothing said: the key's own one.")] = None
    store: Annotated[StoreId | None, Field(description="Nothing said: the key's own one.")] = None


class TransferAsked(BusinessKey, PlaceSaid):
    """Units that a member earns or spends."""

    EXAMPLE: ClassVar = {
        "kind": "earn",
        "member": "mbr_01kdvdna00e008000000000001",
        "unit": "points",
        "amount": 120,
        "validity": "12M@month",
        "source": "till-4",
        "external_id": "2026-05-04/118",
    }

    kind: Literal["earn", "spend"]
    member: MemberId
    unit: UnitCode
    amount: Amount
    shown: Annotated[MemberId | None, Field(description="`shown` of the recognition, after a merge.")] = None
    effective_at: Annotated[Moment | None, Field(description="When it happened; now.")] = None
    pending: Annotated[bool, Field(description="An earn that becomes active later.")] = False
    activates_at: Moment | None = None
    cancels_at: Moment | None = None
    starts_at: Moment | None = None
    expires_at: Moment | None = None
    validity: Validity = ""
    reason: Code = ""
    funder: Code = ""
    rule: Code = ""


class TransfersAsked(Asking):
    """Many transfers, in order: all or none."""

    EXAMPLE: ClassVar = {"transfers": [TransferAsked.EXAMPLE]}

    transfers: Annotated[list[TransferAsked], Field(min_length=1, max_length=1000)]


class ReversalAsked(BusinessKey, PlaceSaid):
    """A transfer to take back: all that is left of it, or `amount`."""

    EXAMPLE: ClassVar = {"amount": 40, "reason": "return", "source": "till-4", "external_id": "2026-05-06/7"}

    amount: Amount | None = None
    short: Annotated[
        Literal["owe", "refuse", "drop"], Field(description="Where an earn to be taken back has been spent.")
    ] = "owe"
    effective_at: Moment | None = None
    reason: Code = ""


class HoldAsked(BusinessKey, PlaceSaid):
    """Units to set aside for a spend that is not yet certain."""

    EXAMPLE: ClassVar = {
        "member": "mbr_01kdvdna00e008000000000001",
        "unit": "points",
        "amount": 500,
        "lapses_in_seconds": 900,
        "source": "till-4",
        "external_id": "2026-05-04/119",
    }

    member: MemberId
    unit: UnitCode
    amount: Amount
    lapses_in_seconds: Annotated[int, Field(ge=1, le=30 * 86_400)] = 900
    shown: MemberId | None = None
    reason: Code = ""
    funder: Code = ""
    rule: Code = ""


class CaptureAsked(Asking):
    """How much of a hold is spent; nothing said: all of it."""

    EXAMPLE: ClassVar = {"amount": 300}

    amount: Amount | None = None


class PostedTold(Telling):
    """What came of a transfer. `replayed`: the business key was known, and this is what it did then."""

    id: TransferId
    kind: str
    unit: str
    amount: int
    member: MemberId
    effective_at: Moment
    lots: Annotated[list[LotId], Field(description="Made by an earn.")]
    used: Annotated[list[LotPart], Field(description="Lots that a spend used.")]
    repaid: Annotated[int, Field(description="Of a debt, out of this earn.")]
    replayed: bool


class AllPosted(Telling):
    """In the order asked."""

    items: list[PostedTold]


class ReversedTold(Telling):
    """What moved back; of it `owed` as a debt, `forgone` because it had expired."""

    id: TransferId
    amount: int
    owed: int
    forgone: int
    taken: list[LotPart]
    given_back: list[LotPart]
    replayed: bool


def _posting(asked: TransferAsked, root: UUID, here: Where) -> Posting:
    earns = asked.kind == "earn"
    member = Holder(root, Role.PENDING if asked.pending and earns else Role.MAIN)
    house = House(Role.ISSUED, asked.funder) if earns else House(Role.REDEEMED, here.merchant_text)
    shown = asked.shown or asked.member
    return Posting(
        Kind(asked.kind),
        asked.unit,
        asked.amount,
        giver=house if earns else member,
        taker=member if earns else house,
        effective_at=asked.effective_at,
        source=here.source_of(asked.source),
        external_id=asked.external_id or "",
        starts_at=asked.starts_at,
        expires_at=asked.expires_at,
        validity=asked.validity,
        activates_at=asked.activates_at,
        cancels_at=asked.cancels_at,
        reason=asked.reason,
        merchant=here.merchant_text,
        store=here.store_text,
        funder=asked.funder,
        rule=asked.rule,
        shown=None if shown == root else shown,
    )


def _owners(asked: Sequence[Any], home: UUID) -> dict[UUID, UUID]:
    """Who the members are now; one that was shown is the same person. One query. Raises UnknownMember."""
    found = roots([one for a in asked for one in (a.member, a.shown) if one is not None], organisation=home)
    for one in asked:
        if one.shown is not None and found[one.shown] != found[one.member]:
            raise UnknownMember("Who was shown is not this member.", missing=1)
    return found


def post_all(call: Call, asked: Sequence[TransferAsked]) -> list[PostedTold]:
    """Posts all or none. The places are checked without a query. Raises what the ledger and the gate refuse."""
    places = {pair: where(call, Right.LEDGER_POST, *pair) for pair in {(a.merchant, a.store) for a in asked}}
    return post_placed(asked, [places[a.merchant, a.store] for a in asked], actor=call.actor, at=call.at)


def post_placed(
    asked: Sequence[TransferAsked], places: Sequence[Where], *, actor: Actor, at: datetime
) -> list[PostedTold]:
    """Posts at places that were checked. Raises what the ledger refuses."""
    homes = {place.organisation for place in places}
    assert len(homes) == 1, "a key works for one organisation"
    owners = _owners(asked, homes.pop())
    postings = [_posting(a, owners[a.member], here) for a, here in zip(asked, places, strict=True)]
    done = ledger.post(postings, actor=actor, at=at)
    return [_posted(a, owners[a.member], one) for a, one in zip(asked, done, strict=True)]


def _posted(asked: TransferAsked, root: UUID, one: Posted) -> PostedTold:
    return PostedTold(
        id=one.id,
        kind=asked.kind,
        unit=asked.unit,
        amount=one.amount,
        member=root,
        effective_at=one.effective_at,
        lots=list(one.lots),
        used=_parts(one.used),
        repaid=one.repaid,
        replayed=one.replayed,
    )


def _parts(pairs: Sequence[tuple[UUID, int]]) -> list[LotPart]:
    return [LotPart(lot=lot, amount=amount) for lot, amount in pairs]


@write(router, "POST", "/transfers", right=Right.LEDGER_POST, answer=PostedTold, status=201)
def post_a_transfer(request: Request, body: TransferAsked) -> PostedTold:
    """A member earns or spends. A spend takes the lots that expire soonest; it is refused where not enough is there."""
    return post_all(request.call, [body])[0]


@write(router, "POST", "/transfers/batch", right=Right.LEDGER_POST, answer=AllPosted, status=201)
def post_many_transfers(request: Request, body: TransfersAsked) -> AllPosted:
    """Many at once, each seeing what those before it left; all or none."""
    return AllPosted(items=post_all(request.call, body.transfers))


@read(router, "/transfers/{transfer}", right=Right.LEDGER_READ, answer=TransferTold)
def read_a_transfer(request: Request, transfer: TransferId) -> TransferTold:
    """A transfer as it stands in the books."""
    call = request.call
    row = _transfer(call, transfer, Right.LEDGER_READ)
    assert row.owner is not None
    after = {"part": "transfer", "transfer": typed("txn", row.id)}
    record([Deed("ledger.read", typed("mbr", row.owner), after=after)], actor=call.actor, at=call.at)
    return transfer_told(row)


def _transfer(call: Call, number: UUID, right: Right) -> Transfer:
    """A transfer that this key may see; others' and unknown ones read alike. Two queries. Raises TransferUnknown."""
    row = books.transfer(number)
    if not _mine(call, right, row.owner if row else None, row.merchant if row else "", row.store if row else ""):
        raise TransferUnknown("No transfer has this id.", transfer=typed("txn", number))
    assert row is not None
    return row


def _mine(call: Call, right: Right, owner: UUID | None, merchant: str, store: str) -> bool:
    """Whether a holder is of this key's organisation, and the line within what it sees. One query in any case."""
    try:
        roots([owner or UUID(int=0)], organisation=organisation(call, right))
    except UnknownMember:
        return False
    return owner is not None and sees(call, right, merchant, store)


@write(router, "POST", "/transfers/{transfer}/reversals", right=Right.LEDGER_POST, answer=ReversedTold, status=201)
def take_a_transfer_back(request: Request, transfer: TransferId, body: ReversalAsked) -> ReversedTold:
    """To and from the very lots it used, with the dates they had. What was earned and spent since becomes a debt."""
    call = request.call
    here = where(call, Right.LEDGER_POST, body.merchant, body.store)
    if body.effective_at is not None and body.effective_at > call.at:
        raise WrongPosting("What has not happened yet is not posted.", effective_at=body.effective_at)
    _transfer(call, transfer, Right.LEDGER_POST)
    wanted = Reversal(
        transfer,
        body.amount,
        Short(body.short),
        body.effective_at,
        source=here.source_of(body.source),
        external_id=body.external_id or "",
        reason=body.reason,
        merchant=here.merchant_text,
        store=here.store_text,
    )
    return reversed_told(ledger.reverse(wanted, actor=call.actor, at=call.at))


def reversed_told(one: Reversed) -> ReversedTold:
    return ReversedTold(
        id=one.id,
        amount=one.amount,
        owed=one.owed,
        forgone=one.forgone,
        taken=_parts(one.taken),
        given_back=_parts(one.given_back),
        replayed=one.replayed,
    )


@write(router, "POST", "/holds", right=Right.LEDGER_POST, answer=HoldTold, status=201)
def place_a_hold(request: Request, body: HoldAsked) -> HoldTold:
    """Sets units aside; the bound is checked now, under the lock, and not again at the capture."""
    call = request.call
    here = where(call, Right.LEDGER_POST, body.merchant, body.store)
    root = _owners([body], here.organisation)[body.member]
    shown = body.shown or body.member
    wanted = NewHold(
        owner=root,
        unit=body.unit,
        amount=body.amount,
        lapses_at=call.at + timedelta(seconds=body.lapses_in_seconds),
        to=House(Role.REDEEMED, here.merchant_text),
        source=here.source_of(body.source),
        external_id=body.external_id or "",
        reason=body.reason,
        merchant=here.merchant_text,
        store=here.store_text,
        funder=body.funder,
        rule=body.rule,
        shown=None if shown == root else shown,
    )
    return hold_told(ledger.place_hold(wanted, actor=call.actor, at=call.at))


@write(router, "POST", "/holds/{hold}/capture", right=Right.LEDGER_POST, answer=HoldTold)
def capture_a_hold(request: Request, hold: HoldId, body: CaptureAsked) -> HoldTold:
    """Spends what was set aside, all or a part; the rest is free again."""
    call = request.call
    _hold(call, hold)
    return hold_told(ledger.capture(hold, body.amount, actor=call.actor, at=call.at))


@write(router, "POST", "/holds/{hold}/void", right=Right.LEDGER_POST, answer=HoldTold)
def void_a_hold(request: Request, hold: HoldId) -> HoldTold:
    """Gives back what was set aside."""
    call = request.call
    _hold(call, hold)
    return hold_told(ledger.void(hold, actor=call.actor, at=call.at))


def _hold(call: Call, number: UUID) -> None:
    """Raises HoldUnknown for one that this key may not touch, as for one that never was. Two queries."""
    row = Hold.objects.filter(pk=number).first()
    place = (row.owner, row.merchant, row.store) if row else (None, "", "")
    if not _mine(call, Right.LEDGER_POST, *place):
        raise HoldUnknown("No hold has this id.", hold=typed("hld", number))
