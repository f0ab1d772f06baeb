"""Reads of tiers. Each says its cost in queries."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from regulars.journal.statements import column, run
from regulars.programme.book import Book
from regulars.programme.histories import told_with_dates
from regulars.programme.ladders import holding, versions
from regulars.programme.looking import looked_at
from regulars.programme.models import Given, Standing
from regulars.programme.moves_tiers import ChangeTold, TierTold
from regulars.programme.standings import NAMES, Row, first, row
from regulars.programme.tallies import GivenTo, entries_of, given_to
from regulars.rules.tiers.deciding import Case
from regulars.rules.tiers.ladder import Ladder
from regulars.rules.tiers.missing import to_rise, to_stay
from regulars.rules.tiers.replaying import run as go_on
from regulars.rules.tiers.standing import Because, Entries, Held, held

_READ = f"SELECT {NAMES} FROM programme_standing s WHERE s.member = ANY(%s::uuid[]) ORDER BY s.member, s.ladder"


def levels_of(members: Collection[UUID], *, terms: Book, at: datetime) -> dict[UUID, dict[str, Held]]:
    """For each root and each ladder that holds the level that counts at the counter. No query where there is no ladder,
    else one; two more where a review is due that the nightly job has not come to yet."""
    ladders = holding(terms, at)
    found: dict[UUID, dict[str, Held]] = {member: {} for member in members}
    for one in rows_now(members, terms=terms, at=at) if ladders else ():
        found[one.member][one.ladder] = one.shown
    for own in found.values():
        for code, ladder in ladders.items():
            own.setdefault(code, Held(ladder.lowest, at, None, Because.START))
    return found


def levels_then(
    asked: Collection[tuple[UUID, datetime]], *, terms: Book
) -> dict[tuple[UUID, datetime], dict[str, str]]:
    """For each root and moment the levels that counted then, by ladder. One query; two more for each moment at which
    somebody was on another level than now, or is due to be looked at."""
    rows = [row(values) for values in run(_READ, [column(sorted({member for member, _ in asked}))])] if asked else []
    own: dict[UUID, list[Row]] = {}
    for one in rows:
        own.setdefault(one.member, []).append(one)
    found: dict[tuple[UUID, datetime], dict[str, str]] = {}
    other: dict[datetime, list[Row]] = {}
    for member, moment in asked:
        ladders = holding(terms, moment)
        now = [one for one in own.get(member, []) if one.ladder in ladders]
        found[member, moment] = {code: ladder.lowest for code, ladder in ladders.items()}
        found[member, moment] |= {one.ladder: one.shown.level for one in now}
        other.setdefault(moment, []).extend(one for one in now if _was_other(one, moment))
    for moment, then in other.items():
        for one in looked_at(then, terms=terms, at=moment) if then else ():
            found[one.member, moment][one.ladder] = one.shown.level
    return found


def _was_other(one: Row, moment: datetime) -> bool:
    return moment < one.shown.since or (one.due_at is not None and one.due_at <= moment)


def tiers_told(
    member: UUID,
    *,
    organisation: UUID,
    joined_at: datetime,
    terms: Book,
    at: datetime,
    rows: Sequence[Row] | None = None,
) -> list[TierTold]:
    """Where a member stands on every ladder, what is missing, and what comes of it if nothing more is counted.
    Three queries; two more where a review is due. `rows`: what `rows_now` told of the member before, one less."""
    ladders, listed = holding(terms, at), versions(terms)
    if rows is None:
        rows = rows_now([member], terms=terms, at=at) if ladders else ()
    there = {one.ladder: one for one in rows}
    entries, given = entries_of([member])[member], given_to([member])
    told = []
    for code, ladder in ladders.items():
        one = there.get(code) or first(member, code, organisation, joined_at, listed[code], at)
        own = given.get((member, code), GivenTo())
        case = Case(listed[code], Entries(entries), one.joined_at, own.grants)
        told.append(_told(ladder, one, case, at))
    return told


def _told(ladder: Ladder, one: Row, case: Case, at: datetime) -> TierTold:
    ahead = one.shown.until or one.earned.valid_until
    later = go_on(case, one.earned, [], as_of=max(ahead, at))[-1][1] if ahead else one.earned
    rank = ladder.rank(one.shown.level)
    return TierTold(
        ladder=one.ladder,
        name=ladder.name,
        shown=one.shown,
        earned=one.earned,
        rank=rank,
        rise=tuple(part for part in to_rise(case, one.earned, at) if ladder.rank(part.level) > rank),
        stay=to_stay(case, one.earned, at),
        projected=held(ladder, later, case.grants, max(ahead, at) if ahead else at),
    )


def history(members: Sequence[UUID]) -> list[ChangeTold]:
    """All decisions as they hold, and what was given beside them, oldest first. Two queries."""
    found = [
        ChangeTold(ladder, line.level, line.at, recorded_at, line.valid_until, line.because)
        for (_, ladder), lines in told_with_dates(members).items()
        for line, recorded_at in lines
    ]
    found += [
        ChangeTold(one.ladder, one.level, one.begins_at, one.made_at, one.ends_at, one.because, one.reason)
        for one in Given.objects.filter(member__in=members, void_at=None, because__in=["matched", "bought"])
    ]
    return sorted(found, key=lambda one: (one.at, one.recorded_at, one.ladder))


def tier_as_of(member: UUID, *, terms: Book, at: datetime) -> dict[str, Held]:
    """The levels as of any instant, told again from all that is known today. Three queries."""
    rows = [row(values) for values in run(_READ, [column([member])])]
    listed = versions(terms)
    held_then = [one for one in rows if listed[one.ladder][0][0] <= at]
    return {one.ladder: one.shown for one in looked_at(held_then, terms=terms, at=at)}


def given_levels(member: UUID) -> list[Given]:
    """What was given to a member. One query."""
    return list(Given.objects.filter(member=member, void_at=None).order_by("id"))


def count_on(organisation: UUID, ladder: str) -> dict[str, int]:
    """How many members are shown each level. One query."""
    rows = run(
        "SELECT shown_level, count(*) FROM programme_standing WHERE organisation = %s AND ladder = %s GROUP BY 1",
        [organisation, ladder],
    )
    return dict(rows)


def members_on(
    organisation: UUID, ladder: str, level: str, *, before: UUID | None = None, limit: int = 500
) -> list[UUID]:
    """Who is shown a level, newest first; those that nothing was counted of yet have no standing. One query."""
    rows = Standing.objects.filter(organisation=organisation, ladder=ladder, shown_level=level)
    if before is not None:
        rows = rows.filter(member__lt=before)
    return list(rows.order_by("-member").values_list("member", flat=True)[:limit])


def rows_now(members: Collection[UUID], *, terms: Book, at: datetime) -> list[Row]:
    """Standings on ladders that hold; those that are due are looked at, though not written. One query; two more where
    some are due."""
    ladders = holding(terms, at)
    rows = [row(values) for values in run(_READ, [column(sorted(set(members)))])]
    rows = [one for one in rows if one.ladder in ladders]
    due = [one for one in rows if one.due_at is not None and one.due_at <= at]
    if not due:
        return rows
    late = {(one.member, one.ladder): one for one in looked_at(due, terms=terms, at=at)}
    return [late.get((one.member, one.ladder), one) for one in rows]


def with_beginners(
    rows: Sequence[Row], joined: Mapping[UUID, datetime], *, organisation: UUID, terms: Book, at: datetime
) -> list[Row]:
    """The same, and where nothing was counted yet the lowest level. No query."""
    there = {(one.member, one.ladder) for one in rows}
    listed = versions(terms)
    fresh = [
        first(member, code, organisation, joined_at, listed[code], at)
        for member, joined_at in joined.items()
        for code in holding(terms, at)
        if (member, code) not in there
    ]
    return [*rows, *fresh]
