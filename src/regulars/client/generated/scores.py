"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class DueTold(TypedDict):
    """What the member needs again, and when."""

    item: str
    status: Literal["due", "overdue", "later"]
    next_on: str
    from_on: str
    until_on: str
    chance: float | None


class FutureTold(TypedDict):
    """What the member is expected to do and to be worth; amounts in whole minor units."""

    alive_chance: float | None
    expected_purchases: float
    expected_spend_minor: int
    lifetime_minor: int
    lifetime_low_minor: int
    lifetime_high_minor: int


class LeavingTold(TypedDict):
    """How likely the member is to leave, why, and what that would cost."""

    chance: float | None
    because: list[str]
    at_stake_minor: int | None


class MeasuredTold(TypedDict):
    """How good a model of the present run is, by a later period that it had not seen."""

    model: str
    usable: bool
    why_not: str
    measured: Any
    baseline: Any


class MemberScoresTold(TypedDict):
    """Scores of a member: of the present run with the accuracy of its models, and of earlier ones where asked."""

    member: str
    present: ScoreTold | None
    models: list[MeasuredTold]
    past: list[ScoreTold] | None


class NextProductTold(TypedDict):
    """What the member is likely to buy next; `why` is habit, due, with, alike or popular."""

    item: str
    name: str | None
    why: str
    because_of: str | None


class NextVisitTold(TypedDict):
    """Within these days, in 90 of 100 cases."""

    from_on: str
    until_on: str


class RfmTold(TypedDict):
    """Fifths, from 1 to 5 (best)."""

    recency: int
    frequency: int
    monetary: int


class ScoreTold(TypedDict):
    """What one run found. What a model may not say, since it failed its check, is null."""

    run: str
    cut_off: str
    currency: str
    visits: int
    first_on: str | None
    last_on: str | None
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


class ScoresRunTold(TypedDict):
    """A run: how far it is, and what it had to leave out."""

    id: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    present: bool
    cut_off: str
    currency: str
    nightly: bool
    asked_by: str
    made_at: str
    begun_at: str | None
    ended_at: str | None
    doing: str
    done: int
    total: int
    members: int
    left_out: dict[str, str]
    code: str
    detail: str
    cancelling: bool
    steps: list[ScoresStepTold]


class ScoresStepTold(TypedDict):
    """A step of a run. One that is done is not done again when the run goes on."""

    name: str
    state: Literal["waiting", "running", "done"]
    begun_at: str | None
    ended_at: str | None
    told: dict[str, Any]


class ScoresRunAsked(TypedDict):
    """A run now."""

    cut_off: NotRequired[str | None]


class ScoresRunsTold(TypedDict):
    """Runs, newest first; `next` is the cursor of the page after."""

    items: list[ScoresRunTold]
    next: str | None


class ScoresCardTold(TypedDict):
    """A model card."""

    model: str
    usable: bool
    why_not: str
    card: dict[str, Any]


class ScoresCardsTold(TypedDict):
    """The model cards of a run, by name."""

    run: str
    items: list[ScoresCardTold]


class ScoresPlanTold(TypedDict):
    """When members are scored by the clock."""

    nightly: bool
    hour: int
    kept: int


class ScoresPlanAsked(TypedDict):
    """When members are scored by the clock."""

    nightly: NotRequired[bool]
    hour: NotRequired[int]
    kept: NotRequired[int]


class Scores(Calling):
    """Addresses of scores."""

    __slots__ = ()

    def read_scores_of_a_member(
        self, member: str, *, history: bool | None = None, lang: Literal["en", "zh"] | None = None
    ) -> MemberScoresTold:
        """What the present run found of a member, with reasons in words and how good its models are. Needs the
        right `scores.read`."""
        told: MemberScoresTold = self._read("GET", f"/members/{part(member)}/scores", history=history, lang=lang)
        return told

    def ask_for_scores(
        self, body: ScoresRunAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ScoresRunTold:
        """Scores everybody in the background. One run of an organisation at a time. Needs the right `scores.run`."""
        told: ScoresRunTold = self._write(
            "POST", "/scores/runs", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_scores_runs(self, *, limit: int | None = None) -> Iterator[ScoresRunTold]:
        """Runs, newest first. Three queries. Needs the right `scores.read`."""
        return self._each("/scores/runs", limit=limit)

    def read_a_scores_run(self, run: str) -> ScoresRunTold:
        """How far a run is, what each step found, what was left out and why. Needs the right `scores.read`."""
        told: ScoresRunTold = self._read("GET", f"/scores/runs/{part(run)}")
        return told

    def cancel_a_scores_run(
        self, run: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ScoresRunTold:
        """Ends a run; the last good scores stay as they are. Needs the right `scores.run`."""
        told: ScoresRunTold = self._write(
            "POST", f"/scores/runs/{part(run)}/cancel", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_cards_of_a_scores_run(self, run: str) -> ScoresCardsTold:
        """What was measured of each model of a run. Needs the right `scores.read`."""
        told: ScoresCardsTold = self._read("GET", f"/scores/runs/{part(run)}/cards")
        return told

    def read_the_scores_plan(self) -> ScoresPlanTold:
        """When members are scored by the clock, and how many runs are kept. Needs the right `scores.read`."""
        told: ScoresPlanTold = self._read("GET", "/scores/plan")
        return told

    def set_the_scores_plan(
        self, body: ScoresPlanAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ScoresPlanTold:
        """Sets it; scores of runs beyond those kept go with the next run that is done. Needs the right
        `scores.run`."""
        told: ScoresPlanTold = self._write(
            "PUT", "/scores/plan", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
