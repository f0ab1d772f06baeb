"""The nightly review: levels whose time is over are looked at, thousands at once.

What is due stands in an index: the end of a validity or a grace, the day on which a rolling window loses too much, a
night after a return, a version that begins, a grant that ends. Nobody else is looked at.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import run
from regulars.programme import locks
from regulars.programme.book import Book, book
from regulars.programme.histories import Change
from regulars.programme.ladders import LADDER, versions
from regulars.programme.models import LadderBegun
from regulars.programme.services.deciding import Decided, again, store
from regulars.programme.standings import Row, decided, ladder_at
from regulars.programme.tallies import Summed, Window, given_to, sums
from regulars.rules.tiers.deciding import Case, review_window, reviewed_until
from regulars.rules.tiers.ladder import Reviews
from regulars.rules.tiers.replaying import Versions
from regulars.rules.tiers.windows import TICK

AT_ONCE: Final = 20_000
_BEGUN: Final = (
    "SELECT t.id, t.organisation, t.code FROM programme_terms t LEFT JOIN programme_ladder_begun b ON b.version = t.id"
    " WHERE t.kind = %s AND t.begins_at <= %s AND b.version IS NULL AND (t.ends_at IS NULL OR t.ends_at > t.begins_at)"
    " ORDER BY t.id"
)
# Whoever has something that counts stands on a ladder that begins, on its lowest level, until it is decided.
_MEMBERS_BEGIN: Final = (
    "INSERT INTO programme_standing (member, ladder, organisation, joined_at, level, since, qualified_at, because,"
    " floor, held, landed, shown_level, shown_since, shown_because, decided_at, due_at)"
    " SELECT m.id, %s, m.organisation, m.enrolled_at, %s, m.enrolled_at, m.enrolled_at, 'start', '', '{}', false, %s,"
    " m.enrolled_at, 'start', least(m.enrolled_at, %s), %s FROM members_member m WHERE m.organisation = %s"
    " AND m.state <> 'erased' AND m.root_id = m.id"
    " AND EXISTS (SELECT FROM programme_qualifying q WHERE q.member = m.id)"
    " AND NOT EXISTS (SELECT FROM programme_standing s WHERE s.member = m.id AND s.ladder = %s)"
    " ORDER BY m.id ON CONFLICT (member, ladder) DO NOTHING"
)
_DUE: Final = (
    "UPDATE programme_standing SET due_at = least(coalesce(due_at, %s), %s)"
    " WHERE organisation = %s AND ladder = %s AND decided_at < %s"
)


@transaction.atomic
def review_due(*, actor: Actor, at: datetime, most: int = AT_ONCE) -> int:
    """One step of the job: looks at levels that are due. How many; call it until it answers 0. Idempotent.

    Eight queries and those of `again` for what is not a plain review, however many there are.
    """
    rows = locks.standings_due(at, most)
    changed = 0
    for organisation in sorted({row.organisation for row in rows}):
        terms = book(organisation)
        own = [row for row in rows if row.organisation == organisation]
        changed += _review(own, terms, at)
    if rows:
        record([Deed("tiers.review", after={"looked_at": len(rows), "changed": changed})], actor=actor, at=at)
    return len(rows)


def _review(rows: Sequence[Row], terms: Book, at: datetime) -> int:
    listed = versions(terms)
    given = given_to({row.member for row in rows})
    plain = [row for row in rows if (row.member, row.ladder) not in given and is_plain(row, listed[row.ladder], at)]
    chosen = {(row.member, row.ladder) for row in plain}
    changes = again([row for row in rows if (row.member, row.ladder) not in chosen], terms=terms, at=at)
    changes += store(reviewed(plain, terms=terms, at=at), terms=terms, at=at)
    return len(changes)


def is_plain(row: Row, listed: Versions, at: datetime) -> bool:
    """Whether this is a review at the end of a validity or a grace, which asks for the sums of one window."""
    earned = row.earned
    if earned.review_at is None or earned.review_at != row.due_at or any(begins == row.due_at for begins, _ in listed):
        return False
    ladder = ladder_at(listed, earned.review_at - TICK)
    return earned.recheck_at is None and ladder.review == Reviews.PERIOD and not ladder.counts_years


def reviewed(rows: Sequence[Row], *, terms: Book, at: datetime) -> list[Decided]:
    """Plain reviews decided: the same functions as everywhere, on sums added up by the database. One query."""
    listed = versions(terms)
    windows = [_window(row, listed[row.ladder]) for row in rows]
    return [
        _decided(row, Summed(window, amounts), listed[row.ladder])
        for row, window, amounts in zip(rows, windows, sums(windows), strict=True)
    ]


def _window(row: Row, listed: Versions) -> Window:
    earned = row.earned
    assert earned.review_at is not None
    case = Case(listed, Summed(Window(row.member, earned.review_at, earned.review_at), {}), row.joined_at)
    begins = review_window(case, case.ladder(earned.review_at - TICK), earned, earned.review_at)
    return Window(row.member, begins, earned.review_at)


def _decided(row: Row, tally: Summed, listed: Versions) -> Decided:
    """One review, as of its own instant: what else is due by now is the next step's."""
    at = tally.window.ends
    ((_, earned),) = reviewed_until(Case(listed, tally, row.joined_at), row.earned, at)
    line = Change(at, earned.level, earned.since, earned.valid_until, earned.because.value)
    return Decided(row, decided(row, earned, listed, (), at), (line,))


@transaction.atomic
def begin_due(*, actor: Actor, at: datetime) -> int:
    """Ladders that have begun, or have a new version: everybody on them is due at once. How many versions.

    A fixed number of queries for each.
    """
    fresh = run(_BEGUN, [LADDER, at])
    for version, organisation, code in fresh:
        _begin(version, organisation, code, at)
    if fresh:
        record([Deed("tiers.begin", after={"versions": len(fresh)})], actor=actor, at=at)
    return len(fresh)


def _begin(version: UUID, organisation: UUID, code: str, at: datetime) -> None:
    """Everybody who has something that counts is on the ladder, and due."""
    one = book(organisation).version(version)
    lowest = one.terms.lowest
    run(_MEMBERS_BEGIN, [code, lowest, lowest, one.begins_at, one.begins_at, organisation, code])
    run(_DUE, [one.begins_at, one.begins_at, organisation, code, one.begins_at])
    LadderBegun.objects.create(version=version, begun_at=at)
