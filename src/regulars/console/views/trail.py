"""The audit trail: who did what, and who looked at whom."""

from datetime import datetime

from django.http import HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode

from regulars.access import gate
from regulars.access.rights import Right
from regulars.access.scoping import seen
from regulars.console import cells
from regulars.console.asking import since, until, whole_of
from regulars.console.desk import Desk
from regulars.console.forms_setup import TrailFilter
from regulars.journal.moves import Page, Sought
from regulars.journal.selectors import MOST, search

PAGE = 50


def trail(desk: Desk) -> HttpResponse:
    """Lines that the reader may see, newest first, by the filters of the address. One query."""
    form = TrailFilter(desk.request.GET)
    chosen = form.chosen()
    page = _page(desk, form, PAGE)
    onward = urlencode({"at": page.next[0].isoformat(), "line": str(page.next[1])}) if page.next else ""
    query = urlencode({name: desk.request.GET[name] for name in chosen})
    whole = gate.scope(desk.holder.grants, Right.JOURNAL_READ).everything
    shown = {"form": form, "lines": page.lines, "onward": onward, "query": query, "cut": bool(chosen), "whole": whole}
    return desk.show("console/trail.html", shown)


def export(desk: Desk) -> HttpResponse:
    """The same lines as a file."""
    page = _page(desk, TrailFilter(desk.request.GET), MOST)
    rows: list[list[object]] = [["at", "who", "name", "what", "subject", "merchant", "store", "after", "reason"]]
    for one in page.lines:
        place = [one.merchant, one.store, dict(one.after), one.reason]
        rows.append([one.at.isoformat(), one.actor_id, one.actor_name, one.what, one.subject, *place])
    return cells.file("trail.csv", rows)


def _page(desk: Desk, form: TrailFilter, limit: int) -> Page:
    chosen = form.chosen()
    sought = Sought(
        subject=chosen.get("subject"),
        actor=chosen.get("actor"),
        what=chosen.get("what"),
        since=since(chosen.get("since"), desk.zone),
        until=until(chosen.get("until"), desk.zone),
    )
    return search(
        sought, seen=seen(gate.scope(desk.holder.grants, Right.JOURNAL_READ)), after=_after(desk), limit=limit
    )


def _after(desk: Desk) -> tuple[datetime, int] | None:
    line = desk.request.GET.get("line", "")
    try:
        at = parse_datetime(desk.request.GET.get("at", ""))
    except ValueError:
        return None
    return (at, whole_of(line, most=10**18)) if at is not None and at.tzinfo is not None and line.isdecimal() else None
