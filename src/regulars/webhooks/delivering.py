"""Deliveries that are due: taken in one transaction, sent with no transaction open and several at a time, and what came
of them written down in another.

At least once: should the worker die between the receiver's yes and our note of it, the same event goes out again under
the same `webhook-id`. The order is not promised.
"""

import logging
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from regulars.basics.ids import typed
from regulars.journal import selectors as journal
from regulars.journal.moves import Actor, Deed, Line
from regulars.journal.services import record
from regulars.journal.transactions import Apart
from regulars.webhooks import locks
from regulars.webhooks.models import Attempt, Delivery, Endpoint, EndpointSecret, WhyOff
from regulars.webhooks.payload import body_of, event, ping
from regulars.webhooks.posting import Answered, post
from regulars.webhooks.signing import signed, unsealed

AT_ONCE: Final = 128
EACH: Final = 32  # of one endpoint
EACH_FAILING: Final = 2
SIDE_BY_SIDE: Final = 32
OURS: Final = timedelta(minutes=5)  # so long a delivery is this worker's; then it is taken for dead
# After the first try, the second … as Standard Webhooks advises; about three days in all.
WAITS: Final = tuple(
    timedelta(seconds=s) for s in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)  # fmt: skip
PATIENCE: Final = timedelta(days=5)  # of nothing but failures, and at least as many as one event is tried
LONGEST_ASKED: Final = 86_400  # seconds that a receiver's Retry-After can put us off
GONE: Final = 410
log = logging.getLogger("regulars.webhooks")


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery, ready for the net."""

    delivery: UUID
    address: str
    head: Mapping[str, str]
    body: bytes

    def sent(self) -> Answered:
        return post(self.address, self.body, self.head, reach=settings.WEBHOOK_REACH)


def deliver_due(*, actor: Actor, at: datetime) -> int:
    """Sends what is due to endpoints that took the last message; how many. Call it until it answers 0.

    Nine queries, none while the net is waited for.
    """
    return _deliver(_taken(at, failing=False, each=EACH), actor, at)


def retry_due(*, actor: Actor, at: datetime) -> int:
    """As `deliver_due`, to endpoints that did not: a job of its own, since these may take as long as they can."""
    return _deliver(_taken(at, failing=True, each=EACH_FAILING), actor, at)


def _deliver(taken: Sequence[Delivery], actor: Actor, at: datetime) -> int:
    if not taken:
        return 0
    messages = _messages(taken, at)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as side_by_side:
        answers = list(side_by_side.map(Message.sent, messages))
    by_number = {one.delivery: answer for one, answer in zip(messages, answers, strict=True)}
    _note([(one, by_number[one.id]) for one in taken if one.id in by_number], actor=actor, at=at)
    return len(taken)


@transaction.atomic
def _taken(at: datetime, *, failing: bool, each: int) -> list[Delivery]:
    """Deliveries that are ours for a while."""
    due = locks.due_deliveries(at, failing=failing, each=each, most=AT_ONCE)
    for one in due:
        one.tries += 1
        one.next_at = at + OURS
    Delivery.objects.bulk_update(due, ["tries", "next_at"])
    return due


def _messages(taken: Sequence[Delivery], at: datetime) -> list[Message]:
    """Of endpoints that were not deleted meanwhile, and their secrets with them. What cannot be made, since a secret
    cannot be opened, waits for its next turn and keeps none of the others. Two queries."""
    lines = {line.number: line for line in journal.numbered([one.number for one in taken if one.number is not None])}
    secrets = _secrets({one.endpoint_id for one in taken}, at)
    made = []
    for one in taken:
        if one.endpoint_id not in secrets:
            continue
        with Apart() as apart:
            made.append(_message(one, lines, secrets[one.endpoint_id], at))
        if apart.failure is not None:
            log.error("a webhook is broken", exc_info=apart.failure, extra={"about": str(one.id)})
    return made


def _message(one: Delivery, lines: Mapping[int | None, Line], sealed: Sequence[bytes], at: datetime) -> Message:
    told: dict[str, Any] = (
        ping(one.event, one.endpoint_id, one.happened_at) if one.number is None else event(lines[one.number])
    )
    body = body_of(told)
    head = signed(told["id"], body, [unsealed(kept, one.endpoint_id) for kept in sealed], at=at)
    return Message(one.id, one.endpoint.address, head, body)


def _secrets(endpoints: set[UUID], at: datetime) -> Mapping[UUID, list[bytes]]:
    """Those that are valid, sealed, the newest first."""
    found: defaultdict[UUID, list[bytes]] = defaultdict(list)
    valid = EndpointSecret.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), endpoint__in=endpoints)
    for row in valid.order_by("-id"):
        found[row.endpoint_id].append(bytes(row.sealed))
    return found


@transaction.atomic
def _note(done: Sequence[tuple[Delivery, Answered]], *, actor: Actor, at: datetime) -> None:
    """What came of it. Deliveries are ours, so nobody else has changed them but by asking for them again."""
    Attempt.objects.bulk_create(
        Attempt(
            delivery=one,
            at=at,
            status=answer.status,
            milliseconds=answer.milliseconds,
            answer=answer.answer,
            problem=answer.problem,
        )
        for one, answer in done
    )
    for one, answer in done:
        _settle(one, answer, at)
    Delivery.objects.bulk_update([one for one, _ in done], ["state", "next_at", "ended_at"])
    by_endpoint: defaultdict[UUID, list[Answered]] = defaultdict(list)
    for one, answer in done:
        by_endpoint[one.endpoint_id].append(answer)
    rows = locks.endpoints(list(by_endpoint))
    off = [row for row in rows.values() if _judge(row, by_endpoint[row.id], at)]
    Endpoint.objects.bulk_update(rows.values(), ["failing_since", "failures", "is_on", "why_off"])
    record([_told(row) for row in off], actor=actor, at=at)


def _settle(one: Delivery, answer: Answered, at: datetime) -> None:
    """Delivered, to be tried again later, or given up."""
    if answer.taken or one.tries > len(WAITS) or answer.status == GONE:
        one.state, one.next_at, one.ended_at = ("delivered" if answer.taken else "failed"), None, at
        return
    wait = WAITS[one.tries - 1]
    asked = timedelta(seconds=min(answer.retry_after, LONGEST_ASKED))
    # A tenth by chance: what failed together does not come back together.
    one.next_at = at + max(wait * random.Random(one.id.int ^ one.tries).uniform(1.0, 1.1), asked)


def _judge(row: Endpoint, answers: Sequence[Answered], at: datetime) -> bool:
    """Counts failures in a row; whether the endpoint is switched off for them."""
    if any(answer.taken for answer in answers):
        row.failing_since, row.failures = None, 0
        return False
    row.failing_since = row.failing_since or at
    row.failures += len(answers)
    gone = any(answer.status == GONE for answer in answers)
    if not row.is_on or not (gone or (at - row.failing_since >= PATIENCE and row.failures > len(WAITS))):
        return False
    row.is_on, row.why_off = False, WhyOff.GONE if gone else WhyOff.FAILING
    return True


def _told(row: Endpoint) -> Deed:
    merchant = typed("mrc", row.merchant) if row.merchant else ""
    store = typed("str", row.store) if row.store else ""
    facts = {"organisation": typed("org", row.organisation), "why": row.why_off, "failures": row.failures}
    return Deed("webhooks.switched_off", typed("whk", row.id), merchant, store, after=facts)
