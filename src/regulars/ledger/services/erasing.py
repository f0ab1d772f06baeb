"""A holder is forgotten: the entries stay, what was owed either way is written off by posted entries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.ledger import locks
from regulars.ledger.drafts import AccountRow, Draft, Words
from regulars.ledger.models import Account, Adjustment, Freeze, Hold, Pending, Unit
from regulars.ledger.moves import House
from regulars.ledger.services.accounts import houses, locked
from regulars.ledger.services.expiry import expire, expired
from regulars.ledger.services.holds import void
from regulars.ledger.words import Kind, Role
from regulars.ledger.writing import write


@transaction.atomic
def erase(owners: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> dict[str, Any]:
    """Holds are voided, earns on their way cancelled, the rest written off, debts forgiven, accounts closed.

    In numbers. The ids in the entries name nobody once the person is gone; notes of
    adjustments and reasons of freezes are blanked.
    """
    _known(owners, at)
    for hold in Hold.objects.filter(owner__in=owners, closed_as=None):
        void(hold.id, actor=actor, at=at)
    draft = Draft(at, actor.id, actor.request_id)
    draft.know(locks.owners(owners))
    rows = list(draft.accounts.values())
    draft.know((), locks.open_lots([row.id for row in rows if row.role == Role.MAIN]))
    gone = [(row, lot) for row in rows if row.role == Role.MAIN for lot in expired(draft, row)]
    if gone:
        expire(draft, gone)
    words = Words(deed=deed)
    ends = houses({(row.unit, House(Role.WRITTEN_OFF)) for row in rows}, at)
    for row in rows:
        _write_off(draft, row, ends[row.unit, House(Role.WRITTEN_OFF)], words)
    write(draft)
    Pending.objects.filter(owner__in=owners, state="pending").update(state="cancelled", settled_at=at, remaining=0)
    Account.objects.filter(owner__in=owners).update(closed_at=at)
    Adjustment.objects.filter(owner__in=owners).update(note="")
    Freeze.objects.filter(owner__in=owners).update(reason="")
    record(
        [Deed("ledger.erase", typed("mbr", owners[0]), after={"transfers": len(draft.transfers)})], actor=actor, at=at
    )
    return {"accounts": len(rows), "transfers": len(draft.transfers)}


def _known(owners: Sequence[UUID], at: datetime) -> None:
    """Locks the accounts of all. Who never had one gets one to be closed: nothing is opened for an erased holder."""
    there = {row.owner for row in locks.owners(owners)}
    first = Unit.objects.order_by("code").values_list("code", flat=True)[:1]
    locked([(owner, unit, Role.MAIN) for owner in owners if owner not in there for unit in first], at)


def _write_off(draft: Draft, row: AccountRow, house: AccountRow, words: Words) -> None:
    if row.role == Role.MAIN:
        parts = [(lot, lot.remaining) for lot in draft.in_order(row) if lot.remaining]
        if parts:
            total = sum(part for _, part in parts)
            draft.use(parts, draft.transfer(Kind.ERASE, row, house, total, draft.at, words), draft.at)
        row.indebted = -row.owed
    elif row.role == Role.PENDING and row.balance:
        draft.transfer(Kind.ERASE, row, house, row.balance, draft.at, words)
    elif row.role == Role.DEBT and row.balance:
        draft.transfer(Kind.ERASE, house, row, -row.balance, draft.at, words)
