"""One holder becomes two again: each gets what it brought, and what came to its own cards since.

The other is due what it brought to the merge and what its own cards brought and took since: a movement is of whose card
was shown (else of whose account it was), and taking back is of whom the first movement was. That holds on whichever
account it was posted, so also where the survivor was itself merged into somebody meanwhile. What has expired is its
loss where the lot was its own; a debt that was let go is its luck where the debt was.

First its own lots, earns on their way and debts go back to it. The difference to what it is due is a posted debt: the
creditor has it back at once, in lots with the dates of those that were used.
"""

from collections.abc import Collection, Mapping, Sequence
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
from regulars.ledger.drafts import AccountRow, Draft, Taken, Words
from regulars.ledger.models import Account
from regulars.ledger.services.accounts import locked
from regulars.ledger.services.expiry import expire, expired
from regulars.ledger.services.freezes import unfreeze
from regulars.ledger.services.merging import By, codes, hand_over, no_holds, read, shift_debt
from regulars.ledger.services.sweeping import carry
from regulars.ledger.words import Kind, Level, Role
from regulars.ledger.writing import write

# What cards of the others brought (above nothing) and took since the merge, by unit. A gift has a card at both ends;
# what else goes from holder to holder is nobody's movement. Expiry is counted by lots.
_MOVED: Final = """
SELECT t.unit, sum(CASE WHEN t.id = b.id THEN t.amount ELSE -t.amount END * (
    coalesce(card.of_taker = ANY(%(others)s::uuid[]), false)::int
    - coalesce(card.of_giver = ANY(%(others)s::uuid[]), false)::int
))::bigint
FROM ledger_transfer t
JOIN ledger_transfer b ON b.id = coalesce(t.reverses, t.id)
JOIN ledger_account g ON g.id = b.giver
CROSS JOIN LATERAL (SELECT CASE WHEN g.owner IS NOT NULL THEN coalesce(b.shown, b.owner) END AS of_giver,
    CASE WHEN g.owner IS NULL THEN coalesce(b.shown, b.owner) ELSE b.other END AS of_taker) card
WHERE (t.owner = ANY(%(owners)s::uuid[]) OR t.other = ANY(%(owners)s::uuid[])) AND t.number > %(after)s
    AND b.kind NOT IN ('activate', 'repay', 'merge', 'unmerge', 'owe', 'expire', 'forgive', 'erase')
GROUP BY 1
"""
# Debts by taking back what was the others', and debts of whoever held them that were let go.
_DEBTS: Final = """
SELECT t.unit,
    coalesce(sum(t.amount) FILTER (WHERE t.kind = 'owe' AND coalesce(b.shown, b.owner) = ANY(%(others)s::uuid[])), 0)
        ::bigint,
    coalesce(sum(t.amount) FILTER (WHERE t.kind = 'forgive'), 0)::bigint
FROM ledger_transfer t LEFT JOIN ledger_transfer b ON b.id = t.reverses
WHERE t.owner = ANY(%(owners)s::uuid[]) AND t.number > %(after)s AND t.kind IN ('owe', 'forgive')
GROUP BY 1
"""
# Whether a lot is the others': what was there before the merge by where it lay; what came since by whose card brought
# it. One that a debt gave back is of whom the used one was, or else the creditor's; one that came back to somebody and
# was sent on is of whom that was done for.
_WHOSE: Final = """JOIN LATERAL (
    WITH RECURSIVE up(account, parent, transfer) AS (
        SELECT l.account, l.parent, l.transfer
        UNION ALL
        SELECT p.account, p.parent, p.transfer FROM up
        JOIN ledger_transfer t ON t.id = up.transfer AND t.kind IN ('merge', 'unmerge', 'owe')
            AND t.shown IS NULL AND t.number > %(after)s
        JOIN ledger_lot p ON p.id = up.parent
    )
    SELECT bool_or(CASE
        WHEN c.number <= %(after)s THEN up.account = ANY(%(accounts)s::uuid[])
        WHEN c.kind IN ('merge', 'unmerge') AND c.shown IS NULL THEN false
        ELSE coalesce(e.shown, e.owner, c.shown, c.other, c.owner) = ANY(%(others)s::uuid[])
    END) AS is_theirs
    FROM up JOIN ledger_transfer c ON c.id = up.transfer
    LEFT JOIN ledger_transfer e ON e.id = c.deed AND c.kind = 'activate'
) origin ON true"""
# What the movements since took from each lot, on any account of theirs: whose lot, whose movement, and what it was.
_USES: Final = f"""
SELECT u.lot, origin.is_theirs, coalesce(b.shown, b.owner) = ANY(%(others)s::uuid[]), b.kind, sum(u.amount)::bigint
FROM ledger_lot_use u
JOIN ledger_transfer t ON t.id = u.transfer AND t.number > %(after)s AND t.kind NOT IN ('merge', 'unmerge', 'erase')
JOIN ledger_transfer b ON b.id = coalesce(t.reverses, t.id)
JOIN ledger_lot l ON l.id = u.lot
{_WHOSE}
WHERE u.account = ANY(%(mains)s::uuid[])
GROUP BY 1, 2, 3, 4
"""
# Open lots of the survivor that are the others'.
_THEIRS: Final = f"SELECT l.id FROM ledger_lot l {_WHOSE} WHERE l.account = %(main)s AND l.is_open AND origin.is_theirs"

