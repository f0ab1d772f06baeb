"""Taking many earns and loads back as far as nothing has come of them: what is left in their own lots, along merges,
and what is still on its way. Nothing is owed; what was spent, held, given away or has expired stays as it is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, run
from regulars.ledger import locks
from regulars.ledger.drafts import AccountRow, Draft, LotRow, Taken, Words
from regulars.ledger.services.accounts import locked
from regulars.ledger.services.pendings import cancel_open
from regulars.ledger.words import Kind, Role
from regulars.ledger.writing import write

_TRANSFERS: Final = (
    "SELECT t.id, t.amount, t.giver, t.unit, coalesce(p.settled_by, t.id),"
    " t.amount - (SELECT coalesce(sum(r.amount), 0)::bigint FROM ledger_transfer r WHERE r.reverses = t.id)"
    " FROM ledger_transfer t LEFT JOIN ledger_pending p ON p.id = t.id"
    " WHERE t.id = ANY(%s::uuid[]) AND t.kind IN ('earn', 'load') AND (p.id IS NULL OR p.state = 'active')"
    " ORDER BY t.id"
)
# The lots it made, also those that a debt gave back, as far as whose card it was has them: by itself or in a merge.
_OWN: Final = (
    "WITH RECURSIVE own AS (SELECT w.transfer, l.id, l.account FROM unnest(%s::uuid[], %s::uuid[]) AS w(transfer, made)"
    " JOIN ledger_transfer t ON t.id = w.made JOIN ledger_lot l ON l.account = t.taker AND l.transfer = w.made"
    " UNION SELECT own.transfer, l.id, l.account FROM own JOIN ledger_lot l ON l.parent = own.id"
    " JOIN ledger_transfer t ON t.id = l.transfer AND t.kind IN ('merge', 'unmerge', 'owe')),"
    " whose AS (SELECT id, coalesce(shown, owner) AS owner FROM ledger_transfer WHERE id = ANY(%s::uuid[])"
    " UNION SELECT w.id, a.merged_into FROM whose w JOIN ledger_account a ON a.owner = w.owner"
    " AND a.merged_into IS NOT NULL)"
    " SELECT own.transfer, own.id, a.owner, a.unit FROM own JOIN ledger_account a ON a.id = own.account"
    " JOIN whose ON whose.id = own.transfer AND whose.owner = a.owner"
)


@dataclass(frozen=True, slots=True)
class _First:
    """An earn or load to be taken back."""

    id: UUID
    amount: int
    giver: UUID
    unit: str
    made_by: UUID  # the transfer that made its lot: of one that was on its way, what made it active
    left: int  # not taken back before


@transaction.atomic
def withdraw(transfers: Collection[UUID], *, reason: str, actor: Actor, at: datetime) -> dict[UUID, int]:
    """Of each transfer how much was taken back, 0 where nothing could be. Safe to repeat. Twelve queries at most."""
    found = dict.fromkeys(transfers, 0)
    found |= cancel_open(sorted(transfers), reason=reason, actor=actor, at=at)
    firsts = [_First(*row) for row in run(_TRANSFERS, [column(sorted(transfers))])]
    draft = Draft(at, actor.id, actor.request_id)
    lots = _locked(draft, firsts)
    draft.know(AccountRow(one.giver, one.unit, None, Role.ISSUED) for one in firsts)
    for one in firsts:
        taken = _takeable(draft, lots.get(one.id, []), one.left)
        if taken:
            found[one.id] += _take_back(draft, one, taken, reason)
    if draft.transfers:
        write(draft)
        told = {"transfers": len(draft.transfers), "amount": sum(found.values())}
        record([Deed("ledger.withdraw", after=told, reason=reason)], actor=actor, at=at)
    return found


def _locked(draft: Draft, firsts: Sequence[_First]) -> Mapping[UUID, list[LotRow]]:
    """Their own open lots, of accounts under lock; who merged meanwhile is looked for once more."""
    own = _own(firsts)
    for _ in range(2):
        draft.know(locked({(owner, unit, Role.MAIN) for _, _, owner, unit in own}, draft.at))
        there, own = {(owner, unit) for _, _, owner, unit in own}, _own(firsts)
        if {(owner, unit) for _, _, owner, unit in own} <= there:
            break
    draft.know((), locks.open_lots([row.id for row in draft.accounts.values() if row.role == Role.MAIN]))
    by_id = {lot.id: lot for lots in draft.lots.values() for lot in lots}
    found: dict[UUID, list[LotRow]] = {}
    for transfer, lot, _, _ in own:
        if lot in by_id:
            found.setdefault(transfer, []).append(by_id[lot])
    return found


def _own(firsts: Sequence[_First]) -> list[tuple[UUID, UUID, UUID, str]]:
    """Transfer, lot, and whose it is now."""
    ids = column([one.id for one in firsts])
    return run(_OWN, [ids, column([one.made_by for one in firsts]), ids]) if firsts else []


def _takeable(draft: Draft, lots: Sequence[LotRow], most: int) -> Taken:
    taken: Taken = []
    for lot in sorted(lots, key=lambda lot: lot.order):
        part = min(lot.remaining, most)
        if part > 0 and draft.alive(draft.accounts[lot.account], lot):
            taken.append((lot, part))
            most -= part
    return taken


def _take_back(draft: Draft, one: _First, taken: Taken, reason: str) -> int:
    """One transfer for each holder whose lots they are by now; mostly one."""
    for account in {lot.account for lot, _ in taken}:
        own = [(lot, part) for lot, part in taken if lot.account == account]
        words = Words(reverses=one.id, reason=reason)
        amount = sum(part for _, part in own)
        house = draft.accounts[one.giver]
        number = draft.transfer(Kind.REVERSE, draft.accounts[account], house, amount, draft.at, words)
        draft.use(own, number, draft.at)
    return sum(part for _, part in taken)
