"""Campaigns: planned, tried out, approved by somebody else, launched, stopped; and what they brought."""

from typing import Annotated, Any, ClassVar, Final, Literal

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access import gate
from regulars.access.errors import NotAllowed
from regulars.access.rights import Right
from regulars.access.scoping import within
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.doors import read, write
from regulars.api.fields import (
    Asking,
    CampaignId,
    Cursor,
    Day,
    Limit,
    MemberId,
    MerchantId,
    Moment,
    PlanId,
    StoreId,
    Telling,
    Text,
)
from regulars.api.keys import Call, Request
from regulars.api.places import organisation
from regulars.basics.ids import typed
from regulars.journal.services import read as looked_at
from regulars.outreach import selectors as audiences
from regulars.outreach.campaigns import selectors
from regulars.outreach.errors import AudienceUnknown, CampaignUnknown
from regulars.outreach.models import Campaign, CampaignPlan, CampaignResult
from regulars.outreach.moves import NewCampaign
from regulars.outreach.services import campaigns as services

router = Router(tags=["Campaigns"])

CampaignCodeNew = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"),
    Field(description="Of this campaign alone, for ever: its holdout is drawn by it."),
]
CampaignState = Literal["draft", "asked", "approved", "launching", "running", "measured", "ended", "stopped"]
ArmName = Literal["treated", "holdout", "held"]
SPRING: Final[dict[str, Any]] = {
    "audience": "everybody",
    "purpose": "marketing",
    "currency": "GBP",
    "messages": [{"channel": "email"}],
    "holdout_share": 1000,
    "cost": {"contact": {"email": 1}},
    "budget": 200_000,
    "window_days": 28,
}


class CampaignAsked(Asking):
    """A campaign as it shall be: new, or the next version of one that is still planned."""

    EXAMPLE: ClassVar = {"name": "Spring", "document": SPRING}

    name: Text
    document: Annotated[dict[str, Any], Field(description="See docs/campaigns.md; faults are told with their place.")]
    version: Annotated[int | None, Field(ge=1, le=10**9, description="The version this was made from.")] = None


class CampaignReason(Asking):
    """Why."""

    EXAMPLE: ClassVar = {"reason": "The stock is gone."}

    reason: Text


class CampaignTold(Telling):
    """A campaign as it stands."""

    id: CampaignId
    code: str
    name: str
    version: int
    state: CampaignState
    why: Annotated[str, Field(description="It was sent back or stopped: a code.")]
    merchant: MerchantId | None
    store: StoreId | None
    document: dict[str, Any]
    audience_version: Annotated[int | None, Field(description="Frozen at approval.")]
    starts_at: Moment | None
    changed_at: Moment
    asked_at: Moment | None
    approved_at: Moment | None
    launched_at: Moment | None
    from_on: Annotated[Day | None, Field(description="Of the window in which purchases count, both included.")]
    until_on: Day | None
    stopped_at: Moment | None
    ended_at: Moment | None


class CampaignsTold(Telling):
    """The newest first."""

    items: list[CampaignTold]


class PlanTold(Telling):
    """What a campaign would do, or what its launch did. `told` is empty until it is done."""

    id: PlanId
    version: Annotated[int, Field(description="Of the campaign.")]
    audience_version: int
    launches: bool
    state: Literal["waiting", "working", "done", "failed"]
    why: str
    as_of: Moment | None
    done_at: Moment | None
    told: Annotated[dict[str, Any], Field(description="Counts, costs, what could be seen: see docs/campaigns.md.")]


class CampaignMember(Telling):
    """What was decided for one member."""

    member: MemberId
    arm: ArmName
    why: str
    channel: str


class CampaignMembers(Telling):
    """In the order of their ids."""

    items: list[CampaignMember]
    next: str | None


class ResultTold(Telling):
    """What it brought, counted over everyone assigned up to `until_on`."""

    made_at: Moment
    period: Annotated[int | None, Field(description="Of the universal holdout.")]
    from_on: Day
    until_on: Day
    planned_until_on: Day
    final: bool
    conclusion: Literal[
        "works", "harms", "not-shown", "too-few", "sample-ratio-mismatch", "arms-not-alike", "no-holdout"
    ]
    treated: int
    holdout: int
    currency: str
    told: dict[str, Any]


class ResultsTold(Telling):
    """The newest first."""

    items: list[ResultTold]


