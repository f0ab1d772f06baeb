"""A launch, batch by batch: coupons given, messages asked for. Each batch is one transaction with the note how far it
came; and what was given or asked under a name is never given or asked again, so that a worker may die anywhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from regulars.access.selectors import places
from regulars.basics.ids import new_id
from regulars.basics.periods import day_of, start_of
from regulars.journal.moves import Actor
from regulars.journal.statements import run
from regulars.members.moves import NewMark
from regulars.members.services.extras import mark
from regulars.outreach.campaigns.forms import CampaignForm, MessageForm, RepeatForm, read
from regulars.outreach.campaigns.holdouts import TOUCHED
from regulars.outreach.campaigns.personal import personal
from regulars.outreach.campaigns.planning import difference, forget, today_of
from regulars.outreach.campaigns.repeating import again_at
from regulars.outreach.campaigns.statements import Account, accounts_of
from regulars.outreach.models import Campaign, CampaignPlan, CampaignState
from regulars.outreach.moves import NewMessage
from regulars.outreach.services.campaigns import back_to_draft, following_code, note
from regulars.outreach.services.messages import ask
from regulars.outreach.templates.reading_facts import last_day, zone_of
from regulars.programme.book import book
from regulars.programme.coupons.moves import Binding, Found, Gift
from regulars.programme.coupons.terms import SERIES
from regulars.programme.coupons.wallet import told
from regulars.programme.models import Coupon
from regulars.programme.services import offer_lists
from regulars.programme.services.coupons_issuing import issue
from regulars.programme.services.offer_lists import NewList

AT_ONCE: Final = 1_000  # members
_NOBODY: Final = UUID(int=0)
# Who is treated, and whether they still can be: not who has left since, nor who was merged into somebody (who has an
# assignment of their own, or none), nor who took in somebody of the holdout.
_NEXT: Final = f"""
SELECT a.member, a.channel, (x.root_id = x.id) IS TRUE AND x.state IN ('active', 'anonymous') AND NOT {TOUCHED}
FROM outreach_assignment a JOIN members_member x ON x.id = a.member
WHERE a.plan = %s::uuid AND a.arm = 'treated' AND NOT a.aside AND a.member > %s::uuid ORDER BY a.member LIMIT %s
"""


def begin(row: Campaign, *, actor: Actor, at: datetime) -> int:
    """The launch begins with a plan of its own, from the version of the audience that was approved."""
    assert row.audience_version is not None
    plan = CampaignPlan(
        id=new_id(at),
        campaign=row.id,
        version=row.version,
        audience_version=row.audience_version,
        launches=True,
        made_at=at,
    )
    plan.save(force_insert=True)
    row.state, row.step, row.after = CampaignState.LAUNCHING, "plan", None
    row.save()
    note("campaigns.begin", row, {}, actor=actor, at=at)
    return 1


def assigned(row: Campaign, plan: CampaignPlan, *, actor: Actor, at: datetime) -> None:
    """The plan of a launch is done: it is the assignment, for ever; unless it would cost more than was approved."""
    assert row.plan is not None
    plan.told = {**plan.told, "difference": difference(row.plan, plan.id)}
    plan.save(update_fields=["told"])
    if plan.told["over_budget"]:
        forget([plan.id])
        plan.delete()
        back_to_draft(row, "over-budget")
        note("campaigns.send_back", row, {"cost": plan.told["cost"], "budget": plan.told["budget"]}, actor=actor, at=at)
        return
    form, today = read(row.document), today_of(row.organisation, at)
    if not CampaignPlan.objects.filter(id=row.plan, launches=True).exists():  # of the time before
        forget([row.plan])
    row.launch, row.launched_at = plan.id, at
    row.from_on, row.until_on = today, today + timedelta(days=form.window_days - 1)
    row.step, row.after = steps_of(form)[0], None
    row.save()
    counts = {name: plan.told[name] for name in ("treated", "holdout", "held", "difference")}
    note("campaigns.assign", row, counts, actor=actor, at=at)


def go_on(row: Campaign, *, actor: Actor, at: datetime) -> int:
    """The next batch of a launch."""
    assert row.launch is not None
    form = read(row.document)
    if row.step == "old-lists":
        if not _end_lists(row, form, actor, at):
            _next_step(row, form, actor, at)
        return 1
    rows = run(_NEXT, [row.launch, row.after or _NOBODY, AT_ONCE])
    if not rows:
        _next_step(row, form, actor, at)
        return 1
    if row.step == "marks":
        _mark(row, [member for member, _, may in rows if may], actor, at)
    elif row.step == "coupons":
        _give(row, form, [member for member, _, may in rows if may], actor, at)
    elif row.step == "lists":
        _list(row, form, [member for member, _, may in rows if may], actor, at)
    else:
        _say(row, form, {member: channel for member, channel, may in rows if may and channel}, actor, at)
    row.after = rows[-1][0]
    row.save(update_fields=["after"])
    return 1


def _next_step(row: Campaign, form: CampaignForm, actor: Actor, at: datetime) -> None:
    steps = steps_of(form)
    left = steps[steps.index(row.step) + 1 :]
    if left:
        row.step, row.after = left[0], None
        row.save()
        return
    row.state, row.step, row.after = CampaignState.RUNNING, "", None
    row.save()
    note("campaigns.launched", row, {}, actor=actor, at=at)
    if form.repeat is not None and form.repeat.times:
        _repeat(row, form, form.repeat, actor, at)


def steps_of(form: CampaignForm) -> list[str]:
    """What a launch does, one after another; messages come last, when what they speak of is there."""
    wanted = (
        ("marks", form.mark), ("coupons", bool(form.gives())), ("lists", form.list is not None),
        ("old-lists", form.list is not None), ("messages", bool(form.messages)),
    )  # fmt: skip
    return [name for name, asked in wanted if asked]


def _repeat(row: Campaign, form: CampaignForm, again: RepeatForm, actor: Actor, at: datetime) -> None:
    """The next time, approved with this one: under its own code, and so with a draw of its own."""
    assert row.launched_at is not None
    began_at, zone = row.starts_at or row.launched_at, places().zones.get(row.organisation, "UTC")
    starts_at = again_at(began_at, again, zone=zone, after=at)
    day = again.day or began_at.astimezone(ZoneInfo(zone)).day
    later = {**again.model_dump(), "times": again.times - 1, "number": again.number + 1, "day": day}
    following = Campaign(
        id=new_id(at),
        organisation=row.organisation,
        merchant=row.merchant,
        store=row.store,
        code=following_code(row),
        name=row.name,
        version=1,
        document={**row.document, "starts_at": starts_at.isoformat(), "repeat": later},
        state=CampaignState.APPROVED,
        audience=row.audience,
        audience_version=row.audience_version,
        starts_at=starts_at,
        changed_at=at,
        changed_by=row.changed_by,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        approved_at=row.approved_at,
        approved_by=row.approved_by,
        plan=row.launch,
    )
    Campaign.objects.bulk_create([following], ignore_conflicts=True)
    if Campaign.objects.filter(id=following.id).exists():
        note("campaigns.repeat", following, {"after": row.code}, actor=actor, at=at)


def mark_of(row: Campaign) -> str:
    """What treated members are marked with."""
    return f"campaign:{row.code}"


def _mark(row: Campaign, members: Sequence[UUID], actor: Actor, at: datetime) -> None:
    if members:
        marks = [NewMark(member, True) for member in members]
        told = {"organisation": row.organisation, "run": mark_of(row), "as_of": at, "whole": False}
        mark(mark_of(row), marks, **told, actor=actor, at=at)  # type: ignore[arg-type]


def gift_of(row: Campaign, member: UUID) -> str:
    """For what a coupon is given, once."""
    return f"campaign {row.id}/{member}"


def _give(row: Campaign, form: CampaignForm, members: Sequence[UUID], actor: Actor, at: datetime) -> None:
    """They are hard: a coupon handed on to somebody of the holdout would prove nothing."""
    found = personal(form, members, organisation=row.organisation, at=at).series if members else {}
    for series in sorted({code for codes in found.values() for code in codes}):
        gifts = [Gift(member, gift_of(row, member)) for member in members if series in found.get(member, ())]
        issue(series, organisation=row.organisation, to=gifts, binding=Binding.HARD, actor=actor, at=at)


def list_of(row: Campaign) -> str:
    """For what a list is made, once."""
    return f"campaign {row.id}"


def _list(row: Campaign, form: CampaignForm, members: Sequence[UUID], actor: Actor, at: datetime) -> None:
    """Good to the end of its last day, so that the next one finds it open."""
    assert form.list is not None
    if not members:
        return
    zone = places().zones.get(row.organisation, "UTC")
    until = start_of(day_of(at, zone) + timedelta(days=form.list.days + 1), zone)
    found = personal(form, members, organisation=row.organisation, at=at).lists
    lists = [NewList(member, lines) for member, lines in found.items()]
    made_for = {"organisation": row.organisation, "made_for": list_of(row), "until": until}
    offer_lists.make(lists, **made_for, actor=actor, at=at)  # type: ignore[arg-type]


def _end_lists(row: Campaign, form: CampaignForm, actor: Actor, at: datetime) -> int:
    """What the times before gave is over for everybody, those among them who are kept without it this time."""
    number = form.repeat.number if form.repeat is not None else 1
    first = row.code.rpartition(".")[0] if number > 1 else row.code
    codes = [first, *(f"{first}.{one}" for one in range(2, number))] if number > 1 else []
    before = Campaign.objects.filter(organisation=row.organisation, code__in=codes)
    periods = [list_of(one) for one in before]
    return offer_lists.end(periods, organisation=row.organisation, actor=actor, at=at) if periods else 0


def _say(row: Campaign, form: CampaignForm, channels: Mapping[UUID, str], actor: Actor, at: datetime) -> None:
    by_channel = {one.channel: one for one in form.messages}
    coupons = _coupons(row, form, list(channels), at)
    accounts: Mapping[UUID, Account] = {}
    if form.statement is not None:
        accounts = accounts_of(form.statement, list(channels), organisation=row.organisation, at=at)
    names = _names(row.organisation) if coupons else {}
    zone = zone_of(row.organisation)
    wanted = [
        _message(
            row, form, member, by_channel[channel], _values(coupons.get(member, []), accounts.get(member), names, zone)
        )
        for member, channel in channels.items()
    ]
    if wanted:
        ask(wanted, organisation=row.organisation, actor=actor, at=at)


def _message(
    row: Campaign, form: CampaignForm, member: UUID, said: MessageForm, values: Mapping[str, Any]
) -> NewMessage:
    return NewMessage(
        key=f"campaign/{row.id}/{member}",
        member=member,
        channel=said.channel,
        purpose=form.purpose,
        campaign=row.code,
        holdout_share=form.holdout_share,
        priority=form.priority,
        template=said.template,
        version=said.version,
        values=values if said.template else {},
    )


def _names(organisation: UUID) -> Mapping[str, str]:
    return {one.code: one.terms.name for one in book(organisation).versions(SERIES)}


def _values(
    coupons: Sequence[Found], account: Account | None, names: Mapping[str, str], zone: ZoneInfo
) -> dict[str, Any]:
    """What a template is told beside the facts of its reader; days are those of the organisation's clock."""
    found: dict[str, Any] = {}
    if coupons:
        until = [last_day(one.expires_at, zone) for one in coupons]
        found = {"coupon": coupons[0].code or "", "coupon_until": until[0]}
        found["vouchers"] = [
            {"code": one.code or "", "name": names.get(one.series, one.series), "until": last}
            for one, last in zip(coupons, until, strict=True)
        ]
    if account is not None:
        found["statement"] = account.told()
    return found


def _coupons(row: Campaign, form: CampaignForm, members: Sequence[UUID], at: datetime) -> dict[UUID, list[Found]]:
    """What each was given by this campaign, in the order of their series. One query."""
    if not form.gives():
        return {}
    wanted = {gift_of(row, member): member for member in members}
    rows = Coupon.objects.filter(
        organisation=row.organisation, series__in=sorted(form.gives()), given_for__in=wanted
    ).order_by("series", "id")
    kept = list(rows)
    found: dict[UUID, list[Found]] = {}
    for one, said in zip(kept, told(kept, row.organisation, at), strict=True):
        found.setdefault(wanted[one.given_for or ""], []).append(said)
    return found
