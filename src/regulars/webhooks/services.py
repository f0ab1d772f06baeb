"""What may be done with webhooks. What their keys may hear of was asked at the door."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from regulars.access.moves import Place
from regulars.basics.ids import new_id, typed
from regulars.journal import selectors as journal
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.verifying import head
from regulars.webhooks import kinds as events
from regulars.webhooks import locks, resending
from regulars.webhooks.addresses import checked
from regulars.webhooks.errors import TooManyWebhooks, UnknownEventType, WebhookOff
from regulars.webhooks.models import Attempt, Delivery, Endpoint, EndpointSecret, Resend, WhyOff
from regulars.webhooks.signing import new_secret, sealed

MOST: Final = 100  # of an organisation
KEPT: Final = timedelta(days=30)  # the log, and how far back something can be sent again
OVERLAP: Final = timedelta(hours=24)  # so long the old secret signs too
AT_ONCE: Final = 2_000
SETTLED: Final = timedelta(hours=1)  # after that nobody has a delivery of a deleted endpoint in hand any more


@transaction.atomic
def create(
    address: str, kinds: Sequence[str], where: Place, *, description: str = "", actor: Actor, at: datetime
) -> tuple[Endpoint, str]:
    """An endpoint that hears of what happens from now on, and its secret. Raises WrongAddress, UnknownEventType,
    TooManyWebhooks."""
    _checked(address, kinds)
    if Endpoint.objects.filter(organisation=where.organisation, deleted_at=None).count() >= MOST:
        raise TooManyWebhooks(f"An organisation has at most {MOST} webhooks.", most=MOST)
    locks.feed()  # from here on the journal is read
    made = Endpoint.objects.create(
        id=new_id(at),
        organisation=where.organisation,
        merchant=where.merchant,
        store=where.store,
        address=address,
        description=description,
        kinds=list(kinds),
        heard_from=at,
        made_at=at,
        changed_at=at,
    )
    secret = _new_secret(made, at)
    record([_deed("webhooks.create", made, _settled(made))], actor=actor, at=at)
    return made, secret


@transaction.atomic
def change(
    endpoint: Endpoint,
    *,
    address: str | None = None,
    kinds: Sequence[str] | None = None,
    description: str | None = None,
    is_on: bool | None = None,
    actor: Actor,
    at: datetime,
) -> Endpoint:
    """What is None stays. Switched on again it hears of what happens from then on, and what waited is sent.

    Raises WrongAddress, UnknownEventType.
    """
    row = locks.endpoints([endpoint.id])[endpoint.id]
    before = _settled(row)
    row.address = row.address if address is None else address
    row.kinds = row.kinds if kinds is None else list(kinds)
    _checked(row.address, row.kinds)
    row.description = row.description if description is None else description
    if is_on is not None and is_on != row.is_on:
        _switch(row, is_on, at)
    row.changed_at = at
    row.save()
    record([_deed("webhooks.change", row, _settled(row), before=before)], actor=actor, at=at)
    return row


def _switch(row: Endpoint, is_on: bool, at: datetime) -> None:
    row.is_on, row.why_off = is_on, "" if is_on else WhyOff.ASKED
    if is_on:
        row.heard_from, row.failing_since, row.failures = at, None, 0
        resending.only_now([row.id], at=at)


@transaction.atomic
def rotate(endpoint: Endpoint, *, overlap: timedelta = OVERLAP, actor: Actor, at: datetime) -> tuple[str, datetime]:
    """A new secret; the present one signs too until the overlap ends, older ones no more. Says until when."""
    locks.endpoints([endpoint.id])
    until = at + overlap
    rows = list(endpoint.secrets.order_by("-id"))
    endpoint.secrets.filter(pk__in=[row.pk for row in rows[1:]]).delete()
    endpoint.secrets.filter(Q(ends_at=None) | Q(ends_at__gt=until)).update(ends_at=until)
    secret = _new_secret(endpoint, at)
    record([_deed("webhooks.rotate", endpoint, {"until": until.isoformat()})], actor=actor, at=at)
    return secret, until


@transaction.atomic
def delete(endpoint: Endpoint, *, actor: Actor, at: datetime) -> None:
    """It hears nothing more; its secrets are gone now, its log with the next job."""
    Endpoint.objects.filter(pk=endpoint.pk).update(deleted_at=at, is_on=False, why_off=WhyOff.ASKED)
    endpoint.secrets.all().delete()
    endpoint.resends.all().delete()
    record([_deed("webhooks.delete", endpoint, {})], actor=actor, at=at)


@transaction.atomic
def ping(endpoint: Endpoint, *, actor: Actor, at: datetime) -> Delivery:
    """A test event, due now. Raises WebhookOff."""
    _require_on(endpoint)
    number = new_id(at)
    made = Delivery.objects.create(
        id=new_id(at), endpoint=endpoint, event=number, what=events.PING, happened_at=at, made_at=at, next_at=at
    )
    record([_deed("webhooks.ping", endpoint, {})], actor=actor, at=at)
    return made


@transaction.atomic
def resend(delivery: Delivery, *, actor: Actor, at: datetime) -> Delivery:
    """One delivery again, with its tries counted anew. Raises WebhookOff."""
    _require_on(delivery.endpoint)
    resending.again(delivery, at=at)
    facts = {"delivery": typed("dlv", delivery.id)}
    record([_deed("webhooks.resend", delivery.endpoint, facts)], actor=actor, at=at)
    return delivery


@transaction.atomic
def resend_since(
    endpoint: Endpoint, since: datetime, *, only_missed: bool = False, actor: Actor, at: datetime
) -> Resend:
    """Everything that it would have heard since a moment, at most `KEPT` ago. A job does it, in place of what it was
    still asked to do for this endpoint. Raises WebhookOff."""
    _require_on(endpoint)
    endpoint.resends.all().delete()
    since = max(since, at - KEPT)
    made = Resend.objects.create(
        id=new_id(at),
        endpoint=endpoint,
        since=since,
        number=journal.number_before(since),
        until=head().number,
        only_missed=only_missed,
        made_at=at,
    )
    facts = {"since": since.isoformat(), "only_missed": only_missed}
    record([_deed("webhooks.resend", endpoint, facts)], actor=actor, at=at)
    return made


def prune(*, at: datetime) -> int:
    """Removes a part of the log that is older than promised, and of endpoints that were deleted; how many rows. The job
    repeats it until there are none."""
    with transaction.atomic():
        deleted = at - SETTLED
        waits_for_nobody = Q(state="waiting", endpoint__is_on=False, made_at__lt=at - KEPT)
        old = Q(ended_at__lt=at - KEPT) | waits_for_nobody | Q(endpoint__deleted_at__lt=deleted)
        some = list(Delivery.objects.filter(old).values_list("pk", flat=True)[:AT_ONCE])
        Attempt.objects.filter(delivery__in=some).delete()
        Delivery.objects.filter(pk__in=some).delete()
        gone = 0
        if not some:
            gone = Endpoint.objects.filter(deleted_at__lt=deleted).delete()[0]
            EndpointSecret.objects.filter(ends_at__lt=at).delete()
    return len(some) + gone


def _checked(address: str, kinds: Sequence[str]) -> None:
    checked(address, settings.WEBHOOK_REACH)
    if wrong := events.unknown(kinds):
        raise UnknownEventType(f"Nothing is called {', '.join(wrong)}; GET /event-types tells all words.", types=wrong)


def _new_secret(endpoint: Endpoint, at: datetime) -> str:
    text = new_secret()
    EndpointSecret.objects.create(endpoint=endpoint, sealed=sealed(text, endpoint.id), made_at=at)
    return text


def _require_on(endpoint: Endpoint) -> None:
    if not endpoint.is_on:
        raise WebhookOff("The webhook is switched off.", webhook=typed("whk", endpoint.id))


def _settled(row: Endpoint) -> dict[str, object]:
    """What the trail keeps of it: of the address the host alone, since the rest may be a secret of the receiver's."""
    return {"host": urlsplit(row.address).hostname, "types": row.kinds, "on": row.is_on}


def _deed(
    what: str, endpoint: Endpoint, facts: Mapping[str, object], *, before: Mapping[str, object] | None = None
) -> Deed:
    merchant = typed("mrc", endpoint.merchant) if endpoint.merchant else ""
    store = typed("str", endpoint.store) if endpoint.store else ""
    return Deed(what, typed("whk", endpoint.id), merchant, store, before=before or {}, after=facts)
