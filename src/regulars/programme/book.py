"""All terms of an organisation as one value, kept in the process and read anew when their edition has changed."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.access.moves import Places
from regulars.access.selectors import places
from regulars.journal.statements import run
from regulars.programme.errors import UnknownTerms
from regulars.programme.models import Terms
from regulars.programme.moves import Version
from regulars.programme.terms import kind as kind_of

_EDITION = "SELECT edition FROM programme_edition WHERE organisation = %s"
_EDITIONS = f"SELECT ({_EDITION}), (SELECT edition FROM access_map LIMIT 1)"
# What this process read last, by organisation; every change of terms makes a new edition.
_kept: dict[UUID, tuple[UUID, "Book"]] = {}


@dataclass(frozen=True, slots=True)
class Book:
    """Every version there was, is, or is to come."""

    organisation: UUID
    by_kind: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)  # by code, then version
    by_id: Mapping[UUID, Version] = field(default_factory=dict)
    _spans: dict[str, tuple[list[datetime], dict[int, tuple[Version, ...]]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def at(self, kind: str, moment: datetime) -> tuple[Version, ...]:
        """For each code the version valid at the moment, in the order of codes."""
        spans = self._spans.get(kind)
        if spans is None:
            spans = self._spans[kind] = (_moments(self.by_kind.get(kind, ())), {})
        place = bisect_right(spans[0], moment)  # nothing changes between two moments: told once
        found = spans[1].get(place)
        if found is None:
            found = spans[1][place] = tuple(one for one in self.by_kind.get(kind, ()) if one.holds(moment))
        return found

    def one(self, kind: str, code: str, moment: datetime) -> Version | None:
        """The version of a code valid at the moment, if there is one."""
        return next((one for one in self.at(kind, moment) if one.code == code), None)

    def versions(self, kind: str, code: str = "") -> tuple[Version, ...]:
        """All versions of a kind, or of one code of it, oldest first."""
        return tuple(one for one in self.by_kind.get(kind, ()) if not code or one.code == code)

    def version(self, id: UUID) -> Version:
        """A version by its id, whether it still holds or not: what was given is taken back by the terms of then.

        Raises UnknownTerms.
        """
        found = self.by_id.get(id)
        if found is None:
            raise UnknownTerms("There is no such version of any terms here.")
        return found


def _moments(versions: tuple[Version, ...]) -> list[datetime]:
    """When anything begins or ends."""
    return sorted({moment for one in versions for moment in (one.begins_at, one.ends_at) if moment is not None})


def book(organisation: UUID) -> Book:
    """The terms as they stand. One query; one more where this process has none of the present edition."""
    rows = run(_EDITION, [organisation])
    return _book(organisation, rows[0][0]) if rows else Book(organisation)


def book_and_places(organisation: UUID) -> tuple[Book, Places]:
    """The terms and the map of places, both as they stand. One query; one more, or three, for what has changed."""
    ((edition, of_map),) = run(_EDITIONS, [organisation])
    found = Book(organisation) if edition is None else _book(organisation, edition)
    return found, places(of_map) if of_map else Places()


def _book(organisation: UUID, edition: UUID) -> Book:
    kept = _kept.get(organisation)
    if kept is None or kept[0] != edition:
        kept = _kept[organisation] = (edition, _read(organisation, kept[1] if kept else Book(organisation)))
    return kept[1]


def _read(organisation: UUID, before: Book) -> Book:
    """Documents never change, so those that were understood before are not read again."""
    rows = Terms.objects.filter(organisation=organisation).order_by("kind", "code", "version")
    versions = [_version(row, before.by_id) for row in rows]
    grouped: dict[str, list[Version]] = {}
    for one in versions:
        grouped.setdefault(one.kind, []).append(one)
    return Book(organisation, {kind: tuple(ones) for kind, ones in grouped.items()}, {one.id: one for one in versions})


def _version(row: Terms, before: Mapping[UUID, Version]) -> Version:
    known = before.get(row.id)
    terms: Any = known.terms if known else kind_of(row.kind).read(row.document)
    return Version(row.id, row.kind, row.code, row.version, row.begins_at, row.ends_at, terms)
