"""Companies that buy, key accounts among them, and the members who speak for them."""

from typing import Annotated, ClassVar
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.access.selectors import grants_of_staff
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.doors import read, write
from regulars.api.fields import (
    PRINTED,
    Asking,
    CompanyId,
    Cursor,
    Limit,
    MemberId,
    Moment,
    StaffId,
    Telling,
)
from regulars.api.keys import Call, Request
from regulars.api.places import organisation, whole_organisation
from regulars.basics.ids import typed
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.members.errors import WrongGroup
from regulars.members.models import Company
from regulars.members.selectors import groups as known
from regulars.members.services import groups
from regulars.members.services.groups import CompanySaid

router = Router(tags=["Companies"])

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PRINTED)]
Register = Annotated[
    str, StringConstraints(max_length=60, pattern=PRINTED), Field(description="Tax or register number.")
]
Role = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=PRINTED)]


class CompanyAsked(Asking):
    """What is known of a company. A key account names the member of staff who looks after it."""

    EXAMPLE: ClassVar = {"name": "Harbour Brewery", "register_number": "HRB 1204"}

    name: Name
    register_number: Register = ""
    is_key_account: bool = False
    carer: Annotated[StaffId | None, Field(description="Who looks after it.")] = None
    parent: Annotated[CompanyId | None, Field(description="The company it belongs to.")] = None


class ContactAsked(Asking):
    """A member who speaks for the company. A new main contact takes the old one's place."""

    EXAMPLE: ClassVar = {"member": "mbr_01kdvdna00e008000000000001", "role": "buyer", "is_main": True}

    member: MemberId
    role: Role
    is_main: bool = False
    effective_at: Moment | None = None


class ContactTold(Telling):
    """Who speaks for a company, as what and since when."""

    member: MemberId
    role: str
    is_main: bool
    effective_at: Moment


class CompanyTold(Telling):
    """A company."""

    id: CompanyId
    name: str
    register_number: str
    is_key_account: bool
    carer: StaffId | None
    parent: CompanyId | None
    created_at: Moment


class CompanyWithContacts(CompanyTold):
    """A company and who speaks for it, the main one first."""

    contacts: list[ContactTold]


class CompaniesTold(Telling):
    """Companies by name; `next` is the cursor of the page after."""

    items: list[CompanyTold]
    next: str | None


def _plain(row: Company) -> CompanyTold:
    return CompanyTold(
        id=row.id,
        name=row.name,
        register_number=row.register,
        is_key_account=row.is_key_account,
        carer=row.carer,
        parent=row.parent_id,
        created_at=row.created_at,
    )


def _told(number: UUID, home: UUID) -> CompanyWithContacts:
    row = known.company(number, organisation=home)
    contacts = [
        ContactTold(member=one.member, role=one.role, is_main=one.is_main, effective_at=one.effective_at)
        for one in known.speakers(row.id)
    ]
    return CompanyWithContacts(**dict(_plain(row)), contacts=contacts)


def _said(call: Call, body: CompanyAsked, home: UUID) -> CompanySaid:
    """Raises WrongGroup where nobody of ours is to look after it."""
    if body.carer is not None:
        holder = grants_of_staff(body.carer, call.at)
        if holder is None or home not in {grant.place.organisation for grant in holder.grants.given}:
            raise WrongGroup("Who looks after a company works here.")
    return CompanySaid(body.name, body.register_number, body.is_key_account, body.carer, body.parent)


@read(router, "/companies", right=Right.MEMBERS_READ, answer=CompaniesTold)
def list_companies(
    request: Request, is_key_account: bool | None = None, limit: Limit = 50, cursor: Cursor | None = None
) -> CompaniesTold:
    """By name; all, or key accounts alone. Needs the right everywhere."""
    home = whole_organisation(request.call, Right.MEMBERS_READ)
    place = f"companies/{home}/{is_key_account}"
    after = read_cursor(place, cursor)
    last = None if after is None else (after[0], UUID(after[1]))
    rows = known.companies(home, after=last, limit=limit, key_accounts=is_key_account)
    more = write_cursor(place, [rows[-1].name, rows[-1].id.hex]) if len(rows) == limit else None
    return CompaniesTold(items=[_plain(row) for row in rows], next=more)


@write(router, "POST", "/companies", right=Right.MEMBERS_WRITE, answer=CompanyWithContacts, status=201)
def make_a_company(request: Request, body: CompanyAsked) -> CompanyWithContacts:
    """A company that buys."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    made = groups.make_company(_said(call, body, home), organisation=home, actor=call.actor, at=call.at)
    return _told(made, home)


@read(router, "/companies/{company}", right=Right.MEMBERS_READ, answer=CompanyWithContacts)
def read_a_company(request: Request, company: CompanyId) -> CompanyWithContacts:
    """What is known of a company, and who speaks for it."""
    call = request.call
    told = _told(company, organisation(call, Right.MEMBERS_READ))
    record([Deed("companies.read", typed("cmp", company))], actor=call.actor, at=call.at)
    return told


@write(router, "PUT", "/companies/{company}", right=Right.MEMBERS_WRITE, answer=CompanyWithContacts)
def change_a_company(request: Request, company: CompanyId, body: CompanyAsked) -> CompanyWithContacts:
    """All that is known of it anew; what is left out is gone."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    groups.change_company(company, _said(call, body, home), organisation=home, actor=call.actor, at=call.at)
    return _told(company, home)


@write(
    router,
    "POST",
    "/companies/{company}/contacts",
    right=Right.MEMBERS_WRITE,
    answer=CompanyWithContacts,
    status=201,
)
def add_a_contact(request: Request, company: CompanyId, body: ContactAsked) -> CompanyWithContacts:
    """A member speaks for the company from now on."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    groups.add_contact(
        company,
        body.member,
        organisation=home,
        role=body.role,
        is_main=body.is_main,
        effective_at=body.effective_at or call.at,
        actor=call.actor,
        at=call.at,
    )
    return _told(company, home)


@write(
    router,
    "POST",
    "/companies/{company}/contacts/{member}/end",
    right=Right.MEMBERS_WRITE,
    answer=CompanyWithContacts,
)
def end_a_contact(request: Request, company: CompanyId, member: MemberId) -> CompanyWithContacts:
    """A member speaks for the company no longer."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    groups.end_contact(company, member, organisation=home, actor=call.actor, at=call.at)
    return _told(company, home)
