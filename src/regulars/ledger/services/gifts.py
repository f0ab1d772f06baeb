"""From one holder to another, within the programme's rules; expiry goes along, so that nothing is made young again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import run
from regulars.ledger import locks
from regulars.ledger.drafts import AccountRow, Draft, Words, may_earn, may_spend
from regulars.ledger.errors import MoveRefused, WrongPosting
from regulars.ledger.intake import fingerprint
from regulars.ledger.moves import Gift, House, Moved, MoveRules
from regulars.ledger.selectors import moved_before
from regulars.ledger.services.accounts import houses, locked, units
from regulars.ledger.services.keys import claim
from regulars.ledger.services.sweeping import carry
from regulars.ledger.words import Kind, Role
from regulars.ledger.writing import write


@transaction.atomic
def move(gift: Gift, rules: MoveRules, *, actor: Actor, at: datetime) -> Moved:
    """Both postings, the move and its fee, or none. The sender pays the fee on top. Eleven queries.

    Limits are counted under the sender's lock. Raises MoveRefused, NotEnough, HolderFrozen, KeyReused, WrongPosting.
    """
    units([gift.unit])
    effective_at = gift.effective_at or at
    _check(gift, effective_at, at)
    deed = new_id(at)
    if gift.source:
        key = (gift.source, gift.external_id)
        first = claim([(*key, fingerprint(gift), deed)]).get(key, deed)
        if first != deed:
            return moved_before(first, replayed=True)
    draft = Draft(at, actor.id, actor.request_id)
    giver, taker = _both(draft, gift)
    may_spend(giver, at)
    may_earn(taker, at)
    _within(gift, rules, effective_at)
    fee = rules.fee + gift.amount * rules.fee_permille // 1000
    words = Words(
        deed=deed, source=gift.source, external_id=gift.external_id, reason=gift.reason,
        merchant=gift.merchant, store=gift.store,
    )  # fmt: skip
    taken = draft.take(giver, gift.amount, effective_at, older_than=effective_at - rules.cool_off)
    carry(draft, taken, giver, taker, Kind.MOVE, words, id=deed, effective_at=effective_at)
    if fee:
        (house,) = houses([(gift.unit, House(Role.FEES))], at).values()
        paid = draft.take(giver, fee, effective_at)
        draft.use(paid, draft.transfer(Kind.FEE, giver, house, fee, effective_at, words), effective_at)
    write(draft)
    facts = {"unit": gift.unit, "amount": gift.amount, "fee": fee, "to": typed("mbr", gift.taker)}
    record([Deed("ledger.move", typed("txn", deed), gift.merchant, gift.store, after=facts)], actor=actor, at=at)
    return moved_before(deed)


def _check(gift: Gift, effective_at: datetime, at: datetime) -> None:
    if gift.amount <= 0 or gift.giver == gift.taker or effective_at > at:
        raise WrongPosting("A move is of something, between two holders, and not ahead of the clock.")
    if bool(gift.source) != bool(gift.external_id):
        raise WrongPosting("A business key is a source and an external id.", source=gift.source)


def _both(draft: Draft, gift: Gift) -> tuple[AccountRow, AccountRow]:
    draft.know(locked([(owner, gift.unit, Role.MAIN) for owner in (gift.giver, gift.taker)], draft.at))
    mains = {row.owner: row for row in draft.accounts.values() if row.role == Role.MAIN}
    giver, taker = mains[gift.giver], mains[gift.taker]
    draft.know((), locks.open_lots([giver.id]))
    return giver, taker


def _within(gift: Gift, rules: MoveRules, effective_at: datetime) -> None:
    """Raises MoveRefused."""
    sent, moves = _sent(gift.giver, gift.unit, effective_at - rules.period)
    bounds = (
        ("least", rules.least, gift.amount >= rules.least),
        ("most", rules.most, rules.most is None or gift.amount <= rules.most),
        ("most_in_period", rules.most_in_period, rules.most_in_period is None
            or sent + gift.amount <= rules.most_in_period),
        ("moves_in_period", rules.moves_in_period, rules.moves_in_period is None or moves < rules.moves_in_period),
    )  # fmt: skip
    for name, limit, kept in bounds:
        if not kept:
            raise MoveRefused(f"The rule {name!r} allows {limit}.", rule=name, limit=limit, sent=sent, moves=moves)


def _sent(owner: UUID, unit: str, since: datetime) -> tuple[int, int]:
    [(amount, count)] = run(
        "SELECT coalesce(sum(amount), 0)::bigint, count(*) FROM ledger_transfer"
        " WHERE owner = %s AND kind = 'move' AND unit = %s AND effective_at > %s",
        [owner, unit, since],
    )
    return amount, count
