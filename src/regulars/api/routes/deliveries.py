"""What was sent to a webhook, and sending it again."""

from typing import Annotated, ClassVar, Final, Literal
from uuid import UUID

from django.db.models import Prefetch
from ninja import Router
from pydantic import Field

from regulars.access.rights import Right
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.doors import read, write
from regulars.api.fields import Asking, Cursor, DeliveryId, EventId, Limit, Moment, Telling, WebhookId
from regulars.api.keys import Call, Request
from regulars.api.models import Attempt, Delivery
from regulars.api.routes.webhooks import webhook
from regulars.basics.ids import typed
from regulars.webhooks import services
from regulars.webhooks.errors import DeliveryUnknown

router = Router(tags=["Webhooks"])

State = Literal["waiting", "delivered", "failed"]
ATTEMPTS: Final = Prefetch("attempts", Attempt.objects.order_by("-pk"))


class AttemptTold(Telling):
    """One try. Without a status there was no answer, and `problem` says why."""

    at: Moment
    status: Annotated[int | None, Field(description="Of HTTP.")]
    milliseconds: int
    answer: Annotated[str, Field(description="How it began.")]
    problem: Annotated[
        Literal["", "inside", "unresolved", "unreachable", "untrusted", "timeout", "unreadable"],
        Field(description="inside: the address leads into the house's own network. untrusted: the certificate."),
    ]


class DeliveryTold(Telling):
    """An event on its way to a webhook, with its tries, the latest first."""

    id: DeliveryId
    event: Annotated[EventId, Field(description="`webhook-id` of the message.")]
    type: str
    happened_at: Moment
    state: State
    next_at: Annotated[Moment | None, Field(description="When it is tried next.")]
    attempts: list[AttemptTold]


class DeliveriesTold(Telling):
    """The newest first; `next` is the cursor of the page after."""

    items: list[DeliveryTold]
    next: str | None


class SinceAsked(Asking):
    """From when on; at most thirty days ago."""

    EXAMPLE: ClassVar = {"since": "2026-05-04T09:30:00Z", "only_missed": True}

    since: Moment
    only_missed: Annotated[bool, Field(description="Leave out what was delivered.")] = False


class ResendTold(Telling):
    """It is being done, in the background."""

    since: Moment


def _told(row: Delivery) -> DeliveryTold:
    return DeliveryTold(
        id=row.id,
        event=row.event,
        type=row.what,
        happened_at=row.happened_at,
        state=row.state,  # type: ignore[arg-type]
        next_at=row.next_at,
        attempts=[
            AttemptTold(
                at=one.at,
                status=one.status,
                milliseconds=one.milliseconds,
                answer=one.answer,
                problem=one.problem,  # type: ignore[arg-type]
            )
            for one in row.attempts.all()
        ],
    )


@read(router, "/webhooks/{webhook_id}/deliveries", right=Right.WEBHOOKS_MANAGE, answer=DeliveriesTold)
def list_deliveries(
    request: Request,
    webhook_id: WebhookId,
    state: State | None = None,
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> DeliveriesTold:
    """What was sent and what waits, for thirty days."""
    found = webhook(request.call, webhook_id)
    place = f"deliveries/{found.id}/{state}"
    rows = Delivery.objects.filter(endpoint=found).order_by("-pk").prefetch_related(ATTEMPTS)
    if (after := read_cursor(place, cursor)) is not None:
        rows = rows.filter(pk__lt=UUID(after))
    page = list((rows.filter(state=state) if state else rows)[:limit])
    going_on = write_cursor(place, str(page[-1].pk)) if len(page) == limit else None
    return DeliveriesTold(items=[_told(row) for row in page], next=going_on)


def _delivery(call: Call, webhook_id: UUID, number: UUID) -> Delivery:
    """Three queries. Raises WebhookUnknown, DeliveryUnknown."""
    found = Delivery.objects.filter(endpoint=webhook(call, webhook_id), pk=number)
    row = found.select_related("endpoint").prefetch_related(ATTEMPTS).first()
    if row is None:
        raise DeliveryUnknown("This webhook has no such delivery.", delivery=typed("dlv", number))
    return row


@read(router, "/webhooks/{webhook_id}/deliveries/{delivery}", right=Right.WEBHOOKS_MANAGE, answer=DeliveryTold)
def read_a_delivery(request: Request, webhook_id: WebhookId, delivery: DeliveryId) -> DeliveryTold:
    """One event, and how often it was tried with what result."""
    return _told(_delivery(request.call, webhook_id, delivery))


@write(
    router,
    "POST",
    "/webhooks/{webhook_id}/deliveries/{delivery}/resend",
    right=Right.WEBHOOKS_MANAGE,
    answer=DeliveryTold,
    status=202,
)
def resend_a_delivery(request: Request, webhook_id: WebhookId, delivery: DeliveryId) -> DeliveryTold:
    """Again at once, under the same `webhook-id`, whether it was delivered or not."""
    call = request.call
    return _told(services.resend(_delivery(call, webhook_id, delivery), actor=call.actor, at=call.at))


@write(
    router,
    "POST",
    "/webhooks/{webhook_id}/resend",
    right=Right.WEBHOOKS_MANAGE,
    answer=ResendTold,
    status=202,
)
def resend_since(request: Request, webhook_id: WebhookId, body: SinceAsked) -> ResendTold:
    """Everything it would have heard since then, also what happened while it was off; each under its own
    `webhook-id`."""
    call = request.call
    wish = services.resend_since(
        webhook(call, webhook_id), body.since, only_missed=body.only_missed, actor=call.actor, at=call.at
    )
    return ResendTold(since=wish.since)


@write(router, "POST", "/webhooks/{webhook_id}/ping", right=Right.WEBHOOKS_MANAGE, answer=DeliveryTold, status=202)
def ping_a_webhook(request: Request, webhook_id: WebhookId) -> DeliveryTold:
    """A test event, `webhooks.ping`, whatever types it is told of. What came of it is in the delivery."""
    call = request.call
    return _told(services.ping(webhook(call, webhook_id), actor=call.actor, at=call.at))
