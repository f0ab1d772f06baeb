"""Webhooks: who outside is told of what happens, at which address, and by which secret it knows us."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from django.db.models import QuerySet
from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access import gate
from regulars.access.moves import Place
from regulars.access.rights import Right
from regulars.access.scoping import within
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.doors import read, write
from regulars.api.fields import PRINTED, Asking, Cursor, Limit, MerchantId, Moment, StoreId, Telling, WebhookId
from regulars.api.keys import Call, Request
from regulars.api.models import Endpoint
from regulars.api.places import organisation, where
from regulars.basics.ids import typed
from regulars.webhooks import services
from regulars.webhooks.addresses import LONGEST
from regulars.webhooks.errors import WebhookUnknown
from regulars.webhooks.kinds import PATTERN, rights_for

router = Router(tags=["Webhooks"])

Pattern = Annotated[str, StringConstraints(max_length=60, pattern=PATTERN)]
Patterns = Annotated[
    list[Pattern],
    Field(min_length=1, max_length=50, description="As GET /event-types lists them; `ledger.*`; `*`: every deed."),
]
AddressText = Annotated[str, StringConstraints(min_length=10, max_length=LONGEST, pattern=r"^https?://[!-\[\]-~]+$")]
Description = Annotated[str, StringConstraints(max_length=200, pattern=PRINTED)]


class WebhookAsked(Asking):
    """An address, and what it is told of; of a merchant or store alone where that is said or the key is of one."""

    EXAMPLE: ClassVar = {
        "address": "https://shop.example/hooks/regulars",
        "types": ["ledger.*", "members.enrol"],
        "description": "The web shop",
    }

    address: AddressText
    types: Patterns
    description: Description = ""
    merchant: MerchantId | None = None
    store: StoreId | None = None


class WebhookChange(Asking):
    """What is left out stays."""

    EXAMPLE: ClassVar = {"types": ["ledger.*"], "on": True}

    address: AddressText | None = None
    types: Patterns | None = None
    description: Description | None = None
    on: Annotated[bool | None, Field(description="Off: nothing is sent. On again: what waited is sent.")] = None


class Rotation(Asking):
    """For how long the secret of now signs beside the new one."""

    EXAMPLE: ClassVar = {"overlap_hours": 24}

    overlap_hours: Annotated[int, Field(ge=0, le=720)] = 24


class WebhookTold(Telling):
    """A webhook as it stands."""

    id: WebhookId
    address: str
    types: list[str]
    description: str
    merchant: MerchantId | None
    store: StoreId | None
    on: bool
    why_off: Annotated[
        Literal["", "asked", "failing", "gone"],
        Field(description="failing: days of nothing but failures. gone: the receiver answered 410."),
    ]
    failing_since: Moment | None
    failures: Annotated[int, Field(description="Tries in a row that nobody took.")]
    made_at: Moment
    changed_at: Moment


class WebhookMade(WebhookTold):
    """A new webhook; its secret is shown this once."""

    secret: str


class WebhooksTold(Telling):
    """The oldest first; `next` is the cursor of the page after."""

    items: list[WebhookTold]
    next: str | None


class SecretTold(Telling):
    """A new secret, shown this once; until `both_until` messages are signed with the one before too."""

    secret: str
    both_until: Moment


class Deleted(Telling):
    """It is gone."""

    id: WebhookId


def told(row: Endpoint) -> dict[str, object]:
    return {
        "id": row.id,
        "address": row.address,
        "types": row.kinds,
        "description": row.description,
        "merchant": row.merchant,
        "store": row.store,
        "on": row.is_on,
        "why_off": row.why_off,
        "failing_since": row.failing_since,
        "failures": row.failures,
        "made_at": row.made_at,
        "changed_at": row.changed_at,
    }


def seen(call: Call) -> QuerySet[Endpoint]:
    """Webhooks at places where this key may manage them. Raises NotAllowed."""
    scope = gate.require_any(call.grants, Right.WEBHOOKS_MANAGE)
    reached = within(scope, organisation="organisation", merchant="merchant", store="store")
    return Endpoint.objects.filter(reached, deleted_at=None)


def webhook(call: Call, number: UUID) -> Endpoint:
    """One query. Raises WebhookUnknown, for those of others too."""
    found = seen(call).filter(pk=number).first()
    if found is None:
        raise WebhookUnknown("No webhook has this id.", webhook=typed("whk", number))
    return found


def _may_hear(call: Call, types: Sequence[str], place: Place) -> None:
    """What a key may not look at it has nobody told of either. Raises NotAllowed."""
    for right in rights_for(types):
        gate.require(call.grants, right, place.merchant, place.store, organisation=place.organisation)


@write(router, "POST", "/webhooks", right=Right.WEBHOOKS_MANAGE, answer=WebhookMade, status=201)
def create_a_webhook(request: Request, body: WebhookAsked) -> WebhookMade:
    """From now on the address is told of what happens. The key must be allowed to look at what it is told of."""
    call = request.call
    here = where(call, Right.WEBHOOKS_MANAGE, body.merchant, body.store)
    place = Place(here.organisation, here.merchant, here.store)
    _may_hear(call, body.types, place)
    made, secret = services.create(
        body.address, body.types, place, description=body.description, actor=call.actor, at=call.at
    )
    return WebhookMade.model_validate({**told(made), "secret": secret})


@read(router, "/webhooks", right=Right.WEBHOOKS_MANAGE, answer=WebhooksTold)
def list_webhooks(request: Request, limit: Limit = 50, cursor: Cursor | None = None) -> WebhooksTold:
    """Those at places where the key may manage them."""
    place = f"webhooks/{organisation(request.call, Right.WEBHOOKS_MANAGE)}"
    rows = seen(request.call).order_by("pk")
    if (after := read_cursor(place, cursor)) is not None:
        rows = rows.filter(pk__gt=UUID(after))
    page = list(rows[:limit])
    going_on = write_cursor(place, str(page[-1].pk)) if len(page) == limit else None
    return WebhooksTold(items=[WebhookTold.model_validate(told(row)) for row in page], next=going_on)


@read(router, "/webhooks/{webhook_id}", right=Right.WEBHOOKS_MANAGE, answer=WebhookTold)
def read_a_webhook(request: Request, webhook_id: WebhookId) -> WebhookTold:
    """As it stands, without its secret."""
    return WebhookTold.model_validate(told(webhook(request.call, webhook_id)))


@write(router, "PATCH", "/webhooks/{webhook_id}", right=Right.WEBHOOKS_MANAGE, answer=WebhookTold)
def change_a_webhook(request: Request, webhook_id: WebhookId, body: WebhookChange) -> WebhookTold:
    """Another address, other types, off or on. Where the types or the address change, or it is switched on, the key
    must be allowed to look at what it is told of."""
    call = request.call
    row = webhook(call, webhook_id)
    if body.types is not None or body.address is not None or body.on:
        _may_hear(call, body.types or row.kinds, Place(row.organisation, row.merchant, row.store))
    changed = services.change(
        row,
        address=body.address,
        kinds=body.types,
        description=body.description,
        is_on=body.on,
        actor=call.actor,
        at=call.at,
    )
    return WebhookTold.model_validate(told(changed))


@write(router, "DELETE", "/webhooks/{webhook_id}", right=Right.WEBHOOKS_MANAGE, answer=Deleted)
def delete_a_webhook(request: Request, webhook_id: WebhookId) -> Deleted:
    """Nothing more is sent, and its log goes with it."""
    row = webhook(request.call, webhook_id)
    services.delete(row, actor=request.call.actor, at=request.call.at)
    return Deleted(id=row.id)


@write(router, "POST", "/webhooks/{webhook_id}/rotate", right=Right.WEBHOOKS_MANAGE, answer=SecretTold)
def rotate_the_secret(request: Request, webhook_id: WebhookId, body: Rotation) -> SecretTold:
    """A new secret. Messages are signed with both for a while, so that the receiver changes over in peace."""
    row = webhook(request.call, webhook_id)
    secret, until = services.rotate(
        row, overlap=timedelta(hours=body.overlap_hours), actor=request.call.actor, at=request.call.at
    )
    return SecretTold(secret=secret, both_until=until)
