"""What is known of one member by scores, and what care has open with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from regulars.access.rights import Right
from regulars.care import selectors as care_rows
from regulars.care.moves import Sought
from regulars.console.desk import Desk
from regulars.console.selectors import care
from regulars.console.selectors.next_step import Step, Told, step_of, told_of
from regulars.console.selectors.reasons import sentences
from regulars.scorebook import documents, selectors
from regulars.scorebook.models import Run, Score
from regulars.scorebook.reasons import Part, accuracy, adding_up, class_because, stage_because
from regulars.scorebook.selectors import Scored


@dataclass(frozen=True, slots=True)
class Again:
    """Something that is needed again."""

    item: str
    name: str
    status: str
    next_on: str
    chance: float
    every: int | None  # days between two purchases, by those who buy it


@dataclass(frozen=True, slots=True)
class MemberScores:
    """The present scores in words, and the line of the past ones."""

    score: Score
    run: Run
    class_why: Sequence[str]
    stage_why: Sequence[str]
    leave_why: Sequence[str]
    leave_parts: Sequence[Part]  # how the chance adds up
    again: Sequence[Again]
    next_products: Sequence[Mapping[str, Any]]
    past: Sequence[Scored]
    line: str  # of the chance to leave, or of the year's spend, oldest first
    measured: Mapping[str, Mapping[str, Any]]
    step: Step | None
    told: Told | None
    treatment: Mapping[str, str]


def scores_of(root: UUID, group: Sequence[UUID], coupons: Sequence[Any], desk: Desk) -> MemberScores | None:
    """Nine queries; None without the right, or without scores."""
    if not desk.may(Right.SCORES_READ):
        return None
    found = selectors.scores_of(root, organisation=desk.home)
    if not found or not found[0].run.present:
        return None
    score, run = found[0].score, found[0].run
    items = {one["item"] for one in score.due or ()} | {one["item"] for one in score.next_products or ()}
    known = {one.item: one for one in selectors.products_of(run.id, items)}
    names = {item: (known[item].name or item) if item in known else item for item in items}
    treatments, strategies = (documents.present(desk.home, kind)[1] for kind in ("treatments", "stages"))
    advice = selectors.advice_of(group)
    cards = {one.model: one.card for one in selectors.cards_of(run.id)}
    step = step_of(
        score, run, desk, names=names, coupons=coupons, advice=advice, treatments=treatments, strategies=strategies
    )
    return MemberScores(
        score,
        run,
        sentences(class_because(score), run.currency, desk),
        sentences(stage_because(score, run.cut_off), run.currency, desk),
        sentences(score.leave_because or (), run.currency, desk),
        adding_up(score, cards.get("churn", {})),
        [_again(one, names, known) for one in score.due or ()],
        [{**one, "shown": one["name"] or names[one["item"]]} for one in score.next_products or ()],
        found,
        _line(found),
        {model: accuracy(model, card)["measured"] or {} for model, card in cards.items()},
        step,
        told_of(advice),
        treatments.get(score.value_class, {}),
    )


def _again(one: Mapping[str, Any], names: Mapping[str, str], known: Mapping[str, Any]) -> Again:
    gap = known[one["item"]].usual_gap_days if one["item"] in known else None
    every = round(gap) if gap else None
    return Again(one["item"], names[one["item"]], one["status"], one["next_on"], one["chance"], every)


def _line(found: Sequence[Scored]) -> str:
    """A line through a box of 120 by 28; nothing where there is one point alone."""
    rows = sorted(found, key=lambda one: (one.run.cut_off, one.run.id))
    values = [one.score.leave_chance for one in rows]
    drawn: list[float] = [float(one) for one in values if one is not None]
    if len(drawn) < len(rows):
        drawn = [float(one.score.spend_365_minor) for one in rows]
    if len(drawn) < 2:
        return ""
    low, high = min(drawn), max(drawn)
    wide = 120 / (len(drawn) - 1)
    return " ".join(
        f"{place * wide:.1f},{26 - 24 * ((one - low) / (high - low) if high > low else 0.5):.1f}"
        for place, one in enumerate(drawn)
    )


def care_of(group: Sequence[UUID], desk: Desk) -> dict[str, Any]:
    """Cases and promises that are open with a member, as far as the reader may see them. Three queries."""
    if not desk.may(Right.CARE_READ):
        return {}
    within, people = care.reach(desk), frozenset(group)
    cases = care_rows.cases(within, desk.home, Sought(members=people), limit=6, at=desk.at)
    asked = Sought(states=frozenset({"open"}), members=people)
    promises = care_rows.follow_ups(within, desk.home, asked, limit=6, at=desk.at)
    subjects = care_rows.subjects_of([*cases, *promises])
    return {
        "cases": [(one, subjects[one.id], one.state != "done" and one.due_at <= desk.at) for one in cases],
        "promises": [(one, subjects[one.id], one.due_at <= desk.at) for one in promises],
    }
