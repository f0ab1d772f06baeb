"""One holder becomes two again: each gets what it brought, and what came to its own cards since.

A lot is the other's if it came over in the merge, or was earned with a card of the other's; a movement is the other's
if its card was shown, or if it takes back what was the other's. What one's movements took of the other's lots is
netted, and the difference becomes a posted debt: the creditor has it back at once, in lots with the dates they had.
Where the survivor was itself merged into somebody meanwhile, and parted again, what happened there counts as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, run
from regulars.ledger import locks
from regulars.ledger.drafts import AccountRow, Draft, LotRow, Taken, Words
from regulars.ledger.models import Account, Pending, Transfer
from regulars.ledger.services.accounts import locked
from regulars.ledger.services.freezes import unfreeze
from regulars.ledger.services.merging import By, codes, hand_over, no_holds, read, shift_debt
from regulars.ledger.services.sweeping import carry
from regulars.ledger.words import Kind, Level, Role
from regulars.ledger.writing import write

# Whether a lot is the other's: since the merge it came over from the other, also through further merges and un-merges,
# or its first credit (an earn on its way: that earn) was with a card of the other's.
_ORIGIN: Final = """JOIN LATERAL (
    WITH RECURSIVE up(parent, transfer) AS (
        SELECT l.parent, l.transfer
        UNION ALL
        SELECT p.parent, p.transfer FROM up
        JOIN ledger_transfer t ON t.id = up.transfer AND t.kind IN ('merge', 'unmerge') AND t.recorded_at >= %(since)s
        JOIN ledger_lot p ON p.id = up.parent
    )
    SELECT bool_or(
        coalesce(c.kind = 'merge' AND c.recorded_at >= %(since)s AND q.account = ANY(%(accounts)s::uuid[]), false)
        OR coalesce(coalesce(c.shown, e.shown, e.owner) = ANY(%(others)s::uuid[]), false)
    ) AS is_theirs
    FROM up JOIN ledger_transfer c ON c.id = up.transfer
    LEFT JOIN ledger_transfer e ON e.id = c.deed AND c.kind = 'activate'
    LEFT JOIN ledger_lot q ON q.id = up.parent
) origin ON true"""
# Every movement since the merge on lots of the survivor, and of whom it was merged into meanwhile: whose lot, whose
# movement, how much. Of debts eaten there, only those out of the other's lots.
_USES: Final = f"""
SELECT u.lot, origin.is_theirs,
    coalesce(coalesce(b.shown, b.owner) = ANY(%(others)s::uuid[]), false),
    t.kind = 'repay', sum(u.amount)::bigint
FROM ledger_lot_use u
JOIN ledger_transfer t ON t.id = u.transfer AND t.recorded_at >= %(since)s
JOIN ledger_transfer b ON b.id = coalesce(t.reverses, t.id)
JOIN ledger_lot l ON l.id = u.lot
{_ORIGIN}
WHERE u.account = ANY(%(mains)s::uuid[]) AND t.kind NOT IN ('expire', 'merge', 'unmerge') AND b.kind <> 'expire'
    AND (t.kind <> 'repay' OR u.account = %(main)s OR origin.is_theirs)
