"""Webhooks: who outside is told of what happens; made, tried, switched off and on, and what became of each message."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access import gate
from regulars.access.moves import Place
from regulars.basics.ids import typed
from regulars.console.asking import uuid_of
from regulars.console.desk import MADE, UNFIT, Desk
from regulars.console.forms_webhooks import WebhookForm
from regulars.console.refusals import told_in
from regulars.console.selectors import webhooks as reads
from regulars.console.toasts import Undo
from regulars.webhooks import services
from regulars.webhooks.kinds import rights_for


def webhooks(desk: Desk) -> HttpResponse:
    """Those of the organisation, and a new one. Its secret is shown once. Two queries."""
    form = WebhookForm(desk.request.POST if desk.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        with told_in(form, wrong_address="address"):
            _may_hear(desk, form.kinds())
            place, what = Place(desk.home), given["description"]
            made, secret = services.create(
                given["address"], form.kinds(), place, description=what, actor=desk.actor, at=desk.at
            )
            return _shown_once(desk, made.id, secret)
    shown = {"rows": reads.listed(desk), "form": form}
    return desk.show("console/webhooks.html", shown, status=UNFIT if form.errors else 200)


def show(desk: Desk, webhook: UUID) -> HttpResponse:
    """One, with what was sent and what waits, for thirty days. Three queries."""
    row = reads.one(webhook, desk)
    found = reads.deliveries(row, before=uuid_of("dlv", desk.request.GET.get("before")))
    page, more = found[: reads.PAGE], len(found) > reads.PAGE
    onward = typed("dlv", page[-1].row.id) if more else ""
    return desk.show("console/webhook.html", {"row": row, "page": page, "onward": onward})


def switch(desk: Desk, webhook: UUID) -> HttpResponse:
    """Off, or on again: then what waited is sent."""
    row = reads.one(webhook, desk)
    on = not row.is_on
    if on:
        _may_hear(desk, row.kinds)
    services.change(row, is_on=on, actor=desk.actor, at=desk.at)
    told = _("On: what happens from now on is sent.") if on else _("Off: nothing is sent.")
    return desk.go("webhook", webhook, told=told, undo=None if on else Undo(desk.url("webhook-switch", webhook)))


def rotate(desk: Desk, webhook: UUID) -> HttpResponse:
    """A new secret; the one of now signs beside it for a day."""
    row = reads.one(webhook, desk)
    secret, _until = services.rotate(row, actor=desk.actor, at=desk.at)
    return _shown_once(desk, webhook, secret)


def ping(desk: Desk, webhook: UUID) -> HttpResponse:
    """A test message, sent within seconds."""
    services.ping(reads.one(webhook, desk), actor=desk.actor, at=desk.at)
    return desk.go("webhook", webhook, told=_("A test is on its way; look again in some seconds."))


def resend(desk: Desk, webhook: UUID, delivery: UUID) -> HttpResponse:
    """One message again."""
    found = reads.delivery(reads.one(webhook, desk), delivery)
    services.resend(found, actor=desk.actor, at=desk.at)
    return desk.go("webhook", webhook, told=_("It is sent again."))


def delete(desk: Desk, webhook: UUID) -> HttpResponse:
    """It hears nothing more, and its log goes with it."""
    services.delete(reads.one(webhook, desk), actor=desk.actor, at=desk.at)
    return desk.go("webhooks", told=_("Deleted: nothing more is sent there."))


def _may_hear(desk: Desk, kinds: Sequence[str]) -> None:
    """What somebody may not look at they let nobody be told of. Raises NotAllowed."""
    for right in rights_for(kinds):
        gate.require(desk.holder.grants, right, organisation=desk.home)


def _shown_once(desk: Desk, webhook: UUID, secret: str) -> HttpResponse:
    return desk.show("console/webhook_secret.html", {"webhook": webhook, "secret": secret}, status=MADE)
