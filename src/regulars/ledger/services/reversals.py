"""Taking back: a further transfer, from and to the same lots as the first. Repeated with its key it does nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, run
from regulars.ledger import locks
from regulars.ledger.drafts import AccountRow, Draft, LotRow, Taken, Words, spread
from regulars.ledger.errors import AccountClosed, NotEnough, NotReversible, TransferUnknown, WrongPosting
from regulars.ledger.intake import fingerprint
from regulars.ledger.models import Account, Pending, Transfer
from regulars.ledger.moves import House, Reversal, Reversed
from regulars.ledger.selectors import reversed_before
from regulars.ledger.services.accounts import houses, locked
from regulars.ledger.services.debts import owe
from regulars.ledger.services.expiry import expire, expired
from regulars.ledger.services.keys import claim
from regulars.ledger.services.sweeping import sweep
from regulars.ledger.words import Kind, Role, Short
from regulars.ledger.writing import write

REVERSIBLE: Final = {
    Kind.EARN, Kind.SPEND, Kind.CAPTURE, Kind.EXPIRE, Kind.MOVE, Kind.FEE, Kind.LOAD, Kind.REFUND, Kind.ADJUST,
}  # fmt: skip


@transaction.atomic
def reverse(wanted: Reversal, *, actor: Actor, at: datetime) -> Reversed:
    """Takes back all that is left of a transfer, or a part. Posts to frozen accounts too. 25 queries at most.

    A spend goes back to the lots it used, the last one first, with the dates they had: what has expired meanwhile is
    gone at once. An earn is taken from what is pending of it, then from its own lot, then from the other lots; what
    had expired of it is not asked for again; the rest is a debt, or refused, or dropped, as `short` says.
    Raises TransferUnknown, NotReversible, NotEnough, KeyReused.
    """
    deed = new_id(at)
    if bool(wanted.source) != bool(wanted.external_id):
        raise WrongPosting("A business key is a source and an external id.", source=wanted.source)
    if wanted.effective_at is not None and wanted.effective_at > at:
        raise WrongPosting("What has not happened yet is not posted.", effective_at=wanted.effective_at.isoformat())
    if wanted.source:
        key = (wanted.source, wanted.external_id)
        first = claim([(*key, fingerprint(wanted), deed)]).get(key, deed)
        if first != deed:
            return replace(reversed_before(first), replayed=True)
    taking = _read(wanted, deed, actor, at)
    taking.decide()
    write(taking.draft)
    answer = reversed_before(deed)
    facts = {"amount": answer.amount, "owed": answer.owed, "transfer": typed("txn", wanted.transfer)}
    said = Deed("ledger.reverse", typed("txn", answer.id), wanted.merchant, wanted.store, after=facts)
    record([replace(said, reason=wanted.reason)], actor=actor, at=at)
    return answer


def _read(wanted: Reversal, deed: UUID, actor: Actor, at: datetime) -> "Taking":
    """Locks the holders' accounts, then reads what was done and what was taken back since."""
    first = Transfer.objects.filter(pk=wanted.transfer).first()
    if first is None:
        raise TransferUnknown("No transfer has this id.", transfer=typed("txn", wanted.transfer))
    if first.kind not in REVERSIBLE:
        raise NotReversible(f"A transfer of kind {first.kind} is not taken back.", reversible=0, kind=first.kind)
    draft = Draft(at, actor.id, actor.request_id)
    card = first.shown or (_of_lot(first) if first.kind == Kind.EXPIRE else None)
    owners = {owner for owner in (first.owner, first.other, card) if owner}
    draft.know(_locked(owners | heirs(owners), first.unit, at))
    ends = Account.objects.filter(pk__in=(first.giver, first.taker), owner=None)
    draft.know(AccountRow(row.id, row.unit, None, Role(row.role)) for row in ends)
    draft.know((), locks.open_lots([row.id for row in draft.accounts.values() if row.role == Role.MAIN]))
    [(so_far,)] = run(
        "SELECT coalesce(sum(amount), 0)::bigint FROM ledger_transfer WHERE reverses = %s", [wanted.transfer]
    )
    left = first.amount - so_far
    amount = left if wanted.amount is None else wanted.amount
    if not 0 < amount <= left:
        raise NotReversible(f"{left} of this transfer are left to take back.", reversible=left, asked=amount)
    return Taking(draft, first, wanted, amount, max(wanted.effective_at or at, first.effective_at), deed, card)


