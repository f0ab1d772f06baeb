"""Classes, stages and scores of members, present and past, and the runs that found them."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field

from regulars.access.rights import Right
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.doors import Reply, read, write
from regulars.api.fields import Asking, Cursor, Day, Limit, MemberId, Moment, ScoresRunId, Telling
from regulars.api.keys import Request
from regulars.api.places import organisation, whole_organisation
from regulars.basics.ids import typed
from regulars.basics.money import minor_digits
from regulars.journal.services import read as looked
from regulars.members.selectors import roots
from regulars.scorebook import reasons, selectors, services
from regulars.scorebook.models import Card, Run, Step
from regulars.scorebook.moves import Wish
from regulars.scorebook.selectors import Scored

router = Router(tags=["Scores"])

Language = Annotated[Literal["en", "zh"], Field(description="The language of the reasons.")]
Chance = Annotated[float | None, Field(ge=0, le=1)]


class RfmTold(Telling):
    """Fifths, from 1 to 5 (best)."""

    recency: int
    frequency: int
    monetary: int


class NextVisitTold(Telling):
    """Within these days, in 90 of 100 cases."""

    from_on: Day
    until_on: Day


class FutureTold(Telling):
    """What the member is expected to do and to be worth; amounts in whole minor units."""

    alive_chance: Chance
    expected_purchases: float
    expected_spend_minor: int
    lifetime_minor: int
    lifetime_low_minor: int
    lifetime_high_minor: int


class LeavingTold(Telling):
    """How likely the member is to leave, why, and what that would cost."""

    chance: Chance
    because: list[str]
    at_stake_minor: int | None


class DueTold(Telling):
    """What the member needs again, and when."""

    item: str
    status: Literal["due", "overdue", "later"]
    next_on: Day
    from_on: Day
    until_on: Day
    chance: Annotated[Chance, Field(description="Of a purchase within the next fortnight.")]


class NextProductTold(Telling):
    """What the member is likely to buy next; `why` is habit, due, with, alike or popular."""

    item: str
    name: str | None
    why: str
    because_of: Annotated[str | None, Field(description="The product it goes with.")]


class ScoreTold(Telling):
    """What one run found. What a model may not say, since it failed its check, is null."""

    run: ScoresRunId
    cut_off: Annotated[Day, Field(description="Nothing after this day was looked at.")]
    currency: str
    visits: int
    first_on: Day | None
    last_on: Day | None
    spend_minor: int
    spend_365_minor: int
    usual_gap_days: float | None
    value_class: str | None
    value_because: list[str]
    rfm: RfmTold | None
    stage: str | None
    stage_because: list[str]
    next_visit: NextVisitTold | None
    future: FutureTold | None
    leaving: LeavingTold | None
    due: list[DueTold]
    next_products: list[NextProductTold]


class MeasuredTold(Telling):
    """How good a model of the present run is, by a later period that it had not seen."""

    model: str
    usable: bool
    why_not: Annotated[str, Field(description="A code, where it gives no number.")]
    measured: Any
    baseline: Any


class MemberScoresTold(Telling):
    """Scores of a member: of the present run with the accuracy of its models, and of earlier ones where asked."""

    member: MemberId
    present: ScoreTold | None
    models: list[MeasuredTold]
    past: list[ScoreTold] | None


class ScoresRunAsked(Asking):
    """A run now."""

    EXAMPLE: ClassVar = {"cut_off": "2026-05-03"}

    cut_off: Annotated[Day | None, Field(description="The last day looked at; yesterday where none is said.")] = None


class ScoresStepTold(Telling):
    """A step of a run. One that is done is not done again when the run goes on."""

    name: str
    state: Literal["waiting", "running", "done"]
    begun_at: Moment | None
    ended_at: Moment | None
    told: Annotated[dict[str, Any], Field(description="Figures of it.")]


class ScoresRunTold(Telling):
    """A run: how far it is, and what it had to leave out."""

    id: ScoresRunId
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    present: Annotated[bool, Field(description="Its scores are those that count now.")]
    cut_off: Day
    currency: str
    nightly: bool
    asked_by: str
    made_at: Moment
    begun_at: Moment | None
    ended_at: Moment | None
    doing: str
    done: Annotated[int, Field(description="Of `total`, of what it is at; 0 of 0 where that cannot be counted.")]
    total: int
    members: int
    left_out: Annotated[dict[str, str], Field(description="What could not be said, and the code of why.")]
    code: Annotated[str, Field(description="Why it failed.")]
    detail: str
    cancelling: bool
    steps: list[ScoresStepTold]


class ScoresRunsTold(Telling):
    """Runs, newest first; `next` is the cursor of the page after."""

    items: list[ScoresRunTold]
    next: str | None


class ScoresCardTold(Telling):
    """A model card."""

    model: str
    usable: bool
    why_not: str
    card: Annotated[dict[str, Any], Field(description="What was measured, against what, up to which day, from what.")]


class ScoresCardsTold(Telling):
    """The model cards of a run, by name."""

    run: ScoresRunId
    items: list[ScoresCardTold]


class ScoresPlanAsked(Asking):
    """When members are scored by the clock."""

    EXAMPLE: ClassVar = {"nightly": True, "hour": 3, "kept": 8}

    nightly: bool = True
    hour: Annotated[int, Field(ge=0, le=23, description="On the organisation's own clock.")] = 3
    kept: Annotated[int, Field(ge=1, le=400, description="Runs whose scores are kept.")] = 8


class ScoresPlanTold(Telling):
    """When members are scored by the clock."""

    nightly: bool
    hour: int
    kept: int


@read(router, "/members/{member}/scores", right=Right.SCORES_READ, answer=MemberScoresTold)
def read_scores_of_a_member(request: Request, member: MemberId, history: bool = False, lang: Language = "en") -> Reply:
    """What the present run found of a member, with reasons in words and how good its models are."""
    call = request.call
    home = organisation(call, Right.SCORES_READ)
    root = roots([member], organisation=home)[member]
    looked([typed("mbr", root)], what="scores.read", actor=call.actor, at=call.at)
    found = selectors.scores_of(root, organisation=home)
    present = next((one for one in found if one.run.present), None)
    models = [_measured(card) for card in selectors.cards_of(present.run.id)] if present is not None else []
    past = [_score(one, lang) for one in found if not one.run.present] if history else None
    shown = _score(present, lang) if present is not None else None
    return Reply(MemberScoresTold(member=root, present=shown, models=models, past=past), about=root)


@write(router, "POST", "/scores/runs", right=Right.SCORES_RUN, answer=ScoresRunTold, status=202)
def ask_for_scores(request: Request, body: ScoresRunAsked) -> ScoresRunTold:
    """Scores everybody in the background. One run of an organisation at a time."""
    call = request.call
    home = whole_organisation(call, Right.SCORES_RUN)
    number = services.ask(organisation=home, cut_off=body.cut_off, actor=call.actor, at=call.at)
    return _told(number, home)


@read(router, "/scores/runs", right=Right.SCORES_READ, answer=ScoresRunsTold)
def list_scores_runs(request: Request, limit: Limit = 50, cursor: Cursor | None = None) -> ScoresRunsTold:
    """Runs, newest first. Three queries."""
    home = whole_organisation(request.call, Right.SCORES_READ)
    place = f"scores/{home}"
    before = read_cursor(place, cursor)
    page = selectors.runs(home, before=UUID(before) if before is not None else None, limit=limit)
    steps = selectors.steps_of([row.id for row in page])
    told = [_run(row, steps[row.id]) for row in page]
    last = write_cursor(place, page[-1].id.hex) if len(page) == limit else None
    return ScoresRunsTold(items=told, next=last)


@read(router, "/scores/runs/{run}", right=Right.SCORES_READ, answer=ScoresRunTold)
def read_a_scores_run(request: Request, run: ScoresRunId) -> ScoresRunTold:
    """How far a run is, what each step found, what was left out and why."""
    return _told(run, whole_organisation(request.call, Right.SCORES_READ))


@write(router, "POST", "/scores/runs/{run}/cancel", right=Right.SCORES_RUN, answer=ScoresRunTold)
def cancel_a_scores_run(request: Request, run: ScoresRunId) -> ScoresRunTold:
    """Ends a run; the last good scores stay as they are."""
    call = request.call
    home = whole_organisation(call, Right.SCORES_RUN)
    services.cancel(run, organisation=home, actor=call.actor, at=call.at)
    return _told(run, home)


@read(router, "/scores/runs/{run}/cards", right=Right.SCORES_READ, answer=ScoresCardsTold)
def list_cards_of_a_scores_run(request: Request, run: ScoresRunId) -> ScoresCardsTold:
    """What was measured of each model of a run."""
    home = whole_organisation(request.call, Right.SCORES_READ)
    cards = selectors.cards_of(selectors.run_of(run, organisation=home).id)
    items = [ScoresCardTold(model=one.model, usable=one.usable, why_not=one.why_not, card=one.card) for one in cards]
    return ScoresCardsTold(run=run, items=items)


@read(router, "/scores/plan", right=Right.SCORES_READ, answer=ScoresPlanTold)
def read_the_scores_plan(request: Request) -> ScoresPlanTold:
    """When members are scored by the clock, and how many runs are kept."""
    return _plan(selectors.plan_of(whole_organisation(request.call, Right.SCORES_READ)))


@write(router, "PUT", "/scores/plan", right=Right.SCORES_RUN, answer=ScoresPlanTold)
def set_the_scores_plan(request: Request, body: ScoresPlanAsked) -> ScoresPlanTold:
    """Sets it; scores of runs beyond those kept go with the next run that is done."""
    call = request.call
    wish = Wish(body.nightly, body.hour, body.kept)
    services.plan(wish, organisation=whole_organisation(call, Right.SCORES_RUN), actor=call.actor, at=call.at)
    return _plan(wish)


def _plan(wish: Wish) -> ScoresPlanTold:
    return ScoresPlanTold(nightly=wish.nightly, hour=wish.hour, kept=wish.kept)


def _told(number: UUID, home: UUID) -> ScoresRunTold:
    row = selectors.run_of(number, organisation=home)
    return _run(row, selectors.steps_of([number])[number])


def _run(row: Run, steps: list[Step]) -> ScoresRunTold:
    return ScoresRunTold(
        id=row.id,
        state=row.state,  # type: ignore[arg-type]
        present=row.present,
        cut_off=row.cut_off,
        currency=row.currency,
        nightly=row.night_on is not None,
        asked_by=row.actor,
        made_at=row.made_at,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        doing=row.doing,
        done=row.part,
        total=row.whole,
        members=row.members,
        left_out=row.left_out,
        code=row.code,
        detail=row.detail,
        cancelling=row.cancel_at is not None and row.ended_at is None,
        steps=[_step(one) for one in steps],
    )


def _step(row: Step) -> ScoresStepTold:
    state: Literal["waiting", "running", "done"] = "waiting" if row.begun_at is None else "running"
    return ScoresStepTold(
        name=row.name,
        state=state if row.ended_at is None else "done",
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        told=row.told,
    )


def _measured(card: Card) -> MeasuredTold:
    said = reasons.accuracy(card.model, card.card)
    return MeasuredTold(model=card.model, usable=card.usable, why_not=card.why_not, **said)


def _score(one: Scored, lang: str) -> ScoreTold:
    from regulars.insight.report.numbers import Numbers
    from regulars.insight.report.sentences.wordings import reason
    from regulars.insight.report.words import Words

    score, run = one.score, one.run
    words = Words(lang, Numbers(lang, run.currency, minor_digits(run.currency)))
    return ScoreTold(
        run=run.id,
        cut_off=run.cut_off,
        currency=run.currency,
        visits=score.visits,
        first_on=score.first_on,
        last_on=score.last_on,
        spend_minor=score.spend_minor,
        spend_365_minor=score.spend_365_minor,
        usual_gap_days=score.usual_gap_days,
        value_class=score.value_class or None,
        value_because=[reason(code, words).plain for code in reasons.class_because(score)],
        rfm=_rfm(one),
        stage=score.stage or None,
        stage_because=[reason(code, words).plain for code in reasons.stage_because(score, run.cut_off)],
        next_visit=_visit(one),
        future=_future(one),
        leaving=None
        if score.leave_chance is None
        else LeavingTold(
            chance=score.leave_chance,
            because=[reason(code, words).plain for code in score.leave_because or ()],
            at_stake_minor=score.at_stake_minor,
        ),
        due=[DueTold.model_validate(each) for each in score.due or ()],
        next_products=[NextProductTold.model_validate(each) for each in score.next_products or ()],
    )


def _visit(one: Scored) -> NextVisitTold | None:
    first, last = one.score.next_from_on, one.score.next_until_on
    return None if first is None or last is None else NextVisitTold(from_on=first, until_on=last)


def _rfm(one: Scored) -> RfmTold | None:
    score = one.score
    if score.recency_score is None or score.frequency_score is None or score.monetary_score is None:
        return None
    return RfmTold(recency=score.recency_score, frequency=score.frequency_score, monetary=score.monetary_score)


def _future(one: Scored) -> FutureTold | None:
    score = one.score
    if score.lifetime_minor is None:
        return None
    return FutureTold(**{name: getattr(score, name) for name in FutureTold.model_fields})
