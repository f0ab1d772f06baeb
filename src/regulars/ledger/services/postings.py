"""Posting: units go from one end to another. Many at once is the primitive; one is a batch of one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.ledger import locks
from regulars.ledger.drafts import AccountRow, Draft, Words, ascending, may_earn, may_spend
from regulars.ledger.intake import check, fingerprint, lot_dates
from regulars.ledger.models import Unit
from regulars.ledger.moves import End, Holder, Posted, Posting
from regulars.ledger.selectors import posted_before
from regulars.ledger.services.accounts import houses, locked, units
from regulars.ledger.services.debts import repay
from regulars.ledger.services.keys import claim
from regulars.ledger.services.pendings import Expected, expect
from regulars.ledger.words import Kind, Role
from regulars.ledger.writing import write

EATEN: Final = {Kind.EARN, Kind.ADJUST}  # what a debt is repaid from
FREE: Final = {Kind.ADJUST}  # done by staff with a right of their own, on frozen accounts too


@transaction.atomic
def post(postings: Sequence[Posting], *, actor: Actor, at: datetime) -> list[Posted]:
    """Posts all, in order, or none. Answers in the same order; what was posted before is answered as it was then.

    Eight queries at most however many there are; three more for replays, three for accounts used for the first time.
    Raises NotEnough, KeyReused, HolderFrozen, AccountClosed, WrongPosting, UnitUnknown.
    """
    known = units({posting.unit for posting in postings})
    for posting in postings:
        check(posting, known[posting.unit], at)
    ids = list(islice(ascending(at), len(postings)))
    earlier = claim(
        (posting.source, posting.external_id, fingerprint(posting), number)
        for posting, number in zip(postings, ids, strict=True)
        if posting.source
    )
    fresh = [
        (posting, number)
        for posting, number in zip(postings, ids, strict=True)
        if earlier.get((posting.source, posting.external_id), number) == number
    ]
    answers = _post_fresh(fresh, known, actor, at) if fresh else {}
    replayed = posted_before(set(earlier.values()) - answers.keys())
    found = {**answers, **replayed}
    return [
        answers[number] if number in answers else _again(found[earlier[posting.source, posting.external_id]])
        for posting, number in zip(postings, ids, strict=True)
    ]


def _again(first: Posted) -> Posted:
    return Posted(first.id, first.amount, first.effective_at, first.lots, first.used, first.repaid, replayed=True)


def _post_fresh(
    fresh: Sequence[tuple[Posting, UUID]], known: Mapping[str, Unit], actor: Actor, at: datetime
) -> dict[UUID, Posted]:
    batch = Batch(Draft(at, actor.id, actor.request_id), known)
    batch.read([posting for posting, _ in fresh])
    answers = {number: batch.add(posting, number) for posting, number in fresh}
    # Every check is behind us: now it is written.
    write(batch.draft)
    expect(batch.expected)
    record([_deed(fresh)], actor=actor, at=at)
    return answers


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

    def __init__(self, draft: Draft, known: Mapping[str, Unit]) -> None:
        self.draft = draft
        self.units = known
        self.ends: dict[tuple[str, End], AccountRow] = {}
        self.expected: list[Expected] = []

    def read(self, postings: Sequence[Posting]) -> None:
        """Locks the holders' accounts and reads what is needed to decide."""
        at = self.draft.at
        ends = {(posting.unit, end) for posting in postings for end in (posting.giver, posting.taker)}
        rows = locked(((end.owner, unit, end.role) for unit, end in ends if isinstance(end, Holder)), at)
        self.draft.know(rows)
        self.ends |= {(row.unit, Holder(row.owner, row.role)): row for row in rows if row.owner}
        found = houses(((unit, end) for unit, end in ends if not isinstance(end, Holder)), at)
        self.ends.update(found.items())
        self.draft.know(found.values())
        debited = {self.ends[p.unit, p.giver].id for p in postings if isinstance(p.giver, Holder)}
        if debited:
            self.draft.know((), locks.open_lots(debited))

    def add(self, posting: Posting, number: UUID) -> Posted:
        """Raises NotEnough, HolderFrozen, AccountClosed, WrongPosting."""
        effective_at = posting.effective_at or self.draft.at
        giver, taker = self.ends[posting.unit, posting.giver], self.ends[posting.unit, posting.taker]
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
