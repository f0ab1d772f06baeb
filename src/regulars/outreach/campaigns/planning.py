"""A plan, batch by batch: who is in the audience, what of each is decided, what it costs and what it could show.

A dry run and a launch are made by the same hands, so that what was shown is what is done. Each call is one transaction
with the note how far it came; a worker that dies leaves the rest to the next.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from regulars.access.selectors import places
from regulars.journal.statements import column, columns, run, unnested
from regulars.outreach.audiences.compiling import compiled
from regulars.outreach.audiences.reading import read as read_audience
from regulars.outreach.campaigns.drawing import Draw
from regulars.outreach.campaigns.forms import CampaignForm, cost_of, coupon_cost, read
from regulars.outreach.campaigns.personal import personal
from regulars.outreach.gate.deciding import Known, Policy, Wish, decide, period_of, salt_of
from regulars.outreach.gate.knowing import known
from regulars.outreach.gate.policies import policy_of
from regulars.outreach.gate.policies import read as read_policy
from regulars.outreach.gate.words import Why
from regulars.outreach.models import AudienceVersion, Campaign, CampaignPlan, PlanState
from regulars.outreach.selectors import asked_of, give_room
from regulars.outreach.services.policies import policy

AT_ONCE: Final = 5_000  # members
_GATHER: Final = "INSERT INTO outreach_gathered (plan, member) SELECT %(plan)s::uuid, m.id {rows}"
_NEXT: Final = (
    "SELECT g.member, x.root_id FROM outreach_gathered g JOIN members_member x ON x.id = g.member"
    " WHERE g.plan = %s::uuid AND g.member > %s::uuid ORDER BY g.member LIMIT %s"
)
_TYPES: Final = {"plan": "uuid", "member": "uuid", "arm": "text", "why": "text", "channel": "text"}
_ASSIGN: Final = (
    "INSERT INTO outreach_assignment (plan, member, arm, why, channel, aside)"
    f" SELECT plan, member, arm, why, channel, false FROM {unnested(_TYPES)} ON CONFLICT DO NOTHING"
)
_COUNT: Final = (
    "SELECT arm, why, channel, count(*) FROM outreach_assignment WHERE plan = %s::uuid AND NOT aside GROUP BY 1, 2, 3"
)
_DIFFERENCE: Final = """
SELECT count(*) FILTER (WHERE old.member IS NULL), count(*) FILTER (WHERE new.member IS NULL),
    count(*) FILTER (WHERE old.arm <> new.arm)
FROM (SELECT member, arm FROM outreach_assignment WHERE plan = %s::uuid) old
FULL JOIN (SELECT member, arm FROM outreach_assignment WHERE plan = %s::uuid) new USING (member)
"""
_NOBODY: Final = UUID(int=0)
REPLACED: Final = "replaced"  # by a newer dry run


def gather(plan: CampaignPlan, campaign: Campaign, *, at: datetime) -> int:
    """Writes down who is in the audience at this moment; what nobody asks for any more goes. Nine queries."""
    document = AudienceVersion.objects.values_list("document", flat=True).get(
        audience=campaign.audience, version=plan.audience_version
    )
    _sweep()
    give_room()
    asked = asked_of(campaign.organisation, at=at, merchant=campaign.merchant, store=campaign.store)
    ready = compiled(read_audience(document), asked)
    run(_GATHER.format(rows=ready.rows), ready.bound(plan=plan.id))
    plan.state, plan.as_of, plan.after = PlanState.WORKING, at, None
    plan.save()
    return 1


def _sweep() -> None:
    """What plans said that were replaced, stopped or refused before they were done. Five queries."""
    over = CampaignPlan.objects.filter(state=PlanState.FAILED).exclude(as_of=None)
    forget(list(over.values_list("id", flat=True)))
    over.update(as_of=None, after=None)
    CampaignPlan.objects.filter(state=PlanState.FAILED, why=REPLACED, as_of=None).delete()


def judge(plan: CampaignPlan, campaign: Campaign, *, at: datetime) -> int:
    """Decides for the next members; 0 where all are. Six queries, one for each channel, and those of `personal` where
    what somebody gets is found out of each."""
    rows = run(_NEXT, [plan.id, plan.after or _NOBODY, AT_ONCE])
    if not rows:
        return 0
    form, draw = read(campaign.document), draw_of(campaign, at=at)
    # Who was merged into somebody since the audience was asked is reached through that one.
    members = [(member, root) for member, root in rows if member == root]
    reachable = _reachable([member for member, _ in members], form, campaign, at)
    unfit: Mapping[UUID, str] = {}
    if form.personal:
        roots = [member for member, _ in members]
        unfit = personal(form, roots, organisation=campaign.organisation, at=at).unfit
    judged = [(member, draw.of(member, reachable[member], unfit.get(member, ""))) for member, _ in members]
    new = [(plan.id, member, str(one.arm), one.why, one.channel) for member, one in judged]
    run(_ASSIGN, columns(new, len(_TYPES)))
    plan.after = rows[-1][0]
    plan.save(update_fields=["after"])
    return len(rows)


def draw_of(campaign: Campaign, *, at: datetime) -> Draw:
    """One query."""
    kept = policy(campaign.organisation, at=at)
    form = read_policy(kept.document)
    today = today_of(campaign.organisation, at)
    secret = bytes(kept.secret)
    salt = salt_of(secret, period_of(kept.began_on, today, form.holdout.months))
    share = read(campaign.document).holdout_share
    return Draw(secret, salt, policy_of(form).holdout_share, campaign.code, share)


def today_of(organisation: UUID, at: datetime) -> Any:
    """The day it is on the organisation's clock."""
    return at.astimezone(ZoneInfo(places().zones.get(organisation, "UTC"))).date()


