"""What to offer a member next, and why, as one sentence; and whom to call today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from regulars.access.models import Staff
from regulars.access.rights import Right
from regulars.console.desk import Desk
from regulars.console.places import number_of
from regulars.console.score_words import CLASSES, STRATEGIES
from regulars.console.selectors.reasons import sentences
from regulars.console.selectors.scored import Row, rows
from regulars.console.templatetags.scores import day_of, next_why, share
from regulars.scorebook import listing, selectors
from regulars.scorebook.models import Advice, Run, Score
from regulars.scorebook.moves import Cut
from regulars.scorebook.reasons import stage_because

RESTS: Final = timedelta(days=30)  # how long a step that was done or put aside is not proposed again
CALLS: Final = 8
SURE: Final = 0.4  # so likely that something due is worth a word
_DUE: Final = ("due", "overdue")


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence: offer this, because of that."""

    offer: str  # a code: what was proposed
    what: str
    because: str


@dataclass(frozen=True, slots=True)
class Told:
    """A step that was proposed before, and what became of it."""

    state: str
    who: str
    at: datetime


def step_of(
    score: Score,
    run: Run,
    desk: Desk,
    *,
    names: Mapping[str, str],
    coupons: Sequence[Any],
    advice: Sequence[Advice],
    treatments: Mapping[str, Any],
    strategies: Mapping[str, str],
) -> Step | None:
    """The first step that was neither done nor put aside lately. No query."""
    latest = {one.offer: one for one in reversed(advice)}
    for step in _steps(score, run, desk, names, coupons, treatments, strategies):
        known = latest.get(step.offer)
        if known is None or known.state == "open" or known.at < desk.at - RESTS:
            return step
    return None


def _steps(
    score: Score,
    run: Run,
    desk: Desk,
    names: Mapping[str, str],
    coupons: Sequence[Any],
    treatments: Mapping[str, Any],
    strategies: Mapping[str, str],
) -> list[Step]:
    found = []
    stage_why = "; ".join(sentences(stage_because(score, run.cut_off), run.currency, desk))
    slipping = score.stage == "decline"
    if slipping and coupons:
        found.append(Step(f"coupon:{coupons[0].coupon.series}", coupons[0].name, stage_why))
    if slipping:
        what = strategies.get("decline") or str(STRATEGIES["decline"])
        found.append(Step("stage:decline", what, stage_why))
    found += [
        Step(f"item:{one['item']}", names.get(one["item"], one["item"]), _due(one))
        for one in score.due or ()
        if one["status"] in _DUE and one["chance"] >= SURE
    ]
    found += [
        Step(f"next:{one['item']}", one["name"] or one["item"], next_why(one)) for one in score.next_products or ()
    ]
    treated = treatments.get(score.value_class, {}).get("offer")
    if treated:
        of_class = str(CLASSES[score.value_class])
        found.append(
            Step(f"class:{score.value_class}", treated, _("they are in the class %(name)s") % {"name": of_class})
        )
    if not slipping and score.stage:
        what = strategies.get(score.stage) or str(STRATEGIES[score.stage])
        found.append(Step(f"stage:{score.stage}", what, stage_why))
    return found


def _due(one: Mapping[str, Any]) -> str:
    told = {"day": day_of(one["next_on"]), "chance": share(one["chance"])}
    return _("they need it again about %(day)s, and buy it within a fortnight with a chance of %(chance)s") % told


def told_of(advice: Sequence[Advice]) -> Told | None:
    """What became of the last proposal. One query, where there was one."""
    latest = next(iter(advice), None)
    if latest is None or latest.state == "open":
        return None
    number = number_of("stf", latest.actor.partition(":")[2] or latest.actor)
    name = Staff.objects.filter(pk=number).values_list("name", flat=True).first() if number else ""
    return Told(latest.state, name or "", latest.at)


@dataclass(frozen=True, slots=True)
class Calls:
    """Whom to call today: customers who slip away, and who is likely to buy."""

    slipping: Sequence[Row]
    likely: Sequence[Row]
    names: Mapping[str, str]  # of items
    run: Run


def calls(desk: Desk) -> Calls | None:
    """Those whose step was neither done nor put aside lately. Nine queries; none for who may not see all members."""
    if not (desk.may_all_over(Right.MEMBERS_READ) and desk.may_all_over(Right.SCORES_READ)):
        return None
    run = selectors.present_run(desk.home)
    if run is None:
        return None
    settled = selectors.advised_since(desk.home, desk.at - RESTS)
    slipping = listing.listed(run, Cut(group="slipping"), limit=CALLS, without=settled)
    likely = listing.listed(run, Cut(group="likely"), limit=CALLS, without=settled | {one.member for one in slipping})
    both = rows(desk, run, [*slipping, *likely])
    asked: set[UUID] = {one.member for one in slipping}
    items = {one["item"] for row in both for one in (row.score.due or ())[:1]}
    desk.looked([row.id for row in both], by="calls")
    return Calls(
        [row for row in both if row.id in asked],
        [row for row in both if row.id not in asked],
        selectors.product_names(run.id, items),
        run,
    )
