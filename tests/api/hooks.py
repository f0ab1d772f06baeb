"""What tests of webhooks share: a receiver that may be reached, and what the worker does."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from regulars.journal.moves import Actor
from regulars.journal.sending import seal_due
from regulars.webhooks.delivering import deliver_due, retry_due
from regulars.webhooks.matching import match_due
from regulars.webhooks.resending import resend_due
from tests.api.receiver import Receiver
from tests.api.world import Till

JOB = Actor.job("webhooks.deliver")


def work(at: datetime | None = None) -> int:
    """What the worker does within some seconds; how much was sent."""
    at = at or timezone.now()
    seal_due(at=at)
    for step in (match_due, resend_due):
        while step(at=at):
            pass
    sent = 0
    while done := retry_due(actor=JOB, at=at) + deliver_due(actor=JOB, at=at):
        sent += done
    return sent


def hook(till: Till, receiver: Receiver, types: list[str], **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = till.done("/webhooks", {"address": receiver.address, "types": types, **more})
    return made


def join(till: Till, name: str = "Ada", **more: Any) -> str:
    return str(till.done("/members", {"facts": {"given_name": name}, **more})["id"])


def log(till: Till, made: dict[str, Any], **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = till.get(f"/webhooks/{made['id']}/deliveries", **query).json()["items"]
    return items
