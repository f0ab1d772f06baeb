"""Messages: what was asked for and what became of it, addresses that are blocked, and how members are reached."""

from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from regulars.console.asking import uuid_of
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_outreach import CHANNELS, MessagesFilter, PolicyForm, fits, initial_of
from regulars.console.refusals import told_in
from regulars.console.selectors import messages as shown_of
from regulars.outreach import selectors
from regulars.outreach.models import MessageState, Suppression
from regulars.outreach.selectors_sending import events_of, still_to_go
from regulars.outreach.services import messages as services
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
    """When it is quiet, how often, who gets nothing at all; and what waits to go out. 8 queries."""
    kept = policy_of(desk.home, at=desk.at)
    form = PolicyForm(initial=initial_of(kept.document))
    if desk.request.method == "POST":
        form = PolicyForm(desk.request.POST)
        if form.is_valid():
            with told_in(form):
                save_policy(desk.home, form.document(), actor=desk.actor, at=desk.at)
                return desk.go("policy", told=_("Kept. It holds from now on."))
    waiting = still_to_go(desk.home)
    shown = {
        "form": form,
        "document": kept.document,
        "changed_at": kept.changed_at,
        "began_on": kept.began_on,
        "fits": fits(kept.document),
        "channels": dict(CHANNELS),
        "waiting": [(label, waiting.get(channel, 0)) for channel, label in CHANNELS[1:]],
    }
    return desk.show("console/policy.html", shown, status=UNFIT if form.errors else 200)
