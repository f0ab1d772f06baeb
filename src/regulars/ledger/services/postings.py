"""Posting: units go from one end to another. Many at once is the primitive; one is a batch of one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import recording
from regulars.journal.transactions import whole
from regulars.ledger import locks
from regulars.ledger.drafts import AccountRow, Draft, Words, ascending, may_earn, may_spend
from regulars.ledger.intake import check, fingerprint, lot_dates
from regulars.ledger.models import Unit
from regulars.ledger.moves import End, Holder, House, Posted, Posting
from regulars.ledger.selectors import posted_before
from regulars.ledger.services.accounts import Houses, houses, locked, units_and_houses
from regulars.ledger.services.debts import repay
from regulars.ledger.services.keys import claim
from regulars.ledger.services.pendings import Expected, expect
from regulars.ledger.words import Kind, Role
from regulars.ledger.writing import write

EATEN: Final = {Kind.EARN, Kind.ADJUST}  # what a debt is repaid from
FREE: Final = {Kind.ADJUST}  # done by staff with a right of their own, on frozen accounts too


@whole()
def post(postings: Sequence[Posting], *, actor: Actor, at: datetime) -> list[Posted]:
    """Posts all, in order, or none. Answers in the same order; what was posted before is answered as it was then.

    Seven queries at most however many there are; three more for replays, three for accounts used for the first time.
    Raises NotEnough, KeyReused, HolderFrozen, AccountClosed, WrongPosting, UnitUnknown.
    """
    wanted = _houses(postings)
    known, found = units_and_houses({posting.unit for posting in postings}, wanted)
    for posting in postings:
        check(posting, known[posting.unit], at)
    numbered = list(zip(postings, ascending(at), strict=False))
    earlier = claim((p.source, p.external_id, fingerprint(p), number) for p, number in numbered if p.source)
    fresh = numbered
    if earlier:
        fresh = [(p, number) for p, number in numbered if earlier.get((p.source, p.external_id), number) == number]
    batch = Batch(Draft(at, actor.id, actor.request_id), known, found)
    answers = batch.post(fresh, wanted, actor) if fresh else []
    if len(fresh) == len(postings):
        return answers
    given = {one.id: one for one in answers}
    return _in_order(numbered, earlier, given, posted_before(set(earlier.values()) - given.keys()))


def _houses(postings: Sequence[Posting]) -> set[tuple[str, House]]:
    """Accounts of the house that are named. Those of a batch mostly name one value again and again."""
    seen = {(p.unit, id(end)): end for p in postings for end in (p.giver, p.taker) if isinstance(end, House)}
    return {(unit, end) for (unit, _), end in seen.items()}


def _in_order(
    numbered: Sequence[tuple[Posting, UUID]],
    earlier: Mapping[tuple[str, str], UUID],
    answers: Mapping[UUID, Posted],
    replayed: Mapping[UUID, Posted],
) -> list[Posted]:
    """New answers and those given before, as they were asked for."""
    given = {**answers, **replayed}
    return [
        answers[number] if number in answers else _again(given[earlier[posting.source, posting.external_id]])
        for posting, number in numbered
    ]


def _again(first: Posted) -> Posted:
    return Posted(first.id, first.amount, first.effective_at, first.lots, first.used, first.repaid, replayed=True)


def _deed(fresh: Sequence[tuple[Posting, UUID]]) -> Deed:
    first, number = fresh[0]
    if len(fresh) == 1:
        facts = {"kind": first.kind.value, "unit": first.unit, "amount": first.amount, "member": _member(first)}
        subject = typed("txn", number)
        return Deed("ledger.post", subject, first.merchant, first.store, after=facts, reason=first.reason)
    facts = {"first": typed("txn", number), "last": typed("txn", fresh[-1][1]), "transfers": len(fresh)}
    return Deed("ledger.post", after=facts)


def _member(posting: Posting) -> str:
    """Whose units they are; of a posting between houses nobody's."""
    owners = [end.owner for end in (posting.giver, posting.taker) if isinstance(end, Holder)]
    return typed("mbr", owners[0]) if owners else ""


