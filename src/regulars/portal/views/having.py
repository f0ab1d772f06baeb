"""What a member has: points and levels, offers, and everything that happened."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.utils.dateparse import parse_datetime

from regulars.members.models import Member
from regulars.portal.selectors import history as happened
from regulars.portal.selectors import offers as offered
from regulars.portal.selectors import standing, taken
from regulars.portal.visit import Visit
from regulars.programme.errors import ResetClosed
from regulars.programme.resets import taking as resets


def points(visit: Visit) -> HttpResponse:
    """Thirteen queries at most."""
    held, ending = standing.held(visit.own, at=visit.at)
    row = Member.objects.get(id=visit.own)
    shown = {
        "held": held,
        "ending": ending,
        "tiers": standing.tiers(row, at=visit.at),
        "benefits": standing.benefits(row, at=visit.at),
        "taken": taken.taken(visit.own, at=visit.at),
    }
    return visit.show("portal/points.html", shown)


def appeal(visit: Visit, reset: UUID) -> HttpResponse:
    """They ask for something back that was taken. Another's reads like one that never was. Raises UnknownReset."""
    mine = taken.own(reset, visit.own)
    try:
        resets.appeal(mine.id, organisation=visit.home, actor=visit.actor, at=visit.at)
    except ResetClosed:  # over, or asked before: the page says how it stands
        return visit.go("my-points")
    return visit.go("my-points", told="appealed")


def offers(visit: Visit) -> HttpResponse:
    """Eight queries at most."""
    shown = {
        "list": offered.offer_list(visit.own, organisation=visit.home, zone=visit.zone, at=visit.at),
        "coupons": offered.coupons(visit.own, organisation=visit.home, at=visit.at),
        "needed": offered.shopping_list(visit.own, organisation=visit.home),
    }
    return visit.show("portal/offers.html", shown)


def history(visit: Visit) -> HttpResponse:
    """Thirteen queries at most."""
    kind = visit.request.GET.get("kind", "")
    kind = kind if kind in happened.KINDS else ""
    before = _moment(visit.request.GET.get("before"))
    shown = {"history": happened.history(visit.own, kind=kind, before=before), "kind": kind, "first": before is None}
    return visit.show("portal/history.html", shown)


def receipt(visit: Visit, sale: UUID) -> HttpResponse:
    """One of their own. Raises SaleUnknown."""
    return visit.show("portal/receipt.html", {"receipt": happened.receipt(sale, visit.own, organisation=visit.home)})


def _moment(text: str | None) -> datetime | None:
    try:
        found = parse_datetime(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