@write(router, "PUT", "/campaigns/{campaign}", right=Right.OUTREACH_SEND, answer=CampaignTold)
def save_campaign(request: Request, campaign: CampaignCodeNew, body: CampaignAsked) -> CampaignTold:
    """Makes a campaign, or its next version, at the place of its audience. The same again makes none."""
    call = request.call
    home = organisation(call, Right.OUTREACH_SEND)
    _may_plan(call, body.document.get("audience"))
    wanted = NewCampaign(home, campaign, body.name, body.document, body.version)
    return _told(services.save(wanted, within="/document", actor=call.actor, at=call.at))


def _may_plan(call: Call, audience: object) -> None:
    """Raises NotAllowed. Which audiences there are elsewhere is not said."""
    home = organisation(call, Right.OUTREACH_SEND)
    try:
        found = audiences.audience(home, audience if isinstance(audience, str) else "")
    except AudienceUnknown:
        gate.require_any(call.grants, Right.OUTREACH_SEND)
        return
    place = {"organisation": home, "merchant": found.merchant, "store": found.store}
    if not gate.may(call.grants, Right.OUTREACH_SEND, **place):
        raise NotAllowed(f"This needs the right {Right.OUTREACH_SEND.value} where the audience is.")


@read(router, "/campaigns", right=Right.AUDIENCES_READ, answer=CampaignsTold)
def list_campaigns(request: Request, state: CampaignState | None = None) -> CampaignsTold:
    """Those of the places that the key may see."""
    call = request.call
    scope = gate.scope(call.grants, Right.AUDIENCES_READ)
    seen = within(scope, merchant="merchant", store="store", organisation="organisation")
    home = organisation(call, Right.AUDIENCES_READ)
    found = selectors.campaigns(seen, home, states=[state] if state else [])
    return CampaignsTold(items=[_told(one) for one in found])


@read(router, "/campaigns/{campaign}", right=Right.AUDIENCES_READ, answer=CampaignTold)
def get_campaign(request: Request, campaign: CampaignCodeNew) -> CampaignTold:
    """One campaign as it stands."""
    return _told(_found(request.call, campaign, Right.AUDIENCES_READ))


@write(router, "POST", "/campaigns/{campaign}/dry-run", right=Right.OUTREACH_SEND, answer=PlanTold, status=202)
def try_campaign(request: Request, campaign: CampaignCodeNew) -> PlanTold:
    """Asks what it would do as it stands now; the worker reckons it, and `plan` tells."""
    call = request.call
    row = _found(call, campaign, Right.OUTREACH_SEND)
    return _plan(services.try_out(row.organisation, row.code, actor=call.actor, at=call.at))


@read(
    router, "/campaigns/{campaign}/plan", right=Right.AUDIENCES_READ, answer=PlanTold, clash="It was never tried out."
)
def get_campaign_plan(request: Request, campaign: CampaignCodeNew) -> PlanTold:
    """The newest dry run, ready or not; of a campaign that was launched what the launch did."""
    row = _found(request.call, campaign, Right.AUDIENCES_READ)
    return _plan(selectors.plan_of(row) or selectors.ready_plan(row))


