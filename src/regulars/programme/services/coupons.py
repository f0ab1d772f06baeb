"""Coupons given to members, passed on, revoked, expired. How they come to be and are used: coupons_issuing, _using."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, columns, run, unnested
from regulars.members.selectors import group_of, roots
from regulars.programme import locks
from regulars.programme.book import book
from regulars.programme.coupons.moves import Binding, CouponRow
from regulars.programme.coupons.offering import PREFIX
from regulars.programme.errors import CouponClosed, UnknownCoupon
from regulars.programme.models import Coupon

AT_ONCE: Final = 5_000
_ASSIGN: Final = (
    "UPDATE programme_coupon c SET member = new.member, hard = %s"
    f" FROM {unnested({'id': 'uuid', 'member': 'uuid'})} WHERE c.id = new.id"
)
_REVOKE: Final = "UPDATE programme_coupon SET state = 'revoked' WHERE id = ANY(%s::uuid[]) RETURNING 1"
_EXPIRE: Final = (
    "UPDATE programme_coupon SET state = 'expired' WHERE id IN ("
    "SELECT id FROM programme_coupon WHERE state = 'issued' AND expires_at <= %s ORDER BY expires_at LIMIT %s"
    " {lock}) AND state = 'issued' RETURNING series"
)


@transaction.atomic
def assign(
    given: Sequence[tuple[UUID, UUID]], binding: Binding, *, organisation: UUID, actor: Actor, at: datetime
) -> None:
    """Gives coupons to members, as pairs of coupon and member; another's own only if its series allows it.

    Five queries. Raises UnknownCoupon, UnknownMember, CouponClosed.
    """
    now = roots(sorted({member for _, member in given}), organisation=organisation)
    rows = _locked([coupon for coupon, _ in given], organisation)
    owners = roots(sorted({row.member for row in rows.values() if row.member}), organisation=organisation)
    terms = book(organisation)
    for coupon, member in given:
        row = rows[coupon]
        if row.uses is None or row.state != "issued" or (row.expires_at is not None and row.expires_at <= at):
            state = "shared" if row.uses is None else row.state if row.state != "issued" else "expired"
            raise CouponClosed(f"This coupon is {state}.", state=state)
        others = row.hard and row.member is not None and owners[row.member] != now[member]
        if others and not terms.version(row.terms).terms.transferable:
            raise CouponClosed("This coupon is one person's and is not passed on.", state="hard")
    run(_ASSIGN, [binding == Binding.HARD, *columns(given, 2)])
    deeds = [
        Deed("coupons.assign", typed(PREFIX, coupon), after={"member": typed("mbr", member), "binding": binding.value})
        for coupon, member in given
    ]
    record(deeds, actor=actor, at=at)


@transaction.atomic
def revoke(
    coupons: Collection[UUID] = (),
    *,
    batch: UUID | None = None,
    organisation: UUID,
    reason: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Takes coupons back that were not used up, one by one or a whole batch; how many. What an open checkout holds of
    them it may still keep. Three queries. Raises UnknownCoupon."""
    wanted = set(coupons)
    if batch is not None:
        wanted |= set(Coupon.objects.filter(organisation=organisation, batch=batch).values_list("id", flat=True))
        if not wanted:
            raise UnknownCoupon("There is no such batch of coupons here.")
    rows = _locked(wanted, organisation)
    open_still = [row.id for row in rows.values() if row.state in ("issued", "reserved", "expired")]
    done = run(_REVOKE, [column(sorted(open_still))])
    if batch is not None:
        deeds = [Deed("coupons.revoke", typed("bat", batch), after={"coupons": len(done)}, reason=reason)]
    else:
        deeds = [Deed("coupons.revoke", typed(PREFIX, one), reason=reason) for one in sorted(open_still)]
    record(deeds, actor=actor, at=at)
    return len(done)


@transaction.atomic
def give_back(coupon: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """A coupon that this person took back is as it was, unless it is over or used by now, or another of its series was
    given in its place. Six queries. Raises UnknownCoupon, CouponClosed."""
    row = _locked([coupon], organisation)[coupon]
    subject = typed(PREFIX, coupon)
    told = Entry.objects.filter(subject=subject, what="coupons.revoke").order_by("-at", "-id").first()
    if row.state != "revoked" or told is None or (told.actor_kind, told.actor_id) != (actor.kind, actor.id):
        raise CouponClosed("Nobody but who took a coupon back gives it back.", state=row.state)
    if row.expires_at is not None and row.expires_at <= at:
        raise CouponClosed("This coupon is over.", state="expired")
    if row.uses is not None and row.kept >= row.uses:
        raise CouponClosed("This coupon is used up.", state="redeemed")
    others = Coupon.objects.filter(organisation=organisation, series=row.series, issued_at__gte=told.at)
    if row.member is not None and others.filter(member__in=group_of(row.member)).exclude(state="revoked").exists():
        raise CouponClosed("Another one was given in its place.", state="replaced")
    held = row.uses is not None and row.taken >= row.uses
    Coupon.objects.filter(pk=coupon).update(state="reserved" if held else "issued")
    record([Deed("coupons.give_back", subject)], actor=actor, at=at)


@transaction.atomic
def expire_due(*, actor: Actor, at: datetime) -> int:
    """Marks coupons that are over, a part at a time; how many. They were good for nothing before. Safe to repeat."""
    rows = run(_EXPIRE.format(lock=locks.PASSING), [at, AT_ONCE])
    by_series: dict[str, int] = {}
    for (series,) in rows:
        by_series[series] = by_series.get(series, 0) + 1
    if rows:
        record([Deed("coupons.expire", after={"series": by_series})], actor=actor, at=at)
    return len(rows)


def _locked(coupons: Collection[UUID], organisation: UUID) -> dict[UUID, CouponRow]:
    """Raises UnknownCoupon."""
    known = set(Coupon.objects.filter(organisation=organisation, id__in=coupons).values_list("id", flat=True))
    if missing := set(coupons) - known:
        raise UnknownCoupon("There is no such coupon here.", missing=len(missing))
    return {row.id: row for row in locks.coupons(known)}
