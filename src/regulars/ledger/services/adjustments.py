"""Manual corrections: with a reason, a note, and a second person above the unit's threshold."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.ledger.errors import AdjustmentSettled, NeedsAnother, WrongPosting
from regulars.ledger.intake import fingerprint
from regulars.ledger.models import Adjustment, Unit
from regulars.ledger.moves import Adjusted, Correction, Holder, House, Posting
from regulars.ledger.services.accounts import units
from regulars.ledger.services.keys import claim
from regulars.ledger.services.postings import post
from regulars.ledger.words import Kind, Role


@transaction.atomic
def adjust(
    wanted: Correction, *, needs_another: bool = False, asked_by: str = "", actor: Actor, at: datetime
) -> Adjusted:
    """Posts it at once, or above the threshold asks for a second person. The link to who and why is never undone.

    `needs_another`: it asks whatever the threshold. `asked_by`: the person for whom a shared key acts.

    Twelve queries. Raises NotEnough, KeyReused, WrongPosting, UnitUnknown.
    """
    unit = units([wanted.unit])[wanted.unit]
    if wanted.amount == 0 or not wanted.reason or not wanted.note.strip():
        raise WrongPosting("An adjustment has an amount, a reason and a note.")
    number = new_id(at)
    if wanted.source or wanted.external_id:
        key = (wanted.source, wanted.external_id)
        first = claim([(*key, fingerprint(wanted), number)]).get(key, number)
        if first != number:
            return _told(Adjustment.objects.get(pk=first), replayed=True)
    row = Adjustment(
        id=number, owner=wanted.owner, unit=wanted.unit, amount=wanted.amount, reason=wanted.reason, note=wanted.note,
        expires_at=wanted.expires_at, state="asked", asked_by=asked_by or actor.id, asked_at=at,
    )  # fmt: skip
    if not needs_another and not _needs_another(row, unit):
        row.transfer, row.state, row.decided_at = _post(row, actor, at), "posted", at
    row.save(force_insert=True)
    facts = {"unit": row.unit, "amount": row.amount, "state": row.state}
    record([Deed("ledger.adjust", typed("adj", row.id), after=facts, reason=row.reason)], actor=actor, at=at)
    return _told(row)


@transaction.atomic
def approve(adjustment: UUID, *, actor: Actor, at: datetime) -> Adjusted:
    """The second person agrees: it is posted. Raises NeedsAnother, AdjustmentSettled, NotEnough. Twelve queries."""
    row = _open(adjustment, actor)
    hit = Adjustment.objects.filter(pk=adjustment, state="asked").update(
        state="posted", transfer=new_id(at), decided_by=actor.id, decided_at=at
    )
    if hit != 1:
        raise AdjustmentSettled("Somebody else decided just now.")
    row.transfer, row.state, row.decided_by = _post(row, actor, at), "posted", actor.id
    Adjustment.objects.filter(pk=adjustment).update(transfer=row.transfer)
    facts = {"unit": row.unit, "amount": row.amount, "asked_by": row.asked_by}
    record([Deed("ledger.approve", typed("adj", row.id), after=facts, reason=row.reason)], actor=actor, at=at)
    return _told(row)


@transaction.atomic
def decline(adjustment: UUID, *, actor: Actor, at: datetime) -> Adjusted:
    """The second person says no: nothing is posted. Raises NeedsAnother, AdjustmentSettled. Three queries."""
    row = _open(adjustment, actor)
    hit = Adjustment.objects.filter(pk=adjustment, state="asked").update(
        state="refused", decided_by=actor.id, decided_at=at
    )
    if hit != 1:
        raise AdjustmentSettled("Somebody else decided just now.")
    row.state, row.decided_by = "refused", actor.id
    record([Deed("ledger.decline", typed("adj", row.id), reason=row.reason)], actor=actor, at=at)
    return _told(row)


def _needs_another(row: Adjustment, unit: Unit) -> bool:
    return unit.approve_above is not None and abs(row.amount) > unit.approve_above


def _open(adjustment: UUID, actor: Actor) -> Adjustment:
    row = Adjustment.objects.filter(pk=adjustment).first()
    if row is None or row.state != "asked":
        raise AdjustmentSettled("This adjustment is not waiting.", state=row.state if row else "unknown")
    if row.asked_by == actor.id:
        raise NeedsAnother("Whoever asked cannot decide.", asked_by=row.asked_by)
    return row


def _post(row: Adjustment, actor: Actor, at: datetime) -> UUID:
    holder, house = Holder(row.owner), House(Role.ADJUSTED, row.reason)
    given = row.amount > 0
    posting = Posting(
        Kind.ADJUST, row.unit, abs(row.amount), house if given else holder, holder if given else house,
        expires_at=row.expires_at if given else None, reason=row.reason,
        details={"adjustment": typed("adj", row.id), "asked_by": row.asked_by},
    )  # fmt: skip
    return post([posting], actor=actor, at=at)[0].id


def _told(row: Adjustment, *, replayed: bool = False) -> Adjusted:
    return Adjusted(row.id, row.state, row.amount, row.asked_by, row.decided_by, row.transfer, replayed)
