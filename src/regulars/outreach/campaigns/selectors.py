"""Reads of campaigns; each says what it costs in queries. Looks at persons are recorded by the doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from regulars.basics.ids import typed
from regulars.journal.statements import column, run
from regulars.outreach.campaigns import locks
from regulars.outreach.campaigns.forms import read
from regulars.outreach.campaigns.launching import steps_of
from regulars.outreach.campaigns.planning import REPLACED
from regulars.outreach.errors import CampaignUnknown, PlanNeeded
from regulars.outreach.models import Assignment, Campaign, CampaignPlan, CampaignResult, CampaignState, PlanState
from regulars.outreach.services.campaigns import PREFIX

_PLANNED = "SELECT count(*) FILTER (WHERE member <= %s::uuid), count(*) FROM outreach_gathered WHERE plan = %s::uuid"
_LAUNCHED = (
    "SELECT count(*) FROM outreach_assignment WHERE plan = %s::uuid AND arm = 'treated' AND why = ''"
    " AND member <= %s::uuid"
)


@dataclass(frozen=True, slots=True)
class Part:
    """What a campaign was to somebody."""

    campaign: str
    name: str
    arm: str
    why: str
    channel: str
    at: datetime


def campaign(organisation: UUID, code: str) -> Campaign:
    """By its code. Raises CampaignUnknown. One query."""
    found = Campaign.objects.filter(organisation=organisation, code=code).first()
    if found is None:
        raise CampaignUnknown("There is no campaign of this code here.", campaign=code[:80])
    return found


def campaigns(within: Q, organisation: UUID, *, states: Sequence[str] = ()) -> list[Campaign]:
    """Those that a scope reaches, the newest first. One query."""
    rows = Campaign.objects.filter(within, organisation=organisation)
    return list((rows.filter(state__in=states) if states else rows).order_by("-id"))


def open_now(at: datetime) -> list[UUID]:
    """Campaigns that a worker has something to do for: those with a plan that is not made yet, the oldest plan first,
    then those that begin or are in the middle of it, as they were approved. Two queries."""
    plans = CampaignPlan.objects.filter(state__in=[PlanState.WAITING, PlanState.WORKING]).order_by("id")
    planned = list(plans.values_list("campaign", flat=True))
    begins = Q(state=CampaignState.APPROVED) & (Q(starts_at=None) | Q(starts_at__lte=at))
    due = Campaign.objects.filter(begins | Q(state=CampaignState.LAUNCHING)).exclude(id__in=planned)
    return planned + list(due.order_by("approved_at", "id").values_list("id", flat=True))


def is_due(row: Campaign, at: datetime) -> bool:
    """It begins, or is in the middle of it and not waiting for its plan. No query."""
    begins = row.state == CampaignState.APPROVED and (row.starts_at is None or row.starts_at <= at)
    return begins or (row.state == CampaignState.LAUNCHING and row.step != "plan")


def unmeasured(organisation: UUID, today: date) -> list[UUID]:
    """Those that are to be reckoned today, the oldest first. One query."""
    rows = Campaign.objects.filter(locks.due(today), organisation=organisation)
    return list(rows.order_by("id").values_list("id", flat=True))


def plan_of(row: Campaign) -> CampaignPlan | None:
    """What was last planned: the launch, or the newest dry run, be it ready or not. One query."""
    rows = CampaignPlan.objects.filter(campaign=row.id).exclude(why=REPLACED)
    return (rows.filter(id=row.launch) if row.launch else rows.order_by("-id")).first()


def approved_plan(row: Campaign) -> CampaignPlan | None:
    """The dry run that was shown for approval; its sums stay. One query."""
    return CampaignPlan.objects.filter(id=row.plan).first() if row.plan else None


def ready_plan(row: Campaign) -> CampaignPlan:
    """As `plan_of`, only where it is done. Raises PlanNeeded. One query."""
    found = plan_of(row)
    if found is None or found.state != PlanState.DONE:
        raise PlanNeeded("There is no dry run of this campaign that is ready.", campaign=typed(PREFIX, row.id))
    return found


def progress(row: Campaign, plan: CampaignPlan | None) -> int | None:
    """How far a dry run or a launch came, of a hundred; None where none is under way. Each step of a launch weighs the
    same. One query at most, along an index."""
    if row.state != CampaignState.LAUNCHING:
        return int(100 * _judged(plan)) if plan and plan.state in (PlanState.WAITING, PlanState.WORKING) else None
    steps = ["plan", *steps_of(read(row.document))]
    done = _judged(plan) if row.step == "plan" else _reached(row, plan)
    return int(100 * (steps.index(row.step) + done) / len(steps))


def _judged(plan: CampaignPlan | None) -> float:
    """The share of the audience that was decided of."""
    if plan is None or plan.after is None:
        return 0.0
    ((part, whole),) = run(_PLANNED, [plan.after, plan.id])
    return part / whole if whole else 1.0


def _reached(row: Campaign, plan: CampaignPlan | None) -> float:
    """The share of those who get it for whom the step is done."""
    whole = plan.told.get("treated", 0) if plan else 0
    if row.after is None or not whole:
        return 0.0
    ((part,),) = run(_LAUNCHED, [row.launch, row.after])
    return float(min(part / whole, 1.0))


def members_of(
    plan: UUID, *, arm: str = "", why: str = "", after: UUID | None = None, limit: int = 50
) -> list[Assignment]:
    """A page of who is in an arm or held back for a reason, in the order of their ids. One query."""
    rows = Assignment.objects.filter(plan=plan, aside=False)
    for name, value in (("arm", arm), ("why", why)):
        rows = rows.filter(**{name: value}) if value else rows
    return list((rows.filter(member__gt=after) if after is not None else rows).order_by("member")[:limit])


def result_of(row: Campaign) -> CampaignResult | None:
    """The newest. One query."""
    return CampaignResult.objects.filter(campaign=row.id).order_by("-id").first()


def results_of(row: Campaign, *, limit: int = 100) -> list[CampaignResult]:
    """Every look at it, the newest first. One query."""
    return list(CampaignResult.objects.filter(campaign=row.id).order_by("-id")[:limit])


def newest_results(campaigns_: Sequence[Campaign]) -> dict[UUID, CampaignResult]:
    """The newest of each of these campaigns. One query."""
    rows = CampaignResult.objects.filter(campaign__in=[one.id for one in campaigns_])
    newest = rows.order_by("campaign", "-id").distinct("campaign")
    return {one.campaign: one for one in newest if one.campaign is not None}


def programme_results(organisation: UUID, *, limit: int = 24) -> list[CampaignResult]:
    """All marketing against the universal holdout: the newest of each period, the latest period first. One query."""
    rows = CampaignResult.objects.filter(organisation=organisation, campaign=None)
    return list(rows.order_by("-period", "-id").distinct("period")[:limit])


def parts_of(members: Sequence[UUID]) -> list[Part]:
    """In which launched campaigns somebody was, and how; oldest first. One query."""
    rows = run(
        "SELECT c.code, c.name, a.arm, a.why, a.channel, c.launched_at FROM outreach_assignment a"
        " JOIN outreach_campaign c ON c.launch = a.plan WHERE a.member = ANY(%s::uuid[]) AND NOT a.aside"
        " ORDER BY c.launched_at, c.id",
        [column(list(members))],
    )
    return [Part(*row) for row in rows]
