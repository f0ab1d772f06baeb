"""Today, what waits for somebody, and the list of bills."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from regulars.access.models import Staff
from regulars.access.rights import Right
from regulars.access.selectors import has_factor
from regulars.access.services.factors import required
from regulars.basics.ids import typed
from regulars.basics.under_way import under_way
from regulars.console.asking import since, until, uuid_of
from regulars.console.desk import Desk
from regulars.console.forms_reward import DaysFilter
from regulars.console.places import named, number_of
from regulars.console.selectors import campaigns, care
from regulars.console.selectors import today as reads
from regulars.console.selectors.names import names_of
from regulars.console.selectors.next_step import calls
from regulars.console.selectors.timeline import seen_by
from regulars.ledger import services as ledger
from regulars.ledger.models import Unit
from regulars.members.selectors import roots
from regulars.programme.book import book
from regulars.programme.checkout.booking import accept, refuse
from regulars.sales.errors import SaleUnknown
from regulars.sales.models import Sale
from regulars.sales.selectors import listed

PAGE = 50


def today(desk: Desk) -> HttpResponse:
    """What to do now, and how it goes. Some thirty queries."""
    days, terms = reads.stretch(desk), book(desk.home)
    shown: dict[str, Any] = {
        "days": days,
        "going": reads.going(desk, days),
        "newcomers": reads.newcomers(desk, days),
        "birthdays": reads.birthdays(desk),
        "adjustments": len(reads.waiting_adjustments(desk)),
        "late": len(reads.waiting_bills(desk)),
        "appeals": len(reads.appeals(desk, terms)),
        "beginning": reads.beginning(desk, terms),
        "cases": care.counted(desk),
        "campaigns": campaigns.waiting(desk),
        "calls": calls(desk),
        "under_way": under_way(settings.UNDER_WAY),
        "factor_missing": required(desk.holder.grants) and not has_factor(desk.holder.id),
    }
    return desk.show("console/today.html", shown)


def waiting(desk: Desk) -> HttpResponse:
    """Corrections that need a second person, what members ask back, bills that came late. Nine queries."""
    rows, late = reads.waiting_adjustments(desk), reads.waiting_bills(desk)
    appeals = reads.appeals(desk, book(desk.home))
    people = [row.owner for row in rows] + [row.member for row in late if row.member] + [row.member for row in appeals]
    now = roots(people, organisation=desk.home) if people else {}
    desk.looked(sorted(set(now.values())), part="waiting")
    names = names_of(sorted(set(now.values())))
    units = {one.code: one for one in Unit.objects.all()}
    asked = {number_of("stf", row.asked_by) for row in rows}
    staff = {typed("stf", one.id): one.name for one in Staff.objects.filter(pk__in=[one for one in asked if one])}
    shown = {
        "rows": [
            (row, now[row.owner], names[now[row.owner]], units[row.unit], staff.get(row.asked_by, "")) for row in rows
        ],
        "late": [(row, *_who(row.member, now, names)) for row in late],
        "appeals": [(row, *_who(row.member, now, names), units[row.unit]) for row in appeals],
        "me": desk.actor.id,
    }
    return desk.show("console/waiting.html", shown)


def decide(desk: Desk, adjustment: UUID) -> HttpResponse:
    """The second person agrees, or does not. Raises NeedsAnother, AdjustmentSettled."""
    if adjustment not in {row.id for row in reads.waiting_adjustments(desk)}:
        raise Http404  # of another organisation, or decided before
    if desk.request.POST.get("do") == "approve":
        ledger.approve(adjustment, actor=desk.actor, at=desk.at)
        return desk.go("waiting", told=_("Approved and booked."))
    ledger.decline(adjustment, actor=desk.actor, at=desk.at)
    return desk.go("waiting", told=_("Declined: nothing is booked."))


def decide_late(desk: Desk, sale: UUID) -> HttpResponse:
    """A late bill is booked as of its own day, or not at all."""
    if sale not in {row.id for row in reads.waiting_bills(desk)}:
        raise SaleUnknown("No purchase has this id.")
    if desk.request.POST.get("do") == "approve":
        accept(sale, organisation=desk.home, actor=desk.actor, at=desk.at)
        return desk.go("waiting", told=_("Booked as of its own day."))
    refuse(sale, organisation=desk.home, reason="declined at the console", actor=desk.actor, at=desk.at)
    return desk.go("waiting", told=_("Refused: it earns nothing."))


def sales(desk: Desk) -> HttpResponse:
    """Bills that may be seen, newest first, a page at a time. Four queries."""
    form = DaysFilter(desk.request.GET)
    chosen = form.chosen()
    rows = listed(
        desk.home,
        since=since(chosen.get("first_on"), desk.zone),
        until=until(chosen.get("last_on"), desk.zone),
        before=_before(desk),
        limit=PAGE + 1,
        seen=seen_by(desk, Right.SALES_READ),
    )
    page, more = rows[:PAGE], len(rows) > PAGE
    members = sorted({row.member for row in page if row.member}) if desk.may(Right.MEMBERS_READ) else []
    now = roots(members, organisation=desk.home) if members else {}
    desk.looked(sorted(set(now.values())), by="bills")
    names = names_of(sorted(set(now.values())))
    places = named(desk.holder.grants.places)
    shown = {
        "form": form,
        "rows": [
            (row, *_who(row.member, now, names), places.get(row.store or row.merchant or desk.home, "")) for row in page
        ],
        "query": urlencode({name: desk.request.GET[name] for name in chosen}),
        "onward": _onward(page[-1]) if more else "",
        "cut": bool(chosen),
    }
    return desk.show("console/sales.html", shown)


def _who(member: UUID | None, now: Mapping[UUID, UUID], names: Mapping[UUID, str]) -> tuple[UUID | None, str]:
    """Who it is now, and their name; nobody where it is not to be told."""
    root = now.get(member) if member else None
    return root, names.get(root, "") if root else ""


def _onward(last: Sale) -> str:
    return urlencode({"at": last.effective_at.isoformat(), "before": typed("sal", last.id)})


def _before(desk: Desk) -> tuple[datetime, UUID] | None:
    number = uuid_of("sal", desk.request.GET.get("before"))
    try:
        at = parse_datetime(desk.request.GET.get("at", ""))
    except ValueError:
        return None
    return (at, number) if at is not None and at.tzinfo is not None and number is not None else None
