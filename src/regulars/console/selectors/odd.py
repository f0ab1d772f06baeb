"""What was odd of late, in the words of who reads it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from regulars.access.models import Alert
from regulars.console.places import number_of

# The rules that an installation begins with; one that was given another name keeps that.
RULES: Final = {
    "Many members looked up by one person": _("Many members looked up by one person"),
    "Very many members looked up by one person": _("Very many members looked up by one person"),
    "Many numbers tried that nobody has": _("Many numbers tried that nobody has"),
    "Large adjustment of points or value": _("Large adjustment of points or value"),
    "Many redemptions by one member": _("Many redemptions by one member"),
    "Many redemptions through one till or person": _("Many redemptions through one till or person"),
    "Cards whose signature is wrong": _("Cards whose signature is wrong"),
    "Log-in from a new place": _("Log-in from a new place"),
    "The journal was changed past the program": _("The journal was changed past the program"),
    "A transaction left open holds up the sealing of transfers": _(
        "A transaction left open holds up the sealing of transfers"
    ),
    "Many failed log-ins from one address": _("Many failed log-ins from one address"),
    "Wrong codes after a right password": _("Wrong codes after a right password"),
    "Second factor of a colleague taken away": _("Second factor of a colleague taken away"),
    "Many refused API keys from one network": _("Many refused API keys from one network"),
    "Cases or follow-ups that are late": _("Cases or follow-ups that are late"),
    "A webhook that failed for days was switched off": _("A webhook that failed for days was switched off"),
}


class Odd(NamedTuple):
    """One incident. `about`: a place or a colleague by name, else as it was written down."""

    at: datetime
    what: str
    actor: str
    about: str
    measured: int
    sent: int
    letters: int


def odd(places: Mapping[UUID, str], limit: int) -> list[Odd]:
    """The newest first. One query."""
    sent, letters = Count("letters", filter=Q(letters__told_at__isnull=False)), Count("letters")
    found = Alert.objects.select_related("rule").annotate(sent=sent, all_of=letters).order_by("-first_at", "-id")
    return [
        Odd(
            one.first_at, str(RULES.get(one.rule.name, one.rule.name)), *_who(one, places),
            one.measured, one.sent, one.all_of,
        )
        for one in found[:limit]
    ]  # fmt: skip


def _who(one: Alert, places: Mapping[UUID, str]) -> tuple[str, str]:
    """Who did it, and what it is about; once where that is the same person."""
    if one.actor_name and number_of("stf", one.about):
        return "", one.actor_name
    number = next(filter(None, (number_of(kind, one.about) for kind in ("str", "mrc", "org"))), None)
    return one.actor_name, places.get(number, one.about) if number else one.about
