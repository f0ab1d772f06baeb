"""What is known of members and of runs; each says what it costs in queries."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Max, Q

from regulars.scorebook.errors import UnknownScoresRun
from regulars.scorebook.models import Advice, Bought, Card, Picture, Plan, Product, Run, RunState, Score, Step
from regulars.scorebook.moves import Wish

_LATEST: Final = 3000  # of the latest buyers of an item so many are looked at


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


def last_run(organisation: UUID) -> Run | None:
    """The newest run, whatever became of it. 1 query."""
    return Run.objects.filter(organisation=organisation).order_by("-id").first()


def pictures(run: UUID, *names: str) -> dict[str, Any]:
    """What a run found of everybody together, by name. 1 query."""
    return {one.name: one.told for one in Picture.objects.filter(run=run, name__in=names)}


def products(run: UUID, *, text: str = "", offset: int = 0, limit: int = 50) -> list[Product]:
    """Items by what they sold for; `text` is in the name, the code or the category. 1 query."""
    rows = Product.objects.filter(run=run)
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(item__icontains=text) | Q(category__icontains=text))
    return list(rows.order_by("-spend_minor", "item")[offset : offset + limit])


def products_of(run: UUID, items: Collection[str]) -> list[Product]:
    """1 query; none for none."""
    return list(Product.objects.filter(run=run, item__in=items)) if items else []


def product_names(run: UUID, items: Collection[str]) -> dict[str, str]:
    """What items are called, their code where nothing is known. 1 query; none for none."""
    known = {one.item: one.name for one in products_of(run, items)}
    return {item: known.get(item) or item for item in items}


def product(run: UUID, item: str) -> Product | None:
    """1 query."""
    return Product.objects.filter(run=run, item=item).first()


def needing(run: Run, item: str, *, limit: int = 50) -> list[tuple[Score, dict[str, Any]]]:
    """Who needs an item again, the likeliest first, among those who bought it last. 2 queries."""
    bought = Bought.objects.filter(organisation=run.organisation, item=item).values("member")
    latest = bought.annotate(last=Max("on_day")).order_by("-last").values_list("member", flat=True)[:_LATEST]
    found = [
        (score, one)
        for score in Score.objects.filter(run=run.id, member__in=list(latest), due__isnull=False)
        for one in score.due or ()
        if one["item"] == item
    ]
    return sorted(found, key=lambda one: (-one[1]["chance"], one[1]["next_on"], one[0].member))[:limit]


def advice_of(members: Collection[UUID]) -> list[Advice]:
    """What became of proposals for these members, the newest first. 1 query."""
    return list(Advice.objects.filter(member__in=members).order_by("-id")[:50])


def advised_since(organisation: UUID, moment: datetime) -> set[UUID]:
    """Whose next step was done or put aside since then. 1 query."""
    rows = Advice.objects.filter(organisation=organisation, at__gte=moment)
    latest = dict(rows.order_by("id").values_list("member", "state"))
    return {member for member, state in latest.items() if state != "open"}
