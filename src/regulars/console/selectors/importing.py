"""An import as its page shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.access.models import Merchant
from regulars.basics.ids import typed
from regulars.console.desk import Desk
from regulars.console.places import number_of
from regulars.history.reasons import told as reasons_told
from regulars.imports import folders
from regulars.imports.models import Import, Table
from regulars.imports.moves import PEOPLE_FIELDS, SALES_FIELDS, WAITS
from regulars.scorebook.models import Run
from regulars.scorebook.selectors import runs

# What a column may be.
FIELDS: Final[Mapping[str, Promise]] = {
    "customer": gettext_lazy("who bought"), "sold_at": gettext_lazy("when"), "time": gettext_lazy("time of day"),
    "amount": gettext_lazy("what was paid"), "quantity": gettext_lazy("quantity"),
    "price": gettext_lazy("price of one"), "discount": gettext_lazy("discount"), "cost": gettext_lazy("what it cost"),
    "receipt": gettext_lazy("number of the receipt"), "receipt_line": gettext_lazy("line of the receipt"),
    "product": gettext_lazy("product"), "product_name": gettext_lazy("name of the product"),
    "category": gettext_lazy("category"), "brand": gettext_lazy("brand"), "store": gettext_lazy("store"),
    "channel": gettext_lazy("channel"), "status": gettext_lazy("sale or return"),
    "external": gettext_lazy("customer number"), "phone": gettext_lazy("phone"),
    "email": gettext_lazy("mail address"), "full_name": gettext_lazy("whole name"),
    "given_name": gettext_lazy("given name"), "family_name": gettext_lazy("family name"),
    "birth_on": gettext_lazy("born on"), "sex": gettext_lazy("sex"), "language": gettext_lazy("language"),
    "town": gettext_lazy("town"), "street": gettext_lazy("street"), "postcode": gettext_lazy("postcode"),
    "region": gettext_lazy("province"), "country": gettext_lazy("country"), "title": gettext_lazy("form of address"),
}  # fmt: skip
# Why a row was refused.
REASONS: Final[Mapping[str, Promise]] = {
    "no-date": gettext_lazy("no date"), "bad-date": gettext_lazy("the date cannot be read"),
    "absurd-date": gettext_lazy("a date far from all others"), "no-amount": gettext_lazy("no amount"),
    "bad-number": gettext_lazy("a number cannot be read"), "absurd-price": gettext_lazy("a price far from its usual"),
    "total-line": gettext_lazy("a total, not a purchase"), "totals-line": gettext_lazy("a total, not a purchase"),
    "repeated-heading": gettext_lazy("the headings again"), "empty-row": gettext_lazy("nothing in it"),
    "too-few-fields": gettext_lazy("too few columns"), "too-many-fields": gettext_lazy("too many columns"),
    "unclosed-quote": gettext_lazy("a quotation mark that never closes"),
    "bad-encoding": gettext_lazy("no letters in this encoding"), "line-too-long": gettext_lazy("an endless line"),
    "several-members": gettext_lazy("leads to several members"), "member-closed": gettext_lazy("the member has left"),
    "twice-in-file": gettext_lazy("the same person further up"),
    "wrong-identifier": gettext_lazy("no number or address of that kind"),
    "wrong-fact": gettext_lazy("a value that does not fit"), "nobody": gettext_lazy("nobody is named"),
    "place-closed": gettext_lazy("after its place was closed"),
    "not-yet": gettext_lazy("lies ahead"), "money-back": gettext_lazy("money back without goods"),
    "bought-before": gettext_lazy("its purchase is not known"),
    "stays-bought": gettext_lazy("its purchase takes nothing back any more"),
}  # fmt: skip
# What the worker is at, by how its word begins.
DOING: Final[Mapping[str, Promise]] = {
    "reading": gettext_lazy("Reading the files"), "looking at": gettext_lazy("Understanding the columns"),
    "looking over": gettext_lazy("Understanding the columns"),
    "looking for duplicates": gettext_lazy("Comparing everybody with everybody"),
    "trying": gettext_lazy("Trying every row"), "making members": gettext_lazy("Making members"),
    "taking in": gettext_lazy("Making members"), "finding stores": gettext_lazy("Finding stores"),
    "booking purchases": gettext_lazy("Booking purchases"),
    "booking what": gettext_lazy("Booking what came back"), "merging": gettext_lazy("Joining who is the same"),
    "asking": gettext_lazy("Asking for scores"), "parting": gettext_lazy("Parting who was joined"),
    "taking it out": gettext_lazy("Taking it out of the history"),
    "taking purchases": gettext_lazy("Taking purchases back"), "taking members": gettext_lazy("Taking members back"),
}  # fmt: skip
_WHY: Final[Mapping[str, Promise]] = {
    "given": gettext_lazy("you said so"), "heading": gettext_lazy("by its heading"),
    "heading-numbers": gettext_lazy("by its heading, and it holds numbers"),
    "heading-dates": gettext_lazy("by its heading, and it holds dates"), "dates": gettext_lazy("it holds dates"),
    "clock": gettext_lazy("it holds times of the day"), "grows": gettext_lazy("it grows with the quantity"),
    "stays": gettext_lazy("it stays the same whatever the quantity"),
    "receipt-total": gettext_lazy("it repeats on every line of a receipt"),
    "only-codes": gettext_lazy("the only codes that come back"), "only-dates": gettext_lazy("the only dates"),
    "only-money": gettext_lazy("the only amounts"), "only-decimals": gettext_lazy("the only numbers with decimals"),
    "takes-back": gettext_lazy("some numbers take a sale back"),
}  # fmt: skip
STATES: Final[Mapping[str, tuple[Promise, str]]] = {
    "reading": (gettext_lazy("being read"), ""), "asking": (gettext_lazy("a question to you"), "warn"),
    "ready": (gettext_lazy("ready to be booked"), "warn"), "booking": (gettext_lazy("being booked"), ""),
    "booked": (gettext_lazy("booked"), "good"), "undoing": (gettext_lazy("being taken back"), ""),
    "undone": (gettext_lazy("taken back"), ""), "dropped": (gettext_lazy("given up"), ""),
    "failed": (gettext_lazy("stopped"), "bad"),
}  # fmt: skip
_A_DAY: Final = datetime(2026, 12, 31, 17, 5, tzinfo=UTC)  # of which day and month cannot be mistaken
# Figures of an import that may not be there yet.
_FIGURES: Final = (
    "rows", "kept", "refused", "people", "customers", "bills", "back", "anonymous", "created", "booked", "came_back",
    "joined", "to_review", "there_already", "without_member", "came_back_alone", "stores_opened",
)  # fmt: skip


def told(row: Import) -> dict[str, Any]:
    """What is known of it in figures; None what is not."""
    return {**dict.fromkeys(_FIGURES), **row.told}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, as it is shown to be corrected."""

    place: int
    heading: str
    cells: Sequence[str]
    field: str
    why: str

    @property
    def said(self) -> str:
        return str(FIELDS[self.field]) if self.field in FIELDS else ""


