"""All parts asked in their order, before units move; written after. And taken back where purchases come back."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from regulars.basics.ids import new_ids, typed
from regulars.basics.periods import Period
from regulars.journal.moves import Actor
from regulars.ledger import services as ledger
from regulars.ledger.models import Account
from regulars.ledger.moves import Holder, House, Posting, Reversal, Reversed
from regulars.ledger.selectors import kept_from_earning
from regulars.ledger.words import Kind, Role
from regulars.programme import locks
from regulars.programme.book import Book
from regulars.programme.challenges import counting
from regulars.programme.challenges.terms import CHALLENGE
from regulars.programme.coupons.moves import Binding, Gift
from regulars.programme.following.moves import CameBack, Due, Follows, Happened, Part
from regulars.programme.models import ChallengeStep, Coupon, Followed
from regulars.programme.referrals import rewarding
from regulars.programme.referrals.terms import REFERRAL
from regulars.programme.services.coupons import revoke
from regulars.programme.services.coupons_issuing import issue
from regulars.rules.occasion import PURCHASE

PARTS: Final[tuple[Callable[..., Part], ...]] = (rewarding.decide, counting.decide)
UNDOING: Final[tuple[Callable[..., Sequence[Followed]], ...]] = (rewarding.undo, counting.undo)


def asked(terms: Book) -> bool:
    """Whether anything can follow here at all."""
    return bool(terms.versions(REFERRAL) or terms.versions(CHALLENGE))


def decide(happened: Sequence[Happened], *, terms: Book, organisation: UUID, at: datetime) -> Follows:
    """What follows; its rows and sums are locked. After the counters of earning, before accounts. Each part says what
    it costs; nothing where the organisation has no such terms. Two queries more where somebody gets something."""
    found = Follows()
    for part in PARTS:
        one = part(happened, terms=terms, organisation=organisation, at=at)
        found.dues += one.dues
        found.takes += one.takes
        found.writes.append(one.write)
    if found.dues:
        # Who was erased or may not earn gets nothing, and holds up nobody's purchase.
        owners = {due.owner for due in found.dues}
        erased = set(Account.objects.filter(owner__in=owners, closed_at__isnull=False).values_list("owner", flat=True))
        cannot = erased | kept_from_earning(owners, at=at)
        # What a referrer does not get takes nothing of their limits, either.
        without = {due.subject for due in found.dues if due.owner in cannot and not due.tell}
        found.takes = [take for take in found.takes if take.occasion not in without]
        found.dues = [due for due in found.dues if due.owner not in cannot]
        found.postings = [({}, _posting(due)) for due in found.dues if due.prize.unit]
    return found


def _posting(due: Due) -> Posting:
    occasion, prize = due.happened.occasion, due.prize
    waits = Period.parse(prize.wait).after(occasion.at, occasion.zone) if prize.wait else None
    said = "sale" if occasion.kind == PURCHASE else "activity"
    return Posting(
        Kind.EARN,
        prize.unit,
        prize.amount,
        House(Role.ISSUED, prize.funder),
        Holder(due.owner, Role.PENDING if waits else Role.MAIN),
        effective_at=occasion.at,
        activates_at=waits,
        validity=prize.validity,
        merchant=occasion.merchant,
        store=occasion.store,
        funder=prize.funder,
        rule=f"{due.kind}.{due.version.code}/{due.version.version}",
        details={said: typed("sal" if said == "sale" else "act", due.happened.id)},
    )


def write(found: Follows, *, organisation: UUID, actor: Actor, at: datetime) -> dict[UUID, list[dict[str, Any]]]:
    """Writes down what was given, once units have moved; hands out coupons. What each occasion's answer tells of it."""
    for one in found.writes:
        one()
    if not found.dues:
        return {}
    moved = iter(found.postings)
    rows = []
    for number, due in zip(new_ids(at, len(found.dues)), found.dues, strict=True):
        row = Followed(
            id=number, occasion=due.happened.id, kind=due.kind, subject=due.subject, code=due.version.code,
            version=due.version.id, member=due.owner, unit=due.prize.unit, series=due.prize.coupon,
            amount=due.prize.amount, given_at=at,
        )  # fmt: skip
        if due.prize.unit:
            row.transfer = UUID(next(moved)[0]["transfer"])
        else:
            gifts = [Gift(due.owner)] * due.prize.amount
            made = issue(
                due.prize.coupon, organisation=organisation, to=gifts, binding=Binding.HARD, actor=actor, at=at
            )
            row.coupons = [coupon.id for coupon in made.coupons]
        rows.append(row)
    Followed.objects.bulk_create(rows)
    told: dict[UUID, list[dict[str, Any]]] = {}
    for due in found.dues:
        if due.tell:
            told.setdefault(due.happened.id, []).append(_told(due))
    return told


def _told(due: Due) -> dict[str, Any]:
    return {
        "kind": due.kind,
        "code": due.version.code,
        "version": due.version.version,
        "unit": due.prize.unit,
        "item": due.prize.coupon,
        "amount": due.prize.amount,
        "pending": bool(due.prize.wait),
    }


def lock_prizes(occasion: UUID, *, terms: Book) -> None:
    """Coupons that may go back with this purchase, locked before any counter. One query, and one to lock them; none
    where the organisation has no such terms."""
    if terms.versions(REFERRAL) or terms.versions(CHALLENGE):
        counted = ChallengeStep.objects.filter(occasion=occasion).values("enrolment")
        rows = Followed.objects.filter(Q(occasion=occasion) | Q(subject__in=counted), taken_back_at=None)
        locks.coupons({coupon for coupons in rows.values_list("coupons", flat=True) for coupon in coupons})


def undo(back: CameBack, *, terms: Book, organisation: UUID, actor: Actor, at: datetime) -> list[Followed]:
    """Prizes that would not have been given for what remains: limits get back what they took, coupons that were not
    used are revoked. Before accounts; `take_back` follows. One query for each part where nothing followed."""
    rows = {
        row.id: row
        for part in UNDOING
        for row in part(back, terms=terms, organisation=organisation, at=at)
        if row.taken_back_at is None
    }
    coupons = [coupon for row in rows.values() for coupon in row.coupons]
    unused = Coupon.objects.filter(id__in=coupons, state="issued").values_list("id", flat=True) if coupons else ()
    if found := list(unused):
        revoke(found, organisation=organisation, reason="return", actor=actor, at=at)
    if rows:
        Followed.objects.filter(id__in=rows).update(taken_back_at=at)
    return list(rows.values())


def take_back(
    rows: Iterable[Followed], back: CameBack, *, terms: Book, actor: Actor, at: datetime
) -> list[tuple[UUID, dict[str, Any]]]:
    """Units of what was undone go back by reversal, what is spent as a debt. Whose it was, and what was taken."""
    told = []
    for row in rows:
        if row.transfer is not None:
            wanted = Reversal(row.transfer, None, effective_at=back.back_at, reason="return")
            told.append((row.member, _undone(row, ledger.reverse(wanted, actor=actor, at=at), terms)))
    return told


def _undone(row: Followed, back: Reversed, terms: Book) -> dict[str, Any]:
    return {
        "kind": row.kind, "code": row.code, "version": terms.version(row.version).version, "unit": row.unit,
        "amount": back.amount, "owed": back.owed, "forgone": back.forgone,
    }  # fmt: skip
