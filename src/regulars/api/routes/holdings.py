"""What a member holds: balances, lots, transfers; and whose lines a key may see."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.doors import read, write
from regulars.api.fields import (
    AccountId,
    Asking,
    Cursor,
    HoldId,
    Limit,
    LotId,
    MemberId,
    Moment,
    Telling,
    Text,
    TransferId,
    Word,
)
from regulars.api.keys import Call, Request
from regulars.api.places import merchants_seen, organisation, said_source, stores_seen, whole_organisation
from regulars.basics.ids import typed
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.ledger import selectors as books
from regulars.ledger.models import Transfer, Unit
from regulars.ledger.moves import Balance, Held, LotLeft
from regulars.ledger.services import define_unit
from regulars.ledger.words import UnitKind
from regulars.members.selectors import group_of, roots

router = Router(tags=["Accounts"])

UnitCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]


class UnitAsked(Asking):
    """A unit that can be held. Paid and bonus value name their currency."""

    EXAMPLE: ClassVar = {"code": "points", "name": "Points", "zone": "Europe/London"}

    code: UnitCode
    name: Text
    kind: Literal["points", "paid", "bonus"] = "points"
    scale: Annotated[int, Field(ge=0, le=9, description="Decimals shown: 2 means that 100 is 1.00.")] = 0
    currency: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")] = ""
    zone: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[A-Za-z][A-Za-z0-9_+/-]*$")] = "UTC"
    may_expire: bool | None = None
    approve_above: Annotated[int | None, Field(ge=0, le=10**15)] = None


class UnitTold(Telling):
    """A unit."""

    code: str
    name: str
    kind: Literal["points", "paid", "bonus"]
    scale: int
    currency: str
    zone: str
    may_expire: bool
    approve_above: int | None


class UnitsTold(Telling):
    """All units there are."""

    items: list[UnitTold]


class BalanceTold(Telling):
    """What a member has of one unit: available = balance − held − expired − waiting."""

    unit: str
    account: AccountId
    balance: int
    available: int
    held: int
    expired: int
    waiting: int
    pending: int
    owed: int


class BalancesTold(Telling):
    """Balances now, or at `as_of`."""

    member: MemberId
    as_of: Moment
    items: list[BalanceTold]


class AccountTold(Telling):
    """An account by its unit."""

    id: AccountId
    unit: str


class AccountsTold(Telling):
    """A member's accounts."""

    items: list[AccountTold]


class LotTold(Telling):
    """A lot with what is left of it."""

    id: LotId
    account: AccountId
    unit: str
    transfer: TransferId
    amount: int
    remaining: int
    held: int
    earned_at: Moment
    starts_at: Moment
    expires_at: Moment | None


class LotsTold(Telling):
    """Lots in the order in which they are spent."""

    items: list[LotTold]


class TransferTold(Telling):
    """A transfer as it stands in the books."""

    id: TransferId
    kind: str
    unit: str
    amount: int
    from_account: AccountId
    to_account: AccountId
    member: MemberId | None
    other_member: MemberId | None
    effective_at: Moment
    recorded_at: Moment
    reverses: TransferId | None
    source: str
    external_id: str
    reason: str
    merchant: str
    store: str
    funder: str
    rule: str


class TransfersTold(Telling):
    """Transfers, newest first; `next` is the cursor of the page after."""

    items: list[TransferTold]
    next: str | None


class HoldTold(Telling):
    """A hold as it stands."""

    id: HoldId
    member: MemberId
    unit: str
    amount: int
    captured: int
    state: Literal["open", "captured", "voided", "lapsed"]
    placed_at: Moment
    lapses_at: Moment
    transfer: TransferId | None
    lots: list["LotPart"]


class LotPart(Telling):
    """So much of a lot."""

    lot: LotId
    amount: int


class HoldsTold(Telling):
    """Holds, newest first."""

    items: list[HoldTold]


def holder(call: Call, member: UUID, part: str) -> UUID:
    """The root of a member whose books this key may see; that it looked is written down. Raises UnknownMember."""
    root = roots([member], organisation=organisation(call, Right.LEDGER_READ))[member]
    record([Deed("ledger.read", typed("mbr", root), after={"part": part})], actor=call.actor, at=call.at)
    return root


def sees(call: Call, right: Right, merchant: str, store: str) -> bool:
    """Whether a line of this merchant and store is within what the key may see."""
    merchants = merchants_seen(call, right)
    return merchants is None or merchant in merchants or (store != "" and store in stores_seen(call, right))


def balance_told(one: Balance) -> BalanceTold:
    return BalanceTold(
        unit=one.unit,
        account=one.account,
        balance=one.balance,
        available=one.available,
        held=one.held,
        expired=one.expired,
        waiting=one.waiting,
        pending=one.pending,
        owed=one.owed,
    )


def lot_told(one: LotLeft) -> LotTold:
    return LotTold(
        id=one.id,
        account=one.account,
        unit=one.unit,
        transfer=one.transfer,
        amount=one.amount,
        remaining=one.remaining,
        held=one.held,
        earned_at=one.earned_at,
        starts_at=one.starts_at,
        expires_at=one.expires_at,
    )


