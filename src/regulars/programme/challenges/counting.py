"""Occasions count towards challenges; who reaches the goal gets the prize once; what comes back takes progress back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from regulars.journal.statements import column, columns, run, unnested
from regulars.programme import locks
from regulars.programme.book import Book
from regulars.programme.challenges.terms import CHALLENGE
from regulars.programme.following.moves import CameBack, Due, Happened, Part
from regulars.programme.following.terms import may_be_given
from regulars.programme.models import ChallengeStep, Enrolment, Followed
from regulars.rules.challenges import ChallengeTerms, Counts

_STEP: Final = {
    "enrolment": "uuid", "occasion": "uuid", "amount": "bigint", "keys": "text", "at": "timestamptz",
}  # fmt: skip
_WRITE: Final = (
    "INSERT INTO programme_challenge_step (enrolment, occasion, amount, keys, at)"
    " SELECT enrolment, occasion, amount, coalesce(string_to_array(nullif(keys, ''), E'\\x1f'), '{}'), at"
    f" FROM {unnested(_STEP)} ON CONFLICT (enrolment, occasion) DO UPDATE"
    " SET amount = excluded.amount, keys = excluded.keys"
)


def decide(happened: Sequence[Happened], *, terms: Book, organisation: UUID, at: datetime) -> Part:
    """One query where nobody is in a challenge; one more where somebody is, one to write."""
    if not happened or not terms.versions(CHALLENGE):
        return Part()
    rows = locks.enrolments({member for one in happened for member in one.group}, CHALLENGE)
    steps = steps_of([row.id for row in rows])
    dues: list[Due] = []
    fresh: list[tuple[UUID, UUID, int, str, datetime]] = []
    reached: list[tuple[UUID, datetime]] = []
    so_far = {row.id: list(steps.get(row.id, {}).values()) for row in rows}
    for one in sorted(happened, key=lambda one: one.occasion.at):
        for row in _counting(rows, one, so_far, terms):
            version = terms.version(row.terms)
            promised: ChallengeTerms = version.terms
            counts = promised.counts(one.occasion, one.facts)
            if counts is None:
                continue
            fresh.append((row.id, one.id, counts.amount, "\x1f".join(counts.keys), one.occasion.at))
            so_far[row.id].append(counts)
            reaches = row.state != "reached" and promised.progress(so_far[row.id]) >= promised.goal.reach
            if reaches and may_be_given(promised.prize, terms, at):  # else it waits for another occasion
                row.state = "reached"
                reached.append((row.id, at))
                dues.append(Due(CHALLENGE, version, row.id, one, promised.prize, one.owner, tell=True))
    return Part(dues, (), partial(_write, fresh, reached)) if fresh else Part()


def _counting(
    rows: Iterable[Enrolment], one: Happened, so_far: Mapping[UUID, Sequence[Counts]], terms: Book
) -> list[Enrolment]:
    """Enrolments of theirs in whose window it is. Of those who were merged and had both opted into the same, only the
    one that has come furthest: what is given once is given once (SEMANTICS 35)."""
    best: dict[str, tuple[tuple[bool, int], Enrolment]] = {}
    for row in rows:
        inside = row.begins_at <= one.occasion.at and (row.ends_at is None or one.occasion.at < row.ends_at)
        if inside and row.member in one.group:
            rank = (row.state == "reached", terms.version(row.terms).terms.progress(so_far[row.id]))
            if row.code not in best or rank > best[row.code][0]:
                best[row.code] = (rank, row)
    return [row for _, row in best.values()]


def steps_of(enrolments: Collection[UUID]) -> dict[UUID, dict[UUID, Counts]]:
    """What counted so far, by enrolment and occasion. One query; none for none."""
    found: dict[UUID, dict[UUID, Counts]] = {}
    for row in ChallengeStep.objects.filter(enrolment__in=enrolments) if enrolments else ():
        found.setdefault(row.enrolment, {})[row.occasion] = Counts(row.amount, tuple(row.keys))
    return found


def _write(fresh: Iterable[Sequence[object]], reached: Sequence[tuple[UUID, datetime]]) -> None:
    run(_WRITE, columns(list(fresh), len(_STEP)))
    if reached:
        run(
            "UPDATE programme_enrolment SET state = 'reached', reached_at = %s WHERE id = ANY(%s::uuid[])",
            [reached[0][1], column(sorted(one for one, _ in reached))],
        )


def undo(back: CameBack, *, terms: Book, organisation: UUID, at: datetime) -> list[Followed]:
    """Progress is what remains of each occasion; a goal no longer reached is open again, or missed. One query where
    the purchase counted for nothing."""
    if not terms.versions(CHALLENGE):
        return []
    found: list[Followed] = []
    rows = locks.enrolments_by_id(ChallengeStep.objects.filter(occasion=back.id).values_list("enrolment", flat=True))
    steps = steps_of([row.id for row in rows])
    for row in rows:
        promised: ChallengeTerms = terms.version(row.terms).terms
        counts = promised.counts(back.now, back.facts) or Counts(0)
        steps[row.id][back.id] = counts
        _write([(row.id, back.id, counts.amount, "\x1f".join(counts.keys), back.bought_at)], ())
        if row.state == "reached" and promised.progress(steps[row.id].values()) < promised.goal.reach:
            state = "missed" if row.ends_at is not None and row.ends_at <= at else "open"
            Enrolment.objects.filter(id=row.id).update(state=state, reached_at=None)
            found += Followed.objects.filter(subject=row.id, taken_back_at=None)
    return found
