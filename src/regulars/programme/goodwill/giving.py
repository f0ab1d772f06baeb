"""Goodwill given: within the role's limit at once, above it refused or left to a second person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.access.selectors import places
from regulars.basics.ids import new_id, typed
from regulars.basics.periods import day_of
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.ledger import services as ledger
from regulars.ledger.moves import Correction, Holder, House, Posting, Reversal
from regulars.ledger.words import Kind, Role, Short
from regulars.programme import counters, locks
from regulars.programme.book import Book, book
from regulars.programme.coupons.moves import Binding, Gift
from regulars.programme.errors import GoodwillClosed, GoodwillRefused, UnknownGoodwill
from regulars.programme.goodwill.moves import Given, Left, NewGoodwill
from regulars.programme.goodwill.selectors import told
from regulars.programme.goodwill.terms import GOODWILL
from regulars.programme.models import Goodwill
from regulars.programme.moves import Version
from regulars.programme.services.coupons import revoke
from regulars.programme.services.coupons_issuing import issue
from regulars.rules.goodwill import Allowance, GoodwillTerms, Over
from regulars.rules.limits import Of, Sum
from regulars.sales import services as sales
from regulars.sales.intake import fingerprint

PREFIX: Final = "gdw"
FUNDER: Final = "goodwill"  # who bears it: the house itself


@dataclass(frozen=True, slots=True)
class Chance:
    """A role in which somebody may give something, and the sum of what they gave of it today."""

    version: Version
    allowance: Allowance
    sum: Sum
    used: int = 0

    @property
    def terms(self) -> GoodwillTerms:
        assert isinstance(self.version.terms, GoodwillTerms)
        return self.version.terms

    @property
    def room(self) -> int:
        return self.allowance.room(self.used)


@transaction.atomic
def give(wanted: NewGoodwill, roles: Sequence[str], *, actor: Actor, at: datetime) -> Given:
    """Gives it in the role that leaves the most room. Raises GoodwillRefused, KeyReused and what the ledger refuses."""
    number = new_id(at)
    if wanted.source:
        key = (wanted.source, wanted.external_id)
        first = sales.claim([(*key, fingerprint(GOODWILL, wanted.asked()), number)]).get(key, number)
        if first != number:
            return told(first, replayed=True)
    best = _best(wanted, roles, at)
    row = Goodwill(
        id=number, organisation=wanted.organisation, member=wanted.member, shown=wanted.shown,
        role=best.version.code, person=wanted.person, unit=wanted.unit, series=wanted.series, amount=wanted.amount,
        reason=wanted.reason, note=wanted.note, merchant=wanted.merchant, store=wanted.store, cause=wanted.cause,
        given_at=at,
    )  # fmt: skip
    codes: dict[UUID, str | None] = {}
    if wanted.amount <= best.room:
        take = counters.Take(best.sum, number, wanted.amount, at, wanted.shown)
        counters.take([take], organisation=wanted.organisation)
        codes = _give(row, best, actor, at)
    elif wanted.unit and best.terms.over == Over.ASK:
        row.adjustment = _ask(row, best, actor, at)
    else:
        raise _refused(wanted, best)
    row.save(force_insert=True)
    facts = {"what": wanted.what, "amount": wanted.amount, "role": row.role, "person": row.person}
    state = "asked" if row.adjustment else "given"
    facts |= {"member": typed("mbr", wanted.member), "state": state}
    if row.cause:
        facts["cause"] = row.cause
    deed = Deed("goodwill.give", typed(PREFIX, number), row.merchant, row.store, after=facts, reason=row.reason)
    record([deed], actor=actor, at=at)
    return told(number, codes=codes)


@transaction.atomic
def take_back(number: UUID, person: str, *, organisation: UUID, actor: Actor, at: datetime) -> Given:
    """Whoever gave it takes it back: what is spent of it by now stays given, so that it is all or nothing. What they
    may give today is as before. Raises UnknownGoodwill, GoodwillClosed, NotEnough."""
    row = locks.goodwill(number, organisation)
    if row is None or row.person != person:
        raise UnknownGoodwill("You gave nothing under this id.", goodwill=typed(PREFIX, number))
    if row.taken_back_at is not None or row.adjustment is not None:
        raise GoodwillClosed("This was taken back before, or waits for a second person.", state=told(number).state)
    if row.coupons:
        _revoke(row, actor, at)
    counters.free({number})
    if row.transfer is not None:
        ledger.reverse(Reversal(row.transfer, short=Short.REFUSE, reason="undo"), actor=actor, at=at)
    Goodwill.objects.filter(pk=number).update(taken_back_at=at)
    facts = {"member": typed("mbr", row.member), "what": row.unit or row.series, "amount": row.amount}
    record(
        [Deed("goodwill.take_back", typed(PREFIX, number), row.merchant, row.store, after=facts)], actor=actor, at=at
    )
    return told(number)


def _revoke(row: Goodwill, actor: Actor, at: datetime) -> None:
    """All its coupons. Raises GoodwillClosed where one of them was used."""
    done = revoke(row.coupons, organisation=row.organisation, reason="undo", actor=actor, at=at)
    if done < len(row.coupons):
        raise GoodwillClosed("One of its coupons was used by now.", used=len(row.coupons) - done)


def allowances(
    organisation: UUID, person: str, roles: Sequence[str], *, at: datetime, terms: Book | None = None
) -> list[Left]:
    """What somebody may still give today, in each of their roles. Three queries; fewer where the terms are handed in,
    or name nothing."""
    found = [
        (unit, series, _chance(version, person, f"{kind}/{unit or series}", allowance, organisation, at))
        for version in _versions(organisation, roles, at, terms)
        for kind, unit, series, allowance in (
            *(("unit", code, "", one) for code, one in version.terms.units.items()),
            *(("coupon", "", code, one) for code, one in version.terms.coupons.items()),
        )
    ]
    used = counters.used({one.sum for _, _, one in found}, organisation=organisation)
    return [
        Left(
            one.version.code, unit, series, one.allowance.per_deed, one.allowance.per_day,
            max(0, one.allowance.per_day - used.get(one.sum, 0)),
        )
        for unit, series, one in found
    ]  # fmt: skip


def _versions(organisation: UUID, roles: Sequence[str], at: datetime, terms: Book | None = None) -> list[Version]:
    return [one for one in (terms or book(organisation)).at(GOODWILL, at) if one.code in roles]


def _chance(version: Version, person: str, what: str, allowance: Allowance, organisation: UUID, at: datetime) -> Chance:
    """Days are the programme's."""
    day = day_of(at, places().zones.get(organisation, "UTC")).isoformat()
    return Chance(version, allowance, Sum(f"goodwill/{version.code}/{what}", Of.UNITS, f"person {person}", day))


