"""Campaigns kept, tried, asked for, approved by somebody else, stopped. The work itself is the worker's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from regulars.access import gate
from regulars.access.models import Key
from regulars.access.moves import Grants, Holder
from regulars.access.rights import Right
from regulars.basics.ids import WrongId, new_id, typed, untyped
from regulars.journal.moves import KEY, STAFF, Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import run
from regulars.outreach.audiences.reading import Fault
from regulars.outreach.campaigns import locks
from regulars.outreach.campaigns.forms import faults, read, wrong
from regulars.outreach.campaigns.planning import REPLACED
from regulars.outreach.errors import (
    CampaignChanged,
    CampaignElsewhere,
    CampaignUnknown,
    OverBudget,
    PlanNeeded,
)
from regulars.outreach.models import Audience, Campaign, CampaignPlan, CampaignState, PlanState
from regulars.outreach.moves import NewCampaign

PREFIX: Final = "cam"
_PLANNED: Final = (CampaignState.DRAFT, CampaignState.ASKED)
_UNDER_WAY: Final = (CampaignState.ASKED, CampaignState.APPROVED, CampaignState.LAUNCHING, CampaignState.RUNNING)


@transaction.atomic
def save(wanted: NewCampaign, *, within: str = "", actor: Actor, at: datetime) -> Campaign:
    """Makes a campaign, or its next version; one that was asked for is a draft again. What is approved stays as it is.

    Raises WrongCampaignDocument, CampaignChanged, CampaignElsewhere.
    """
    form = read(wanted.document, within=within)
    document = form.model_dump(mode="json")
    if found := faults(form, wanted.organisation, at=at):
        raise wrong(found, within=within)
    audience = Audience.objects.get(organisation=wanted.organisation, code=form.audience)
    row = locks.campaign(wanted.organisation, wanted.code)
    if row is None:
        return _make(wanted, audience, document, actor, at)
    if wanted.version is not None and wanted.version != row.version:
        raise CampaignChanged(f"Version {row.version} was made meanwhile.", campaign=row.code, version=row.version)
    if (row.merchant, row.store) != (audience.merchant, audience.store):
        raise wrong([Fault("/audience", "A campaign stays at its place: this audience is elsewhere.", "place")])
    if (row.name, row.document) == (wanted.name, document):
        return row
    _must(row, *_PLANNED)
    row.name, row.document, row.version = wanted.name, document, row.version + 1
    row.audience, row.starts_at = audience.id, form.starts_at
    row.changed_at, row.changed_by = at, actor.id
    row.state, row.why, row.asked_at, row.asked_by = CampaignState.DRAFT, "", None, ""
    row.save()
    return _noted("campaigns.save", row, {"version": row.version}, actor, at)


def _make(wanted: NewCampaign, audience: Audience, document: dict[str, Any], actor: Actor, at: datetime) -> Campaign:
    if wanted.version is not None:
        raise CampaignChanged("There is no campaign of this code to change.", campaign=wanted.code)
    row = Campaign(
        id=new_id(at),
        organisation=wanted.organisation,
        merchant=audience.merchant,
        store=audience.store,
        code=wanted.code,
        name=wanted.name,
        version=1,
        document=document,
        audience=audience.id,
        starts_at=read(document).starts_at,
        changed_at=at,
        changed_by=actor.id,
    )
    Campaign.objects.bulk_create([row], ignore_conflicts=True)
    if not Campaign.objects.filter(id=row.id).exists():
        raise CampaignChanged("Somebody else made a campaign of this code just now.", campaign=wanted.code)
    return _noted("campaigns.save", row, {"version": 1}, actor, at)


@transaction.atomic
def try_out(organisation: UUID, code: str, *, actor: Actor, at: datetime) -> CampaignPlan:
    """A dry run of the campaign as it stands: the worker makes it. One that is under way for this version is that one.

    Raises CampaignUnknown, CampaignElsewhere.
    """
    row = _one(organisation, code)
    _must(row, CampaignState.DRAFT)
    audience = Audience.objects.get(id=row.audience)
    open_one = CampaignPlan.objects.filter(campaign=row.id, state__in=[PlanState.WAITING, PlanState.WORKING]).first()
    if open_one is not None and (open_one.version, open_one.audience_version) == (row.version, audience.version):
        return open_one
    # What it said of each member the worker takes out, when it begins with the new one.
    CampaignPlan.objects.filter(campaign=row.id).update(state=PlanState.FAILED, why=REPLACED)
    plan = CampaignPlan(
        id=new_id(at), campaign=row.id, version=row.version, audience_version=audience.version, made_at=at
    )
    plan.save(force_insert=True)
    _noted("campaigns.try", row, {"plan": typed("pln", plan.id)}, actor, at)
    return plan


@transaction.atomic
def ask(organisation: UUID, code: str, *, actor: Actor, at: datetime) -> Campaign:
    """Asks somebody else to approve it, with the newest dry run. Raises CampaignUnknown, CampaignElsewhere, PlanNeeded,
    OverBudget."""
    row = _one(organisation, code)
    _must(row, CampaignState.DRAFT)
    plan = _plan(row)
    if plan.told["over_budget"]:
        raise OverBudget("It would cost more than its budget.", cost=plan.told["cost"], budget=plan.told["budget"])
    if not plan.told["treated"]:
        raise PlanNeeded("Nobody would get this campaign.", plan=typed("pln", plan.id))
    row.state, row.why, row.plan = CampaignState.ASKED, "", plan.id
    row.asked_at, row.asked_by = at, actor.id
    row.save()
    return _noted("campaigns.ask", row, {"version": row.version, "plan": typed("pln", plan.id)}, actor, at)


def _plan(row: Campaign) -> CampaignPlan:
    """The newest dry run, if it is of the campaign and the audience as they stand. Raises PlanNeeded."""
    plan = CampaignPlan.objects.filter(campaign=row.id).exclude(why=REPLACED).order_by("-id").first()
    audience = Audience.objects.get(id=row.audience)
    if plan is None or plan.state != PlanState.DONE or plan.version != row.version:
        raise PlanNeeded("Try the campaign out as it stands now, and look at what it would do.")
    if plan.audience_version != audience.version or audience.retired_at is not None:
        raise PlanNeeded("The audience was changed since the dry run: try it out again.", audience=audience.code)
    return plan


@transaction.atomic
def approve(organisation: UUID, code: str, *, grants: Grants, actor: Actor, at: datetime) -> Campaign:
    """Somebody else agrees: a person who neither changed it last nor asked, and who may there. The version of the
    audience is frozen, and nothing of the campaign changes any more. Raises CampaignUnknown, CampaignElsewhere,
    NeedsSecondApprover, PlanNeeded."""
    row = _one(organisation, code)
    _must(row, CampaignState.ASKED)
    _second(row, grants, actor)
    plan = _plan(row)
    row.plan, row.audience_version = plan.id, plan.audience_version
    row.state, row.approved_at, row.approved_by = CampaignState.APPROVED, at, actor.id
    row.save()
    after = {"version": row.version, "audience_version": plan.audience_version}
    return _noted("campaigns.approve", row, after, actor, at)


def _second(row: Campaign, grants: Grants, actor: Actor) -> None:
    """Raises NeedsSecondApprover."""
    second = person_behind(actor.id, grants)
    for one in (row.changed_by, row.asked_by):
        first = person_behind(one, Grants())
        place = {"organisation": row.organisation, "merchant": row.merchant, "store": row.store}
        gate.require_second(first, second, right=Right.OUTREACH_APPROVE, **place)


def person_behind(text: str, grants: Grants) -> Holder:
    """Whom an actor's id stands for: a person's own key for the person. At most one query."""
    for prefix, kind in (("stf", STAFF), ("key", KEY)):
        try:
            number = untyped(prefix, text)
        except WrongId:
            continue
        owner = Key.objects.values_list("owner", flat=True).filter(pk=number).first() if kind == KEY else None
        return Holder(STAFF, owner, "", grants) if owner else Holder(kind, number, "", grants)
    return Holder(KEY, UUID(int=0), text, grants)


@transaction.atomic
def send_back(organisation: UUID, code: str, *, reason: str, actor: Actor, at: datetime) -> Campaign:
    """It is a draft again: the second person says no, or the planner thinks again before it begins. Raises
    CampaignUnknown, CampaignElsewhere."""
    row = _one(organisation, code)
    _must(row, CampaignState.ASKED, CampaignState.APPROVED)
    back_to_draft(row, "sent-back")
    return _noted("campaigns.send_back", row, {}, actor, at, reason=reason)


def back_to_draft(row: Campaign, why: str) -> None:
    """Of a campaign whose row is locked: who approved what it was has not approved what it becomes."""
    row.state, row.why, row.plan, row.audience_version = CampaignState.DRAFT, why, None, None
    row.asked_at, row.asked_by, row.approved_at, row.approved_by = None, "", None, ""
    row.step, row.after = "", None
    row.save()


@transaction.atomic
def launch(organisation: UUID, code: str, *, actor: Actor, at: datetime) -> Campaign:
    """An approved one begins now, not at the moment it was planned for. Raises CampaignUnknown, CampaignElsewhere."""
    row = _one(organisation, code)
    _must(row, CampaignState.APPROVED)
    row.starts_at = at
    row.save(update_fields=["starts_at"])
    return _noted("campaigns.launch", row, {}, actor, at)


@transaction.atomic
def stop(organisation: UUID, code: str, *, reason: str, actor: Actor, at: datetime) -> Campaign:
    """Nothing more of it is given or said; what waits to be sent stays here, and what would come after it does not
    come. Coupons that were given stay good, and what it brought is reckoned on. Told again it changes nothing. Raises
    CampaignUnknown, CampaignElsewhere."""
    row = _one(organisation, code)
    if row.state == CampaignState.STOPPED:
        return row
    _must(row, *_UNDER_WAY)
    kept_back = halted(row, "stopped", at)
    following = locks.campaign(organisation, following_code(row)) if read(row.document).repeat else None
    if following is not None and following.state == CampaignState.APPROVED:
        halted(following, "stopped", at)
        note("campaigns.stop", following, {"messages": 0}, actor=actor, at=at, reason=reason)
    return _noted("campaigns.stop", row, {"messages": kept_back}, actor, at, reason=reason)


def following_code(row: Campaign) -> str:
    """Of the next time of a campaign that comes again."""
    again = read(row.document).repeat
    assert again is not None
    first = row.code if again.number == 1 else row.code.rpartition(".")[0]
    return f"{first}.{again.number + 1}"


def halted(row: Campaign, why: str, at: datetime) -> int:
    """Stops a campaign whose row is locked; how many messages stay here."""
    row.state, row.why, row.stopped_at = CampaignState.STOPPED, why, at
    row.save()
    CampaignPlan.objects.filter(campaign=row.id, state__in=[PlanState.WAITING, PlanState.WORKING]).update(
        state=PlanState.FAILED, why=why
    )
    return len(run(_KEEP_BACK, {"organisation": row.organisation, "campaign": row.code, "at": at}))


_KEEP_BACK: Final = """
WITH gone AS (
    DELETE FROM outreach_outgoing o USING outreach_message m WHERE m.id = o.id AND m.campaign = %(campaign)s
        AND m.organisation = %(organisation)s::uuid AND m.state = 'released' RETURNING o.id
), told AS (
    INSERT INTO outreach_message_event (message, what, at, why, tries)
    SELECT id, 'stopped', %(at)s::timestamptz, 'campaign-stopped', 0 FROM gone
)
UPDATE outreach_message m
SET state = 'held', why = 'campaign-stopped', again_at = NULL, decided_at = %(at)s::timestamptz
WHERE m.organisation = %(organisation)s::uuid AND m.campaign = %(campaign)s
    AND (m.state = 'waiting' OR m.id IN (SELECT id FROM gone)) RETURNING m.id
