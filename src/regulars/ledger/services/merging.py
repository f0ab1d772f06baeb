"""Two holders become one: what the other has goes over with its dates."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import run
from regulars.ledger import locks
from regulars.ledger.drafts import AccountRow, Draft, Words
from regulars.ledger.errors import OpenHolds
from regulars.ledger.models import Account, Freeze, Hold, Pending, Unit
from regulars.ledger.services.accounts import locked
from regulars.ledger.services.expiry import expire, expired
from regulars.ledger.services.freezes import freeze
from regulars.ledger.services.sweeping import carry
from regulars.ledger.words import FOREVER, Kind, Level, Role
from regulars.ledger.writing import write

By = dict[tuple[UUID | None, str, Role], AccountRow]


@transaction.atomic
def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> dict[str, Any]:
    """What un-merge needs: after which transfer, what was brought and owed in each unit, the freezes that went over.

    Raises OpenHolds.
    """
    draft, by = read((survivor, other), [(other, unit) for unit in codes()], actor, at)
    no_holds(survivor, other)
    # Drawn under the locks: whatever was posted to either before has a lower number, whatever comes a higher one.
    [(after,)] = run("SELECT nextval('ledger_transfer_number')")
    mine = [row for row in draft.accounts.values() if row.owner == other]
    plan: dict[str, Any] = {
        "after": after, "brought": _worth(mine), "owed": {}, "freezes": _freezes(survivor, other, actor, at),
    }  # fmt: skip
    draft.know((), locks.open_lots([row.id for row in mine if row.role == Role.MAIN]))
    gone = [(row, lot) for row in mine for lot in expired(draft, row)]
    if gone:
        expire(draft, gone)
    wanted = [(survivor, row.unit, row.role) for row in mine if row.role == Role.MAIN or row.balance]
    more = [row for row in locked(wanted, at) if row.id not in draft.accounts]
    draft.know(more)
    by |= {(row.owner, row.unit, row.role): row for row in more}
    words = Words(deed=deed)
    for row in mine:
        one = by.get((survivor, row.unit, row.role))
        if row.role == Role.MAIN:
            assert one is not None
            parts = [(lot, lot.remaining) for lot in draft.in_order(row) if lot.remaining]
            if parts:
                carry(draft, parts, row, one, Kind.MERGE, words)
        elif row.role == Role.PENDING and row.balance:
            assert one is not None
            draft.transfer(Kind.MERGE, row, one, row.balance, at, words)
            hand_over(row, one)
        elif row.role == Role.DEBT and row.balance:
            assert one is not None
            shift_debt(draft, by, one, row, -row.balance, Kind.MERGE, words)
            plan["owed"][row.unit] = -row.balance
    write(draft)
    Account.objects.filter(owner=other).update(merged_into=survivor)
    record(
        [Deed("ledger.merge", typed("mbr", survivor), after={"transfers": len(draft.transfers)})], actor=actor, at=at
    )
    return plan


def _worth(rows: Sequence[AccountRow]) -> dict[str, int]:
    """What there is on them, without what is owed."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.unit] = found.get(row.unit, 0) + (row.balance or 0)
    return found


def codes() -> list[str]:
    return list(Unit.objects.order_by("code").values_list("code", flat=True))


def read(owners: Sequence[UUID], wanted: Sequence[tuple[UUID, str]], actor: Actor, at: datetime) -> tuple[Draft, By]:
    """All accounts of these holders, locked; main ones that are wanted and missing are made."""
    draft = Draft(at, actor.id, actor.request_id)
    draft.know(locks.owners(owners))
    draft.know(locked([(owner, unit, Role.MAIN) for owner, unit in wanted], at))
    return draft, {(row.owner, row.unit, row.role): row for row in draft.accounts.values()}


def no_holds(*owners: UUID) -> None:
    """Raises OpenHolds."""
    found = Hold.objects.filter(owner__in=owners, closed_as=None).count()
    if found:
        raise OpenHolds(f"{found} holds are open; capture or void them first.", holds=found)


def hand_over(old: AccountRow, new: AccountRow, only: Sequence[UUID] | None = None) -> None:
    """Earns on their way belong to another now. One query."""
    rows = Pending.objects.filter(account=old.id, state="pending")
    if only is not None:
        rows = rows.filter(id__in=only)
    rows.update(account=new.id, owner=new.owner)


def shift_debt(
    draft: Draft, by: By, payer: AccountRow, freed: AccountRow, amount: int, kind: Kind, words: Words
) -> None:
    """One debt account takes over what another owes."""
    draft.transfer(kind, payer, freed, amount, draft.at, words)
    by[payer.owner, payer.unit, Role.MAIN].indebted += amount
    by[freed.owner, freed.unit, Role.MAIN].indebted -= amount


def _freezes(survivor: UUID, other: UUID, actor: Actor, at: datetime) -> list[str]:
    """Nobody gets out of a freeze by being merged; the levels that went over."""
    rows = {row.level: row for row in Freeze.objects.filter(owner=other, lifted_at=None, until__gt=at)}
    there = set(Freeze.objects.filter(owner=survivor, lifted_at=None).values_list("level", flat=True))
    for level in sorted(rows.keys() - there):
        until = None if rows[level].until >= FOREVER else rows[level].until
        freeze(
            survivor, Level(level), reason=rows[level].reason, until=until, pauses_expiry=rows[level].pauses_expiry,
            actor=actor, at=at,
        )  # fmt: skip
    return sorted(rows.keys() - there)
