"""What counts towards levels is written, and levels rise at once. For the checkout and for returns, many at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, columns, run, unnested
from regulars.journal.transactions import whole
from regulars.programme import locks
from regulars.programme.book import Book, book
from regulars.programme.ladders import holding, measures, versions
from regulars.programme.moves_tiers import Counts, TakenBack, TierChange
from regulars.programme.services.deciding import again
from regulars.programme.standings import Row, begin, first, ladder_at
from regulars.rules.tiers.deciding import Case, open_window
from regulars.rules.tiers.ladder import OnReturn, Reviews, meets
from regulars.rules.tiers.replaying import Versions
from regulars.rules.tiers.standing import GIVEN, Because, Entries

_ENTRY: Final = {
    "organisation": "uuid", "member": "uuid", "own": "uuid", "occasion": "uuid", "measure": "text", "amount": "bigint",
    "effective_at": "timestamptz", "recorded_at": "timestamptz",
}  # fmt: skip
_NAMES: Final = ", ".join(_ENTRY)
_WRITE: Final = f"INSERT INTO programme_qualifying ({_NAMES}) SELECT {_NAMES} FROM {unnested(_ENTRY)}"
# What was gained from an instant on; the statement's own lines are not seen by it and added by who asks.
_GAINED: Final = (
    f"WITH written AS ({_WRITE}) SELECT w.n, q.measure, sum(q.amount)::bigint"
    " FROM unnest(%s::int[], %s::uuid[], %s::timestamptz[]) AS w(n, member, begins)"
    " JOIN programme_qualifying q ON q.member = w.member AND q.effective_at >= w.begins AND q.amount > 0"
    " GROUP BY w.n, q.measure"
)
_LEFT: Final = (
    "SELECT occasion, organisation, member, own, measure, effective_at, sum(amount)::bigint FROM programme_qualifying"
    " WHERE occasion = ANY(%s::uuid[]) GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(amount) > 0 ORDER BY 1, 6, 5"
)
_JOINED: Final = "SELECT id, enrolled_at FROM members_member WHERE id = ANY(%s::uuid[])"
_EVER: Final = datetime(1900, 1, 1, tzinfo=UTC)
_NOBODY: Final = Entries(())


@whole()
def qualify(
    counts: Iterable[Counts], *, organisation: UUID, actor: Actor, at: datetime, terms: Book | None = None
) -> list[TierChange]:
    """Counts towards every ladder what it counts, and raises who has reached a level; a late arrival from its own date.

    Two queries where nobody rises, three where no ladder holds yet or members are new to them, seven more for all who
    may rise. Locks the members' standings: after accounts of the ledger. Answers the levels that changed.
    """
    terms = terms or book(organisation)
    counted = measures(terms)
    if not counted:
        return []
    rows = [
        (organisation, one.member, one.shown or one.member, one.occasion, name, amount, one.effective_at, at)
        for one in counts
        for name, amount in one.amounts.items()
        if amount > 0 and name in counted
    ]
    if not rows:
        return []
    earliest: dict[UUID, datetime] = {}
    for row in rows:
        earliest[row[1]] = min(row[6], earliest.get(row[1], row[6]))
    standings = lock(earliest, organisation=organisation, terms=terms, at=at)
    gained = _write(rows, standings, earliest, versions(terms))
    may = [row for row, sums in gained if _may_change(row, sums, earliest[row.member], versions(terms), at)]
    return noted(again(may, terms=terms, at=at), actor=actor, at=at)


@transaction.atomic
def take_back(
    wanted: Sequence[TakenBack], *, organisation: UUID, actor: Actor, at: datetime, terms: Book | None = None
) -> list[TierChange]:
    """Takes back what occasions counted, at its original date (SEMANTICS 22). A ladder that takes levels back does so
    the night after; the others at their review. Three queries; more only for those whose end may come nearer."""
    found = _left({one.occasion for one in wanted})
    rows = [row for one in wanted for row in _backs(one, found.get(one.occasion, []), at)]
    if not rows:
        return []
    terms = terms or book(organisation)
    members = {one[1] for left in found.values() for one in left}
    standings = lock(dict.fromkeys(members, at), organisation=organisation, terms=terms, at=at)
    run(_WRITE, columns(rows, len(_ENTRY)))
    listed = versions(terms)
    may = [row for row in standings if _may_end(row, listed[row.ladder], at)]
    return noted(again(may, terms=terms, at=at), actor=actor, at=at)


@transaction.atomic
def advance(
    members: Collection[UUID], *, organisation: UUID, actor: Actor, at: datetime, terms: Book | None = None
) -> list[TierChange]:
    """Looks at members again, whatever is due. Nine queries at most."""
    terms = terms or book(organisation)
    rows = lock(dict.fromkeys(members, at), organisation=organisation, terms=terms, at=at)
    return noted(again(rows, terms=terms, at=at), actor=actor, at=at)


def noted(found: list[TierChange], *, actor: Actor, at: datetime) -> list[TierChange]:
    """Levels that changed, in the trail. One query."""
    deeds = [
        Deed(
            "tiers.change",
            typed("mbr", one.member),
            before={"ladder": one.ladder, "level": one.before.level},
            after={"ladder": one.ladder, "level": one.after.level, "because": one.after.because.value},
        )
        for one in found
    ]
    record(deeds, actor=actor, at=at)
    return found


def lock(members: Mapping[UUID, datetime], *, organisation: UUID, terms: Book, at: datetime) -> list[Row]:
    """Where these stand on every ladder that holds, under lock; who is new begins. One query; four where some are."""
    ladders = holding(terms, at)
    found = locks.standings(members.keys())
    there = {(row.member, row.ladder) for row in found}
    missing = [(member, code) for member in sorted(members) for code in ladders if (member, code) not in there]
    if missing:
        joined = dict(run(_JOINED, [column(sorted({member for member, _ in missing}))]))
        listed = versions(terms)
        begin(
            first(member, code, organisation, joined.get(member, members[member]), listed[code], at)
            for member, code in missing
        )
        found = locks.standings(members.keys())
    return [row for row in found if row.ladder in ladders]


def _write(
    rows: Sequence[tuple[UUID, UUID, UUID, UUID, str, int, datetime, datetime]],
    standings: Sequence[Row],
    earliest: Mapping[UUID, datetime],
    listed: Mapping[str, Versions],
) -> list[tuple[Row, dict[str, int]]]:
    """Writes entries; of each standing what was gained in the windows they fall into, at most. One query."""
    asked = [(place, row.member, _since(row, listed[row.ladder], earliest)) for place, row in enumerate(standings)]
    sums: list[dict[str, int]] = [{} for _ in standings]
    for place, measure, amount in run(_GAINED, [*columns(rows, len(_ENTRY)), *columns(asked, 3)]):
        sums[place][measure] = amount
    new: dict[UUID, dict[str, int]] = {}
    for _, member, _, _, measure, amount, _, _ in rows:
        own = new.setdefault(member, {})
        own[measure] = own.get(measure, 0) + amount
    for row, found in zip(standings, sums, strict=True):
        for measure, amount in new[row.member].items():
            found[measure] = found.get(measure, 0) + amount
    return list(zip(standings, sums, strict=True))


def _since(row: Row, listed: Versions, earliest: Mapping[UUID, datetime]) -> datetime:
    """The begin of the window that the earliest entry falls into; of ladders that count lifetimes the begin of time."""
    when = earliest[row.member]
    ladder = ladder_at(listed, when)
    if ladder.counts_lifetime:
        return _EVER
    return open_window(Case(listed, _NOBODY, row.joined_at), ladder, row.earned, when)


def _may_change(
    row: Row, sums: Mapping[str, int], earliest: datetime, listed: Mapping[str, Versions], at: datetime
) -> bool:
    """Whether these entries may change a level or its end. `sums` are at most too large: then nothing comes of it."""
    ladder, earned = ladder_at(listed[row.ladder], at), row.earned
    if row.due_at is not None and row.due_at <= at:
        return True
    ends = earned.valid_until is not None
    if earliest < earned.qualified_at or earned.grace_until is not None or row.shown.because == Because.MATCHED:
        return True
    if ends and (earned.because in GIVEN or ladder.review == Reviews.DAILY):
        return True
    above = ladder.levels[ladder.rank(earned.level) + 1 :]
    return any(meets(level.reach, sums) for level in above) or any(
        meets(level.lifetime, sums) for level in ladder.levels[ladder.rank(earned.floor) + 1 :]
    )


def _may_end(row: Row, listed: Versions, at: datetime) -> bool:
    ladder = ladder_at(listed, at)
    if row.due_at is not None and row.due_at <= at:
        return True
    if not ladder.rank(row.earned.level):
        return False
    return ladder.on_return == OnReturn.TAKE_BACK or ladder.review == Reviews.DAILY


_Left = tuple[UUID, UUID, UUID, str, datetime, int]


def _left(occasions: Collection[UUID]) -> dict[UUID, list[_Left]]:
    """What still counts of occasions. One query."""
    found: dict[UUID, list[_Left]] = {}
    for occasion, *rest in run(_LEFT, [column(sorted(occasions))]):
        found.setdefault(occasion, []).append(tuple(rest))
    return found


def _backs(one: TakenBack, left: Sequence[_Left], at: datetime) -> list[tuple[object, ...]]:
    wanted = None if one.amounts is None else dict(one.amounts)
    found: list[tuple[object, ...]] = []
    for organisation, member, own, measure, effective_at, amount in left:
        part = amount if wanted is None else min(amount, wanted.get(measure, 0))
        if part <= 0:
            continue
        if wanted is not None:
            wanted[measure] -= part
        found.append((organisation, member, own, one.occasion, measure, -part, effective_at, at))
    return found
