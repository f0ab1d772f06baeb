"""Members as a list shows them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.console.desk import Desk
from regulars.console.selectors.names import names_of
from regulars.members.models import Member
from regulars.members.selectors import profiles
from regulars.members.selectors.listing import Wanted, listed
from regulars.outreach.audiences.reading import read
from regulars.outreach.models import Audience
from regulars.outreach.selectors import asked_by, newest
from regulars.programme.book import Book, book
from regulars.programme.selectors.tiers import levels_of, members_on

PAGE: Final = 50
_PIECE: Final = 500
_ROUNDS: Final = 20  # so many pieces of a set are looked through for those who fit the other filters too


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
    desk: Desk,
    wanted: Wanted,
    *,
    level: tuple[str, str] | None,
    before: UUID | None,
    limit: int = PAGE,
    audience: Audience | None = None,
    oldest: bool = False,
) -> list[Row]:
    """Those who fit, the newest first (or the oldest, of no audience and no level); one more than `limit` where there
    are more. Seven queries; of an audience or a level and more filters some more."""
    if audience is not None:
        tree, asked = read(audience.document), asked_by(audience, at=desk.at)
        found = _among(
            desk,
            wanted,
            lambda further, most: newest(tree, asked, before=further, limit=most),
            before,
            limit + 1,
            level,
        )
    elif level is not None:
        of, on = level
        found = _among(
            desk, wanted, lambda further, most: members_on(desk.home, of, on, before=further, limit=most), before,
            limit + 1,
        )  # fmt: skip
    else:
        found = listed(desk.home, wanted, before=before, limit=limit + 1, oldest=oldest)
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


def _among(
    desk: Desk,
    wanted: Wanted,
    ask: Callable[[UUID | None, int], list[UUID]],
    before: UUID | None,
    most: int,
    level: tuple[str, str] | None = None,
) -> list[Member]:
    """Those of a set who fit the other filters too; the set is asked a piece at a time."""
    found: list[Member] = []
    more = wanted != Wanted() or level is not None
    for _ in range(_ROUNDS):
        ids = ask(before, max(most, _PIECE) if more else most)
        if not ids:
            break
        before = ids[-1]
        held = levels_of(ids, terms=book(desk.home), at=desk.at) if level else {}
        among = [one for one in ids if not level or _is_on(held[one], level)]
        found += listed(desk.home, wanted, among=among, limit=most - len(found))
        if len(found) >= most or not more:
            break
    return found


def _is_on(held: Mapping[str, Any], level: tuple[str, str]) -> bool:
    return level[0] in held and held[level[0]].level == level[1]
