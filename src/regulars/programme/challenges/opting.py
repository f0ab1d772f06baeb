"""Opting into offers and challenges; and those that nobody reached end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.access.selectors import places
from regulars.basics.ids import new_id, typed
from regulars.basics.periods import day_of, start_of
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import run
from regulars.members.selectors import group_of
from regulars.members.selectors.sketches import sketches
from regulars.programme import counters, locks
from regulars.programme.book import Book, book
from regulars.programme.challenges.counting import steps_of
from regulars.programme.challenges.terms import CHALLENGE, OFFER
from regulars.programme.errors import EnrolmentRefused
from regulars.programme.known import refuse_gone
from regulars.programme.models import Enrolment
from regulars.programme.moves import Version
from regulars.programme.selectors.tiers import levels_then
from regulars.rules.limits import Of, Sum
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Occasion

PREFIX: Final = "enr"
AT_ONCE: Final = 1_000
KINDS: Final = (CHALLENGE, OFFER)
_MISSED: Final = (
    "UPDATE programme_enrolment SET state = 'missed' WHERE id IN (SELECT id FROM programme_enrolment"
    " WHERE state = 'open' AND kind = 'challenge' AND ends_at <= %s ORDER BY ends_at LIMIT %s {lock})"
    " AND state = 'open' RETURNING code"
)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a member opted into, and how far they have come; of an offer there is no goal."""

    id: UUID
    kind: str
    code: str
    version: int
    name: str
    state: str
    enrolled_at: datetime
    begins_at: datetime
    ends_at: datetime | None
    reached_at: datetime | None
    progress: int
    goal: int


@transaction.atomic
def opt_in(member: UUID, kind: str, code: str, *, organisation: UUID, actor: Actor, at: datetime) -> Enrolled:
    """A member (a root) opts into what holds now; twice within a window it is the same. Raises EnrolmentRefused,
    MemberClosed."""
    version = book(organisation).one(kind, code, at)
    if version is None:
        raise EnrolmentRefused(f"There is no such {kind} now.", why="unknown")
    zone = places().zones.get(organisation, "UTC")
    begins_at, ends_at = _window(version, at, zone)
    group = group_of(member)
    locks.enrolling(member)
    mine = Enrolment.objects.filter(member__in=group, kind=kind, code=code)
    before = mine.filter(begins_at__lte=at).exclude(ends_at__lte=at).first()
    if before is not None:
        return told([before], terms=book(organisation))[0]
    _may(member, version, organisation, zone, at)
    number = new_id(at)
    _take_place(version, number, member, organisation, at)
    row = Enrolment.objects.create(
        id=number, organisation=organisation, kind=kind, code=code, terms=version.id, member=member, enrolled_at=at,
        begins_at=begins_at, ends_at=ends_at,
    )  # fmt: skip
    facts = {"member": typed("mbr", member), "kind": kind, "code": code}
    record([Deed("challenges.enrol", typed(PREFIX, number), after=facts)], actor=actor, at=at)
    return told([row], terms=book(organisation))[0]


def _window(version: Version, at: datetime, zone: str) -> tuple[datetime, datetime | None]:
    """Raises EnrolmentRefused."""
    if version.kind == OFFER:
        last = version.terms.ends_on
        ends_at = None if last is None else start_of(last + timedelta(days=1), zone)
        window = None if ends_at is not None and ends_at <= at else (at, ends_at)
    else:
        window = version.terms.window(at, zone)
    if window is None:
        raise EnrolmentRefused("It is over, or has not begun.", why="not-now")
    return window


def _may(member: UUID, version: Version, organisation: UUID, zone: str, at: datetime) -> None:
    """Whether the conditions on the member hold. Three queries. Raises EnrolmentRefused, MemberClosed."""
    sketch = sketches([member])[member]
    refuse_gone([sketch])
    facts = MemberFacts(
        tiers=levels_then([(member, at)], terms=book(organisation))[member, at],
        segments=sketch.marks,
        tags=sketch.tags,
        joined_on=day_of(sketch.joined_at, zone),
        birthday=sketch.birthday,
    )
    reason = version.terms.conditions.who.why_not(Occasion(at, zone=zone), facts)
    if reason is not None:
        raise EnrolmentRefused("It is not for this member.", why=reason.why.value, **reason.facts)


def _take_place(version: Version, number: UUID, member: UUID, organisation: UUID, at: datetime) -> None:
    """Raises EnrolmentRefused."""
    places = getattr(version.terms, "places", None)
    if places is None:
        return
    taken = Sum(f"{OFFER}/{version.code}/places", Of.USES)
    used = counters.lock([taken], organisation=organisation)[taken]
    if used >= places:
        raise EnrolmentRefused("All places are taken.", why="no-places", places=places)
    counters.take([counters.Take(taken, number, 1, at, member)], organisation=organisation)


def enrolled(member: UUID, *, terms: Book, at: datetime) -> list[Enrolled]:
    """All that a member opted into, the latest first. Three queries."""
    rows = Enrolment.objects.filter(member__in=group_of(member)).order_by("-id")
    return told(list(rows[:200]), terms=terms, at=at)


def told(rows: list[Enrolment], *, terms: Book, at: datetime | None = None) -> list[Enrolled]:
    """With progress. A challenge whose window is over is missed, whether the job came by or not. One query."""
    steps = steps_of([row.id for row in rows if row.kind == CHALLENGE])
    found = []
    for row in rows:
        version = terms.version(row.terms)
        of_challenge = row.kind == CHALLENGE
        over = at is not None and row.ends_at is not None and row.ends_at <= at
        state = ("missed" if of_challenge else "over") if row.state == "open" and over else row.state
        found.append(
            Enrolled(
                row.id, row.kind, row.code, version.version, version.terms.name, state, row.enrolled_at,
                row.begins_at, row.ends_at, row.reached_at,
                version.terms.progress(steps.get(row.id, {}).values()) if of_challenge else 0,
                version.terms.goal.reach if of_challenge else 0,
            )
        )  # fmt: skip
    return found


@transaction.atomic
def miss_due(*, actor: Actor, at: datetime) -> int:
    """One step of the job: challenges whose window is over are missed. How many; call it until it answers 0."""
    rows = run(_MISSED.format(lock=locks.PASSING), [at, AT_ONCE])
    by_code: dict[str, int] = {}
    for (code,) in rows:
        by_code[code] = by_code.get(code, 0) + 1
    if rows:
        record([Deed("challenges.miss", after={"challenges": by_code})], actor=actor, at=at)
    return len(rows)
