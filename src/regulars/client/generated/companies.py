"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NotRequired, TypedDict

from regulars.client.calling import Calling, part


class CompaniesTold(TypedDict):
    """Companies by name; `next` is the cursor of the page after."""

    items: list[CompanyTold]
    next: str | None


class CompanyTold(TypedDict):
    """A company."""

    id: str
    name: str
    register_number: str
    is_key_account: bool
    carer: str | None
    parent: str | None
    created_at: str


class CompanyWithContacts(TypedDict):
    """A company and who speaks for it, the main one first."""

    id: str
    name: str
    register_number: str
    is_key_account: bool
    carer: str | None
    parent: str | None
    created_at: str
    contacts: list[ContactTold]


class ContactTold(TypedDict):
    """Who speaks for a company, as what and since when."""

    member: str
    role: str
    is_main: bool
    effective_at: str


class CompanyAsked(TypedDict):
    """What is known of a company. A key account names the member of staff who looks after it."""

    name: str
    register_number: NotRequired[str]
    is_key_account: NotRequired[bool]
    carer: NotRequired[str | None]
    parent: NotRequired[str | None]


class ContactAsked(TypedDict):
    """A member who speaks for the company. A new main contact takes the old one's place."""

    member: str
    role: str
    is_main: NotRequired[bool]
    effective_at: NotRequired[str | None]


class Companies(Calling):
    """Addresses of companies."""

    __slots__ = ()

    def list_companies(self, *, is_key_account: bool | None = None, limit: int | None = None) -> Iterator[CompanyTold]:
        """By name; all, or key accounts alone. Needs the right everywhere. Needs the right `members.read`."""
        return self._each("/companies", is_key_account=is_key_account, limit=limit)

    def make_a_company(
        self, body: CompanyAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CompanyWithContacts:
        """A company that buys. Needs the right `members.write`."""
        told: CompanyWithContacts = self._write(
            "POST", "/companies", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def read_a_company(self, company: str) -> CompanyWithContacts:
        """What is known of a company, and who speaks for it. Needs the right `members.read`."""
        told: CompanyWithContacts = self._read("GET", f"/companies/{part(company)}")
        return told

    def change_a_company(
        self, company: str, body: CompanyAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CompanyWithContacts:
        """All that is known of it anew; what is left out is gone. Needs the right `members.write`."""
        told: CompanyWithContacts = self._write(
            "PUT", f"/companies/{part(company)}", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def add_a_contact(
        self, company: str, body: ContactAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CompanyWithContacts:
        """A member speaks for the company from now on. Needs the right `members.write`."""
        told: CompanyWithContacts = self._write(
            "POST", f"/companies/{part(company)}/contacts", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def end_a_contact(
        self, company: str, member: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CompanyWithContacts:
        """A member speaks for the company no longer. Needs the right `members.write`."""
        told: CompanyWithContacts = self._write(
            "POST",
            f"/companies/{part(company)}/contacts/{part(member)}/end",
            dry_run=dry_run,
            idempotency_key=idempotency_key,
        )
        return told
