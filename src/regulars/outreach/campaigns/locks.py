"""The only place where rows of campaigns are locked; of the rest of the room, `outreach/locks.py`."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Q

from regulars.journal.statements import column, run
from regulars.outreach.models import Campaign, CampaignPlan, CampaignState, PlanState


def campaign(organisation: UUID, code: str) -> Campaign | None:
    """A campaign by its code, until the end of the transaction."""
    return Campaign.objects.select_for_update().filter(organisation=organisation, code=code).first()


def stopped(organisation: UUID, codes: Collection[str]) -> set[str]:
    """Which of these campaigns were stopped; until the end of the transaction no other one is. One query."""
    rows = run(
        "SELECT code, state FROM outreach_campaign WHERE organisation = %s::uuid AND code = ANY(%s::text[])"
        " ORDER BY id FOR SHARE",
        [organisation, column(sorted(codes))],
    )
    return {code for code, state in rows if state == CampaignState.STOPPED}


def planned() -> tuple[Campaign, CampaignPlan] | None:
    """The oldest plan that is not made yet, with its campaign, which nobody is at. Two queries."""
    waiting = CampaignPlan.objects.filter(state__in=[PlanState.WAITING, PlanState.WORKING])
    for plan in waiting.order_by("id")[:20]:
        row = Campaign.objects.select_for_update(skip_locked=True).filter(id=plan.campaign).first()
        found = waiting.filter(id=plan.id).first() if row is not None else None
        if row is not None and found is not None:
            return row, found
    return None


def due_campaign(at: datetime) -> Campaign | None:
    """One that begins, or is in the middle of it and not waiting for its plan, that nobody is at."""
    begins = Q(state=CampaignState.APPROVED) & (Q(starts_at=None) | Q(starts_at__lte=at))
    goes_on = Q(state=CampaignState.LAUNCHING) & ~Q(step="plan")
    return (
        Campaign.objects.select_for_update(skip_locked=True)
        .filter(begins | goes_on)
        .order_by("approved_at", "id")
        .first()
    )


def unmeasured(organisation: UUID, today: date) -> Campaign | None:
    """One whose window has begun and that was not reckoned today, that nobody is at. What is over is reckoned until it
    was once after its last day."""
    return (
        Campaign.objects.select_for_update(skip_locked=True)
        .filter(
            Q(measured_on=None) | (Q(measured_on__lt=today) & Q(measured_on__lte=F("until_on"))),
            organisation=organisation,
            state__in=[CampaignState.RUNNING, CampaignState.STOPPED],
            from_on__lt=today,
        )
        .order_by("id")
        .first()
    )