GROUP BY 1, 2, 3, 4
"""
# Open lots of the survivor that are the other's.
_THEIRS: Final = (
    f"SELECT l.id FROM ledger_lot l {_ORIGIN} WHERE l.account = %(main)s AND l.is_open AND origin.is_theirs"
)


@dataclass(slots=True)
class Parting:
    """One un-merge being decided."""

    draft: Draft
    by: By
    survivor: UUID
    others: Sequence[UUID]
    plan: Mapping[str, Any]
    accounts: str  # of the others, as an array
    words: Words
    been: Sequence[UUID]  # owners whom the survivor was merged into since, for a time

    @property
    def other(self) -> UUID:
        return self.others[0]

    def main(self, owner: UUID, unit: str) -> AccountRow:
        return self.by[owner, unit, Role.MAIN]

    def debt(self, owner: UUID, unit: str) -> AccountRow:
        if (owner, unit, Role.DEBT) not in self.by:
            more = [
                row for row in locked([(owner, unit, Role.DEBT)], self.draft.at) if row.id not in self.draft.accounts
            ]
            self.draft.know(more)
            self.by.update({(row.owner, row.unit, row.role): row for row in more})
        return self.by[owner, unit, Role.DEBT]


@transaction.atomic
def unmerge(
    survivor: UUID, others: Sequence[UUID], plan: Mapping[str, Any], *, deed: UUID, actor: Actor, at: datetime
) -> dict[str, Any]:
    """How many transfers it took. Raises OpenHolds."""
    wanted = [(owner, unit) for owner in (survivor, others[0]) for unit in codes()]
    draft, by = read((survivor, *others), wanted, actor, at)
    no_holds(survivor, *others)
    accounts = column(row.id for row in draft.accounts.values() if row.owner in others)
    been = run("SELECT DISTINCT unnest(been) FROM ledger_account WHERE owner = %s", [survivor])
    parting = Parting(draft, by, survivor, others, plan, accounts, Words(deed=deed), [owner for (owner,) in been])
    for unit in codes():
        _part(parting, unit)
        _pendings(parting, unit)
    write(draft)
    _part_from(others[0], [survivor, *parting.been])
    for level in plan["freezes"]:
        unfreeze(survivor, Level(level), reason="unmerge", actor=actor, at=at)
    record(
        [Deed("ledger.unmerge", typed("mbr", survivor), after={"transfers": len(draft.transfers)})], actor=actor, at=at
    )
    return {"transfers": len(draft.transfers)}


def _part_from(other: UUID, been: Sequence[UUID]) -> None:
    """One query."""
    run(
        "UPDATE ledger_account SET merged_into = NULL, been = CASE WHEN role = 'main' THEN"
        " ARRAY(SELECT DISTINCT unnest(been || %s::uuid[])) ELSE been END WHERE owner = %s",
        [column(been), other],
    )


def _mains(owners: Sequence[UUID], unit: str) -> list[UUID]:
    """One query."""
    rows = Account.objects.filter(owner__in=owners, unit=unit, role=Role.MAIN)
    return list(rows.values_list("id", flat=True))


def _part(parting: Parting, unit: str) -> None:
    draft, one, two = parting.draft, parting.main(parting.survivor, unit), parting.main(parting.other, unit)
    asked = {
        "since": datetime.fromisoformat(parting.plan["since"]), "main": one.id, "accounts": parting.accounts,
        "others": column(parting.others), "mains": column([one.id, *_mains(parting.been, unit)]),
    }  # fmt: skip
    uses = run(_USES, asked)
    theirs = {number for (number,) in run(_THEIRS, asked)}
    draft.know((), locks.open_lots([one.id]))
    left = [
        (lot, lot.remaining)
        for lot in draft.in_order(one)
        if lot.id in theirs and lot.remaining and draft.alive(one, lot)
    ]
    if left:
        carry(draft, left, one, two, Kind.UNMERGE, parting.words)
    lots = {lot.id: lot for lot in locks.lots({lot for lot, *_ in uses})}
    _settle(parting, unit, uses, lots)


def _settle(
    parting: Parting, unit: str, uses: Sequence[tuple[UUID, bool, bool, bool, int]], lots: Mapping[UUID, LotRow]
) -> None:
    """Debts go back to whom they belong; then what one took of the other's lots, netted, is owed."""

    def lent(of_them: bool) -> Taken:
        parts = [(lots[u], n) for u, theirs, by_them, repays, n in uses if theirs == of_them != by_them and not repays]
        return sorted(parts, key=lambda taken: taken[0].order)

    def repaid(of_them: bool) -> int:
        return sum(n for _, theirs, _, repays, n in uses if repays and theirs == of_them)

    one = parting.main(parting.survivor, unit)
    owes_two = parting.plan["owed"].get(unit, 0) + _owed_since(parting, unit, by_them=True)
    owes_one = parting.plan["own_owed"].get(unit, 0) + _owed_since(parting, unit, by_them=False)
    back = min(one.owed, max(0, owes_two - repaid(True)))
    if back:
        payer, freed = parting.debt(parting.other, unit), parting.debt(parting.survivor, unit)
        shift_debt(parting.draft, parting.by, payer, freed, back, Kind.UNMERGE, parting.words)
    theirs, mine = lent(True), lent(False)
    excess = max(0, repaid(True) - owes_two) - max(0, repaid(False) - owes_one)
    net = sum(part for _, part in theirs) - sum(part for _, part in mine) + excess
    if net > 0:
        _owe(parting, parting.survivor, parting.other, unit, net, theirs)
    elif net < 0:
        _owe(parting, parting.other, parting.survivor, unit, -net, mine)