@dataclass(frozen=True, slots=True)
class TableShown:
    """A table with its columns, and what may be said of it."""

    row: Table
    columns: Sequence[Column]
    dates: Sequence[tuple[str, str]]

    @property
    def mapping(self) -> dict[str, Any]:
        found: dict[str, Any] = self.row.mapping
        return found

    @property
    def left_out(self) -> str:
        return _("You left it out.") if self.row.why == "left-out" else self.row.why


def shown(row: Import, tables: Sequence[Table]) -> list[TableShown]:
    """Tables with the example rows that lie beside the files. No query."""
    looks = folders.looks_of(row.id)
    return [TableShown(one, _columns(one, looks.get(one.name, [])), _dates(one)) for one in tables]


def _columns(table: Table, rows: Sequence[Sequence[str]]) -> list[Column]:
    fields = {place: field for field, place in table.mapping.get("columns", {}).items()}
    fields |= {int(place): field for place, field in table.people.items() if int(place) not in fields}
    reasons = table.mapping.get("reasons", {})
    return [
        Column(
            place,
            heading,
            [row[place] for row in rows[:3] if place < len(row)],
            fields.get(place, ""),
            _why(reasons.get(fields.get(place, ""), "heading" if str(place) in table.people else "")),
        )
        for place, heading in enumerate(table.headings)
    ]


def _why(reason: str) -> str:
    said = [str(_WHY[code]) for code, _facts in reasons_told(reason) if code in _WHY] if reason else []
    return "; ".join(said)


def _dates(table: Table) -> list[tuple[str, str]]:
    """How its dates may be read: as found, and with day and month the other way round; each with a day so written."""
    now = table.mapping.get("date_format") or ""
    turned = now.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")
    return [(one, written(one)) for one in dict.fromkeys((now, turned)) if one]


def written(date_format: str) -> str:
    """
    >>> written("%d.%m.%Y"), written("%m/%d/%Y %H:%M")
    ('31.12.2026', '12/31/2026 17:05')
    """
    return f"{_A_DAY:{date_format}}" if "%" in date_format else date_format


def groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column may be, for a choice."""
    return [
        (_("Purchase"), [(one, str(FIELDS[one])) for one in SALES_FIELDS]),
        (_("Person"), [(one, str(FIELDS[one])) for one in PEOPLE_FIELDS]),
    ]


def doing(row: Import) -> str:
    return next(
        (str(said) for begin, said in DOING.items() if row.doing.startswith(begin)), _("Waiting for the worker")
    )


def merchants(desk: Desk) -> list[tuple[str, str]]:
    """One query."""
    rows = Merchant.objects.filter(organisation=desk.home).order_by("name")
    return [(typed("mrc", one.id), f"{one.name} ({one.currency})") for one in rows]


def run_after(row: Import, home: UUID) -> Run | None:
    """The run of scores that the import asked for. One query."""
    number = number_of("scr", str(row.told.get("scores", "")))
    return next((one for one in runs(home, limit=10) if one.id == number), None) if number else None


def scores_come(row: Import, run: Run | None) -> bool:
    """Whether that run is at work, or follows the one that is. No query."""
    return row.told.get("scores") == WAITS or (run is not None and run.state in ("waiting", "running"))