Uses = list[tuple[UUID, bool, bool, str, int]]


@dataclass(slots=True)
class Parting:
    """One un-merge being decided."""

    draft: Draft
    by: By
    survivor: UUID
    others: Sequence[UUID]
    plan: Mapping[str, Any]
    words: Words
    asked: Mapping[str, object]  # of every statement about what happened since
    moved: Mapping[str, int]  # by unit
    debts: Mapping[str, tuple[int, int]]  # by unit: made since, let go since

    @property
    def other(self) -> UUID:
        return self.others[0]

    def main(self, owner: UUID, unit: str) -> AccountRow:
        return self.by[owner, unit, Role.MAIN]

    def account(self, owner: UUID, unit: str, role: Role) -> AccountRow:
        """Also one that was not there before."""
        if (owner, unit, role) not in self.by:
            more = [row for row in locked([(owner, unit, role)], self.draft.at) if row.id not in self.draft.accounts]
            self.draft.know(more)
            self.by.update({(row.owner, row.unit, row.role): row for row in more})
        return self.by[owner, unit, role]


@transaction.atomic
def unmerge(
    survivor: UUID, others: Sequence[UUID], plan: Mapping[str, Any], *, deed: UUID, actor: Actor, at: datetime
) -> dict[str, Any]:
    """How many transfers it took. Raises OpenHolds."""
    wanted = [(owner, unit) for owner in (survivor, others[0]) for unit in codes()]
    draft, by = read((survivor, *others), wanted, actor, at)
    no_holds(survivor, *others)
    been = _been([survivor])
    owners = {survivor, *others, *been, *_been(others)}
    asked = {
        "owners": column(owners), "others": column(others), "after": plan["after"],
        "accounts": column(row.id for row in draft.accounts.values() if row.owner in others),
    }  # fmt: skip
    debts = {unit: (made, forgiven) for unit, made, forgiven in run(_DEBTS, asked)}
    parting = Parting(draft, by, survivor, others, plan, Words(deed=deed), asked, dict(run(_MOVED, asked)), debts)
    for unit in codes():
        _part(parting, unit, _mains(owners, unit))
    write(draft)
    _part_from(others[0], [survivor, *been])
    for level in plan["freezes"]:
        unfreeze(survivor, Level(level), reason="unmerge", actor=actor, at=at)
    record(
        [Deed("ledger.unmerge", typed("mbr", survivor), after={"transfers": len(draft.transfers)})], actor=actor, at=at
    )
    return {"transfers": len(draft.transfers)}


def _been(owners: Sequence[UUID]) -> list[UUID]:
    """Whom they were merged into for a time. One query."""
    rows = run("SELECT DISTINCT unnest(been) FROM ledger_account WHERE owner = ANY(%s::uuid[])", [column(owners)])
    return [owner for (owner,) in rows]


def _part_from(other: UUID, been: Sequence[UUID]) -> None:
    """One query."""
    run(
        "UPDATE ledger_account SET merged_into = NULL, been = CASE WHEN role = 'main' THEN"
        " ARRAY(SELECT DISTINCT unnest(been || %s::uuid[])) ELSE been END WHERE owner = %s",
        [column(been), other],
    )


def _mains(owners: Collection[UUID], unit: str) -> list[UUID]:
    """One query."""
    rows = Account.objects.filter(owner__in=owners, unit=unit, role=Role.MAIN)
    return list(rows.values_list("id", flat=True))