class Batch:
    """Postings becoming a draft, one after the other, each seeing what those before it left."""

    def __init__(self, draft: Draft, known: Mapping[str, Unit], found: Houses) -> None:
        self.draft = draft
        self.units = known
        self.houses = found
        self.holders: dict[tuple[int, str, Role], AccountRow] = {}  # by the owner's number, as quick as numbers are
        self.seen: dict[tuple[str, int], AccountRow] = {}  # of the house, by the very value that named it
        self.expected: list[Expected] = []

    def post(
        self, fresh: Sequence[tuple[Posting, UUID]], wanted: Collection[tuple[str, House]], actor: Actor
    ) -> list[Posted]:
        """Raises NotEnough, HolderFrozen, AccountClosed, WrongPosting."""
        ends = self.read([posting for posting, _ in fresh], wanted)
        answers = [self.add(*one, *pair) for one, pair in zip(fresh, ends, strict=True)]
        # Every check is behind us: now it is written.
        write(self.draft, recording([_deed(fresh)], actor=actor, at=self.draft.at))
        expect(self.expected)
        return answers

    def read(
        self, postings: Sequence[Posting], wanted: Collection[tuple[str, House]]
    ) -> list[tuple[AccountRow, AccountRow]]:
        """Locks the holders' accounts and reads what is needed to decide; both ends of each posting."""
        ends = ((p.unit, end) for p in postings for end in (p.giver, p.taker))
        rows = locked(((end.owner, unit, end.role) for unit, end in ends if isinstance(end, Holder)), self.draft.at)
        self.holders = {(row.owner.int, row.unit, row.role): row for row in rows if row.owner}
        self.houses = houses(wanted, self.draft.at, self.houses)
        self.draft.know([*rows, *self.houses.values()])
        pairs = [(self._row(p.unit, p.giver), self._row(p.unit, p.taker)) for p in postings]
        debited = {giver.id for giver, _ in pairs if giver.owner}
        if debited:
            self.draft.know((), locks.open_lots(debited))
        return pairs

    def _row(self, unit: str, end: End) -> AccountRow:
        if isinstance(end, Holder):
            return self.holders[end.owner.int, unit, end.role]
        found = self.seen.get((unit, id(end)))
        if found is None:
            found = self.seen[unit, id(end)] = self.houses[unit, end]
        return found

    def add(self, posting: Posting, number: UUID, giver: AccountRow, taker: AccountRow) -> Posted:
        """Raises NotEnough, HolderFrozen, AccountClosed, WrongPosting."""
        effective_at = posting.effective_at or self.draft.at
        if giver.role == Role.MAIN:
            return self._spend(posting, number, giver, taker, effective_at)
        if taker.role == Role.MAIN:
            return self._earn(posting, number, giver, taker, effective_at)
        if taker.role == Role.PENDING:
            may_earn(taker, self.draft.at)
            self.expected.append(Expected(number, posting, giver, taker, effective_at))
        self.draft.transfer(posting.kind, giver, taker, posting.amount, effective_at, _words(posting), id=number)
        return Posted(number, posting.amount, effective_at)

    def _spend(
        self, posting: Posting, number: UUID, giver: AccountRow, taker: AccountRow, effective_at: datetime
    ) -> Posted:
        may_spend(giver, self.draft.at, frozen_too=posting.kind in FREE)
        taken = self.draft.take(giver, posting.amount, effective_at)
        self.draft.transfer(posting.kind, giver, taker, posting.amount, effective_at, _words(posting), id=number)
        self.draft.use(taken, number, effective_at)
        return Posted(number, posting.amount, effective_at, used=tuple((lot.id, part) for lot, part in taken))

    def _earn(
        self, posting: Posting, number: UUID, giver: AccountRow, taker: AccountRow, effective_at: datetime
    ) -> Posted:
        may_earn(taker, self.draft.at, frozen_too=posting.kind in FREE)
        starts_at, expires_at = lot_dates(posting, self.units[posting.unit], effective_at)
        self.draft.transfer(posting.kind, giver, taker, posting.amount, effective_at, _words(posting), id=number)
        lot = self.draft.new_lot(
            taker, number, posting.amount, earned_at=effective_at, starts_at=starts_at, expires_at=expires_at
        )
        repaid = repay(self.draft, taker, number) if posting.kind in EATEN else 0
        return Posted(number, posting.amount, effective_at, lots=(lot.id,), repaid=repaid)


def _words(posting: Posting) -> Words:
    p = posting
    return Words(
        None, None, p.shown, p.source, p.external_id, p.reason, p.merchant, p.store, p.funder, p.rule, p.details
    )
