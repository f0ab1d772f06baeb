"""What members do that is no purchase; and a member's purchases and activities, read back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints, model_validator

from regulars.access.rights import Right
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.doors import Reply, read, write
from regulars.api.fields import (
    LARGEST,
    PRINTED,
    ActivityId,
    Asking,
    Cursor,
    Limit,
    MemberId,
    MerchantId,
    Moment,
    SaleId,
    StoreId,
    Telling,
    TransferId,
    Word,
)
from regulars.api.keys import Call, Request
from regulars.api.places import Where, merchants_seen, organisation, said_source, stores_seen, where
from regulars.api.routes.bills import BalanceAfter, Code, Currency, EffectTold, Money, NotAppliedTold, Somebody
from regulars.api.routes.posting import PlaceSaid
from regulars.api.routes.purchases import People
from regulars.basics.ids import typed, untyped
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.members.selectors import group_of, roots
from regulars.programme.activities.booking import tell
from regulars.programme.activities.moves import NewActivity
from regulars.programme.checkout.moves import Outcome
from regulars.rules.occasion import PURCHASE
from regulars.sales import selectors as sales
from regulars.sales.models import Event, Sale
from regulars.sales.moves import Place

router = Router(tags=["Activities"])

ActivityName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?$"),
    Field(description="What was done, as rules name it.", examples=["stay-completed"]),
]
SaidName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
SaidText = Annotated[str, StringConstraints(max_length=200, pattern=PRINTED)]
SaidNumber = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]


class ActivityAsked(PlaceSaid, Somebody):
    """Something a member did. `source` and `external_id` happen once, for ever. `said.purchase` is the id of the
    purchase it is about: then it makes only that purchase's pending points active."""

    EXAMPLE: ClassVar = {
        "source": "hotel-desk",
        "external_id": "stay-2026-118",
        "member": "mbr_01kdvdna00e008000000000001",
        "name": "stay-completed",
        "said": {"nights": 3},
    }

    source: Annotated[Word, Field(description="Who says so: a desk, an app.", examples=["hotel-desk"])]
    external_id: Annotated[Word, Field(description="Its document.", examples=["stay-2026-118"])]
    shown: Annotated[MemberId | None, Field(description="`shown` of the recognition, after a merge.")] = None
    name: ActivityName
    effective_at: Annotated[Moment | None, Field(description="When it happened; now.")] = None
    channel: Annotated[Code | None, Field(description="app, web, desk …")] = None
    currency: Annotated[Currency | None, Field(description="Of the amount.")] = None
    amount: Annotated[Money, Field(description="Whole minor units, where it is about money.")] = 0
    said: Annotated[dict[SaidName, SaidText | SaidNumber | bool], Field(max_length=30)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def somebody_and_no_purchase(self) -> Self:
        if self.member is None and self.identifier is None:
            raise ValueError("Say who: member or identifier.")
        if self.name == PURCHASE:
            raise ValueError("Purchases have an address of their own.")
        if self.amount and self.currency is None:
            raise ValueError("An amount has a currency.")
        return self


class ActivitiesAsked(Asking):
    """Several activities, in order: all or none."""

    EXAMPLE: ClassVar = {"activities": [ActivityAsked.EXAMPLE]}

    activities: Annotated[list[ActivityAsked], Field(min_length=1, max_length=1000)]


class ActivatedTold(Telling):
    """Pending points that became active."""

    transfer: TransferId
    unit: str
    amount: int


class ActivityTold(Telling):
    """An activity as it was answered first: what it earned, and what waited for it."""

    id: ActivityId
    member: MemberId
    name: str
    effects: list[EffectTold]
    not_applied: list[NotAppliedTold]
    activated: list[ActivatedTold]
    balances: list[BalanceAfter]
    replayed: bool = False


class ActivitiesTold(Telling):
    """In the order asked."""

    items: list[ActivityTold]


class PurchaseSeen(Telling):
    """A purchase in a list; all of it is at /purchases/{purchase}."""

    id: SaleId
    state: Literal["open", "complete", "cancelled"]
    merchant: MerchantId | None
    store: StoreId | None
    source: str
    external_id: str
    channel: str
    currency: str
    amount: int
    discount: int
    tax: int
    returned: Annotated[int, Field(description="Of what was paid, the part that came back.")]
    effective_at: Moment
    recorded_at: Moment


class PurchasesSeen(Telling):
    """Newest first; `next` is the cursor of the page after."""

    items: list[PurchaseSeen]
    next: str | None


class ActivitySeen(Telling):
    """An activity in a list."""

    id: ActivityId
    name: str
    merchant: MerchantId | None
    store: StoreId | None
    source: str
    external_id: str
    channel: str
    currency: str
    amount: int
    said: dict[str, Any]
    effective_at: Moment
    recorded_at: Moment


class ActivitiesSeen(Telling):
    """Newest first; `next` is the cursor of the page after."""

    items: list[ActivitySeen]
    next: str | None


@write(router, "POST", "/activities", right=Right.SALES_POST, answer=ActivityTold, status=201)
def tell_an_activity(request: Request, body: ActivityAsked) -> Reply:
    """A visit, a review, a completed stay …: earns what rules give for it, and makes active what waited for it."""
    [done] = _told(request.call, [body])
    return Reply(_shown(done), about=untyped("mbr", done.told["member"]))


@write(router, "POST", "/activities/batch", right=Right.SALES_POST, answer=ActivitiesTold, status=201)
def tell_activities(request: Request, body: ActivitiesAsked) -> ActivitiesTold:
    """Many at once, each as of its own time; all or none."""
    return ActivitiesTold(items=[_shown(one) for one in _told(request.call, body.activities)])


@read(router, "/members/{member}/purchases", right=Right.SALES_READ, answer=PurchasesSeen)
def list_purchases(
    request: Request, member: MemberId, limit: Limit = 50, cursor: Cursor | None = None
) -> PurchasesSeen:
    """What a member bought, newest first. A key of one merchant sees that merchant's."""
    call = request.call
    root, group, seen = _reading(call, member, "purchases")
    place = f"purchases/{root}"
    found = sales.sales_of(group, before=_after(place, cursor), limit=limit, seen=seen)
    more = write_cursor(place, _key(found[-1])) if len(found) == limit else None
    return PurchasesSeen(items=[_purchase(row) for row in found], next=more)


@read(router, "/members/{member}/activities", right=Right.SALES_READ, answer=ActivitiesSeen)
def list_activities(
    request: Request, member: MemberId, limit: Limit = 50, cursor: Cursor | None = None
) -> ActivitiesSeen:
    """What a member did beside buying, newest first. A key of one merchant sees that merchant's."""
    call = request.call
    root, group, seen = _reading(call, member, "activities")
    place = f"activities/{root}"
    found = sales.events_of(group, before=_after(place, cursor), limit=limit, seen=seen)
    more = write_cursor(place, _key(found[-1])) if len(found) == limit else None
    return ActivitiesSeen(items=[_activity(row) for row in found], next=more)


def _told(call: Call, asked: Sequence[ActivityAsked]) -> list[Outcome]:
    places = {pair: where(call, Right.SALES_POST, *pair) for pair in {(one.merchant, one.store) for one in asked}}
    homes = {place.organisation for place in places.values()}
    assert len(homes) == 1, "a key works for one organisation"
    people = People(homes.pop(), call.actor, call.at)
    people.know(asked, {one.shown for one in asked if one.shown})
    wanted = [_wanted(one, places[one.merchant, one.store], people, call.at) for one in asked]
    return tell(wanted, actor=call.actor, at=call.at)


def _wanted(asked: ActivityAsked, here: Where, people: People, at: datetime) -> NewActivity:
    member, shown = people.known(asked)
    if asked.shown is not None:
        shown = people.same(asked.shown, member)
    return NewActivity(
        place=Place(
            here.organisation, here.source_of(asked.source), asked.external_id, here.merchant, here.store,
            asked.channel or "",
        ),
        member=member,
        shown=shown,
        name=asked.name,
        effective_at=asked.effective_at or at,
        told_at=asked.effective_at is not None,
        currency=asked.currency or "",
        amount=asked.amount,
        said=asked.said,
    )  # fmt: skip


def _shown(done: Outcome) -> ActivityTold:
    return ActivityTold.model_validate({**done.told, "replayed": done.replayed})


def _reading(call: Call, member: UUID, part: str) -> tuple[UUID, list[UUID], sales.Seen | None]:
    """Who it is now, all ids that lead to them, and what of theirs this key sees; that it looked is written down.

    Raises UnknownMember.
    """
    root = roots([member], organisation=organisation(call, Right.SALES_READ))[member]
    record([Deed("sales.read", typed("mbr", root), after={"part": part})], actor=call.actor, at=call.at)
    merchants = merchants_seen(call, Right.SALES_READ)
    seen = None
    if merchants is not None:
        stores = stores_seen(call, Right.SALES_READ)
        seen = sales.Seen(
            frozenset(untyped("mrc", one) for one in merchants), frozenset(untyped("str", one) for one in stores)
        )
    return root, group_of(root), seen


def _key(row: Sale | Event) -> list[str]:
    return [row.effective_at.isoformat(), row.id.hex]


def _after(place: str, cursor: str | None) -> tuple[datetime, UUID] | None:
    found = read_cursor(place, cursor)
    return None if found is None else (datetime.fromisoformat(found[0]), UUID(found[1]))


def _purchase(row: Sale) -> PurchaseSeen:
    return PurchaseSeen(
        id=row.id,
        state=row.state,  # type: ignore[arg-type]
        amount=row.amount,
        discount=row.discount,
        tax=row.tax,
        returned=row.returned,
        **_common(row),
    )


def _activity(row: Event) -> ActivitySeen:
    return ActivitySeen(id=row.id, name=row.name, amount=row.amount, said=row.said, **_common(row))


def _common(row: Sale | Event) -> dict[str, Any]:
    return {
        "merchant": row.merchant,
        "store": row.store,
        "source": said_source(row.source),
        "external_id": row.external_id,
        "channel": row.channel,
        "currency": row.currency,
        "effective_at": row.effective_at,
        "recorded_at": row.recorded_at,
    }
