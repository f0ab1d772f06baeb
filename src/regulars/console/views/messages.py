"""Messages: what was asked for and what became of it, addresses that are blocked, and how members are reached."""

import os
from typing import Final
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from regulars.access.alerts.transports import SMTP_URL
from regulars.access.errors import NotAllowed
from regulars.access.rights import Right
from regulars.console.asking import uuid_of
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_outreach import (
    CHANNELS,
    MessagesFilter,
    PolicyForm,
    SendersForm,
    fits,
    initial_of,
    senders_of,
)
from regulars.console.refusals import told_in
from regulars.console.selectors import messages as shown_of
from regulars.outreach import selectors
from regulars.outreach.errors import WrongChannel
from regulars.outreach.models import MessageState, Suppression
from regulars.outreach.selectors_sending import events_of, settings_of, still_to_go
from regulars.outreach.services import messages as services
from regulars.outreach.services.channels import set_channel
from regulars.outreach.services.policies import policy as policy_of
from regulars.outreach.services.policies import save_policy

PAGE: Final = 50


def log(desk: Desk) -> HttpResponse:
    """What was asked for, the newest first. 9 queries."""
    form = MessagesFilter(desk.request.GET)
    chosen = form.chosen()
    before = uuid_of("msg", desk.request.GET.get("before"))
    found = shown_of.page(desk, chosen, before=before, limit=PAGE + 1)
    shown = {
        "form": form,
        "rows": shown_of.shown(desk, found[:PAGE]),
        "query": urlencode({name: desk.request.GET[name] for name in chosen}),
        "onward": found[PAGE - 1].id if len(found) > PAGE else None,
        "cut": bool(chosen),
    }
    return desk.show("console/messages.html", shown)


def show(desk: Desk, message: UUID) -> HttpResponse:
    """One message, with all that happened to it. Raises MessageUnknown. 9 queries."""
    row = selectors.message(desk.home, message)
    (one,) = shown_of.shown(desk, [row])
    shown = {
        "one": one,
        "events": events_of([row.id])[row.id],
        "channel": dict(CHANNELS).get(row.channel, row.channel),
        "liftable": row.state == MessageState.RETURNED and _blocks(desk, row.id),
    }
    return desk.show("console/message.html", shown)


def _blocks(desk: Desk, message: UUID) -> bool:
    """Whether its address is still blocked by it. One query."""
    return Suppression.objects.filter(organisation=desk.home, message=message, ended_at=None).exists()


def lift(desk: Desk, message: UUID) -> HttpResponse:
    """The address may be written to again. Raises MessageUnknown."""
    services.lift(message, organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("blocked", told=_("It may be written to again. What its owner agreed to is as it was."))


def blocked(desk: Desk) -> HttpResponse:
    """Addresses that bounced, complained or said stop. 8 queries."""
    before = uuid_of("sup", desk.request.GET.get("before"))
    rows = shown_of.blocked(desk, before=before, limit=PAGE + 1)
    shown = {
        "rows": rows[:PAGE],
        "channels": dict(CHANNELS),
        "onward": rows[PAGE - 1].suppression.id if len(rows) > PAGE else None,
    }
    return desk.show("console/blocked.html", shown)


def policy(desk: Desk) -> HttpResponse:
    """When it is quiet, how often, who gets nothing at all; as whom one writes; what waits to go out. To change any of
    it is for who approves. 9 queries."""
    form = None
    if desk.request.method == "POST":
        if not desk.may_all_over(Right.OUTREACH_APPROVE):
            raise NotAllowed("This page needs another role.", right=Right.OUTREACH_APPROVE)
        form = PolicyForm(desk.request.POST)
        if form.is_valid():
            with told_in(form):
                save_policy(desk.home, form.document(), actor=desk.actor, at=desk.at)
                return desk.go("policy", told=_("Kept. It holds from now on."))
    return _policy(desk, form=form)


def senders(desk: Desk) -> HttpResponse:
    """As whom the organisation writes by each channel."""
    form = SendersForm(desk.request.POST)
    if form.is_valid():
        for channel, document in form.documents().items():
            try:
                with transaction.atomic():
                    set_channel(desk.home, channel, document, actor=desk.actor, at=desk.at)
            except WrongChannel as wrong:
                for fault in wrong.facts["errors"]:  # type: ignore[attr-defined]
                    name = f"{channel}_{fault['pointer'].strip('/').partition('/')[0]}"
                    form.add_error(name if name in form.fields else None, _("This cannot be kept as it stands."))
        if not form.errors:
            return desk.go("policy", told=_("Kept. It holds from now on."))
    return _policy(desk, written_by=form)


def _policy(desk: Desk, *, form: PolicyForm | None = None, written_by: SendersForm | None = None) -> HttpResponse:
    kept, waiting = policy_of(desk.home, at=desk.at), still_to_go(desk.home)
    shown = {
        "form": form or PolicyForm(initial=initial_of(kept.document)),
        "senders": written_by or SendersForm(initial=senders_of(settings_of(desk.home))),
        "document": kept.document,
        "began_on": kept.began_on,
        "fits": fits(kept.document),
        "channels": dict(CHANNELS),
        "waiting": [(label, waiting.get(channel, 0)) for channel, label in CHANNELS[1:]],
        "server": bool(os.environ.get(SMTP_URL)),
    }
    status = UNFIT if (form and form.errors) or (written_by and written_by.errors) else 200
    return desk.show("console/policy.html", shown, status=status)
