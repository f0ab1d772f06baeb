"""What is owed to members, unit by unit, and how it came about."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from regulars.console import cells, kept
from regulars.console.desk import Desk
from regulars.console.forms_reward import BooksFilter, last_month
from regulars.console.places import named, number_of
from regulars.ledger.books import COLUMNS, RollForward, house_balances, roll_forward
from regulars.ledger.books_sides import bound
from regulars.ledger.models import Unit

NAMES: Final = {
    "earned": _("Given"),
    "bought": _("Sold"),
    "spent": _("Spent"),
    "expired": _("Expired"),
    "reversed": _("Taken back"),
    "refunded": _("Paid out"),
    "moved": _("Moved"),
    "converted": _("Exchanged"),
    "adjusted": _("Corrected"),
    "written_off": _("Written off"),
}

# The accounts of the house by what they are for.
HOUSE: Final = {
    "issued": _("Given out"), "redeemed": _("Taken at the tills"), "expired": _("Expired"), "sold": _("Sold"),
    "exchange": _("Between two units"), "fees": _("Fees"), "adjusted": _("Corrected"), "written-off": _("Written off"),
}  # fmt: skip


def books(desk: Desk) -> HttpResponse:
    """Nine queries."""
    units = {one.code: one for one in Unit.objects.order_by("-kind", "code")}
    owed = kept.owed(desk.at)
    shown: dict[str, Any] = {"owed": [(units[code], amount) for code, amount in sorted(owed.items())], "unit": None}
    form = _form(desk, list(units.values()))
    unit = units.get(form.chosen().get("unit", "")) or next(iter(units.values()), None)
    if unit is not None:
        found = _rolled(desk, form, unit.code)
        used = [name for name in COLUMNS if any(one.movements[name] for one in found.cohorts)]
        shown |= {
            "unit": unit, "form": form, "rolled": found, "columns": [(name, _label(name)) for name in used],
            "closed_on": bound(unit.code).day, "houses": _houses(desk, unit.code),
            "sums": {name: sum(one.movements[name] for one in found.cohorts) for name in used},
        }  # fmt: skip
    return desk.show("console/books.html", shown)


def _houses(desk: Desk, unit: str) -> list[tuple[Any, str, int]]:
    """What each account of the house is for, whose it is, and what is on it. One query."""
    places = named(desk.holder.grants.places)
    return [
        (HOUSE.get(one.role, one.role), _whose(one.scope, places), one.balance)
        for one in house_balances(unit)
        if one.balance
    ]


def _whose(scope: str, places: Mapping[UUID, str]) -> str:
    """A merchant by its name, else as it is written down."""
    number = number_of("mrc", scope)
    return places.get(number, scope) if number else scope


def export(desk: Desk) -> HttpResponse:
    """The roll-forward of the address as a file, in smallest parts."""
    units = list(Unit.objects.order_by("-kind", "code"))
    form = _form(desk, units)
    code = form.chosen().get("unit") or (units[0].code if units else "")
    found = _rolled(desk, form, code)
    rows: list[list[object]] = [[_("Month of earning"), _("Opening"), *map(_label, COLUMNS), _("Closing")]]
    for one in found.cohorts:
        month = one.month.isoformat()[:7] if one.month else _("Owed")
        rows.append([month, one.opening, *(one.movements[name] for name in COLUMNS), one.closing])
    return cells.file(f"roll-forward-{code}.csv", rows)


def _form(desk: Desk, units: list[Unit]) -> BooksFilter:
    return BooksFilter([(one.code, one.name) for one in units], desk.request.GET)


def _rolled(desk: Desk, form: BooksFilter, unit: str) -> RollForward:
    chosen = form.chosen()
    first_on: date = chosen.get("first_on") or last_month(desk.at.astimezone(ZoneInfo(desk.zone)).date())
    return roll_forward(unit, first_on, chosen.get("last_on"))


def _label(name: str) -> str:
    return str(NAMES[name])
