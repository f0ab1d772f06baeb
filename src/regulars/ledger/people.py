"""This room's step of deeds across rooms: merge, un-merge, erase, export, undo of an import."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.journal.moves import Actor
from regulars.ledger.models import Account, Adjustment, Freeze, Hold, Lot, Pending, Transfer
from regulars.ledger.services import erasing, merging, unmerging

Plain = dict[str, Any]
room: Final = "ledger"


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Lots go over with their dates, and so do earns on their way, debts and freezes. Refused with open holds on either
    side: a promise at a till must end where it began. A fixed number of queries."""
    return merging.merge(survivor, other, deed=deed, actor=actor, at=at)


def unmerge(
    survivor: UUID, others: Sequence[UUID], *, plan: Mapping[str, Any], deed: UUID, actor: Actor, at: datetime
) -> Plain:
    """What is left of the other's lots goes back, and so does what came to a card of its own since. What one paid for
    the other becomes a posted debt, netted. Queries grow with the units held, not with the history of others."""
    return unmerging.unmerge(survivor, others, plan, deed=deed, actor=actor, at=at)


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """The entries stay, with ids that name nobody; what was owed to the person is written off by posted entries."""
    return erasing.erase(members, deed=deed, actor=actor, at=at)


def export(members: Sequence[UUID]) -> Plain:
    """All that is kept about a person here. Six queries."""
    accounts = Account.objects.filter(owner__in=members).order_by("id")
    moved = Transfer.objects.filter(owner__in=members) | Transfer.objects.filter(other__in=members)
    return {
        "accounts": [_plain(row, "acc", "unit role balance held owed floor opened_at") for row in accounts],
        "transfers": [
            _plain(
                row, "txn", "kind unit amount effective_at recorded_at reason merchant store source external_id rule"
            )
            for row in moved.distinct().order_by("id")
        ],
        "lots": [
            _plain(row, "lot", "unit amount remaining held earned_at starts_at expires_at")
            for row in Lot.objects.filter(account__in=accounts.values("id")).order_by("id")
        ],
        "holds": [
            _plain(row, "hld", "unit amount placed_at lapses_at closed_as captured merchant store reason")
            for row in Hold.objects.filter(owner__in=members).order_by("id")
        ],
        "pending": [
            _plain(row, "txn", "unit amount remaining state earned_at activates_at cancels_at")
            for row in Pending.objects.filter(owner__in=members).order_by("id")
        ],
        "adjustments": [
            _plain(row, "adj", "unit amount reason note state asked_at decided_at")
            for row in Adjustment.objects.filter(owner__in=members).order_by("id")
        ],
        "freezes": [
            _plain(row, "frz", "level reason since until lifted_at")
            for row in Freeze.objects.filter(owner__in=members).order_by("id")
        ],
    }


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Members with anything in the books stay. Two queries."""
    moved = Transfer.objects.filter(owner__in=members).values_list("owner", flat=True).distinct()
    got = Transfer.objects.filter(other__in=members).values_list("other", flat=True).distinct()
    stay = {owner for owner in (*moved, *got) if owner}
    return [member for member in members if member in stay]


def _plain(row: Any, prefix: str, names: str) -> Plain:
    found: Plain = {"id": typed(prefix, row.id)}
    for name in names.split():
        value = getattr(row, name)
        found[name] = value.isoformat() if isinstance(value, datetime) else value
    return found
