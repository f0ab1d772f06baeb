"""Webhooks of one organisation, with what became of their deliveries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Count, Prefetch

from regulars.console.desk import Desk
from regulars.webhooks.errors import DeliveryUnknown, WebhookUnknown
from regulars.webhooks.models import Attempt, Delivery, Endpoint

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery and its last try."""

    row: Delivery
    last: Attempt | None


def listed(desk: Desk) -> list[tuple[Endpoint, Mapping[str, int]]]:
    """The newest first, each with how many deliveries are in which state. Two queries."""
    rows = list(Endpoint.objects.filter(organisation=desk.home, deleted_at=None).order_by("-id"))
    counted: dict[UUID, dict[str, int]] = {}
    told = Delivery.objects.filter(endpoint__in=[row.id for row in rows]).values("endpoint", "state")
    for one in told.annotate(many=Count("id")):
        counted.setdefault(one["endpoint"], {})[one["state"]] = one["many"]
    return [(row, counted.get(row.id, {})) for row in rows]


def one(number: UUID, desk: Desk) -> Endpoint:
    """One query. Raises WebhookUnknown, for those of others too."""
    found = Endpoint.objects.filter(organisation=desk.home, deleted_at=None, pk=number).first()
    if found is None:
        raise WebhookUnknown("No webhook has this id.")
    return found


def deliveries(endpoint: Endpoint, *, before: UUID | None = None) -> list[Sent]:
    """The newest first; one more than a page where there are more. Two queries."""
    tries = Prefetch("attempts", queryset=Attempt.objects.order_by("-id"))
    rows = Delivery.objects.filter(endpoint=endpoint).order_by("-id").prefetch_related(tries)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [Sent(row, next(iter(row.attempts.all()), None)) for row in rows[: PAGE + 1]]


def delivery(endpoint: Endpoint, number: UUID) -> Delivery:
    """One query. Raises DeliveryUnknown."""
    found = Delivery.objects.filter(endpoint=endpoint, pk=number).select_related("endpoint").first()
    if found is None:
        raise DeliveryUnknown("This webhook has no such delivery.")
    return found