"""


@transaction.atomic
def end(organisation: UUID, code: str, *, actor: Actor, at: datetime) -> Campaign:
    """It is over: its last result stands. Raises CampaignUnknown, CampaignElsewhere."""
    row = _one(organisation, code)
    _must(row, CampaignState.MEASURED, CampaignState.STOPPED)
    row.state, row.ended_at = CampaignState.ENDED, at
    row.save()
    return _noted("campaigns.end", row, {}, actor, at)


def _one(organisation: UUID, code: str) -> Campaign:
    """Locked. Raises CampaignUnknown."""
    row = locks.campaign(organisation, code)
    if row is None:
        raise CampaignUnknown("There is no campaign of this code here.", campaign=code[:80])
    return row


def _must(row: Campaign, *states: CampaignState) -> None:
    if row.state not in states:
        raise CampaignElsewhere(f"The campaign is {row.state}.", campaign=row.code, state=str(row.state))


def _noted(
    what: str, row: Campaign, after: Mapping[str, object], actor: Actor, at: datetime, *, reason: str = ""
) -> Campaign:
    note(what, row, after, actor=actor, at=at, reason=reason)
    return row


def note(
    what: str, row: Campaign, after: Mapping[str, object], *, actor: Actor, at: datetime, reason: str = ""
) -> None:
    """A line in the trail about a campaign, at its place."""
    place = (typed("mrc", row.merchant) if row.merchant else "", typed("str", row.store) if row.store else "")
    told = {"code": row.code, **after}
    record([Deed(what, typed(PREFIX, row.id), *place, after=told, reason=reason)], actor=actor, at=at)
