"""This bill, this member, that day: what comes of it, and what does not, and why."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse

from regulars.access.rights import Right
from regulars.basics.errors import RegularsError
from regulars.basics.ids import untyped
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_counter import Bill, Typed, bill_of
from regulars.console.forms_reward import SimulationForm
from regulars.console.refusals import said
from regulars.console.selectors.counter import name_of
from regulars.console.selectors.finding import find
from regulars.console.selectors.reward import merchants, named
from regulars.members.errors import UnknownIdentifier
from regulars.programme.checkout.moves import NewPurchase
from regulars.programme.saying import sentence
from regulars.programme.simulating import Question, Simulated, simulate
from regulars.rules.pricing import GiftDue
from regulars.rules.sentences.reasons import because
from regulars.sales.moves import Place


def simulator(desk: Desk) -> HttpResponse:
    """Asked of the very functions that a checkout asks; nothing is written. Some twenty queries."""
    here = desk.merchant_text
    shops = sorted(merchants(desk), key=lambda one: one[0] != here)
    currencies = {number: currency for number, _, currency in shops}
    posted = desk.request.POST if desk.request.method == "POST" else None
    form = SimulationForm([(number, name) for number, name, _ in shops], posted)
    shown: dict[str, Any] = {"form": form, "lines": (Typed(),), "shops": bool(shops)}
    if posted is not None and form.is_valid():
        currency = currencies[form.cleaned_data["merchant"]]
        asked = bill_of(posted, currency)
        shown |= {"lines": asked.typed or (Typed(),), "currency": currency}
        if asked.wrong:
            form.add_error(None, asked.wrong)
        else:
            try:
                found = simulate(Question(_wanted(desk, form, asked, currency)), organisation=desk.home, at=desk.at)
                shown |= _shown(desk, found, currency)
            except RegularsError as refusal:
                form.add_error(None, said(refusal))
    return desk.show("console/simulator.html", shown, status=UNFIT if form.errors else 200)


def _wanted(desk: Desk, form: SimulationForm, asked: Bill, currency: str) -> NewPurchase:
    """Raises UnknownIdentifier. Who is asked about was looked at."""
    given = form.cleaned_data
    member = None
    if given["member"] and desk.may_all_over(Right.MEMBERS_READ):
        hits = [hit.member for hit in find(given["member"], desk).hits if hit.certain]
        if not hits:
            raise UnknownIdentifier("Nobody here is recognised by that.")
        member = hits[0]
    at = desk.at
    if given["day"] or given["hour"]:
        zone = ZoneInfo(desk.zone)
        day = given["day"] or desk.at.astimezone(zone).date()
        at = datetime.combine(day, given["hour"] or time(12), zone)
    place = Place(desk.home, "", "", untyped("mrc", given["merchant"]), None, "desk")
    codes = tuple(dict.fromkeys(given["codes"].replace(",", " ").split()))
    return NewPurchase(place, currency, asked.lines, at, member=member, shown=member, coupons=codes)


def _shown(desk: Desk, found: Simulated, currency: str) -> dict[str, Any]:
    words = named(desk, found.terms)
    applied = found.priced.applied if found.priced else ()
    refused = (*(found.priced.not_applied if found.priced else ()), *found.earned.not_applied)
    offers = []
    for one in applied:
        name = name_of(found.terms, one.offered.code)
        if one.discount:
            offers.append((name, f"−{words.money(one.discount, currency)}"))
        for effect in one.effects:
            told = (
                f"{effect.item} × {effect.pieces}"
                if isinstance(effect, GiftDue)
                else words.units(effect.amount, effect.unit)
            )
            offers.append((name, told))
    return {
        "result": found,
        "offers": offers,
        "earned": [
            (one.code, words.units(one.amount, one.unit), sentence(found.terms.version(one.id), words))
            for one in found.earned.effects
        ],
        "refused": [(name_of(found.terms, one.code), because(one.reason, words, currency)) for one in refused],
    }
