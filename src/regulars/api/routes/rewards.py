"""Rewards: the catalogue, as all see it and as a member does; redeemed, handed over, cancelled."""

from typing import Annotated, ClassVar, Self
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints, model_validator

from regulars.access.rights import Right
from regulars.api.doors import Reply, read, write
from regulars.api.fields import (
    PRINTED,
    Asking,
    HoldId,
    MemberId,
    MerchantId,
    Moment,
    RedemptionId,
    StoreId,
    Telling,
    TermsId,
    Text,
    TransferId,
    Word,
)
from regulars.api.keys import Call, Request
from regulars.api.places import organisation, require_open, where
from regulars.api.routes.bills import From
from regulars.api.routes.holdings import sees
from regulars.basics.ids import typed
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.members.selectors import roots
from regulars.programme.book import book
from regulars.programme.errors import UnknownReward
from regulars.programme.moves import Version
from regulars.programme.moves_rewards import NewRedemption, Offered, Redeemed
from regulars.programme.selectors import rewards as known
from regulars.programme.services import rewards as verbs
from regulars.programme.services.rewards_paying import REDEMPTION
from regulars.rules.rewards import Price

router = Router(tags=["Rewards"])

RewardCode = Annotated[
    str,
    StringConstraints(max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$"),
    Field(description="Of a reward that was published (kind reward).", examples=["mug"]),
]


class PriceTold(Telling):
    """Units, money that the till takes, or both. `tiers`: whose price it is; empty: anybody's."""

    code: str
    unit: str
    amount: int
    currency: str
    money: int
    tiers: list[str]


class RewardTold(Telling):
    """A reward of the catalogue. `left` null: no end of them."""

    reward: str
    terms: TermsId
    version: int
    name: str
    category: str
    prices: list[PriceTold]
    left: int | None
    fulfilled_later: bool
    merchant: str
    note: str


class RewardsTold(Telling):
    """All that can be had now."""

    items: list[RewardTold]


class WayTold(Telling):
    """What is in the way, with its numbers."""

    why: str
    facts: dict[str, str | int]


class OfferedTold(RewardTold):
    """A reward as a member sees it: the prices that are theirs, the first of which is taken where nothing is said."""

    affordable: bool
    missing: Annotated[int, Field(description="Units that are missing for the first price.")]
    why_not: WayTold | None


class OfferedAllTold(Telling):
    """The catalogue for a member."""

    items: list[OfferedTold]


class RedemptionAsked(Asking):
    """So many of a reward, at a price of the member's, paid with their own units or (`from`) those of their household.
    With `source` and `external_id` it happens once, for ever."""

    EXAMPLE: ClassVar = {"reward": "mug", "count": 1, "source": "desk-1", "external_id": "2026-05-04/31"}

    reward: RewardCode
    price: Annotated[str, StringConstraints(max_length=80, pattern=PRINTED)] = ""
    count: Annotated[int, Field(ge=1, le=1000)] = 1
    whose: From = "own"
    shown: MemberId | None = None
    merchant: MerchantId | None = None
    store: StoreId | None = None
    channel: Annotated[str, StringConstraints(max_length=40, pattern=PRINTED)] = ""
    source: Word | None = None
    external_id: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PRINTED)] | None = None

    @model_validator(mode="after")
    def both(self) -> Self:
        if (self.source is None) != (self.external_id is None):
            raise ValueError("source and external_id go together.")
        return self


class CancelledAsked(Asking):
    """Why everything is given back."""

    EXAMPLE: ClassVar = {"reason": "arrived broken"}

    reason: Text


class PaidByTold(Telling):
    """Of a household, whose units pay how much."""

    member: MemberId
    amount: int
    hold: HoldId | None
    transfer: TransferId | None


class RedemptionTold(Telling):
    """A redemption: reserved (until `lapses_at`), fulfilled or cancelled."""

    id: RedemptionId
    member: MemberId
    reward: str
    terms: TermsId
    price: str
    count: int
    unit: str
    amount: int
    currency: str
    money: int
    state: str
    asked_at: Moment
    lapses_at: Moment | None
    closed_at: Moment | None
    reason: str
    merchant: str
    store: str
    hold: HoldId | None
    transfer: TransferId | None
    paid_by: Annotated[list[PaidByTold], Field(description="Where a household pays.")]
    replayed: bool


class RedemptionsTold(Telling):
    """Newest first; at most a hundred."""

    items: list[RedemptionTold]


@read(router, "/rewards", right=Right.PROGRAMME_READ, answer=RewardsTold)
def list_rewards(request: Request) -> RewardsTold:
    """The catalogue as it holds now, with what is left."""
    home = organisation(request.call, Right.PROGRAMME_READ)
    found = known.catalogue(book(home), organisation=home, at=request.call.at)
    return RewardsTold(items=[_reward(one, left) for one, left in found])


@read(router, "/members/{member}/rewards", right=Right.LEDGER_READ, answer=OfferedAllTold)
def list_rewards_for_a_member(
    request: Request,
    member: MemberId,
    merchant: MerchantId | None = None,
    store: StoreId | None = None,
    family: bool = False,
) -> OfferedAllTold:
    """The catalogue with the prices of the member's tiers: what is affordable, what is missing, what is in the way.
    With `family` of what their household has together."""
    call = request.call
    home = organisation(call, Right.LEDGER_READ)
    root = _looked(call, member, home)
    found = known.offered_to(
        root, organisation=home, terms=book(home), merchant=typed("mrc", merchant) if merchant else "",
        store=typed("str", store) if store else "", family=family, at=call.at,
    )  # fmt: skip
    return OfferedAllTold(items=[_offered(one) for one in found])


