"""A purchase in one call: claimed, read, decided, booked; all of it or nothing. Many at once is the primitive."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_ids, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.transactions import whole
from regulars.ledger.errors import AccountClosed, HolderFrozen, HolderMerged, LedgerError, NotEnough
from regulars.ledger.moves import Posting
from regulars.ledger.selectors import balances
from regulars.programme import counters, locks
from regulars.programme.checkout import rows, telling
from regulars.programme.checkout.by_list import with_members
from regulars.programme.checkout.counting import counts_of
from regulars.programme.checkout.deciding import Decided, baskets, decide, price
from regulars.programme.checkout.intake import asked
from regulars.programme.checkout.known import asks_family, read
from regulars.programme.checkout.loading import check_loads
from regulars.programme.checkout.moves import NewPurchase, Outcome
from regulars.programme.checkout.postings import Moving, Plain, lock_accounts, move, set_aside
from regulars.programme.checkout.reviewing import asked_then, keep, late_ones
from regulars.programme.checkout.selectors import outcomes
from regulars.programme.coupons.offering import offers_for
from regulars.programme.following import booking as following
from regulars.programme.models import Review
from regulars.programme.services.coupons_using import use
from regulars.programme.services.inactivity import keep_alive
from regulars.programme.services.qualifying import qualify
from regulars.sales import services as sales
from regulars.sales.intake import fingerprint_in_order
from regulars.sales.moves import NewSale, SoldLine

AFTER: Final = timedelta(hours=1)
TRIES: Final = 3  # of a bill that a household pays, where others spend at the same time


@whole()
def check_out(wanted: Sequence[NewPurchase], *, actor: Actor, at: datetime) -> list[Outcome]:
    """What came of each, in their order; a bill that came before is answered as it was then.

    Raises WrongSale, PlaceClosed, KeyReused, PointsRefused, FamilyRefused, WrongLoad, WrongCurrency and what the
    ledger refuses.
    """
    organisations = {one.place.organisation for one in wanted}
    assert len(organisations) == 1, "purchases of one organisation"
    numbered = list(zip(new_ids(at, len(wanted)), wanted, strict=True))
    earlier = sales.claim(
        (one.place.source, one.place.external_id, fingerprint_in_order("sale", asked(one)), number)
        for number, one in numbered
    )
    if not earlier:
        made = _booked(numbered, organisations.pop(), actor, at)
        return [made[number] for number, _ in numbered]
    ids = [earlier.get((one.place.source, one.place.external_id), number) for number, one in numbered]
    fresh = [(number, one) for (number, one), first in zip(numbered, ids, strict=True) if first == number]
    made = _booked(fresh, organisations.pop(), actor, at) if fresh else {}
    before = outcomes(set(ids) - made.keys())
    return [made[number] if number in made else before[number] for number in ids]


@whole()
def accept(number: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> Outcome:
    """A bill that waited for a person is booked as of its own time. Raises SaleUnknown, SaleState and what `check_out`
    raises."""
    row = locks.review(number, organisation)
    wanted = asked_then(row)
    done = _booked([(number, wanted)], organisation, actor, at, reviewed=True)[number]
    _decide(row, "accepted", "", done.told, actor, at)
    return done


@whole()
def refuse(number: UUID, *, organisation: UUID, reason: str, actor: Actor, at: datetime) -> Outcome:
    """A bill that waited is not booked, ever. Raises SaleUnknown, SaleState."""
    row = locks.review(number, organisation)
    _decide(row, "refused", reason, {**row.told, "state": "refused"}, actor, at)
    return Outcome(number, row.told)


def _decide(row: Review, state: str, reason: str, told: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    row.state, row.reason, row.told, row.decided_at, row.decided_by = state, reason, dict(told), at, actor.id
    row.save(update_fields=["state", "reason", "told", "decided_at", "decided_by"])
    record([Deed(f"sales.{state}", typed("sal", row.id), reason=reason)], actor=actor, at=at)


class Overtaken(Exception):
    """Others spent of a household's units after they were read: what the ledger refused."""

    def __init__(self, refusal: LedgerError) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def _booked(
    fresh: Sequence[tuple[UUID, NewPurchase]], organisation: UUID, actor: Actor, at: datetime, *, reviewed: bool = False
) -> dict[UUID, Outcome]:
    """Where a household pays, whose units pay is decided on what was read: where that has changed by the time they are
    locked, all is decided anew."""
    bills = with_members([one for _, one in fresh], organisation=organisation)
    fresh = [(number, one) for (number, _), one in zip(fresh, bills, strict=True)]
    if not any(asks_family(one) for _, one in fresh):
        return _book(fresh, organisation, actor, at, reviewed=reviewed)
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return _book(fresh, organisation, actor, at, reviewed=reviewed)
        except Overtaken as overtaken:
            refusal = overtaken.refusal
    raise refusal


