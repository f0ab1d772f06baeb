"""The checkout in one call, in two steps where a till needs them, and what is brought back."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Annotated, ClassVar
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from regulars.access.rights import Right
from regulars.api.doors import Reply, read, write
from regulars.api.fields import Asking, MerchantId, SaleId, Telling
from regulars.api.keys import Call, Request
from regulars.api.places import Where, merchants_seen, organisation, stores_seen, where
from regulars.api.routes.bills import (
    BackTold,
    CancelAsked,
    LineAsked,
    PurchaseAsked,
    PurchaseTold,
    ReturnAsked,
    Somebody,
    ValueAsked,
    thousandths,
)
from regulars.basics.ids import typed, untyped
from regulars.journal.moves import Actor
from regulars.members.errors import CardNotUsable, UnknownIdentifier, UnknownMember
from regulars.members.moves import Found, Presented
from regulars.members.selectors import recognise_all, roots
from regulars.members.services import cards
from regulars.programme.checkout import booking, ending, returning
from regulars.programme.checkout.moves import (
    LineBack,
    Load,
    NewPurchase,
    NewReturn,
    Outcome,
    PointsWanted,
    ValueWanted,
)
from regulars.programme.checkout.selectors import backs_of, by_document, purchase
from regulars.rules.occasion import Line, Tender
from regulars.sales.errors import SaleUnknown
from regulars.sales.moves import Place, SoldLine

router = Router(tags=["Purchases"])


class BatchAsked(Asking):
    """Several purchases, in order: all or none."""

    EXAMPLE: ClassVar = {"purchases": [PurchaseAsked.EXAMPLE]}

    purchases: Annotated[list[PurchaseAsked], Field(min_length=1, max_length=200)]


class BatchTold(Telling):
    """In the order asked."""

    items: list[PurchaseTold]


class FoundTold(Telling):
    """One, or none."""

    items: list[PurchaseTold]


class BacksTold(Telling):
    """Returns of one purchase."""

    items: list[BackTold]


@write(router, "POST", "/purchases", right=Right.SALES_POST, answer=PurchaseTold, status=201)
def check_out(request: Request, body: PurchaseAsked) -> Reply:
    """A whole bill in one call: recognised, priced, coupons, points and stored value, what it earns. With dry_run it is
    the preview. With hold_seconds it is reserved only, to be completed or cancelled."""
    call = request.call
    [done] = _checked_out(call, [body])
    return Reply(_told(done), about=_about(done))


@write(router, "POST", "/purchases/batch", right=Right.SALES_POST, answer=BatchTold, status=201)
def check_out_many(request: Request, body: BatchAsked) -> BatchTold:
    """Several bills, as from a till that was offline: each as of its own time; all or none."""
    return BatchTold(items=[_told(one) for one in _checked_out(request.call, body.purchases)])


@read(router, "/purchases/{purchase}", right=Right.SALES_READ, answer=PurchaseTold)
def read_a_purchase(request: Request, purchase: SaleId) -> PurchaseTold:
    """A purchase as it was answered, in its present state."""
    return _told(_seen(request.call, purchase, Right.SALES_READ))


@read(router, "/purchases", right=Right.SALES_READ, answer=FoundTold)
def find_a_purchase(
    request: Request,
    source: Annotated[str, Query(description="What the till called itself.", max_length=60)],
    external_id: Annotated[str, Query(description="The number on the receipt.", max_length=120)],
    merchant: Annotated[MerchantId | None, Query(description="Where several are seen: whose till.")] = None,
) -> FoundTold:
    """The purchase that a till called so, as it was answered; nothing where there is none that this key may see."""
    call = request.call
    found = by_document(where(call, Right.SALES_READ, merchant, None).source_of(source), external_id)
    try:
        return FoundTold(items=[_told(_seen(call, found, Right.SALES_READ))] if found else [])
    except SaleUnknown:  # a return's or an event's number, or somebody else's
        return FoundTold(items=[])


@read(router, "/purchases/{purchase}/returns", right=Right.SALES_READ, answer=BacksTold)
def read_returns(request: Request, purchase: SaleId) -> BacksTold:
    """What came back of a purchase so far, the oldest first, as it was answered."""
    _seen(request.call, purchase, Right.SALES_READ)
    return BacksTold(items=[BackTold.model_validate(one.told) for one in backs_of(purchase)])


@write(router, "POST", "/purchases/{purchase}/complete", right=Right.SALES_POST, answer=PurchaseTold)
def complete_a_purchase(request: Request, purchase: SaleId) -> Reply:
    """A reserved bill was paid: what was set aside is spent, what it earns is booked."""
    call = request.call
    _seen(call, purchase, Right.SALES_POST)
    done = ending.complete(purchase, actor=call.actor, at=call.at)
    return Reply(_told(done), about=_about(done))


@write(router, "POST", "/purchases/{purchase}/cancel", right=Right.SALES_POST, answer=PurchaseTold)
def cancel_a_purchase(request: Request, purchase: SaleId, body: CancelAsked) -> Reply:
    """A reserved bill is given up: everything is as before."""
    call = request.call
    _seen(call, purchase, Right.SALES_POST)
    done = ending.cancel(purchase, reason=body.reason, actor=call.actor, at=call.at)
    return Reply(_told(done), about=_about(done))


@write(router, "POST", "/purchases/{purchase}/returns", right=Right.SALES_POST, answer=BackTold, status=201)
def return_lines(request: Request, purchase: SaleId, body: ReturnAsked) -> Reply:
    """Lines brought back: what they earned is taken back by the rules of then, what paid for them goes back to where it
    came from."""
    call = request.call
    here = where(call, Right.SALES_POST, body.merchant, body.store)
    _seen(call, purchase, Right.SALES_POST)
    wanted = NewReturn(
        sale=purchase,
        place=_place(here, body.source, body.external_id, ""),
        effective_at=body.effective_at or call.at,
        told_at=body.effective_at is not None,
        lines=tuple(LineBack(one.number, thousandths(one.quantity) if one.quantity else None) for one in body.lines),
        reason=body.reason,
    )
    done = returning.take_back(wanted, actor=call.actor, at=call.at)
    return Reply(BackTold.model_validate({**done.told, "replayed": done.replayed}), about=_about(done))


def _checked_out(call: Call, asked: Sequence[PurchaseAsked]) -> list[Outcome]:
    places = {pair: where(call, Right.SALES_POST, *pair) for pair in {(one.merchant, one.store) for one in asked}}
    return placed(asked, [places[one.merchant, one.store] for one in asked], actor=call.actor, at=call.at)


def placed(asked: Sequence[PurchaseAsked], places: Sequence[Where], *, actor: Actor, at: datetime) -> list[Outcome]:
    """Checks out at places that were checked. Raises what the programme, the members' room and the ledger refuse."""
    homes = {place.organisation for place in places}
    assert len(homes) == 1, "a key works for one organisation"
    people = People(homes.pop(), actor, at)
    people.read(asked)
    wanted = [_purchase(one, here, people, at) for one, here in zip(asked, places, strict=True)]
    return booking.check_out(wanted, actor=actor, at=at)


