"""The first page: the card as a changing code, and what matters now."""

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse

from regulars.members.fields import NAMES
from regulars.members.locks import lock_members
from regulars.members.models import Member
from regulars.members.naming import called
from regulars.members.selectors.profiles import facts_of
from regulars.members.services import cards
from regulars.portal.selectors import card, offers, standing, taken
from regulars.portal.visit import Visit


def show(visit: Visit) -> HttpResponse:
    """Nineteen queries at most."""
    held, _ = standing.held(visit.own, at=visit.at)
    row = Member.objects.get(id=visit.own)
    found = card.shown(visit.own, organisation=visit.home, at=visit.at)
    shown = {
        "card": found,
        "can_have_one": found is None and card.range_for(visit.home) is not None,
        "name": called(facts_of([visit.own], names=NAMES)[visit.own]),
        "held": held,
        "tiers": standing.tiers(row, at=visit.at),
        "taken": [one for one in taken.taken(visit.own, at=visit.at) if one.may_ask or one.fresh],
        "coupons": offers.coupons(visit.own, organisation=visit.home, at=visit.at),
        "list": offers.offer_list(visit.own, organisation=visit.home, zone=visit.zone, at=visit.at),
    }
    return visit.show("portal/card.html", shown)


def code(visit: Visit) -> HttpResponse:
    """The picture of this half minute alone, for the page that is open. One query."""
    number = card.newest(visit.own, organisation=visit.home)
    text = card.picture(number, at=visit.at) if number else ""
    return HttpResponse(text, content_type="text/html; charset=utf-8")


def new(visit: Visit) -> HttpResponse:
    """A card on the phone, for who has none."""
    numbers = card.range_for(visit.home)
    if numbers is not None:
        _issue(visit, numbers)
    return visit.go("my-card")


@transaction.atomic
def _issue(visit: Visit, numbers: UUID) -> None:
    """Whoever presses twice has one: the second press waits for the first."""
    lock_members([visit.own], organisation=visit.home)
    if card.newest(visit.own, organisation=visit.home) is None:
        cards.issue_to(numbers, [visit.own], organisation=visit.home, actor=visit.actor, at=visit.at)