def _part(parting: Parting, unit: str, mains: Sequence[UUID]) -> None:
    """What is its own goes back; then the difference to what it is due is settled."""
    main = parting.main(parting.survivor, unit)
    asked = {**parting.asked, "main": main.id, "mains": column(mains)}
    uses = run(_USES, asked)
    theirs = {number for (number,) in run(_THEIRS, asked)}
    expired = _expired(parting, main, theirs) + sum(n for _, own, _, kind, n in uses if own and kind == Kind.EXPIRE)
    back = _lots_back(parting, unit, theirs) + _pendings_back(parting, unit)
    made, forgiven = parting.debts.get(unit, (0, 0))
    eaten = sum(n for _, own, _, kind, n in uses if own and kind == Kind.REPAY)
    owes = max(0, parting.plan["owed"].get(unit, 0) + made - eaten)
    owed = min(main.owed, owes)
    if owed:
        payer, freed = (parting.account(owner, unit, Role.DEBT) for owner in (parting.other, parting.survivor))
        shift_debt(parting.draft, parting.by, payer, freed, owed, Kind.UNMERGE, parting.words)
    due = parting.plan["brought"].get(unit, 0) + parting.moved.get(unit, 0) - expired + min(forgiven, owes - owed)
    _settle(parting, unit, due - (back - owed), uses)


def _expired(parting: Parting, main: AccountRow, theirs: Collection[UUID]) -> int:
    """Posts what of the survivor's lots has expired; how much of it was the others'."""
    parting.draft.know((), locks.open_lots([main.id]))
    gone = [(main, lot) for lot in expired(parting.draft, main)]
    lost = sum(lot.remaining for _, lot in gone if lot.id in theirs)
    if gone:
        expire(parting.draft, gone)
    return lost


def _lots_back(parting: Parting, unit: str, theirs: Collection[UUID]) -> int:
    one, two = parting.main(parting.survivor, unit), parting.main(parting.other, unit)
    left = [(lot, lot.remaining) for lot in parting.draft.in_order(one) if lot.id in theirs and lot.remaining]
    if left:
        carry(parting.draft, left, one, two, Kind.UNMERGE, parting.words)
    return sum(part for _, part in left)


def _pendings_back(parting: Parting, unit: str) -> int:
    """Earns on their way with cards of the others."""
    old = parting.by.get((parting.survivor, unit, Role.PENDING))
    if old is None:
        return 0
    rows = run(
        "SELECT p.id, p.remaining FROM ledger_pending p JOIN ledger_transfer t ON t.id = p.id"
        " WHERE p.account = %s AND p.state = 'pending' AND coalesce(t.shown, t.owner) = ANY(%s::uuid[])",
        [old.id, parting.asked["others"]],
    )
    total: int = sum(remaining for _, remaining in rows)
    if rows:
        new = parting.account(parting.other, unit, Role.PENDING)
        parting.draft.transfer(Kind.UNMERGE, old, new, total, parting.draft.at, parting.words)
        hand_over(old, new, [number for number, _ in rows])
    return total


def _settle(parting: Parting, unit: str, missing: int, uses: Uses) -> None:
    """What the other is still due, or has too much, is owed."""
    lots = {lot.id: lot for lot in locks.lots({lot for lot, *_ in uses})} if missing else {}

    def lent(of_them: bool) -> Taken:
        """What one's lots paid for the other, in the order of spending; debts eaten before all else."""
        found = [
            (kind != Kind.REPAY, lots[lot], n)
            for lot, theirs, by_them, kind, n in uses
            if theirs == of_them and kind != Kind.EXPIRE and (kind == Kind.REPAY or by_them != of_them)
        ]
        return [(lot, n) for _, lot, n in sorted(found, key=lambda part: (part[0], part[1].order))]

    if missing > 0:
        _owe(parting, parting.survivor, parting.other, unit, missing, lent(True))
    elif missing < 0:
        _owe(parting, parting.other, parting.survivor, unit, -missing, lent(False))


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
    number = draft.transfer(Kind.OWE, parting.account(debtor, unit, Role.DEBT), main, total, draft.at, parting.words)
    parting.main(debtor, unit).indebted += total
    for lot, part in parts:
        draft.new_lot(
            main, number, part, earned_at=lot.earned_at, starts_at=lot.starts_at, expires_at=lot.expires_at,
            usable_from=draft.at, parent=lot.id,
        )  # fmt: skip
    if amount:
        draft.new_lot(main, number, amount, earned_at=draft.at, starts_at=draft.at, expires_at=None)
