"""Settlement: what each merchant gave and took in units, and so who owes whom."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from regulars.console import cells, places
from regulars.console.desk import Desk
from regulars.console.forms_reward import BooksFilter, last_month
from regulars.console.places import number_of
from regulars.ledger.books_sides import bound
from regulars.ledger.models import Unit
from regulars.ledger.settlement import Line, Statement, statements

LINES: Final = {
    Line.ISSUED: _("Given"),
    Line.REDEEMED: _("Redeemed"),
    Line.ELSEWHERE: _("Taken by others, paid by it"),
    Line.EXPIRED: _("Expired"),
    Line.SOLD: _("Sold"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A merchant's statement in one line."""

    name: str
    sums: dict[str, int]
    due: int
    entries: list[tuple[str, str, int, int]]  # what, with whom, how many, how much


def settlement(desk: Desk) -> HttpResponse:
    """Of closed days, the month before where nothing is said. Six queries at most."""
    units = {one.code: one for one in Unit.objects.order_by("-kind", "code")}
    form = BooksFilter([(one.code, one.name) for one in units.values()], desk.request.GET)
    unit = units.get(form.chosen().get("unit", "")) or next(iter(units.values()), None)
    shown: dict[str, Any] = {"unit": unit, "form": form}
    if unit is not None:
        rows, first_on, last_on = _rows(desk, form, unit)
        used = [line for line in LINES if any(row.sums.get(line) for row in rows)]
        shown |= {
            "rows": rows, "columns": [(line.value, LINES[line]) for line in used], "first_on": first_on,
            "last_on": last_on, "closed_on": bound(unit.code).day,
        }  # fmt: skip
    return desk.show("console/settlement.html", shown)


def export(desk: Desk) -> HttpResponse:
    """The entries of the address as a file, in smallest parts."""
    units = {one.code: one for one in Unit.objects.order_by("-kind", "code")}
    form = BooksFilter([(one.code, one.name) for one in units.values()], desk.request.GET)
    unit = units.get(form.chosen().get("unit", "")) or next(iter(units.values()), None)
    table: list[list[object]] = [[_("Merchant"), _("What"), _("With"), _("Bookings"), _("Amount")]]
    if unit is not None:
        table += [[row.name, *entry] for row in _rows(desk, form, unit)[0] for entry in row.entries]
    return cells.file(f"settlement-{unit.code if unit else ''}.csv", table)


def _rows(desk: Desk, form: BooksFilter, unit: Unit) -> tuple[list[Row], date, date]:
    chosen = form.chosen()
    today = desk.at.astimezone(ZoneInfo(unit.zone)).date()
    first_on: date = chosen.get("first_on") or last_month(today)
    last_on: date = chosen.get("last_on") or max(first_on, today.replace(day=1) - timedelta(days=1))
    names = {number: name for number, name in places.named(desk.holder.grants.places).items()}

    def named(text: str) -> str:
        number = number_of("mrc", text)
        return names.get(number, text) if number else text or str(_("The programme"))

    return [_row(one, named) for one in statements(unit.code, last_on, first_on)], first_on, last_on


def _row(one: Statement, named: Any) -> Row:
    sums: dict[str, int] = {}
    for entry in one.entries:
        sums[entry.line] = sums.get(entry.line, 0) + entry.amount
    entries = [(str(LINES[each.line]), named(each.counterparty), each.transfers, each.amount) for each in one.entries]
    return Row(named(one.merchant), sums, one.due, entries)
