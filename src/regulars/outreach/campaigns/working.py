"""What the worker does for campaigns: plans, launches, results."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import transaction

from regulars.basics.errors import RegularsError
from regulars.journal.moves import Actor
from regulars.outreach.campaigns import launching, locks, planning
from regulars.outreach.models import Campaign, CampaignPlan, CampaignState, PlanState
from regulars.outreach.services.campaigns import halted, note

SEEN: Final = "power"


@transaction.atomic
def work_due(*, actor: Actor, at: datetime) -> int:
    """One batch of one plan or launch; 0 where there is nothing to do. What refuses ends it, with the reason."""
    if (found := locks.planned()) is not None:
        row, plan = found
        return _tried(row, plan, lambda: _plan(row, plan, actor, at), actor, at)
    if (due := locks.due_campaign(at)) is not None:
        begins = due.state == CampaignState.APPROVED
        doing = launching.begin if begins else launching.go_on
        return _tried(due, None, lambda: doing(due, actor=actor, at=at), actor, at)
    return 0


def _plan(row: Campaign, plan: CampaignPlan, actor: Actor, at: datetime) -> int:
    if plan.state == PlanState.WAITING:
        return planning.gather(plan, row, at=at)
    if planning.judge(plan, row, at=at):
        return 1
    planning.finish(plan, row, at=at)
    if plan.launches:
        launching.assigned(row, plan, actor=actor, at=at)
        return 1
    from regulars.outreach.campaigns.power import seen  # loads numpy and scipy

    plan.told = {**plan.told, SEEN: seen(plan, row, at=at)}
    plan.save(update_fields=["told"])
    return 1


def _tried(row: Campaign, plan: CampaignPlan | None, doing: Callable[[], int], actor: Actor, at: datetime) -> int:
    """A refusal undoes this batch alone, and no worker meets it again."""
    try:
        with transaction.atomic():
            return doing()
    except RegularsError as refusal:
        if plan is not None and not plan.launches:
            CampaignPlan.objects.filter(id=plan.id).update(state=PlanState.FAILED, why=refusal.code, done_at=at)
            return 1
        row.refresh_from_db()
        halted(row, refusal.code, at)
        note("campaigns.halt", row, {"code": refusal.code}, actor=actor, at=at)
        return 1


def measure_due(*, actor: Actor, at: datetime) -> int:
    """Reckons what one campaign brought up to yesterday, or the programme as a whole; 0 where all are reckoned."""
    from regulars.outreach.campaigns.reckoning import measure_one  # loads DuckDB, numpy and scipy

    return measure_one(actor=actor, at=at)
