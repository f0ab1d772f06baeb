"""Who lives together, what they spend together, and how somebody joins."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import segno
from django.core import signing
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from regulars.basics.ids import typed, untyped
from regulars.members.fields import NAMES
from regulars.members.locks import lock_members
from regulars.members.naming import called
from regulars.members.selectors import roots
from regulars.members.selectors.groups import home_of
from regulars.members.selectors.profiles import facts_of
from regulars.members.services import groups
from regulars.portal.errors import InvitationOver
from regulars.portal.selectors.family import household, may_invite
from regulars.portal.visit import Visit

LIVES: Final = timedelta(hours=1)
_SALT: Final = "regulars.portal.family"


def show(visit: Visit, *, invitation: str = "") -> HttpResponse:
    """Twelve queries at most."""
    home = household(visit.own, organisation=visit.home, at=visit.at)
    others = [one.id for one in home.relatives if not one.own] if home else []
    visit.looked_at(others, part="family")
    shown = {
        "home": home,
        "invites": may_invite(home, visit.home, at=visit.at),
        "invitation": invitation,
        "picture": _picture(invitation) if invitation else "",
    }
    return visit.show("portal/family.html", shown)


def invite(visit: Visit) -> HttpResponse:
    """A link for somebody at the same table; good for an hour. Nothing is written until somebody takes it."""
    home = household(visit.own, organisation=visit.home, at=visit.at)
    if not may_invite(home, visit.home, at=visit.at):
        return visit.go("my-family")
    text = signing.dumps([typed("mbr", visit.own), visit.at.timestamp()], salt=_SALT)
    return show(visit, invitation=visit.request.build_absolute_uri(reverse("my-family-join", args=[text])))


def join(visit: Visit, text: str) -> HttpResponse:
    """Asks first; says what is shared. Raises InvitationOver."""
    host = _host(visit, text)
    if host == visit.own:
        return visit.go("my-family")
    if visit.request.method == "POST":
        _join(visit, host)
        return visit.go("my-family", told="joined")
    visit.looked_at([host], part="invitation")
    name = called(facts_of([host], names=NAMES)[host])
    return visit.show("portal/join.html", {"name": name, "elsewhere": home_of(visit.own) is not None})


def leave(visit: Visit) -> HttpResponse:
    """Only they themselves; points stay with whom they belong to."""
    if home_of(visit.own) is not None:
        groups.join_household([visit.own], None, organisation=visit.home, actor=visit.actor, at=visit.at)
    return visit.go("my-family", told="left")


@transaction.atomic
def _join(visit: Visit, host: UUID) -> None:
    """Both are locked before it is looked at where they live: of two who take one invitation at once the second sees
    the household that the first began. Raises InvitationOver."""
    lock_members([host, visit.own], organisation=visit.home)
    home = household(host, organisation=visit.home, at=visit.at)
    if not may_invite(home, visit.home, at=visit.at):
        raise InvitationOver("Whoever sent this invites nobody any more.")
    if home is None:
        groups.make_household([host, visit.own], organisation=visit.home, head=host, actor=visit.actor, at=visit.at)
    elif not any(one.id == visit.own for one in home.relatives):
        groups.join_household([visit.own], home.id, organisation=visit.home, actor=visit.actor, at=visit.at)


def _host(visit: Visit, text: str) -> UUID:
    """Who invites, if they still may. Raises InvitationOver; UnknownMember for another organisation's."""
    try:
        number, made = signing.loads(text, salt=_SALT)
    except signing.BadSignature as wrong:
        raise InvitationOver("This is no invitation.") from wrong
    if visit.at.timestamp() - made > LIVES.total_seconds():
        raise InvitationOver("This invitation is over: ask for a new one.")
    asked = untyped("mbr", number)
    host = roots([asked], organisation=visit.home)[asked]
    if not may_invite(household(host, organisation=visit.home, at=visit.at), visit.home, at=visit.at):
        raise InvitationOver("Whoever sent this invites nobody any more.")
    return host


def _picture(address: str) -> str:
    """As a picture that stands in a page, for the camera of the other phone."""
    return str(segno.make(address, error="m", micro=False).svg_inline(border=4, omitsize=True))
