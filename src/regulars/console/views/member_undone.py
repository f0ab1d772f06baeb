"""What was done in place on the page of a member, taken back by whoever did it. Each goes back to the page."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.basics.ids import typed, untyped
from regulars.console.desk import Desk
from regulars.console.selectors.member import root_of
from regulars.members.errors import UnknownIdentifier, UnknownMember
from regulars.members.models import Card, Member, Note
from regulars.members.services import cards, extras
from regulars.programme.errors import UnknownGoodwill
from regulars.programme.goodwill.giving import PREFIX, take_back
from regulars.programme.models import Goodwill


def goodwill(desk: Desk, member: UUID) -> HttpResponse:
    """What was given is taken back where nothing of it is used. Raises UnknownGoodwill, GoodwillClosed, NotEnough."""
    root = root_of(member, desk)
    number = untyped(PREFIX, desk.request.POST.get("goodwill", ""))
    if not Goodwill.objects.filter(id=number, member__in=_group(root, desk)).exists():
        raise UnknownGoodwill("Nothing was given under this id.", goodwill=typed(PREFIX, number))
    take_back(number, typed("stf", desk.holder.id), organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("member", root, told=_("Taken back: nothing was given."))


def card(desk: Desk, member: UUID, card: UUID) -> HttpResponse:
    """The old card is good again, the new one is none. Raises UnknownIdentifier, CardNotUsable."""
    root = root_of(member, desk)
    if not Card.objects.filter(id=card, member__root=root, organisation=desk.home).exists():
        raise UnknownIdentifier("There is no such card here.")
    cards.restore(card, organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("member", root, told=_("The old card is good again, and the new one is none."))


def note(desk: Desk, member: UUID) -> HttpResponse:
    """A note that was removed, as it was. Raises UnknownNote."""
    root = root_of(member, desk)
    number = extras.put_note_back(
        desk.request.POST.get("removed", ""), organisation=desk.home, actor=desk.actor, at=desk.at
    )
    if not Note.objects.filter(id=number, member__root=root).exists():
        raise UnknownMember("There is no such note here.", missing=1)
    return desk.go("member", root, told=_("The note is there again."))


def _group(root: UUID, desk: Desk) -> list[UUID]:
    return list(Member.objects.filter(root=root, organisation=desk.home).values_list("id", flat=True))
