"""A bill, and what of it is brought back."""

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.basics.errors import RegularsError
from regulars.console.asking import minor_of
from regulars.console.desk import UNFIT, Desk
from regulars.console.refusals import said
from regulars.console.selectors.counter import reasons
from regulars.console.selectors.sale import Bill, bill
from regulars.console.templatetags.console import money
from regulars.programme.checkout.moves import LineBack, NewReturn
from regulars.programme.checkout.returning import take_back
from regulars.sales.moves import Place


def show(desk: Desk, sale: UUID) -> HttpResponse:
    """As it stands, with what the programme did at it."""
    return _page(desk, bill(sale, desk))


def back(desk: Desk, sale: UUID) -> HttpResponse:
    """Lines brought back: what they earned goes, what paid for them goes back to where it came from."""
    found = bill(sale, desk, Right.SALES_POST)
    try:
        lines = _lines(desk, found)
    except forms.ValidationError as wrong:
        return _page(desk, found, wrong=wrong.messages[0])
    if not lines:
        return _page(desk, found, wrong=_("Say how much of which line comes back."))
    place = Place(desk.home, desk.source, desk.request.POST["key"], desk.place.merchant, desk.place.store, "desk")
    reason = desk.request.POST.get("reason", "").strip()[:200]
    try:
        done = take_back(NewReturn(sale, place, desk.at, lines=lines, reason=reason), actor=desk.actor, at=desk.at)
    except RegularsError as refusal:
        return _page(desk, found, wrong=said(refusal))
    told = _("Taken back. To be given back in money: %(money)s")
    return desk.go("sale", sale, told=told % {"money": money(done.told["refund"], found.sale.currency)})


def _lines(desk: Desk, found: Bill) -> tuple[LineBack, ...]:
    """Raises ValidationError."""
    wanted = []
    for one in found.sale.lines:
        text = desk.request.POST.get(f"back-{one.sold.line.number}", "").strip()
        quantity = minor_of(text, "", digits=3) if text else 0
        if quantity:
            wanted.append(LineBack(one.sold.line.number, quantity))
    return tuple(wanted)


def _page(desk: Desk, found: Bill, *, wrong: str = "") -> HttpResponse:
    if found.member is not None:
        desk.looked([found.member], part="sale")
    returnable = found.left and desk.may_here(Right.SALES_POST)
    shown = {"bill": found, "wrong": wrong, "returnable": returnable, "why": reasons(found.told, desk)}
    return desk.show("console/sale.html", shown, status=UNFIT if wrong else 200)
