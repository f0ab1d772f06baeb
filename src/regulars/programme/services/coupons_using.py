"""Coupons at a purchase: used at once, or held until the checkout ends; kept, released, restored after a return.

Rows are locked in one order: reservations, coupons, counters; the ledger's come later. Each verb takes many at once.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.access.selectors import places
from regulars.basics.ids import typed
from regulars.basics.periods import Period
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, columns, run, unnested
from regulars.journal.transactions import whole
from regulars.programme import counters, locks
from regulars.programme.book import book
from regulars.programme.counters import Back, Take
from regulars.programme.coupons.moves import Basket, CouponRow, Restored, Told
from regulars.programme.coupons.offering import PREFIX, Decided, Offers, code_of, offers_for
from regulars.programme.coupons.terms import Series
from regulars.programme.errors import ReservationClosed, UnknownReservation
from regulars.programme.models import Reservation
from regulars.programme.moves import Version
from regulars.rules.limits import Of, Sum
from regulars.rules.limits import code_of as limit_code

LAPSED_AT_ONCE: Final = 500
_USES: Final = {
    "organisation": "uuid", "coupon": "uuid", "occasion": "uuid", "member": "uuid", "shown": "uuid", "state": "text",
    "discount": "bigint", "units": "bigint", "currency": "text", "merchant": "text", "store": "text",
    "at": "timestamptz", "recorded_at": "timestamptz",
}  # fmt: skip
_USE: Final = f"INSERT INTO programme_coupon_use ({', '.join(_USES)}) SELECT {', '.join(_USES)} FROM {unnested(_USES)}"
_CHANGES: Final = {"id": "uuid", "taken": "int", "kept": "int"}
_CHANGE: Final = (
    "UPDATE programme_coupon c SET taken = c.taken + new.taken, kept = c.kept + new.kept, state = CASE"
    " WHEN c.state = 'revoked' THEN 'revoked'"
    " WHEN c.kept + new.kept >= c.uses THEN 'redeemed' WHEN c.taken + new.taken >= c.uses THEN 'reserved'"
    f" ELSE 'issued' END FROM {unnested(_CHANGES)} WHERE c.id = new.id AND c.uses IS NOT NULL RETURNING 1"
)
_LONGER: Final = (
    f"UPDATE programme_coupon c SET expires_at = new.until FROM {unnested({'id': 'uuid', 'until': 'timestamptz'})}"
    " WHERE c.id = new.id AND c.expires_at < new.until"
)
_RESERVATIONS: Final = {
    "occasion": "uuid", "organisation": "uuid", "merchant": "text", "store": "text", "placed_at": "timestamptz",
    "lapses_at": "timestamptz",
}  # fmt: skip
_RESERVE: Final = (
    f"INSERT INTO programme_reservation ({', '.join(_RESERVATIONS)}) SELECT {', '.join(_RESERVATIONS)}"
    f" FROM {unnested(_RESERVATIONS)}"
)
_CLOSE: Final = (
    "UPDATE programme_reservation SET closed_as = %s, closed_at = %s WHERE occasion = ANY(%s::uuid[])"
    " AND closed_as IS NULL"
)
_USED: Final = (
    "SELECT id, coupon, occasion, discount, units FROM programme_coupon_use"
    " WHERE occasion = ANY(%s::uuid[]) AND state = %s ORDER BY id"
)
_OVERDUE: Final = (
    "SELECT DISTINCT r.occasion FROM programme_coupon_use u JOIN programme_reservation r USING (occasion)"
    " WHERE u.coupon = ANY(%s::uuid[]) AND u.state = 'reserved' AND r.closed_as IS NULL AND r.lapses_at <= %s"
)
_MOVE: Final = "UPDATE programme_coupon_use SET state = %s, closed_at = %s WHERE id = ANY(%s::bigint[])"
UseRow = tuple[int, UUID, UUID, int, int]  # id, coupon, occasion, discount, units


@transaction.atomic
def checkout(
    baskets: Sequence[Basket],
    *,
    organisation: UUID,
    lapses_at: Mapping[UUID, datetime] | None = None,
    actor: Actor,
    at: datetime,
) -> list[Told]:
    """Prices baskets, in order, and takes what applies: for good, or held where `lapses_at` names the basket."""
    offers = offers_for(baskets, organisation=organisation, locked=True, at=at)
    told = [offers.decide(basket) for basket in baskets]
    use(offers, lapses_at=lapses_at, actor=actor, at=at)
    return told


@whole()
def use(offers: Offers, *, lapses_at: Mapping[UUID, datetime] | None = None, actor: Actor, at: datetime) -> None:
    """Writes what was decided. Where `lapses_at` names a basket, all is held until then, else it is used.

    What takes nothing off is not among it (SEMANTICS 26). Three queries; with coupons three more, with holds one.
    """
    assert offers.locked
    until = lapses_at or {}
    mine = [one for one in offers.decided if one.candidate.coupon is not None]
    _give_up([one.candidate.coupon for one in mine if one.candidate.coupon is not None], actor, at)
    counters.take(_takes(offers.decided, until), organisation=offers.organisation)
    held = sorted((one for one in offers.baskets if one.id in until), key=lambda one: one.id) if until else []
    if held:
        run(_RESERVE, columns([(b.id, offers.organisation, b.occasion.merchant, b.occasion.store, at, until[b.id])
                               for b in held], len(_RESERVATIONS)))  # fmt: skip
    if mine:
        _write(mine, offers.organisation, until, at)
        record([_deed(one, one.basket.id in until) for one in mine], actor=actor, at=at)


def _write(mine: Sequence[Decided], organisation: UUID, until: Mapping[UUID, datetime], at: datetime) -> None:
    rows = []
    counts: list[tuple[UUID, int, int]] = []
    for one in mine:
        assert one.candidate.coupon is not None
        coupon, basket, occasion = one.candidate.coupon, one.basket, one.basket.occasion
        held = basket.id in until
        rows.append(
            (organisation, coupon.id, basket.id, basket.member, basket.shown or basket.member,
             "reserved" if held else "redeemed", one.applied.discount, one.amounts()[Of.UNITS], occasion.currency,
             occasion.merchant, occasion.store, occasion.at, at)
        )  # fmt: skip
        if coupon.uses is not None:
            counts.append((coupon.id, 1, 0 if held else 1))
    run(_USE, columns(rows, len(_USES)))
    _change(counts)


def _takes(decided: Sequence[Decided], until: Mapping[UUID, datetime]) -> list[Take]:
    """One of each sum at each purchase, so that a part of it can be given back."""
    amounts: dict[tuple[UUID, Sum], int] = {}
    for one in decided:
        for each, amount in one.takes().items():
            amounts[one.basket.id, each] = amounts.get((one.basket.id, each), 0) + amount
    baskets = {one.basket.id: one.basket for one in decided}
    return [
        Take(each, number, amount, basket.occasion.at, basket.shown or basket.member, number in until)
        for (number, each), amount in amounts.items()
        for basket in (baskets[number],)
    ]


def _change(counts: Sequence[tuple[UUID, int, int]]) -> None:
    """Uses and kept uses more or less, of coupons under lock."""
    sums: dict[UUID, tuple[int, int]] = {}
    for number, taken, kept in counts:
        before = sums.get(number, (0, 0))
        sums[number] = (before[0] + taken, before[1] + kept)
    if sums:
        run(_CHANGE, columns([(number, *both) for number, both in sorted(sums.items())], len(_CHANGES)))


def _give_up(coupons: Sequence[CouponRow], actor: Actor, at: datetime) -> None:
    """What lapsed reservations hold of coupons that are about to be used is given back first."""
    held = [row.id for row in coupons if row.uses is not None and row.state == "reserved"]
    if held:
        _lapse([occasion for (occasion,) in run(_OVERDUE, [column(held), at])], actor, at)


def _deed(one: Decided, held: bool) -> Deed:
    assert one.candidate.coupon is not None
    occasion, version = one.basket.occasion, one.candidate.version
    told = {"series": version.code, "version": version.version, "discount": one.applied.discount}
    return Deed(
        "coupons.reserve" if held else "coupons.redeem", typed(PREFIX, one.candidate.coupon.id), occasion.merchant,
        occasion.store, after={**told, "occasion": str(one.basket.id)},
    )  # fmt: skip


@transaction.atomic
def keep(occasions: Collection[UUID], *, actor: Actor, at: datetime) -> None:
    """What these reservations hold is used now. Six queries. Raises UnknownReservation, ReservationClosed."""
    open_still = _open(occasions)
    if len(open_still) < len(set(occasions)) or any(lapses_at <= at for lapses_at in open_still.values()):
        raise _closed("lapsed or released")
    run(_CLOSE, ["kept", at, column(sorted(occasions))])
    uses = run(_USED, [column(sorted(occasions)), "reserved"])
    locks.coupons([row[1] for row in uses])
    run(_MOVE, ["redeemed", at, column([row[0] for row in uses])])
    _change([(coupon, 0, 1) for _, coupon, *_ in uses])
    counters.keep(occasions)
    record([Deed("coupons.redeem", typed(PREFIX, row[1]), after={"occasion": str(row[2])}) for row in uses],
           actor=actor, at=at)  # fmt: skip


@transaction.atomic
def release(occasions: Collection[UUID], *, actor: Actor, at: datetime) -> None:
    """What these reservations hold is given back; of those that have lapsed or were released before nothing is left to
    give. Raises UnknownReservation, ReservationClosed."""
    open_still = _open(occasions)
    run(_CLOSE, ["released", at, column(sorted(open_still))])
    _free(open_still, "released", actor, at)


@transaction.atomic
def lapse_due(*, actor: Actor, at: datetime) -> int:
    """Gives back what reservations hold that are over; how many of them. Safe to repeat."""
    due = Reservation.objects.filter(closed_as=None, lapses_at__lte=at).order_by("lapses_at", "occasion")
    return _lapse(list(due.values_list("occasion", flat=True)[:LAPSED_AT_ONCE]), actor, at)


def _lapse(occasions: Sequence[UUID], actor: Actor, at: datetime) -> int:
    """Those that nobody has closed meanwhile."""
    if not occasions:
        return 0
    due = [one for one, (_, ends, closed) in locks.reservations(occasions).items() if closed is None and ends <= at]
    run(_CLOSE, ["lapsed", at, column(due)])
    _free(due, "lapsed", actor, at)
    return len(due)


def _open(occasions: Collection[UUID]) -> dict[UUID, datetime]:
    """Those that are not closed, under lock, with their ends. Raises UnknownReservation, ReservationClosed."""
    found = locks.reservations(occasions)
    if missing := set(occasions) - found.keys():
        raise UnknownReservation("There is no such reservation.", missing=len(missing))
    if any(closed_as == "kept" for _, _, closed_as in found.values()):
        raise _closed("kept")
    return {one: lapses_at for one, (_, lapses_at, closed_as) in found.items() if closed_as is None}


def _closed(state: str) -> ReservationClosed:
    return ReservationClosed(f"The reservation is closed: {state}.", state=state)


def _free(occasions: Collection[UUID], state: str, actor: Actor, at: datetime) -> None:
    uses = run(_USED, [column(sorted(occasions)), "reserved"])
    locks.coupons([row[1] for row in uses])
    run(_MOVE, [state, at, column([row[0] for row in uses])])
    _change([(coupon, -1, 0) for _, coupon, *_ in uses])
    counters.free(occasions)
    what = "coupons.release" if state == "released" else "coupons.lapse"
    record([Deed(what, typed(PREFIX, row[1]), after={"occasion": str(row[2])}) for row in uses], actor=actor, at=at)


@transaction.atomic
def cancel(occasions: Collection[UUID], *, actor: Actor, at: datetime) -> list[Restored]:
    """Purchases that did not happen after all: everything they took of coupons, limits and budgets is given back."""
    restored = _restore(_redeemed(occasions), {}, actor, at)
    counters.free(occasions)
    return restored


@transaction.atomic
def restore(
    occasions: Collection[UUID],
    *,
    organisation: UUID,
    coupons: Collection[UUID] | None = None,
    actor: Actor,
    at: datetime,
) -> list[Restored]:
    """After all of a purchase came back (or all that `coupons` took something off): coupons whose series says so can be
    used again, and what they took of limits and budgets is given back. Safe to repeat: what was restored stays so.

    Nine queries at most, one where no coupon was used.
    """
    uses = [row for row in _redeemed(occasions) if coupons is None or row[1] in coupons]
    if not uses:
        return []
    terms = book(organisation)
    series = {row.id: terms.version(row.terms) for row in locks.coupons({row[1] for row in uses})}
    back = [row for row in uses if _series(series[row[1]].terms).restored_on_return]
    zone = places().zones.get(organisation, "UTC")
    longer = {
        number: Period.parse(_series(one.terms).restored_for).after(at, zone)
        for number, one in series.items()
        if _series(one.terms).restored_for
    }
    restored = _restore(back, longer, actor, at)
    counters.give_back(_backs(back, series))
    return restored


def _backs(uses: Sequence[UseRow], series: Mapping[UUID, Version]) -> list[Back]:
    """What coupons took of the sums of their limits, shared ones among them."""
    found = []
    for _, coupon, occasion, discount, units in uses:
        amounts = {Of.USES: 1, Of.MONEY: discount, Of.UNITS: units}
        named = {(limit_code(one, code_of(series[coupon])), one.of) for one in _series(series[coupon].terms).limits}
        found += [Back(occasion, code, of, amounts[of]) for code, of in sorted(named) if amounts[of]]
    return found


def _redeemed(occasions: Collection[UUID]) -> list[UseRow]:
    """Uses of these, their coupons under lock; read again then, since somebody may have restored them meanwhile."""
    asked = [column(sorted(occasions)), "redeemed"]
    uses = run(_USED, asked)
    if not uses:
        return []
    locks.coupons({row[1] for row in uses})
    return run(_USED, asked)


def _series(terms: object) -> Series:
    assert isinstance(terms, Series)
    return terms


def _restore(uses: Sequence[UseRow], longer: Mapping[UUID, datetime], actor: Actor, at: datetime) -> list[Restored]:
    if not uses:
        return []
    run(_MOVE, ["restored", at, column([row[0] for row in uses])])
    _change([(coupon, -1, -1) for _, coupon, *_ in uses])
    later = [(coupon, longer[coupon]) for coupon in sorted({row[1] for row in uses} & longer.keys())]
    if later:
        run(_LONGER, columns(later, 2))
    record([Deed("coupons.restore", typed(PREFIX, row[1]), after={"occasion": str(row[2])}) for row in uses],
           actor=actor, at=at)  # fmt: skip
    found: dict[UUID, list[UUID]] = {}
    for _, coupon, occasion, *_ in uses:
        found.setdefault(occasion, []).append(coupon)
    return [Restored(occasion, tuple(ones)) for occasion, ones in sorted(found.items())]
