"""What is known of members and of runs; each says what it costs in queries."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from regulars.scorebook.errors import UnknownScoresRun
from regulars.scorebook.models import Card, Plan, Run, RunState, Score, Step
from regulars.scorebook.moves import Wish


@dataclass(frozen=True, slots=True)
class Scored:
    """A member's scores with the run that found them."""

    score: Score
    run: Run


def scores_of(member: UUID, *, organisation: UUID) -> list[Scored]:
    """What each kept run found of a member (a root), the present one first, then the newest. 2 queries."""
    runs = {row.id: row for row in Run.objects.filter(organisation=organisation, state=RunState.DONE)}
    found = [Scored(score, runs[score.run]) for score in Score.objects.filter(run__in=runs, member=member)]
    return sorted(found, key=lambda one: (one.run.present, one.run.made_at, one.run.id), reverse=True)


def present_scores(members: Collection[UUID], *, organisation: UUID) -> dict[UUID, Scored]:
    """The present scores of these members (roots), of those who have any. 2 queries."""
    run = present_run(organisation)
    if run is None:
        return {}
    return {one.member: Scored(one, run) for one in Score.objects.filter(run=run.id, member__in=members)}


def present_run(organisation: UUID) -> Run | None:
    """The run whose scores count now. 1 query."""
    return Run.objects.filter(organisation=organisation, present=True).first()


def runs(organisation: UUID, *, before: UUID | None = None, limit: int = 50) -> list[Run]:
    """Runs, newest first. 1 query."""
    found = Run.objects.filter(organisation=organisation)
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found.order_by("-id")[:limit])


def run_of(number: UUID, *, organisation: UUID) -> Run:
    """1 query. Raises UnknownScoresRun."""
    found = Run.objects.filter(id=number, organisation=organisation).first()
    if found is None:
        raise UnknownScoresRun("No run of this organisation has that id.")
    return found


def steps_of(runs: Collection[UUID]) -> dict[UUID, list[Step]]:
    """The steps of runs, in their order. 1 query."""
    found: dict[UUID, list[Step]] = {number: [] for number in runs}
    for step in Step.objects.filter(run__in=found).order_by("run", "number"):
        found[step.run].append(step)
    return found


def cards_of(run: UUID) -> list[Card]:
    """The model cards of a run. 1 query."""
    return list(Card.objects.filter(run=run).order_by("model"))


def plan_of(organisation: UUID) -> Wish:
    """When it is scored by the clock. 1 query."""
    row = Plan.objects.filter(organisation=organisation).first()
    return Wish() if row is None else Wish(row.nightly, row.hour, row.kept)
