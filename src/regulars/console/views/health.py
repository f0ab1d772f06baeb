"""How the installation is: its parts, the copies that were made, the steps of its worker, what was odd of late."""

from datetime import timedelta
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from regulars.console.desk import Desk
from regulars.console.places import named
from regulars.console.selectors.odd import odd
from regulars.console.state import CopyTold, installation, state
from regulars.journal.moves import Deed
from regulars.journal.services import record

OLD: Final = timedelta(days=7)  # after which a copy is no comfort any more
ALERTS: Final = 20


def health(desk: Desk) -> HttpResponse:
    """Seven queries."""
    home = installation()
    copies, steps = home.copies(), home.steps(desk.at)
    shown: dict[str, Any] = {
        "state": state(), "alerts": odd(named(desk.holder.grants.places), ALERTS),
        "installed": home.installed(), "steps": steps,
        "failing": [one for one in steps if one.failing or one.late], "copies": copies, "copied": _copied(desk, copies),
        "api": desk.request.build_absolute_uri("/api/v1/"),
    }  # fmt: skip
    return desk.show("console/health.html", shown)


def _copied(desk: Desk, copies: Any) -> str:
    """How it stands with the newest copy."""
    newest: CopyTold | None = next(iter(copies), None)
    if newest is None:
        return "none"
    return "old" if newest.at < desk.at - OLD else "well"


def run_step(desk: Desk) -> HttpResponse:
    """A step of the worker does not wait for its time."""
    name = desk.request.POST.get("step", "")
    begun = installation().start(name, desk.at)
    if begun is None:
        raise Http404
    record([Deed("console.run_step", after={"step": name, "waits": not begun})], actor=desk.actor, at=desk.at)
    told = _("%(step)s is begun within seconds.") if begun else _("%(step)s waits in the queue already.")
    return desk.go("health", told=told % {"step": name})