def _locked(owners: set[UUID], unit: str, at: datetime) -> list[AccountRow]:
    """The holders' accounts. Who took one over while its lock was waited for is locked as well."""
    while True:
        rows = locked([(owner, unit, Role.MAIN) for owner in owners], at)
        late = {row.merged_into for row in rows if row.merged_into is not None} - owners
        if not late:
            return rows
        owners = owners | late | heirs(late)


def _of_lot(expiry: Transfer) -> UUID:
    """Whose card brought what expired, along merges. One query."""
    [(card,)] = run(
        "WITH RECURSIVE up AS (SELECT l.parent, l.transfer FROM ledger_lot_use u JOIN ledger_lot l ON l.id = u.lot"
        " WHERE u.transfer = %s"
        " UNION ALL SELECT p.parent, p.transfer FROM up JOIN ledger_transfer t ON t.id = up.transfer"
        " AND t.kind IN ('merge', 'unmerge') AND t.shown IS NULL JOIN ledger_lot p ON p.id = up.parent)"
        " SELECT coalesce(e.shown, e.owner, c.shown, c.other, c.owner) FROM up JOIN ledger_transfer c"
        " ON c.id = up.transfer AND (c.kind NOT IN ('merge', 'unmerge') OR c.shown IS NOT NULL)"
        " LEFT JOIN ledger_transfer e ON e.id = c.deed AND c.kind = 'activate'",
        [expiry.id],
    )
    assert isinstance(card, UUID)
    return card


def heirs(owners: set[UUID]) -> set[UUID]:
    """Who took over, along merges. One query."""
    rows = run(
        "WITH RECURSIVE heir AS (SELECT merged_into FROM ledger_account WHERE owner = ANY(%s::uuid[])"
        " UNION SELECT a.merged_into FROM ledger_account a JOIN heir h ON a.owner = h.merged_into)"
        " SELECT merged_into FROM heir WHERE merged_into IS NOT NULL",
        [column(owners)],
    )
    return {owner for (owner,) in rows}