def _purchase(asked: PurchaseAsked, here: Where, people: "People", at: datetime) -> NewPurchase:
    member, shown = people.of(asked)
    if asked.shown is not None:
        shown = people.same(asked.shown, member)
    numbered = [(line.number or place, line) for place, line in enumerate(asked.lines, 1)]
    return NewPurchase(
        place=_place(here, asked.source, asked.external_id, asked.channel or ""),
        currency=asked.currency,
        lines=tuple(_line(number, line) for number, line in numbered),
        effective_at=asked.effective_at or at,
        told_at=asked.effective_at is not None,
        member=member,
        shown=shown,
        coupons=tuple(dict.fromkeys(asked.coupons)),
        points=tuple(PointsWanted(one.unit, one.points, one.whose == "family") for one in asked.points),
        value=tuple(_value(one, people, member, shown) for one in asked.value),
        loads=tuple(
            Load(number, *people.known(line.loads), line.loads.unit) for number, line in numbered if line.loads
        ),
        tenders=tuple(Tender(one.kind, one.amount) for one in asked.tenders),
        lapses_at=at + timedelta(seconds=asked.hold_seconds) if asked.hold_seconds else None,
    )


def _place(here: Where, source: str, external_id: str, channel: str) -> Place:
    return Place(here.organisation, here.source_of(source), external_id, here.merchant, here.store, channel)


