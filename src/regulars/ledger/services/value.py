"""Stored value: what was paid and what was given on top lie apart."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.ledger import locks
from regulars.ledger.drafts import Draft, Words, may_spend
from regulars.ledger.errors import NotEnough, ValueForValue, WrongCurrency, WrongPosting
from regulars.ledger.intake import fingerprint
from regulars.ledger.moves import Holder, House, Load, Paid, Payment, Posted, Posting
from regulars.ledger.selectors import paid_before
from regulars.ledger.services.accounts import houses, locked, units
from regulars.ledger.services.keys import claim
from regulars.ledger.services.postings import post
from regulars.ledger.words import Kind, Role, Tender, UnitKind
from regulars.ledger.writing import write


def load(wanted: Load, *, actor: Actor, at: datetime) -> list[Posted]:
    """Sells stored value: what was paid, then what is given on top, in one batch.

    Raises ValueForValue, WrongCurrency, WrongPosting and what `post` raises. Ten queries.
    """
    if wanted.tender in (Tender.VALUE, Tender.POINTS):
        raise ValueForValue("Stored value is not bought with value.", tender=wanted.tender)
    known = units([wanted.unit, *([wanted.bonus_unit] if wanted.bonus else [])])
    if known[wanted.unit].kind != UnitKind.PAID:
        raise WrongPosting("Only paid value is sold.", unit=wanted.unit)
    sold = Posting(
        Kind.LOAD, wanted.unit, wanted.amount, House(Role.SOLD, wanted.merchant), Holder(wanted.owner),
        effective_at=wanted.effective_at, source=wanted.source, external_id=wanted.external_id,
        merchant=wanted.merchant, store=wanted.store, details={"tender": str(wanted.tender)},
    )  # fmt: skip
    if not wanted.bonus:
        return post([sold], actor=actor, at=at)
    bonus = known[wanted.bonus_unit]
    if bonus.kind != UnitKind.BONUS or bonus.currency != known[wanted.unit].currency:
        raise WrongCurrency("A bonus is bonus value of the same currency.", unit=bonus.code)
    given = Posting(
        Kind.EARN, bonus.code, wanted.bonus, House(Role.ISSUED, wanted.funder), Holder(wanted.owner),
        effective_at=wanted.effective_at, source=wanted.source,
        external_id=f"{wanted.external_id}#bonus" if wanted.external_id else "", merchant=wanted.merchant,
        store=wanted.store, funder=wanted.funder, validity=wanted.bonus_validity,
    )  # fmt: skip
    return post([sold, given], actor=actor, at=at)


@transaction.atomic
def pay(wanted: Payment, *, actor: Actor, at: datetime) -> Paid:
    """Pays with stored value out of several units, in the order stated; all of it or nothing. Ten queries.

    Raises NotEnough, WrongCurrency, HolderFrozen, KeyReused.
    """
    known = units(wanted.units)
    for value in known.values():
        if value.currency != wanted.currency:
            raise WrongCurrency(f"{value.code} is not {wanted.currency}.", unit=value.code, currency=value.currency)
    deed = new_id(at)
    if wanted.source:
        key = (wanted.source, wanted.external_id)
        first = claim([(*key, fingerprint(wanted), deed)]).get(key, deed)
        if first != deed:
            return paid_before(first, replayed=True)
    draft = Draft(at, actor.id, actor.request_id)
    draft.know(locked([(wanted.owner, unit, Role.MAIN) for unit in wanted.units], at))
    mains = {row.unit: row for row in draft.accounts.values() if row.role == Role.MAIN}
    draft.know((), locks.open_lots([row.id for row in mains.values()]))
    ends = houses([(unit, House(Role.REDEEMED, wanted.merchant)) for unit in wanted.units], at)
    words = Words(
        deed=deed, source=wanted.source, external_id=wanted.external_id, merchant=wanted.merchant, store=wanted.store
    )
    left = wanted.amount
    for unit in wanted.units:
        main = mains[unit]
        may_spend(main, at)
        part = min(left, sum(lot.remaining for lot in draft.usable(main, at)) - main.floor)
        if part <= 0:
            continue
        taken = draft.take(main, part, at)
        number = None if draft.transfers else deed
        number = draft.transfer(
            Kind.SPEND, main, ends[unit, House(Role.REDEEMED, wanted.merchant)], part, at, words, id=number
        )
        draft.use(taken, number, at)
        left -= part
    if left or wanted.amount <= 0:
        free = wanted.amount - left
        raise NotEnough(f"{free} can be paid.", required=wanted.amount, available=free, missing=left)
    write(draft)
    facts = {"currency": wanted.currency, "amount": wanted.amount}
    record([Deed("ledger.pay", typed("txn", deed), wanted.merchant, wanted.store, after=facts)], actor=actor, at=at)
    return paid_before(deed)


def refund(
    owner: UUID, unit: str, amount: int, *, merchant: str = "", source: str = "", external_id: str = "", actor: Actor,
    at: datetime,
) -> Posted:  # fmt: skip
    """Pays principal out again. Raises ValueForValue for anything else, and what `post` raises. Nine queries."""
    if units([unit])[unit].kind != UnitKind.PAID:
        raise ValueForValue("Only what was paid is refunded.", unit=unit)
    posting = Posting(
        Kind.REFUND, unit, amount, Holder(owner), House(Role.SOLD, merchant), merchant=merchant, source=source,
        external_id=external_id,
    )  # fmt: skip
    return post([posting], actor=actor, at=at)[0]