@dataclass(slots=True)
class Taking:
    """One reversal being decided."""

    draft: Draft
    first: Transfer
    wanted: Reversal
    amount: int
    effective_at: datetime
    deed: UUID
    card: UUID | None  # whose it was, where not the owner's

    @property
    def words(self) -> Words:
        w, f = self.wanted, self.first
        return Words(
            deed=self.deed, reverses=f.id, source=w.source, external_id=w.external_id, reason=w.reason,
            merchant=w.merchant or f.merchant, store=w.store or f.store, funder=f.funder, rule=f.rule,
        )  # fmt: skip

    def decide(self) -> None:
        giver, taker = self.draft.accounts[self.first.giver], self.draft.accounts[self.first.taker]
        # Who was merged and parted since has what the own card brought: it is theirs, whoever held the account then.
        if any(self._root(self.card or end.owner).closed_at for end in (giver, taker) if end.owner):
            raise AccountClosed("This holder was erased; nothing more is posted.")
        if self.first.kind == Kind.EXPIRE and (self.wanted.expires_at or self.draft.at) <= self.draft.at:
            raise NotReversible("What expired comes back only with a new expiry, later than now.", reversible=0)
        if giver.role == Role.MAIN and taker.role == Role.MAIN:
            self._return_gift(giver, taker)
        elif giver.role == Role.MAIN:
            self._give_back(giver, taker)
        elif taker.role in (Role.MAIN, Role.PENDING):
            self._claw_back(giver, taker)
        else:
            self._post(taker, giver, self.amount)

    def _post(self, giver: AccountRow, taker: AccountRow, amount: int) -> UUID:
        return self.draft.transfer(Kind.REVERSE, giver, taker, amount, self.effective_at, self.words, id=self._number())

    def _number(self) -> UUID | None:
        """The first transfer of the deed has its id."""
        return None if any(row[0] == self.deed for row in self.draft.transfers) else self.deed

    def _give_back(self, giver: AccountRow, taker: AccountRow) -> None:
        """To the lots it came from; swept on to whoever took the holder over since."""
        parts = self._used(giver)
        number = self._post(taker, giver, self.amount)
        given = _last_first(parts, self.amount)
        self.draft.give_back(given, number, self.effective_at)
        if self.first.kind == Kind.EXPIRE:
            for lot, _ in given:
                lot.expires_at = self.wanted.expires_at
        self._send_on(giver, given)

    def _send_on(self, giver: AccountRow, given: Taken) -> None:
        card = self.card or giver.owner
        assert card is not None
        now = self._root(card)
        if now.id != giver.id:
            sweep(self.draft, giver, now, given, card)

    def _used(self, giver: AccountRow) -> Taken:
        """What it took from each lot and has not been given back yet, in spend order."""
        rows = run(
            "SELECT lot, sum(amount)::bigint FROM ledger_lot_use WHERE account = %s AND (transfer = %s OR transfer IN"
            " (SELECT id FROM ledger_transfer WHERE reverses = %s)) GROUP BY lot HAVING sum(amount) > 0",
            [giver.id, self.first.id, self.first.id],
        )
        open_ones = {lot.id: lot for lot in self.draft.lots.get(giver.id, ())}
        closed = {lot.id: lot for lot in locks.lots([lot for lot, _ in rows if lot not in open_ones])}
        lots = open_ones | closed
        return sorted(((lots[lot], part) for lot, part in rows), key=lambda taken: taken[0].order)

    def _return_gift(self, giver: AccountRow, taker: AccountRow) -> None:
        """From the lots the taker got, as far as they are unspent, to the very lots they came from.

        Along merges at both ends: from whoever has them now, to whoever took the giver over.
        """
        if self._root(giver.owner).id == self._root(taker.owner).id:
            raise NotReversible("Both are one holder now; nothing goes back.", reversible=0)
        made, main = self._own(self.first.id, taker)
        free = sum(lot.remaining for lot in made)
        if free < self.amount:
            raise NotEnough(
                f"{free} of what was moved are unspent.",
                required=self.amount,
                available=free,
                missing=self.amount - free,
            )
        taken = _last_first([(lot, lot.remaining) for lot in made if lot.remaining], self.amount)
        number = self._post(main, giver, self.amount)
        self.draft.use(taken, number, self.effective_at)
        sources = self._sources([lot.id for lot, _ in taken])
        given: dict[UUID, int] = {}
        for lot, part in taken:
            given[sources[lot.id]] = given.get(sources[lot.id], 0) + part
        lots = {lot.id: lot for lot in locks.lots(given)}
        lots |= {lot.id: lot for lot in self.draft.lots.get(giver.id, ())}
        back = [(lots[source], part) for source, part in given.items()]
        self.draft.give_back(back, number, self.effective_at)
        self._send_on(giver, back)

    def _sources(self, made: Sequence[UUID]) -> dict[UUID, UUID]:
        """From which lot of the giver each came, along merges. One query."""
        rows = run(
            "WITH RECURSIVE up AS (SELECT id AS made, transfer, parent FROM ledger_lot WHERE id = ANY(%s::uuid[])"
            " UNION ALL SELECT up.made, l.transfer, l.parent FROM up JOIN ledger_lot l ON l.id = up.parent"
            " WHERE up.transfer <> %s) SELECT made, parent FROM up WHERE transfer = %s",
            [column(made), self.first.id, self.first.id],
        )
        return dict(rows)

    def _claw_back(self, house: AccountRow, taker: AccountRow) -> None:
        credit = self.first.id
        if taker.role == Role.PENDING:
            pending = Pending.objects.get(pk=self.first.id)
            if pending.state == "pending":
                self._cancel(pending, house)
                return
            assert pending.settled_by is not None
            credit = pending.settled_by
        own, main = self._own(credit, taker)
        gone = [(main, lot) for lot in expired(self.draft, main) if lot.id in {one.id for one in own}]
        forgone = self._forgone() + sum(lot.remaining for _, lot in gone)
        if gone:
            expire(self.draft, gone)
        need = self.amount
        from_own = spread([lot for lot in own if lot.remaining > 0 and self._in_time(lot)], need)
        need -= sum(part for _, part in from_own)
        already = min(need, forgone)
        need -= already
        others = [lot for lot in self.draft.usable(main, self.effective_at) if lot.id not in {one.id for one in own}]
        from_others = spread(others, need)
        need -= sum(part for _, part in from_others)
        taken = from_own + from_others
        if need and self.wanted.short == Short.REFUSE:
            available = self.amount - need
            raise NotEnough(f"{available} can be taken.", required=self.amount, available=available, missing=need)
        if taken:
            number = self._post(main, house, sum(part for _, part in taken))
            self.draft.use(taken, number, self.effective_at)
        if already:
            (lost,) = houses([(main.unit, House(Role.EXPIRED))], self.draft.at).values()
            self._post(lost, house, already)
        if need and self.wanted.short == Short.OWE:
            owe(self.draft, main, house, need, self.effective_at, self.words, id=self._number())
        if need == self.amount and self.wanted.short == Short.DROP:
            raise NotReversible("Nothing of it is left to take.", reversible=0)

    def _cancel(self, pending: Pending, house: AccountRow) -> None:
        """Not yet active: it never will be, or less of it."""
        number = self._post(self.draft.accounts[pending.account], house, self.amount)
        pending.remaining -= self.amount
        if pending.remaining == 0:
            pending.state, pending.settled_at, pending.settled_by = "cancelled", self.effective_at, number
        pending.save(update_fields=["remaining", "state", "settled_at", "settled_by"])

    def _in_time(self, lot: LotRow) -> bool:
        return lot.usable_from <= self.effective_at or lot.starts_at > self.draft.at

    def _own(self, credit: UUID, taker: AccountRow) -> tuple[list[LotRow], AccountRow]:
        """The lots the earn made, along merges, that are still open, and the account they lie on now."""
        main = self._root(self.card or taker.owner)
        mains = [row.id for row in self.draft.accounts.values() if row.role == Role.MAIN]
        rows = run(
            "WITH RECURSIVE own AS (SELECT id FROM ledger_lot WHERE account = ANY(%s::uuid[]) AND transfer = %s"
            " UNION SELECT l.id FROM ledger_lot l JOIN own ON l.parent = own.id WHERE l.account = ANY(%s::uuid[]))"
            " SELECT id FROM own",
            [column(mains), credit, column(mains)],
        )
        ids = {number for (number,) in rows}
        return [lot for lot in self.draft.in_order(main) if lot.id in ids], main

    def _root(self, owner: UUID | None) -> AccountRow:
        """The main account of whoever this holder is now: it, or who took over."""
        mains = {row.owner: row for row in self.draft.accounts.values() if row.role == Role.MAIN}
        while mains[owner].merged_into is not None:
            owner = mains[owner].merged_into
        return mains[owner]

    def _forgone(self) -> int:
        """What expired of the earn, and was not counted by an earlier part of its reversal."""
        mains = [row.id for row in self.draft.accounts.values() if row.role == Role.MAIN]
        [(lapsed, counted)] = run(
            "WITH RECURSIVE own AS (SELECT id FROM ledger_lot WHERE account = ANY(%s::uuid[]) AND transfer IN (%s,"
            " (SELECT settled_by FROM ledger_pending WHERE id = %s))"
            " UNION SELECT l.id FROM ledger_lot l JOIN own ON l.parent = own.id WHERE l.account = ANY(%s::uuid[]))"
            " SELECT coalesce((SELECT sum(u.amount) FROM ledger_lot_use u JOIN ledger_transfer t ON t.id = u.transfer"
            "   LEFT JOIN ledger_transfer o ON o.id = t.reverses"
            "   WHERE u.lot IN (SELECT id FROM own) AND (t.kind = 'expire' OR o.kind = 'expire')), 0)::bigint,"
            " coalesce((SELECT sum(t.amount) FROM ledger_transfer t JOIN ledger_account a ON a.id = t.giver"
            "   WHERE t.reverses = %s AND a.role = 'expired'), 0)::bigint",
            [column(mains), self.first.id, self.first.id, column(mains), self.first.id],
        )
        return int(lapsed) - int(counted)


def _last_first(parts: Taken, amount: int) -> Taken:
    """The amount out of the parts, beginning with the lot that is spent last."""
    found: Taken = []
    for lot, part in reversed(parts):
        now = min(part, amount)
        amount -= now
        if now:
            found.append((lot, now))
    assert amount == 0, "a transfer's lots do not add up to it"
    return found
