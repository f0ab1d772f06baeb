"""Benefits used up at a desk, and given back. One at a time uses a member's: the standing is locked."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.ledger.intake import fingerprint
from regulars.ledger.services.keys import claim
from regulars.programme.book import Book, book
from regulars.programme.errors import BenefitUsedUp, NoSuchBenefit, UnknownUse
from regulars.programme.models import BenefitUse
from regulars.programme.moves_tiers import Entitled, NewUse, Used
from regulars.programme.selectors.benefits import entitled, told
from regulars.programme.selectors.tiers import rows_now
from regulars.programme.services.qualifying import lock

USE: Final = "bnu"  # the prefix of uses


@transaction.atomic
def use(wanted: NewUse, *, organisation: UUID, actor: Actor, at: datetime) -> Used:
    """Uses up so much of a benefit. Nine queries. Raises NoSuchBenefit, BenefitUsedUp, KeyReused."""
    number = new_id(at)
    first = _claimed(wanted, number)
    if first != number:
        return told(BenefitUse.objects.get(id=first), replayed=True)
    terms = book(organisation)
    lock({wanted.member: at}, organisation=organisation, terms=terms, at=at)
    one = _allowed(wanted, terms, at)
    row = _write(wanted, one, number, organisation, actor, at)
    after = {"benefit": wanted.benefit, "count": wanted.count, "use": typed(USE, row.id)}
    deed = Deed("benefits.use", typed("mbr", wanted.member), wanted.merchant, wanted.store, after=after)
    record([deed], actor=actor, at=at)
    return told(row, left=None if one.left is None else one.left - wanted.count)


@transaction.atomic
def give_back(
    number: UUID, *, organisation: UUID, count: int | None = None, reason: str = "", actor: Actor, at: datetime
) -> Used:
    """Gives a use back, all that is left of it or a part. Four queries. Raises UnknownUse, BenefitUsedUp."""
    row = BenefitUse.objects.filter(id=number, organisation=organisation).first()
    if row is None:
        raise UnknownUse("No use of a benefit has this id.", use=typed(USE, number))
    left = row.count - row.given_back
    part = left if count is None else count
    still = BenefitUse.objects.filter(id=number, given_back__lte=F("count") - part)
    if part <= 0 or not still.update(given_back=F("given_back") + part):
        raise BenefitUsedUp(
            f"Of this use {left} can be given back.", required=part, available=left, missing=max(0, part - left)
        )
    after = {"benefit": row.benefit, "count": part, "use": typed(USE, number)}
    deed = Deed("benefits.give_back", typed("mbr", row.member), row.merchant, row.store, after=after, reason=reason)
    record([deed], actor=actor, at=at)
    return told(BenefitUse.objects.get(id=number))


def _allowed(wanted: NewUse, terms: Book, at: datetime) -> Entitled:
    """Raises NoSuchBenefit, BenefitUsedUp."""
    rows = rows_now([wanted.member], terms=terms, at=at)
    found = entitled(rows, terms=terms, at=at, merchant=wanted.merchant, store=wanted.store)
    one = next((one for one in found.get(wanted.member, []) if one.benefit == wanted.benefit), None)
    if one is None:
        raise NoSuchBenefit("The levels of this member do not bring that here.", benefit=wanted.benefit)
    if one.left is not None and one.left < wanted.count:
        told_by = {"required": wanted.count, "available": one.left, "missing": wanted.count - one.left}
        until = f" until {one.until:%Y-%m-%d}" if one.until else ""
        raise BenefitUsedUp(f"{one.left} of {one.most} are left{until}.", **told_by)
    return one


def _write(wanted: NewUse, one: Entitled, number: UUID, organisation: UUID, actor: Actor, at: datetime) -> BenefitUse:
    return BenefitUse.objects.create(
        id=number,
        organisation=organisation,
        member=wanted.member,
        own=wanted.shown or wanted.member,
        benefit=wanted.benefit,
        version=one.version,
        ladder=one.ladder,
        level=one.level,
        period=one.period,
        count=wanted.count,
        used_at=at,
        merchant=wanted.merchant,
        store=wanted.store,
        actor=f"{actor.kind}:{actor.id}",
        source=wanted.source,
        external_id=wanted.external_id,
    )


def _claimed(wanted: NewUse, number: UUID) -> UUID:
    """Keys before locks. Raises KeyReused."""
    if not wanted.source:
        return number
    key = (wanted.source, f"benefit:{wanted.external_id}")
    return claim([(*key, fingerprint(wanted), number)]).get(key, number)