def _reachable(
    members: Sequence[UUID], form: CampaignForm, campaign: Campaign, at: datetime
) -> Mapping[UUID, Mapping[str, Why | None]]:
    """By member, by channel in the order that is preferred: why not, for good. What passes by itself is no reason."""
    found: dict[UUID, dict[str, Why | None]] = {member: {} for member in members}
    zone = places().zones.get(campaign.organisation, "UTC")
    for channel in form.channels():
        wishes = [Wish(member, member, channel, form.purpose, at) for member in members]
        facts = known(wishes, organisation=campaign.organisation, zone=zone, at=at)
        asked: list[tuple[Wish, Known]] = [(wish, facts[wish.id][0]) for wish in wishes]
        for verdict in decide(asked, Policy(), at=at):
            found[verdict.wish.member][channel] = verdict.why
    return found


def finish(plan: CampaignPlan, campaign: Campaign, *, at: datetime) -> None:
    """The sums; and what was gathered goes. Nine queries."""
    form = read(campaign.document)
    arms: dict[str, int] = {"treated": 0, "holdout": 0, "held": 0}
    held: dict[str, int] = {}
    channels: dict[str, int] = {}
    for arm, why, channel, count in run(_COUNT, [plan.id]):
        arms[arm] += count
        if arm == "held":
            held[why] = held.get(why, 0) + count
        if arm == "treated":
            channels[channel] = channels.get(channel, 0) + count
    coupon = coupon_cost(form, campaign.organisation, at=at)
    cost = cost_of(form, coupon, channels)
    run("DELETE FROM outreach_gathered WHERE plan = %s::uuid", [plan.id])
    run("ANALYZE outreach_assignment")  # what comes next asks for single members of what is new
    plan.told = {
        **arms,
        "why": dict(sorted(held.items())),
        "channels": dict(sorted(channels.items())),
        "currency": form.currency,
        "coupon_cost": coupon,
        "cost": cost,
        "budget": form.budget,
        "over_budget": form.budget is not None and cost is not None and cost > form.budget,
    }
    plan.state, plan.done_at = PlanState.DONE, at
    plan.save()


def difference(before: UUID, after: UUID) -> dict[str, int]:
    """Who came, who went and whose arm is another between two plans. One query."""
    ((entered, left, changed),) = run(_DIFFERENCE, [before, after])
    return {"entered": entered, "left": left, "changed": changed}


def forget(plans: Sequence[UUID]) -> None:
    """What dry runs said of each member; never what a launch did, which the table itself refuses. Two queries."""
    ids = column(list(plans))
    run("DELETE FROM outreach_assignment WHERE plan = ANY(%s::uuid[])", [ids])
    run("DELETE FROM outreach_gathered WHERE plan = ANY(%s::uuid[])", [ids])
