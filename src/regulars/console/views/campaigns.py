"""Campaigns: planned, tried out, asked for, approved by somebody else, launched, stopped; and what they brought."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access.errors import NeedsSecondApprover
from regulars.access.rights import Right
from regulars.console.asking import uuid_of
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_campaign import CHANNELS, CampaignForm, ReasonForm, initial_of
from regulars.console.forms_saved import OrderForm
from regulars.console.refusals import said
from regulars.console.selectors import campaigns as shown_of
from regulars.console.selectors import proof
from regulars.console.selectors.care import people_told
from regulars.console.selectors.names import names_of
from regulars.console.selectors.ready import ready
from regulars.console.views.templates import framed
from regulars.outreach.campaigns import selectors
from regulars.outreach.campaigns.forms import CampaignForm as Form
from regulars.outreach.campaigns.forms import read
from regulars.outreach.errors import CampaignChanged, WrongCampaignDocument
from regulars.outreach.models import Audience, Campaign, CampaignState, PlanState
from regulars.outreach.moves import NewCampaign
from regulars.outreach.services import campaigns as services

PAGE: Final = 50
_STATES: Final = {
    "planned": shown_of.PLANNED, "under-way": shown_of.UNDER_WAY, "over": shown_of.OVER,
}  # fmt: skip


def listing(desk: Desk) -> HttpResponse:
    """The newest first, cut by how far they are. 8 queries."""
    state = desk.request.GET.get("state", "")
    rows = shown_of.listed(desk, _STATES.get(state, ()))
    form = OrderForm([("", _("Newest first")), ("name", _("By name"))], desk.request.GET)
    if form.chosen().get("sort") == "name":
        rows = sorted(rows, key=lambda one: one.campaign.name.casefold())
    waiting = {row.id for row in shown_of.waiting(desk)}
    shown = {"form": form, "rows": rows, "state": state if state in _STATES else "", "waiting": waiting}
    return desk.show("console/campaigns.html", shown)


def _known(desk: Desk) -> dict[str, Any]:
    """Five queries."""
    return {
        "audiences": shown_of.audiences(desk),
        "series": shown_of.series(desk),
        "listed": shown_of.series(desk, per_item=True),
        "templates": shown_of.templates(desk),
        "currencies": shown_of.currencies(desk),
        "units": shown_of.units(),
    }


def new(desk: Desk) -> HttpResponse:
    """A draft."""
    known = _known(desk)
    if desk.request.method == "POST":
        return _kept(desk, CampaignForm(known, desk.request.POST), known, None)
    wanted = {name: desk.request.GET.get(name, "") for name in ("audience", "email") if desk.request.GET.get(name)}
    return _page(desk, CampaignForm(known, initial=wanted), known, None)


def edit(desk: Desk, campaign: str) -> HttpResponse:
    """The next version; what was asked for is a draft again. Raises CampaignUnknown."""
    row = shown_of.one(desk, campaign, Right.OUTREACH_SEND)
    known = _known(desk)
    initial = initial_of(row.document, row.name, row.version)
    if desk.request.method == "POST":
        return _kept(desk, CampaignForm(known, desk.request.POST, initial=initial), known, row)
    return _page(desk, CampaignForm(known, initial=initial), known, row)


def _kept(desk: Desk, form: CampaignForm, known: dict[str, Any], row: Campaign | None) -> HttpResponse:
    if form.is_valid():
        code = row.code if row else form.code(desk.at)
        if row is None and Campaign.objects.filter(organisation=desk.home, code=code).exists():
            code = f"{code[:40]}-{desk.at:%y%m%d-%H%M%S}"
        version = (form.cleaned_data["version"] or row.version) if row else None
        wanted = NewCampaign(desk.home, code, form.cleaned_data["name"], form.document(), version)
        try:
            with transaction.atomic():
                services.save(wanted, actor=desk.actor, at=desk.at)
                services.try_out(desk.home, code, actor=desk.actor, at=desk.at)
            return desk.go("campaign", code, told=_("Kept. It is being tried out: nothing is sent."))
        except WrongCampaignDocument as wrong:
            for fault in wrong.facts["errors"]:  # type: ignore[attr-defined]
                form.add_error(form.place_of(fault["pointer"]), _fault(fault))
        except CampaignChanged as changed:
            form.add_error(None, said(changed))
    return _page(desk, form, known, row, status=UNFIT)


def _fault(fault: dict[str, str]) -> str:
    told = {
        "nothing": _("A campaign gives a coupon, says something, or both."),
        "unknown": _("There is no such thing here."),
        "channel": _("The template says nothing for this channel."),
        "cost": _("With a budget, say what a coupon costs at most: its terms do not."),
        "place": _("A campaign stays at its place: this audience is elsewhere."),
        "repeat": _("Say either days or months."),
        "per-item": _("Coupons for one product each stand on lists, and no others do."),
        "twice": _("A product of a list has one offer."),
        "too-wide": _("A row of the table names too many at once."),
    }
    return told.get(fault["code"], fault["detail"])


def _page(
    desk: Desk, form: CampaignForm, known: dict[str, Any], row: Campaign | None, *, status: int = 200
) -> HttpResponse:
    parts = {
        "who": ("name", "audience"), "offer": ("series", "coupon", "redeemed", "mark"),
        "list": ("makes_list", "list_spend", "list_weeks", "list_products", "list_offers", "list_days", "list_lines"),
        "cells": ("cells",), "statement": ("statement_unit", "statement_months"),
        "say": ("email", "sms", "post", "prefer", "purpose"), "prove": ("holdout", "window_days"),
        "pay": ("currency", "budget", "cost_email", "cost_sms", "cost_post"),
        "when": ("starts_at", "repeat_days", "repeat_months", "repeat_times", "priority"),
    }  # fmt: skip
    shown = {
        "form": form, "row": row, "known": known,
        "ready": ready() if not known["audiences"] and desk.may(Right.AUDIENCES_MANAGE) else (),
        "parts": {name: [form[field] for field in fields] for name, fields in parts.items()},
    }  # fmt: skip
    return desk.show("console/campaign_form.html", shown, status=status)


def show(desk: Desk, campaign: str) -> HttpResponse:
    """Raises CampaignUnknown. 16 queries."""
    return page_of(desk, shown_of.one(desk, campaign))


def page_of(desk: Desk, row: Campaign, *, status: int = 200, **bound: Any) -> HttpResponse:
    """The page of a campaign; `bound`: a form with its faults, which stands open."""
    plan = shown_of.planned(selectors.plan_of(row))
    form = read(row.document)
    results = selectors.results_of(row, limit=30)
    newest = results[0] if results else None
    audience = Audience.objects.get(pk=row.audience)
    sends = shown_of.may_of(desk, row, Right.OUTREACH_SEND)
    names = {code: name for code, name, _v, _c in shown_of.templates(desk)}
    shown = {
        "row": row,
        "form": form,
        "audience": audience,
        "series": dict(shown_of.series(desk)).get(form.series or "", form.series),
        "said": [(one, names.get(one.template, one.template)) for one in form.messages],
        "previews": _previews(desk, form, plan),
        "place": shown_of.place_name(desk, row),
        "plan": plan,
        "fresh": _fresh(plan, row, audience),
        "working": plan is not None and plan.plan.state in ("waiting", "working"),
        "moving": _moving(desk, row),
        "progress": selectors.progress(row, plan.plan if plan else None),
        "messages": shown_of.messages(row) if row.launched_at else [],
        "result": newest,
        "sentence": proof.sentence(newest) if newest else "",
        "outcomes": proof.outcomes(newest) if newest else [],
        "curve": proof.curve(newest) if newest else None,
        "looks": shown_of.proved([(row.name, "", one) for one in results]),
        "names": people_told([text for text in (row.changed_by, row.asked_by, row.approved_by) if text]),
        "sends": sends,
        "decides": row.state == CampaignState.ASKED and shown_of.may_decide(desk, row),
        "knows": shown_of.may_of(desk, row, Right.MEMBERS_READ),
        "channel_names": dict(CHANNELS),
        "forms": {"stop": ReasonForm(), "back": ReasonForm()} | bound,
        "opened": next(iter(bound), ""),
    }  # fmt: skip
    return framed(desk.show("console/campaign.html", shown, status=status))


def _previews(desk: Desk, form: Form, plan: shown_of.Planned | None) -> list[tuple[str, int, str, UUID]]:
    """Template, version, channel and reader of each message; somebody who gets it reads it. One query."""
    said_by = [one for one in form.messages if one.template]
    if not said_by or plan is None or plan.plan.state != PlanState.DONE:
        return []
    if not (desk.may_all_over(Right.OUTREACH_SEND) and desk.may_all_over(Right.MEMBERS_READ)):
        return []
    found = selectors.members_of(plan.plan.id, arm="treated", limit=1)
    return [(one.template, one.version, one.channel, found[0].member) for one in said_by] if found else []


def _moving(desk: Desk, row: Campaign) -> bool:
    """Whether the worker has it in hand at this moment."""
    due = row.state == CampaignState.APPROVED and (row.starts_at is None or row.starts_at <= desk.at)
    return due or row.state == CampaignState.LAUNCHING


def _fresh(plan: shown_of.Planned | None, row: Campaign, audience: Audience) -> bool:
    """Whether it is of the campaign and the audience as they stand."""
    if plan is None:
        return False
    return (plan.plan.version, plan.plan.audience_version) == (row.version, audience.version)


def members(desk: Desk, campaign: str) -> HttpResponse:
    """Who is in an arm, or held back for a reason; each was looked at. Raises CampaignUnknown."""
    row = shown_of.one(desk, campaign, Right.MEMBERS_READ)
    plan = selectors.plan_of(row)
    if plan is None or plan.state != PlanState.DONE:
        return desk.show("console/campaign_members.html", {"row": row, "plan": None})
    asked = desk.request.GET
    arm = asked.get("arm", "")
    arm = arm if arm in ("treated", "holdout", "held") else ""
    why = asked.get("why", "")[:60]
    after = uuid_of("mbr", asked.get("after"))
    found = selectors.members_of(plan.id, arm=arm, why=why, after=after, limit=PAGE + 1)
    rows = found[:PAGE]
    desk.looked([one.member for one in rows], by="campaign")
    names = names_of([one.member for one in rows])
    shown = {
        "row": row, "plan": shown_of.planned(plan), "arm": arm, "why": why,
        "rows": [(one, names.get(one.member, "")) for one in rows],
        "onward": rows[-1].member if len(found) > PAGE else None,
    }  # fmt: skip
    return desk.show("console/campaign_members.html", shown)


Deed = Callable[..., Any]


def _done(desk: Desk, campaign: str, deed: Deed, told: str, right: Right = Right.OUTREACH_SEND) -> HttpResponse:
    row = shown_of.one(desk, campaign, right)
    deed(row.organisation, row.code, actor=desk.actor, at=desk.at)
    return desk.go("campaign", campaign, told=told)


def try_out(desk: Desk, campaign: str) -> HttpResponse:
    """A dry run. Raises CampaignUnknown, CampaignElsewhere."""
    return _done(desk, campaign, services.try_out, _("It is being tried out: nothing is sent."))


def ask(desk: Desk, campaign: str) -> HttpResponse:
    """Raises CampaignUnknown, CampaignElsewhere, PlanNeeded, OverBudget."""
    return _done(desk, campaign, services.ask, _("Somebody else decides now."))


def approve(desk: Desk, campaign: str) -> HttpResponse:
    """Raises CampaignUnknown, CampaignElsewhere, PlanNeeded, NeedsSecondApprover."""
    deed = partial(services.approve, grants=desk.holder.grants)
    return _done(desk, campaign, deed, _("Approved."), Right.OUTREACH_APPROVE)


def send_back(desk: Desk, campaign: str) -> HttpResponse:
    """The second person says no, or its planner thinks again. Raises CampaignUnknown, CampaignElsewhere."""
    row = shown_of.one(desk, campaign)
    if not (shown_of.may_of(desk, row, Right.OUTREACH_SEND) or shown_of.may_of(desk, row, Right.OUTREACH_APPROVE)):
        raise NeedsSecondApprover("This needs another role.", right=Right.OUTREACH_APPROVE.value)
    form = ReasonForm(desk.request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        services.send_back(row.organisation, row.code, reason=reason, actor=desk.actor, at=desk.at)
        return desk.go("campaign", campaign, told=_("It is a draft again."))
    return page_of(desk, row, status=UNFIT, back=form)


def launch(desk: Desk, campaign: str) -> HttpResponse:
    """Raises CampaignUnknown, CampaignElsewhere."""
    return _done(desk, campaign, services.launch, _("It begins now."))


def stop(desk: Desk, campaign: str) -> HttpResponse:
    """Raises CampaignUnknown, CampaignElsewhere."""
    row = shown_of.one(desk, campaign, Right.OUTREACH_SEND)
    form = ReasonForm(desk.request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        services.stop(row.organisation, row.code, reason=reason, actor=desk.actor, at=desk.at)
        return desk.go("campaign", campaign, told=_("Stopped: nothing more of it is given or said."))
    return page_of(desk, row, status=UNFIT, stop=form)


def end(desk: Desk, campaign: str) -> HttpResponse:
    """Raises CampaignUnknown, CampaignElsewhere."""
    return _done(desk, campaign, services.end, _("It is over; its last result stands."))
