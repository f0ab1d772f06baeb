"""Members as a list shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.console.desk import Desk
from regulars.console.selectors.names import names_of
from regulars.members.models import Member
from regulars.members.selectors import profiles
from regulars.members.selectors.listing import Wanted, listed
from regulars.programme.book import Book, book
from regulars.programme.selectors.tiers import levels_of, members_on

PAGE: Final = 50
_ROUNDS: Final = 20  # so many pages of a level are looked through for those who fit the other filters too


@dataclass(frozen=True, slots=True)
class Row:
    """A member in a list."""

    id: UUID
    name: str
    state: str
    town: str
    language: str
    levels: tuple[str, ...]
    tags: tuple[str, ...]
    enrolled_at: datetime


def page(
    desk: Desk, wanted: Wanted, *, level: tuple[str, str] | None, before: UUID | None, limit: int = PAGE
) -> list[Row]:
    """Those who fit, the newest first; one more than `limit` where there are more. Seven queries; of a level and more
    filters some more."""
    if level is None:
        found = listed(desk.home, wanted, before=before, limit=limit + 1)
    else:
        found = _on_level(desk, wanted, level, before, limit + 1)
    return rows(found, desk)


def rows(found: Sequence[Member], desk: Desk) -> list[Row]:
    """Five queries at most, however many there are."""
    ids = [one.id for one in found]
    if not ids:
        return []
    named, tags, terms = names_of(ids), profiles.tags_of(ids), book(desk.home)
    held = levels_of(ids, terms=terms, at=desk.at)
    titles = level_names(terms)
    return [
        Row(
            one.id,
            named[one.id],
            one.state,
            one.town,
            one.language,
            tuple(titles.get((ladder, level.level), level.level) for ladder, level in sorted(held[one.id].items())),
            tuple(tags[one.id]),
            one.enrolled_at,
        )
        for one in found
    ]


def level_names(terms: Book) -> Mapping[tuple[str, str], str]:
    """By ladder and level, the newest name. No query."""
    return {
        (version.code, level.code): level.name or level.code.capitalize()
        for version in terms.versions("ladder")
        for level in version.terms.levels
    }


def _on_level(desk: Desk, wanted: Wanted, level: tuple[str, str], before: UUID | None, most: int) -> list[Member]:
    found: list[Member] = []
    for _ in range(_ROUNDS):
        ids = members_on(desk.home, *level, before=before)
        if not ids:
            break
        found += listed(desk.home, wanted, among=ids, limit=most - len(found))
        if len(found) >= most:
            break
        before = ids[-1]
    return found