@read(
    router,
    "/campaigns/{campaign}/members",
    right=Right.MEMBERS_READ,
    answer=CampaignMembers,
    clash="No dry run of it is ready.",
)
def list_campaign_members(
    request: Request,
    campaign: CampaignCodeNew,
    arm: ArmName | None = None,
    why: Annotated[str | None, StringConstraints(pattern=r"^[a-z-]{1,40}$")] = None,
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> CampaignMembers:
    """Who gets it, who is kept without it, who is held back and why: a page at a time. Each look is written down."""
    call = request.call
    plan = selectors.ready_plan(_found(call, campaign, Right.AUDIENCES_READ, Right.MEMBERS_READ))
    place = f"campaigns.{plan.id}.{arm}.{why}"
    after = read_cursor(place, cursor)
    rows = selectors.members_of(plan.id, arm=arm or "", why=why or "", after=after, limit=limit + 1)
    shown = rows[:limit]
    looked_at([typed("mbr", row.member) for row in shown], actor=call.actor, at=call.at)
    names = list(CampaignMember.model_fields)
    items = [CampaignMember.model_validate({name: getattr(row, name) for name in names}) for row in shown]
    return CampaignMembers(items=items, next=write_cursor(place, str(shown[-1].member)) if len(rows) > limit else None)


@write(router, "POST", "/campaigns/{campaign}/ask", right=Right.OUTREACH_SEND, answer=CampaignTold)
def ask_for_approval(request: Request, campaign: CampaignCodeNew) -> CampaignTold:
    """Asks somebody else to approve it, with the newest dry run."""
    call = request.call
    row = _found(call, campaign, Right.OUTREACH_SEND)
    return _told(services.ask(row.organisation, row.code, actor=call.actor, at=call.at))


@write(router, "POST", "/campaigns/{campaign}/approve", right=Right.OUTREACH_APPROVE, answer=CampaignTold)
def approve_campaign(request: Request, campaign: CampaignCodeNew) -> CampaignTold:
    """The second person agrees: it begins at its moment. Only the own key of another person can; a till's key is
    nobody."""
    call = request.call
    row = _found(call, campaign, Right.OUTREACH_APPROVE)
    return _told(services.approve(row.organisation, row.code, grants=call.grants, actor=call.actor, at=call.at))


@write(
    router, "POST", "/campaigns/{campaign}/send-back", right=Right.OUTREACH_SEND, other=Right.OUTREACH_APPROVE,
    answer=CampaignTold,
)  # fmt: skip
def send_campaign_back(request: Request, campaign: CampaignCodeNew, body: CampaignReason) -> CampaignTold:
    """It is a draft again, as long as it has not begun: the second person says no, or its planner thinks again."""
    call = request.call
    row = _found(call, campaign, either=(Right.OUTREACH_SEND, Right.OUTREACH_APPROVE))
    return _told(services.send_back(row.organisation, row.code, reason=body.reason, actor=call.actor, at=call.at))


@write(router, "POST", "/campaigns/{campaign}/launch", right=Right.OUTREACH_SEND, answer=CampaignTold)
def launch_campaign(request: Request, campaign: CampaignCodeNew) -> CampaignTold:
    """An approved one begins now, not at the moment it was planned for."""
    call = request.call
    row = _found(call, campaign, Right.OUTREACH_SEND)
    return _told(services.launch(row.organisation, row.code, actor=call.actor, at=call.at))


@write(router, "POST", "/campaigns/{campaign}/stop", right=Right.OUTREACH_SEND, answer=CampaignTold)
def stop_campaign(request: Request, campaign: CampaignCodeNew, body: CampaignReason) -> CampaignTold:
    """Nothing more is given or said. Coupons that were given stay good."""
    call = request.call
    row = _found(call, campaign, Right.OUTREACH_SEND)
    return _told(services.stop(row.organisation, row.code, reason=body.reason, actor=call.actor, at=call.at))


@write(router, "POST", "/campaigns/{campaign}/end", right=Right.OUTREACH_SEND, answer=CampaignTold)
def end_campaign(request: Request, campaign: CampaignCodeNew) -> CampaignTold:
    """One that was measured, or stopped, is over."""
    call = request.call
    row = _found(call, campaign, Right.OUTREACH_SEND)
    return _told(services.end(row.organisation, row.code, actor=call.actor, at=call.at))


@read(router, "/campaigns/{campaign}/results", right=Right.AUDIENCES_READ, answer=ResultsTold)
def list_campaign_results(request: Request, campaign: CampaignCodeNew) -> ResultsTold:
    """Every look at what it brought."""
    row = _found(request.call, campaign, Right.AUDIENCES_READ)
    return ResultsTold(items=[_result(one) for one in selectors.results_of(row)])


@read(router, "/programme-results", right=Right.AUDIENCES_READ, answer=ResultsTold)
def list_programme_results(request: Request) -> ResultsTold:
    """All marketing against the universal holdout, period by period."""
    call = request.call
    home = organisation(call, Right.AUDIENCES_READ)
    gate.require(call.grants, Right.AUDIENCES_READ, organisation=home)
    return ResultsTold(items=[_result(one) for one in selectors.programme_results(home)])


def _found(call: Call, code: str, *rights: Right, either: tuple[Right, ...] = ()) -> Campaign:
    """A campaign at a place where the key has all these rights, or one of `either`; others read as unknown. Raises
    CampaignUnknown."""
    held = next((right for right in either if not gate.scope(call.grants, right).empty), None)
    found = selectors.campaign(organisation(call, held or (*rights, *either)[0]), code)
    place = {"organisation": found.organisation, "merchant": found.merchant, "store": found.store}
    fits = any(gate.may(call.grants, right, **place) for right in either) if either else True
    if not (fits and all(gate.may(call.grants, right, **place) for right in rights)):
        raise CampaignUnknown("There is no campaign of this code here.", campaign=code)
    return found


def _told(row: Campaign) -> CampaignTold:
    return CampaignTold.model_validate({name: getattr(row, name) for name in CampaignTold.model_fields})


def _plan(row: CampaignPlan) -> PlanTold:
    return PlanTold.model_validate({name: getattr(row, name) for name in PlanTold.model_fields})


def _result(row: CampaignResult) -> ResultTold:
    return ResultTold.model_validate({name: getattr(row, name) for name in ResultTold.model_fields})
