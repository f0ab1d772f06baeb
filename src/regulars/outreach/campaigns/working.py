"""What the worker does for campaigns: plans, launches, results."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.errors import RegularsError
from regulars.journal.moves import Actor
from regulars.journal.transactions import Apart, first_done
from regulars.outreach.campaigns import launching, locks, planning
from regulars.outreach.campaigns.selectors import is_due, open_now
from regulars.outreach.models import Campaign, CampaignPlan, CampaignState, PlanState
from regulars.outreach.services.campaigns import halted, note

SEEN: Final = "power"
BROKEN: Final = "broken"  # by a fault of our own: the log tells where
log = logging.getLogger("regulars.outreach")


def work_due(*, actor: Actor, at: datetime) -> int:
    """One batch of one plan or launch, plans first; 0 where there is nothing to do. What refuses ends it, with the
    reason. A launch that meets a fault of our own goes on once that is mended, and keeps no other waiting."""
    return first_done(partial(_batch, number, actor, at) for number in open_now(at))


@transaction.atomic
def _batch(number: UUID, actor: Actor, at: datetime) -> int:
    row = locks.alone(number)
    if row is None:
        return 0
    plan = CampaignPlan.objects.filter(campaign=number, state__in=[PlanState.WAITING, PlanState.WORKING]).first()
    if plan is not None:
        return _tried(row, plan, partial(_plan, row, plan, actor, at), actor, at)
    if is_due(row, at):
        doing = launching.begin if row.state == CampaignState.APPROVED else launching.go_on
        return _tried(row, None, partial(doing, row, actor=actor, at=at), actor, at)
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
    dry, done = plan is not None and not plan.launches, 0
    with Apart() as apart, transaction.atomic():
        done = doing()
    failure = apart.failure
    if failure is None:
        return done
    if not isinstance(failure, RegularsError) and not dry:
        raise failure
    why = failure.code if isinstance(failure, RegularsError) else BROKEN
    if plan is not None and dry:
        if why == BROKEN:
            log.error("a dry run is broken", exc_info=failure, extra={"campaign": str(row.id)})
        CampaignPlan.objects.filter(id=plan.id).update(state=PlanState.FAILED, why=why, done_at=at)
        return 1
    row.refresh_from_db()
    halted(row, why, at)
    note("campaigns.halt", row, {"code": why}, actor=actor, at=at)
    return 1


def measure_due(*, actor: Actor, at: datetime) -> int:
    """Reckons what one campaign brought up to yesterday, or the programme as a whole; 0 where all are reckoned."""
    from regulars.outreach.campaigns.reckoning import measure_one  # loads DuckDB, numpy and scipy

    return measure_one(actor=actor, at=at)