def _book(
    fresh: Sequence[tuple[UUID, NewPurchase]], organisation: UUID, actor: Actor, at: datetime, *, reviewed: bool = False
) -> dict[UUID, Outcome]:
    """Households that pay are locked first, then coupons, counters, accounts, standings: everywhere in this order."""
    check_loads(one for _, one in fresh)
    known = read([one for _, one in fresh], organisation=organisation, at=at)
    known.refuse_closed(one for _, one in fresh)
    late = [] if reviewed else late_ones(fresh, known.book, known.zone(fresh[0][1].place), at)
    if late:
        kept = keep(late, actor=actor, at=at)
        fresh = [pair for pair in fresh if pair[0] not in kept]
        return kept | (_book(fresh, organisation, actor, at, reviewed=True) if fresh else {})
    bills = baskets(fresh, known)
    offers = offers_for(bills, organisation=organisation, locked=True, at=at, terms=known.book)
    pairs = [(one, bill) for (_, one), bill in zip(fresh, bills, strict=True)]
    priced = price(pairs, known, offers)
    until = {bill.id: one.lapses_at for one, bill in pairs if one.lapses_at is not None}
    use(offers, lapses_at=until, actor=actor, at=at)
    decided, follows = decide(pairs, priced, known, organisation=organisation, at=at)
    taking = [take for one in decided for take in one.taking]
    counters.take([*taking, *follows.takes], organisation=organisation)
    try:
        parts, given = _move(decided, follows.postings, actor, at)
    except (NotEnough, HolderFrozen, AccountClosed, HolderMerged) as refusal:
        if any(asks_family(one.wanted) for one in decided):
            raise Overtaken(refusal) from refusal
        raise
    sales.record_sales([_sale(one) for one in decided], actor=actor, at=at)
    active = (one.holder[0] for one in decided if _counts(one))
    keep_alive(active, organisation=organisation, actor=actor, at=at, terms=known.book)
    counted = zip(decided, given, strict=True)
    qualify(
        (counts_of(one.id, one.occasion, one.holder, gains) for one, gains in counted if _counts(one)),
        organisation=organisation, actor=actor, at=at, terms=known.book,
    )  # fmt: skip
    told = [telling.purchase(one) for one in decided]
    if more := following.write(follows, organisation=organisation, actor=actor, at=at):
        for one, said in zip(decided, told, strict=True):
            said["effects"] += more.get(one.id, ())
    if len(decided) == 1:
        _tell_balances(decided[0], told[0], at)
    rows.write(decided, parts, given, told)
    return {one.id: Outcome(one.id, said) for one, said in zip(decided, told, strict=True)}


def _counts(one: Decided) -> bool:
    return one.wanted.member is not None and one.wanted.lapses_at is None


def _move(
    decided: Sequence[Decided], more: Sequence[tuple[Plain, Posting]], actor: Actor, at: datetime
) -> tuple[list[list[Plain]], list[list[Plain]]]:
    """What pays and what is given at each. Units move for all that is complete, in one batch; for what is only reserved
    they are set aside. A hold outlives the sale's own time by a little, so that it is the sale that lapses, not a part
    of it."""
    parts = [rows.parts_of(one) for one in decided]
    given = [rows.gains_of(one) for one in decided]
    if any(asks_family(one.wanted) for one in decided):  # who buys perhaps pays nothing, and is looked at afterwards
        buying = [
            {"owner": str(one.wanted.member), "unit": part["unit"]}
            for one, paying in zip(decided, parts, strict=True)
            for part in paying
            if one.wanted.member is not None
        ]
        lock_accounts([*chain(*parts, *given), *buying], more, at)
    whole = [
        Moving(one.name, one.occasion, paying, gains, one.holder if one.earns else None)
        for one, paying, gains in zip(decided, parts, given, strict=True)
        if one.wanted.lapses_at is None
    ]
    move(whole, more=more, actor=actor, at=at)
    held = [
        (one.name, one.occasion, paying, one.wanted.lapses_at + AFTER)
        for one, paying in zip(decided, parts, strict=True)
        if one.wanted.lapses_at is not None
    ]
    set_aside(held, actor=actor, at=at)
    return parts, given


def _sale(one: Decided) -> NewSale:
    """The bill at the prices paid."""
    wanted, lines = one.wanted, one.wanted.lines
    if one.occasion.lines is not one.basket.occasion.lines:  # something was taken off
        sold = {each.line.number: each for each in lines}
        lines = tuple(SoldLine(line, sold[line.number].name, sold[line.number].cost) for line in one.occasion.lines)
    shown = wanted.shown or wanted.member
    return NewSale(one.id, wanted.place, wanted.currency, lines, one.occasion.at, shown, wanted.lapses_at)


def _tell_balances(one: Decided, told: dict[str, Any], at: datetime) -> None:
    units = {effect["unit"] for effect in told["effects"] if effect.get("unit")}
    if one.wanted.member is not None and units:
        told["balances"] = telling.balances(balances(one.wanted.member, at=at), units)