@write(router, "POST", "/members/{member}/redemptions", right=Right.SALES_POST, answer=RedemptionTold, status=201)
def redeem_a_reward(request: Request, member: MemberId, body: RedemptionAsked) -> Reply:
    """Pays for a reward, or holds its price until it is handed over; the last one goes to one alone."""
    call = request.call
    here = where(call, Right.SALES_POST, body.merchant, body.store)
    asked = [member] if body.shown is None else [member, body.shown]
    root = roots(asked, organisation=here.organisation)[member]
    wanted = NewRedemption(
        member=root,
        reward=body.reward,
        price=body.price,
        count=body.count,
        shown=body.shown or member,
        merchant=here.merchant_text,
        store=here.store_text,
        channel=body.channel,
        source=here.source_of(body.source),
        external_id=body.external_id or "",
        family=body.whose == "family",
    )
    done = verbs.redeem(wanted, organisation=here.organisation, actor=call.actor, at=call.at)
    if not done.replayed:
        require_open(call, here, at=call.at)
    return Reply(_redemption(done), about=root)


@write(router, "POST", "/redemptions/{redemption}/fulfil", right=Right.SALES_POST, answer=RedemptionTold)
def fulfil_a_redemption(request: Request, redemption: RedemptionId) -> Reply:
    """The reward was handed over: its price is taken."""
    call = request.call
    home = _mine(call, redemption)
    done = verbs.fulfil(redemption, organisation=home, actor=call.actor, at=call.at)
    return Reply(_redemption(done), about=done.member)


@write(router, "POST", "/redemptions/{redemption}/cancel", right=Right.SALES_POST, answer=RedemptionTold)
def cancel_a_redemption(request: Request, redemption: RedemptionId, body: CancelledAsked) -> Reply:
    """Everything is given back: units to the lots they came from, stock and limits."""
    call = request.call
    home = _mine(call, redemption)
    done = verbs.cancel(redemption, organisation=home, reason=body.reason, actor=call.actor, at=call.at)
    return Reply(_redemption(done), about=done.member)


@read(router, "/members/{member}/redemptions", right=Right.LEDGER_READ, answer=RedemptionsTold)
def list_redemptions_of_a_member(request: Request, member: MemberId) -> RedemptionsTold:
    """What the member asked for; a key of one merchant sees what was asked there."""
    call = request.call
    root = _looked(call, member, organisation(call, Right.LEDGER_READ))
    found = [one for one in known.redemptions([root]) if sees(call, Right.LEDGER_READ, one.merchant, one.store)]
    return RedemptionsTold(items=[_redemption(one) for one in found])


def _mine(call: Call, number: UUID) -> UUID:
    """The organisation; others' redemptions and unknown ones read alike. Raises UnknownReward."""
    home = organisation(call, Right.SALES_POST)
    row = known.redemption(number, organisation=home)
    if row is None or not sees(call, Right.SALES_POST, row.merchant, row.store):
        raise UnknownReward("No redemption has this id.", redemption=typed(REDEMPTION, number))
    return home


def _looked(call: Call, member: UUID, home: UUID) -> UUID:
    root = roots([member], organisation=home)[member]
    record([Deed("members.read", typed("mbr", root), after={"part": "rewards"})], actor=call.actor, at=call.at)
    return root


def _reward(one: Version, left: int | None) -> RewardTold:
    return RewardTold(
        reward=one.code,
        terms=one.id,
        version=one.version,
        name=one.terms.name,
        category=one.terms.category,
        prices=[_price(price) for price in one.terms.prices],
        left=left,
        fulfilled_later=one.terms.fulfilled_later,
        merchant=one.terms.merchant,
        note=one.terms.note,
    )


def _offered(one: Offered) -> OfferedTold:
    way = one.why_not
    return OfferedTold(
        reward=one.code,
        terms=one.version,
        version=one.number,
        name=one.reward.name,
        category=one.reward.category,
        prices=[_price(price) for price in one.prices],
        left=one.left,
        fulfilled_later=one.reward.fulfilled_later,
        merchant=one.reward.merchant,
        note=one.reward.note,
        affordable=one.is_affordable,
        missing=one.missing,
        why_not=None if way is None else WayTold(why=way.why.value, facts=dict(way.facts)),
    )


def _price(one: Price) -> PriceTold:
    return PriceTold(
        code=one.code, unit=one.unit, amount=one.amount, currency=one.currency, money=one.money,
        tiers=list(one.who.tiers),
    )  # fmt: skip


def _redemption(one: Redeemed) -> RedemptionTold:
    return RedemptionTold(
        id=one.id,
        member=one.member,
        reward=one.reward,
        terms=one.version,
        price=one.price,
        count=one.count,
        unit=one.unit,
        amount=one.amount,
        currency=one.currency,
        money=one.money,
        state=one.state,
        asked_at=one.asked_at,
        lapses_at=one.lapses_at,
        closed_at=one.closed_at,
        reason=one.reason,
        merchant=one.merchant,
        store=one.store,
        hold=one.hold,
        transfer=one.transfer,
        paid_by=[
            PaidByTold(member=each.member, amount=each.amount, hold=each.hold, transfer=each.transfer)
            for each in one.paid_by
        ],
        replayed=one.replayed,
    )
