"""Refusals in the words of a member."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from regulars.basics.errors import RegularsError

SENTENCES: Final[Mapping[str, Promise | str]] = {
    "wrong-log-in-code": _("This code is wrong, was used before, or its time is over. Ask for a new one."),
    "too-many-asked": _("That was tried too often. Wait a quarter of an hour."),
    "may-not-log-in": _("These pages are closed for you. Ask at the desk."),
    "wrong-identifier": _("This is no mail address and no phone number."),
    "wrong-fact": _("A value does not fit its field."),
    "wrong-consent": _("This cannot be kept as it stands. Load the page again."),
    "member-closed": _("You have left; nothing more is written."),
    "open-holds": _("A bill of yours is open at a till. Let it be finished first."),
    "wrong-card-range": _("There are no cards to be had here just now. Ask at the desk."),
}


def said(refusal: RegularsError) -> str:
    """What has no sentence here is told in one for all: details are in the log."""
    return str(SENTENCES.get(refusal.code) or _now("This is not possible as things stand. Ask at the desk."))
