"""Levels of members at past purchases, told again from what counted: by the ladder of then, and by a draft of it."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from regulars.journal.statements import column, run
from regulars.members.selectors.sketches import sketches
from regulars.programme.previews.moves import Bill
from regulars.programme.tallies import GivenTo, entries_of, given_to
from regulars.rules.member import MemberFacts
from regulars.rules.tiers.ladder import Ladder
from regulars.rules.tiers.replaying import Versions, decisions
from regulars.rules.tiers.standing import Entry, held

_ROOTS = "SELECT id, root_id FROM members_member WHERE id = ANY(%s::uuid[])"


@dataclass(frozen=True, slots=True)
class Course:
    """The levels of a member on one side, by the moments from which on they held."""

    moments: tuple[datetime, ...]
    levels: tuple[str, ...]

    def at(self, moment: datetime) -> str:
        """Before anything that happens at the moment itself counts."""
        return self.levels[max(0, bisect_left(self.moments, moment) - 1)]


@dataclass(slots=True)
class Levels:
    """Of one ladder. What is held by gift or match counts as it does now."""

    code: str
    sides: tuple[Versions, Versions]
    until: datetime
    known: dict[UUID, tuple[Course, Course]] = field(default_factory=dict)

    def load(self, bills: Collection[Bill]) -> None:
        """Four queries at most, for members not met before."""
        fresh = sorted({bill.member for bill in bills if bill.member is not None} - self.known.keys())
        if not fresh:
            return
        now = dict(run(_ROOTS, [column(fresh)]))
        people = sketches(set(now.values()))
        entries, given = entries_of(people), given_to(people)
        for member in fresh:
            root = now.get(member)
            if root in people:
                own = given.get((root, self.code), GivenTo())
                first, second = (
                    self._course(versions, entries[root], own, people[root].joined_at) for versions in self.sides
                )
                self.known[member] = (first, second)

    def _course(self, versions: Versions, entries: Sequence[Entry], own: GivenTo, joined_at: datetime) -> Course:
        made = decisions(versions, entries, own.settings, joined_at=joined_at, as_of=self.until, grants=own.grants)
        told: list[tuple[datetime, str]] = []
        for at, standing in made:
            ladder = _ladder(versions, at)
            level = held(ladder, standing, own.grants, at).level
            if not told or told[-1][1] != level:
                told.append((at, level))
        return Course(tuple(at for at, _ in told), tuple(level for _, level in told))

    def facts(self, bill: Bill) -> tuple[MemberFacts | None, MemberFacts | None]:
        """What rules know of the member on both sides."""
        facts, both = bill.facts, self.known.get(bill.member) if bill.member else None
        if facts is None or both is None:
            return facts, facts
        first, second = (_with(facts, self.code, course.at(bill.at)) for course in both)
        return first, second

    def in_the_end(self) -> dict[UUID, list[str]]:
        """On which level each of those who bought is, on both sides."""
        return {member: [course.levels[-1] for course in both] for member, both in self.known.items()}

    def counted(self) -> dict[str, list[int]]:
        """How many of those who bought are on each level in the end, on both sides."""
        found: dict[str, list[int]] = {}
        for both in self.known.values():
            for place, course in enumerate(both):
                found.setdefault(course.levels[-1], [0, 0])[place] += 1
        return found


def _with(facts: MemberFacts, ladder: str, level: str) -> MemberFacts:
    return facts if facts.tiers.get(ladder) == level else replace(facts, tiers={**facts.tiers, ladder: level})


def _ladder(versions: Versions, at: datetime) -> Ladder:
    place = max(0, bisect_right([begins_at for begins_at, _ in versions], at) - 1)
    return versions[place][1]


def sides(listed: Versions, draft: Ladder, since: datetime) -> tuple[Versions, Versions]:
    """The ladder as it was, and as if the draft had held since then."""
    earlier = tuple(one for one in listed if one[0] < since)
    after = (*earlier, (since, draft))
    return (tuple(listed) or after), after
