"""The only place where rows of campaigns are locked; of the rest of the room, `outreach/locks.py`."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import F, Q

from regulars.journal.statements import column, run
from regulars.outreach.models import Campaign, CampaignState


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


def alone(number: UUID) -> Campaign | None:
    """A campaign that nobody is at, until the end of the transaction."""
    return Campaign.objects.select_for_update(skip_locked=True).filter(id=number).first()


def unmeasured(number: UUID, today: date) -> Campaign | None:
    """This campaign, if it is still to be reckoned (see `due`) and nobody is at it."""
    return Campaign.objects.select_for_update(skip_locked=True).filter(due(today), id=number).first()


def due(today: date) -> Q:
    """Whose window has begun and that was not reckoned today. What is over is reckoned until it was once after its last
    day."""
    late = Q(measured_on=None) | (Q(measured_on__lt=today) & Q(measured_on__lte=F("until_on")))
    return late & Q(state__in=[CampaignState.RUNNING, CampaignState.STOPPED], from_on__lt=today)
