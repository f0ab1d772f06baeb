"""Freezes: a holder may not spend, not earn, or not log in, for a reason and until a time."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, run
from regulars.ledger import locks
from regulars.ledger.errors import WrongPosting
from regulars.ledger.models import Freeze
from regulars.ledger.words import FOREVER, Level

AT_ONCE: Final = 500


@transaction.atomic
def freeze(
    owner: UUID,
    level: Level,
    *,
    reason: str,
    until: datetime | None = None,
    pauses_expiry: bool = False,
    actor: Actor,
    at: datetime,
) -> UUID:
    """Keeps a holder from something until then (None: until lifted). One that is there at this level is replaced.

    Expiry goes on unless it is told to pause; then each lot gets back, at the end, the time it was paused. 7 queries.
    """
    end = until or FOREVER
    if end <= at:
        raise WrongPosting("A freeze ends later than it begins.", until=end.isoformat())
    locks.owners([owner])
    made = Freeze(
        id=new_id(at), owner=owner, level=level, reason=reason, since=at, until=end, pauses_expiry=pauses_expiry,
        by=actor.id,
    )  # fmt: skip
    _replace(made, at)
    _show([owner], at)
    facts = {"level": level.value, "until": end.isoformat(), "pauses_expiry": pauses_expiry}
    record([Deed("ledger.freeze", typed("mbr", owner), after=facts, reason=reason)], actor=actor, at=at)
    return made.id


def _replace(made: Freeze, at: datetime) -> None:
    """In the place of one that is there. Who has no account yet has no row to lock: of two at the same moment one waits
    at the other's row, and takes its place."""
    there = Freeze.objects.filter(owner=made.owner, level=made.level, lifted_at=None)
    while True:
        there.update(lifted_at=at)
        Freeze.objects.bulk_create([made], ignore_conflicts=True)
        if there.filter(id=made.id).exists():
            return


@transaction.atomic
def unfreeze(owner: UUID, level: Level, *, reason: str = "", actor: Actor, at: datetime) -> bool:
    """Lifts it; whether there was one. Five queries."""
    locks.owners([owner])
    hit = Freeze.objects.filter(owner=owner, level=level, lifted_at=None).update(lifted_at=at)
    if not hit:
        return False
    _show([owner], at)
    record(
        [Deed("ledger.unfreeze", typed("mbr", owner), after={"level": level.value}, reason=reason)], actor=actor, at=at
    )
    return True


@transaction.atomic
def thaw_due(*, actor: Actor, at: datetime) -> int:
    """One step of the job: closes freezes whose time is over. How many; call it until it answers 0. Idempotent.

    Spending and earning are free from that time on, whether the job came by or not; a paused expiry waits for it.
    """
    due = list(Freeze.objects.filter(lifted_at=None, until__lte=at).order_by("until")[:AT_ONCE])
    if not due:
        return 0
    owners = {one.owner for one in due}
    locks.owners(owners)
    Freeze.objects.filter(pk__in=[one.pk for one in due], lifted_at=None).update(lifted_at=at)
    _show(owners, at)
    record([Deed("ledger.thaw", after={"freezes": len(due)})], actor=actor, at=at)
    return len(due)


def _show(owners: Collection[UUID], at: datetime) -> None:
    """What tills ask for is on the account; lots get back the time they were paused. Two queries."""
    run(
        "UPDATE ledger_lot l SET expires_at = l.expires_at + (%s - a.paused_at) FROM ledger_account a"
        " WHERE a.id = l.account AND a.owner = ANY(%s::uuid[]) AND a.paused_at IS NOT NULL AND l.is_open"
        " AND l.expires_at > a.paused_at AND NOT EXISTS (SELECT 1 FROM ledger_freeze f WHERE f.owner = a.owner"
        " AND f.lifted_at IS NULL AND f.pauses_expiry)",
        [at, column(owners)],
    )
    run(
        "UPDATE ledger_account a SET no_spend_until = f.spend, no_earn_until = f.earn,"
        " paused_at = CASE WHEN f.pausing THEN coalesce(a.paused_at, %s) END"
        " FROM (SELECT o.owner, max(until) FILTER (WHERE level = %s) AS spend,"
        " max(until) FILTER (WHERE level = %s) AS earn, coalesce(bool_or(pauses_expiry), false) AS pausing"
        " FROM unnest(%s::uuid[]) AS o(owner) LEFT JOIN ledger_freeze z ON z.owner = o.owner AND z.lifted_at IS NULL"
        " GROUP BY o.owner) f WHERE a.owner = f.owner",
        [at, Level.SPEND.value, Level.EARN.value, column(owners)],
    )
