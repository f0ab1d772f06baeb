"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class TermsTold(TypedDict):
    """A version: valid from `begins_at` up to, not including, `ends_at`. Both the same: withdrawn before it began."""

    id: str
    kind: str
    code: str
    version: int
    begins_at: str
    ends_at: str | None
    sentence: str
    document: dict[str, Any]


class TermsAsked(TypedDict):
    """A version to be published. It replaces the one before from `begins_at` on; what that one gave stays given."""

    kind: str
    code: str
    document: dict[str, Any]
    begins_at: NotRequired[str | None]
    ends_at: NotRequired[str | None]


class TermsListed(TypedDict):
    """By kind, code and version."""

    items: list[TermsTold]
    next: str | None


class RetireAsked(TypedDict):
    """From when on the terms hold no more."""

    ends_at: NotRequired[str | None]


class KindTold(TypedDict):
    """A kind of terms and the JSON schema of its documents."""

    kind: str
    document: dict[str, Any]


class KindsTold(TypedDict):
    """Every kind there is."""

    items: list[KindTold]


class Programme(Calling):
    """Addresses of programme."""

    __slots__ = ()

    def publish_terms(
        self, body: TermsAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> TermsTold:
        """Publishes a version of a rule, promotion, series, ladder … What is past is never changed. Needs the right
        `programme.manage`."""
        told: TermsTold = self._write(
            "POST", "/programme/terms", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_terms(
        self,
        *,
        kind: str | None = None,
        code: str | None = None,
        as_of: str | None = None,
        language: Literal["en", "zh-hans"] | None = None,
        limit: int | None = None,
    ) -> Iterator[TermsTold]:
        """Versions by kind, code and number, each with its sentence; with `as_of` those that hold then. Needs the
        right `programme.read`."""
        return self._each("/programme/terms", kind=kind, code=code, as_of=as_of, language=language, limit=limit)

    def retire_terms(
        self, terms: str, body: RetireAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> TermsTold:
        """Ends the code of this version: what holds ends, what was to come never begins. What it gave stays given.
        Needs the right `programme.manage`."""
        told: TermsTold = self._write(
            "POST", f"/programme/terms/{part(terms)}/retire", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def read_terms(self, terms: str, *, language: Literal["en", "zh-hans"] | None = None) -> TermsTold:
        """A version, whether it holds or not. Needs the right `programme.read`."""
        told: TermsTold = self._read("GET", f"/programme/terms/{part(terms)}", language=language)
        return told

    def list_kinds(self) -> KindsTold:
        """The kinds of terms, with the form of their documents. Needs the right `programme.read`."""
        told: KindsTold = self._read("GET", "/programme/kinds")
        return told
