"""Units become others through the exchange account, at a stored rate."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.ledger import locks
from regulars.ledger.drafts import AccountRow, Draft, Taken, Words, may_earn, may_spend
from regulars.ledger.errors import RateUnknown, ValueForValue, WrongPosting
from regulars.ledger.intake import fingerprint
from regulars.ledger.models import Rate
from regulars.ledger.moves import Conversion, Converted, House
from regulars.ledger.selectors import converted_before
from regulars.ledger.services.accounts import houses, locked, units
from regulars.ledger.services.keys import claim
from regulars.ledger.words import Kind, Role, UnitKind
from regulars.ledger.writing import write

GAINED_MAX: Final = 10**15  # of one conversion


@transaction.atomic
def set_rate(
    from_unit: str, to_unit: str, numerator: int, denominator: int, *, since: datetime, actor: Actor, at: datetime
) -> None:
    """From `since` on, so much of one unit is worth so much of the other, in smallest parts. Three queries."""
    known = units([from_unit, to_unit])
    _may_become(known[from_unit].kind, known[to_unit].kind)
    if numerator <= 0 or denominator <= 0 or from_unit == to_unit:
        raise WrongPosting("A rate is above nothing, and of two units.")
    try:
        with transaction.atomic():
            Rate(from_unit=from_unit, to_unit=to_unit, numerator=numerator, denominator=denominator, since=since).save(
                force_insert=True
            )
    except IntegrityError as clash:
        raise WrongPosting("There is a rate from just that moment on.", since=since) from clash
    facts = {"from": from_unit, "to": to_unit, "rate": f"{numerator}/{denominator}", "since": since.isoformat()}
    record([Deed("ledger.rate", after=facts)], actor=actor, at=at)


@transaction.atomic
def convert(wanted: Conversion, *, actor: Actor, at: datetime) -> Converted:
    """Two entries through the exchange account at the rate in force; floored once, lots keep their dates. Ten queries.

    Raises RateUnknown, ValueForValue, NotEnough, HolderFrozen, KeyReused.
    """
    known = units([wanted.from_unit, wanted.to_unit])
    _may_become(known[wanted.from_unit].kind, known[wanted.to_unit].kind)
    deed = new_id(at)
    if wanted.source:
        key = (wanted.source, wanted.external_id)
        first = claim([(*key, fingerprint(wanted), deed)]).get(key, deed)
        if first != deed:
            return converted_before(first, replayed=True)
    rates = Rate.objects.filter(from_unit=wanted.from_unit, to_unit=wanted.to_unit, since__lte=at)
    rate = rates.order_by("-since").first()
    if rate is None:
        raise RateUnknown(f"There is no rate from {wanted.from_unit} to {wanted.to_unit}.")
    gained = wanted.amount * rate.numerator // rate.denominator
    if wanted.amount <= 0 or not 0 < gained <= GAINED_MAX:
        raise WrongPosting("That is worth nothing in the other unit, or too much.", amount=wanted.amount)
    draft = Draft(at, actor.id, actor.request_id)
    draft.know(locked([(wanted.owner, unit, Role.MAIN) for unit in (wanted.from_unit, wanted.to_unit)], at))
    mains = {row.unit: row for row in draft.accounts.values() if row.role == Role.MAIN}
    giver, taker = mains[wanted.from_unit], mains[wanted.to_unit]
    draft.know((), locks.open_lots([giver.id]))
    may_spend(giver, at)
    may_earn(taker, at)
    out, back = (
        houses([(row.unit, House(Role.EXCHANGE))], at)[row.unit, House(Role.EXCHANGE)] for row in (giver, taker)
    )
    facts: dict[str, object] = {"numerator": rate.numerator, "denominator": rate.denominator}
    words = Words(deed=deed, source=wanted.source, external_id=wanted.external_id, details=facts)
    taken = draft.take(giver, wanted.amount, at)
    draft.use(taken, draft.transfer(Kind.CONVERT, giver, out, wanted.amount, at, words, id=deed), at)
    number = draft.transfer(Kind.CONVERT, back, taker, gained, at, words)
    _lots(draft, taken, taker, number, rate)
    write(draft)
    facts |= {"from": wanted.from_unit, "to": wanted.to_unit, "amount": wanted.amount, "gained": gained}
    record([Deed("ledger.convert", typed("txn", deed), after=facts)], actor=actor, at=at)
    return converted_before(deed)


def _may_become(one: str, other: str) -> None:
    if one != other and (one, other) != (UnitKind.POINTS, UnitKind.BONUS):
        raise ValueForValue(f"What is {one} does not become {other}.", **{"from": one, "to": other})


def _lots(draft: Draft, taken: Taken, taker: AccountRow, transfer: UUID, rate: Rate) -> None:
    """A lot for each that was given, with its dates; the parts add up to the whole, floored once."""
    given = worth = 0
    for lot, part in taken:
        given += part
        now = given * rate.numerator // rate.denominator
        if now > worth:
            draft.new_lot(
                taker, transfer, now - worth, earned_at=lot.earned_at, starts_at=lot.starts_at,
                expires_at=lot.expires_at, usable_from=draft.at, parent=lot.id,
            )  # fmt: skip
        worth = now