def _line(number: int, asked: LineAsked) -> SoldLine:
    line = Line(
        number, asked.item, asked.amount, thousandths(asked.quantity), asked.discount, asked.tax, asked.category,
        asked.brand, asked.vendor, tuple(dict.fromkeys(asked.marks)),
    )  # fmt: skip
    return SoldLine(line, asked.name, asked.cost)


def _value(asked: ValueAsked, people: "People", member: UUID | None, shown: UUID | None) -> ValueWanted:
    owner = people.of(asked) if asked.member or asked.identifier else (member, shown)
    if owner[0] is None or owner[1] is None:
        raise UnknownMember("Stored value is somebody's: name the member or show the card.", missing=1)
    return ValueWanted(owner[0], owner[1], tuple(dict.fromkeys(asked.units)), asked.amount)


class People:
    """Everybody whom bills name, read together: two queries however many there are. A blank card begins to live."""

    def __init__(self, home: UUID, actor: Actor, at: datetime) -> None:
        self.home, self.actor, self.at = home, actor, at
        self.roots: dict[UUID, UUID] = {}
        self.shown: dict[Presented, Found] = {}
        self.opened: dict[UUID, UUID] = {}  # blank cards and the members they became

    def read(self, asked: Sequence[PurchaseAsked]) -> None:
        """Raises UnknownMember, UnknownIdentifier."""
        named: list[Somebody] = [
            one for a in asked for one in (a, *a.value, *(line.loads for line in a.lines if line.loads))
        ]
        self.know(named, {a.shown for a in asked if a.shown})

    def know(self, named: Sequence[Somebody], shown: Collection[UUID] = ()) -> None:
        """Raises UnknownMember, UnknownIdentifier."""
        ids = {one.member for one in named if one.member} | set(shown)
        self.roots = roots(sorted(ids), organisation=self.home) if ids else {}
        presented = list({_presented(one): None for one in named if one.identifier})
        for one, found in zip(presented, recognise_all(presented, organisation=self.home), strict=True):
            if found is None:
                raise UnknownIdentifier("Nobody here is recognised by that.")
            self.shown[one] = found

    def of(self, one: Somebody) -> tuple[UUID | None, UUID | None]:
        """Who is meant now, and whose card it was. Raises CardNotUsable."""
        if one.member is not None:
            return self.roots[one.member], one.member
        if one.identifier is None:
            return None, None
        found = self.shown[_presented(one)]
        if not found.usable:
            raise CardNotUsable(f"This is refused: {found.state}.", state=found.state, reason=found.reason)
        if found.member is not None:
            return found.member, found.shown
        assert found.card is not None
        if found.card not in self.opened:
            self.opened[found.card] = cards.open_anonymous(
                found.card, organisation=self.home, source="checkout", actor=self.actor, at=self.at
            )
        return self.opened[found.card], self.opened[found.card]

    def known(self, one: Somebody) -> tuple[UUID, UUID]:
        member, shown = self.of(one)
        assert member is not None
        assert shown is not None
        return member, shown

    def same(self, shown: UUID, member: UUID | None) -> UUID:
        """Raises UnknownMember."""
        if self.roots[shown] != member:
            raise UnknownMember("Who was shown is not this member.", missing=1)
        return shown


def _presented(one: Somebody) -> Presented:
    assert one.identifier is not None
    return Presented(one.identifier.kind, one.identifier.value, one.identifier.source or "")


def _told(done: Outcome) -> PurchaseTold:
    return PurchaseTold.model_validate({**done.told, "replayed": done.replayed})


def _about(done: Outcome) -> UUID | None:
    member = done.told.get("member")
    return untyped("mbr", member) if member else None


def _seen(call: Call, number: UUID, right: Right) -> Outcome:
    """A purchase that this key may see; others' and unknown ones read alike. Raises SaleUnknown."""
    found = purchase(number)
    home = organisation(call, right)
    merchants, stores = merchants_seen(call, right), stores_seen(call, right)
    if found is not None and found.organisation == home:
        merchant = typed("mrc", found.merchant) if found.merchant else ""
        store = typed("str", found.store) if found.store else ""
        if merchants is None or merchant in merchants or store in stores:
            return found.outcome
    raise SaleUnknown("No purchase has this id.", sale=typed("sal", number))