def _best(wanted: NewGoodwill, roles: Sequence[str], at: datetime) -> Chance:
    """The role that leaves the most room, the sum of today locked. Raises GoodwillRefused."""
    found = []
    reasons: set[str] = set()
    for version in _versions(wanted.organisation, roles, at):
        terms: GoodwillTerms = version.terms
        allowance = terms.units.get(wanted.unit) if wanted.unit else terms.coupons.get(wanted.series)
        if allowance is None:
            continue
        reasons.update(terms.reasons)
        if wanted.reason in terms.reasons:
            found.append(_chance(version, wanted.person, wanted.what, allowance, wanted.organisation, at))
    if reasons and not found:
        raise GoodwillRefused("That is no reason for which this is given.", reasons=sorted(reasons))
    if not found:
        raise GoodwillRefused("None of your roles may give that here.", roles=sorted(roles), what=wanted.what)
    used = counters.lock({one.sum for one in found}, organisation=wanted.organisation)
    ready = [Chance(one.version, one.allowance, one.sum, used[one.sum]) for one in found]
    return max(ready, key=lambda one: (one.room, one.terms.over == Over.ASK, one.version.code))


def _refused(wanted: NewGoodwill, best: Chance) -> GoodwillRefused:
    return GoodwillRefused(
        f"{best.room} may be given now in the role {best.version.code}.",
        role=best.version.code,
        what=wanted.what,
        required=wanted.amount,
        available=best.room,
        missing=wanted.amount - best.room,
        per_deed=best.allowance.per_deed,
        per_day=best.allowance.per_day,
        given_today=best.used,
    )


def _give(row: Goodwill, best: Chance, actor: Actor, at: datetime) -> dict[UUID, str | None]:
    """Units come from the house's goodwill; coupons are the member's alone. The codes of the coupons."""
    if row.series:
        gifts = [Gift(row.member)] * row.amount
        made = issue(
            row.series, organisation=row.organisation, to=gifts, binding=Binding.HARD, actor=actor, at=at
        ).coupons
        row.coupons = [one.id for one in made]
        return {one.id: one.code for one in made}
    posting = Posting(
        Kind.EARN, row.unit, row.amount, House(Role.ISSUED, FUNDER), Holder(row.member),
        validity=best.terms.validity.get(row.unit, ""), reason=row.reason, merchant=row.merchant, store=row.store,
        funder=FUNDER, rule=f"goodwill.{best.version.code}/{best.version.version}",
        shown=None if row.shown == row.member else row.shown, details={"goodwill": typed(PREFIX, row.id)},
    )  # fmt: skip
    row.transfer = ledger.post([posting], actor=actor, at=at)[0].id
    return {}


def _ask(row: Goodwill, best: Chance, actor: Actor, at: datetime) -> UUID:
    """An adjustment that waits for somebody else than the person who gives."""
    note = row.note or f"goodwill by {row.person} as {best.version.code}"
    wanted = Correction(row.member, row.unit, row.amount, row.reason, note)
    return ledger.adjust(wanted, needs_another=True, asked_by=row.person, actor=actor, at=at).id