def _owe(parting: Parting, debtor: UUID, creditor: UUID, unit: str, amount: int, used: Taken) -> None:
    """The debtor's debt account pays the creditor's main one: lots with the dates of what was used, the latest first.

    What has expired since would be gone anyway and is not owed; what no lot accounts for never expires.
    """
    draft, main = parting.draft, parting.main(creditor, unit)
    parts: Taken = []
    for lot, part in reversed(used):
        now = min(max(0, part), amount)
        amount -= now
        if now and draft.alive(main, lot):
            parts.append((lot, now))
    total = amount + sum(part for _, part in parts)
    if total == 0:
        return
    number = draft.transfer(Kind.OWE, parting.debt(debtor, unit), main, total, draft.at, parting.words)
    parting.main(debtor, unit).indebted += total
    for lot, part in parts:
        draft.new_lot(
            main, number, part, earned_at=lot.earned_at, starts_at=lot.starts_at, expires_at=lot.expires_at,
            usable_from=draft.at, parent=lot.id,
        )  # fmt: skip
    if amount:
        draft.new_lot(main, number, amount, earned_at=draft.at, starts_at=draft.at, expires_at=None)


def _owed_since(parting: Parting, unit: str, *, by_them: bool) -> int:
    """Debts made after the merge by taking back what was the other's (also where the survivor was merged into somebody
    meanwhile), or the survivor's own. One query."""
    owners = [parting.survivor, *parting.been] if by_them else [parting.survivor]
    [(amount,)] = run(
        "SELECT coalesce(sum(t.amount), 0)::bigint FROM ledger_transfer t JOIN ledger_transfer b ON b.id = t.reverses"
        " WHERE t.owner = ANY(%s::uuid[]) AND t.unit = %s AND t.kind = 'owe' AND t.recorded_at >= %s"
        " AND coalesce(coalesce(b.shown, b.owner) = ANY(%s::uuid[]), false) = %s",
        [column(owners), unit, parting.plan["since"], column(parting.others), by_them],
    )
    return int(amount)


def _pendings(parting: Parting, unit: str) -> None:
    old = parting.by.get((parting.survivor, unit, Role.PENDING))
    if old is None:
        return
    rows = {row.id: row for row in Pending.objects.filter(account=old.id, state="pending")}
    shown = set(Transfer.objects.filter(id__in=rows, shown__in=parting.others).values_list("id", flat=True))
    ids = [number for number in rows if number in shown or str(number) in parting.plan["pendings"]]
    if ids:
        two = (parting.other, unit, Role.PENDING)
        parting.draft.know(row for row in locked([two], parting.draft.at) if row.id not in parting.draft.accounts)
        new = next(r for r in parting.draft.accounts.values() if (r.owner, r.unit, r.role) == two)
        total = sum(rows[number].remaining for number in ids)
        parting.draft.transfer(Kind.UNMERGE, old, new, total, parting.draft.at, parting.words)
        hand_over(old, new, ids)
