"""Households, companies, and who speaks for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from django.db import IntegrityError, transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import personal, record
from regulars.members.errors import UnknownGroup, WrongGroup
from regulars.members.locks import lock_members
from regulars.members.models import Company, Contact, Household, Member


@transaction.atomic
def make_household(
    members: Sequence[UUID], *, organisation: UUID, head: UUID | None = None, actor: Actor, at: datetime
) -> UUID:
    """These members share a home from now on. Raises UnknownMember, MemberClosed, WrongGroup."""
    found = lock_members(members, organisation=organisation)
    if head is not None and head not in found:
        raise WrongGroup("The head of a household is one of its members.")
    row = Household(
        id=new_id(at), organisation=organisation, head=found[head] if head is not None else None, created_at=at
    )
    row.save(force_insert=True)
    moving = Member.objects.filter(id__in=[member.id for member in found.values()])
    moving.update(household=row.id, household_since=at)
    _record("households.make", typed("hsh", row.id), {"members": _texts(found.values())}, actor, at)
    return row.id


@transaction.atomic
def join_household(
    members: Sequence[UUID], household: UUID | None, *, organisation: UUID, actor: Actor, at: datetime
) -> None:
    """Members join a household, or leave theirs (None). Raises UnknownMember, MemberClosed, WrongGroup."""
    if household is not None and not Household.objects.filter(id=household, organisation=organisation).exists():
        raise UnknownGroup("There is no such household.")
    found = lock_members(members, organisation=organisation)
    ids = [member.id for member in found.values()]
    led = Household.objects.filter(head__in=ids)
    (led if household is None else led.exclude(id=household)).update(head=None)
    moving = Member.objects.filter(id__in=ids)
    if household is None:
        moving.update(household=None, household_since=None)
    else:  # who lives there already has done so since then
        moving.exclude(household=household).update(household=household, household_since=at)
    subject = typed("hsh", household) if household else ""
    _record(
        "households.join" if household else "households.leave", subject, {"members": _texts(found.values())}, actor, at
    )


@dataclass(frozen=True, slots=True)
class CompanySaid:
    """What is known of a company. A key account names the staff who looks after it."""

    name: str
    register: str = ""
    is_key_account: bool = False
    carer: UUID | None = None
    parent: UUID | None = None


@transaction.atomic
def make_company(said: CompanySaid, *, organisation: UUID, actor: Actor, at: datetime) -> UUID:
    """Raises WrongGroup."""
    row = Company(id=new_id(at), organisation=organisation, created_at=at)
    _write_company(row, said)
    _record("companies.make", typed("cmp", row.id), {"key_account": said.is_key_account}, actor, at)
    return row.id


@transaction.atomic
def change_company(company: UUID, said: CompanySaid, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """Raises WrongGroup."""
    row = _company(company, organisation)
    was = row.is_key_account
    _write_company(row, said)
    _record("companies.change", typed("cmp", row.id), {"was": was, "key_account": said.is_key_account}, actor, at)


def _write_company(row: Company, said: CompanySaid) -> None:
    if not said.name.strip():
        raise WrongGroup("A company has a name.")
    if said.is_key_account and said.carer is None:
        raise WrongGroup("A key account has someone who looks after it.")
    above = said.parent
    while above is not None:
        if above == row.id:
            raise WrongGroup("A company cannot stand above itself.")
        above = _company(above, row.organisation).parent_id
    row.name, row.register, row.is_key_account = " ".join(said.name.split()), said.register, said.is_key_account
    row.carer, row.parent_id = said.carer, said.parent
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as clash:
        _refused(clash, "members_company_register", "Another company has this register number.")


@transaction.atomic
def add_contact(
    company: UUID,
    member: UUID,
    *,
    organisation: UUID,
    role: str,
    is_main: bool = False,
    effective_at: datetime,
    actor: Actor,
    at: datetime,
) -> None:
    """A member speaks for a company; a new main contact takes the old one's place. Raises WrongGroup, UnknownMember,
    MemberClosed."""
    _company(company, organisation)
    if personal(role):
        raise WrongGroup("A role is no mail address and no phone number.")
    person = lock_members([member], organisation=organisation)[member]
    present = Contact.objects.filter(company=company, ended_at=None)
    if is_main:
        present.filter(is_main=True).update(is_main=False)
    row = Contact(
        company_id=company, member=person, role=role, is_main=is_main, effective_at=effective_at, recorded_at=at
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as clash:
        _refused(clash, "members_contact_once", "This member speaks for the company already.")
    _record("companies.contact", typed("cmp", company), {"member": typed("mbr", person.id), "role": role}, actor, at)


@transaction.atomic
def end_contact(company: UUID, member: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """Raises WrongGroup."""
    _company(company, organisation)
    changed = Contact.objects.filter(company=company, member__root=member, ended_at=None).update(
        ended_at=at, is_main=False
    )
    if not changed:
        raise WrongGroup("This member does not speak for the company.")
    _record("companies.contact_ended", typed("cmp", company), {"member": typed("mbr", member)}, actor, at)


def _company(company: UUID, organisation: UUID) -> Company:
    found = Company.objects.filter(id=company, organisation=organisation).first()
    if found is None:
        raise UnknownGroup("There is no such company.")
    return found


def _refused(clash: IntegrityError, constraint: str, sentence: str) -> NoReturn:
    if constraint not in str(clash):
        raise clash
    raise WrongGroup(sentence) from clash


def _texts(members: Iterable[Member]) -> list[str]:
    return sorted(typed("mbr", member.id) for member in members)


def _record(what: str, subject: str, after: dict[str, object], actor: Actor, at: datetime) -> None:
    record([Deed(what, subject, after=after)], actor=actor, at=at)