def transfer_told(row: Transfer) -> TransferTold:
    return TransferTold(
        id=row.id,
        kind=row.kind,
        unit=row.unit,
        amount=row.amount,
        from_account=row.giver,
        to_account=row.taker,
        member=row.owner,
        other_member=row.other,
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        reverses=row.reverses,
        source=said_source(row.source),
        external_id=row.external_id,
        reason=row.reason,
        merchant=row.merchant,
        store=row.store,
        funder=row.funder,
        rule=row.rule,
    )


def hold_told(one: Held) -> HoldTold:
    return HoldTold(
        id=one.id,
        member=one.owner,
        unit=one.unit,
        amount=one.amount,
        captured=one.captured,
        state=one.closed_as or "open",  # type: ignore[arg-type]
        placed_at=one.placed_at,
        lapses_at=one.lapses_at,
        transfer=one.transfer,
        lots=[LotPart(lot=lot, amount=amount) for lot, amount in one.lots],
    )


def unit_told(row: Unit) -> UnitTold:
    return UnitTold(
        code=row.code,
        name=row.name,
        kind=row.kind,  # type: ignore[arg-type]
        scale=row.scale,
        currency=row.currency,
        zone=row.zone,
        may_expire=row.may_expire,
        approve_above=row.approve_above,
    )


@read(router, "/units", right=Right.LEDGER_READ, answer=UnitsTold)
def list_units(request: Request) -> UnitsTold:
    """What can be held: points, miles, stamps, stored value."""
    return UnitsTold(items=[unit_told(row) for row in Unit.objects.order_by("code")])


@write(router, "POST", "/units", right=Right.LEDGER_MANAGE, answer=UnitTold, status=201)
def write_a_unit(request: Request, body: UnitAsked) -> UnitTold:
    """Makes a unit, or gives one another name, zone, expiry or threshold; its kind and decimals never change."""
    call = request.call
    whole_organisation(call, Right.LEDGER_MANAGE)
    define_unit(
        body.code,
        body.name,
        kind=UnitKind(body.kind),
        scale=body.scale,
        currency=body.currency,
        zone=body.zone,
        may_expire=body.may_expire,
        approve_above=body.approve_above,
        actor=call.actor,
        at=call.at,
    )
    return unit_told(Unit.objects.get(code=body.code))


@read(router, "/members/{member}/balances", right=Right.LEDGER_READ, answer=BalancesTold)
def read_balances(request: Request, member: MemberId, as_of: Moment | None = None) -> BalancesTold:
    """What a member has, unit by unit: now, or at any past instant by what had happened until then."""
    call = request.call
    root = holder(call, member, "balances")
    found = books.balances(root, at=call.at, as_of=as_of)
    return BalancesTold(member=root, as_of=as_of or call.at, items=[balance_told(one) for one in found])


@read(router, "/members/{member}/accounts", right=Right.LEDGER_READ, answer=AccountsTold)
def list_accounts(request: Request, member: MemberId) -> AccountsTold:
    """A member's accounts; each is opened when it is first used."""
    call = request.call
    found = books.balances(holder(call, member, "accounts"), at=call.at)
    return AccountsTold(items=[AccountTold(id=one.account, unit=one.unit) for one in found])


@read(router, "/members/{member}/lots", right=Right.LEDGER_READ, answer=LotsTold)
def list_lots(request: Request, member: MemberId, as_of: Moment | None = None) -> LotsTold:
    """Lots with something left, in the order in which they are spent: soonest expiry first."""
    call = request.call
    found = books.lots(holder(call, member, "lots"), at=call.at, as_of=as_of)
    return LotsTold(items=[lot_told(one) for one in found])


@read(router, "/members/{member}/transfers", right=Right.LEDGER_READ, answer=TransfersTold)
def list_transfers(
    request: Request, member: MemberId, limit: Limit = 50, cursor: Cursor | None = None
) -> TransfersTold:
    """A member's transfers, newest first. A key of one merchant sees that merchant's."""
    call = request.call
    root = holder(call, member, "transfers")
    place = f"transfers/{root}"
    after = read_cursor(place, cursor)
    also = [one for one in group_of(root) if one != root]
    found = books.transfers(root, after=None if after is None else UUID(after), limit=limit, also=also)
    seen = [transfer_told(row) for row in found if sees(call, Right.LEDGER_READ, row.merchant, row.store)]
    more = write_cursor(place, found[-1].id.hex) if len(found) == limit else None
    return TransfersTold(items=seen, next=more)


@read(router, "/members/{member}/holds", right=Right.LEDGER_READ, answer=HoldsTold)
def list_holds(request: Request, member: MemberId) -> HoldsTold:
    """A member's open holds."""
    return HoldsTold(items=[hold_told(one) for one in books.holds(holder(request.call, member, "holds"))])


__all__ = ("HoldTold", "LotPart", "UnitCode", "Word", "hold_told", "router", "sees", "transfer_told")
