"""An import as it waits for a word, without the work of a worker."""

from datetime import datetime
from uuid import UUID

from regulars.basics.ids import new_id
from regulars.imports import quality
from regulars.imports.models import Import, Refusal, State, Table

TOLD = {
    "rows": 447, "kept": 444, "refused": 3, "people": 0, "stores": [["Quay", 236], ["Hill", 208]], "customers": 27,
    "bills": 442, "back": 2, "anonymous": 1, "first_on": "2026-01-27", "last_on": "2026-11-19",
}  # fmt: skip
MAPPING = {
    "columns": {"customer": 0, "sold_at": 1, "amount": 2}, "currency": "GBP", "assumed": "currency",
    "reasons": {"customer": "heading:customer", "sold_at": "heading-dates:100", "amount": "only-money"},
    "date_format": "%d/%m/%Y", "decimal_comma": False, "amount_is": "line", "customer_is": "external",
    "returns_begin": "",
}  # fmt: skip


def tried(organisation: UUID, at: datetime, *, state: str = State.READY, name: str = "march.csv") -> UUID:
    """With a table and a refused row; what is counted of the data is counted."""
    number = new_id(at)
    row = {"size": 1000, "actor_kind": "staff", "actor": "stf_x", "actor_name": "Ada", "made_at": at, "told": TOLD}
    Import.objects.create(id=number, organisation=organisation, state=state, name=name, **row)
    Table.objects.create(
        of=number, number=0, name=name, kind="sales", encoding="utf-8", headings=["Card", "Day", "Paid"],
        mapping=MAPPING, rows=447, kept=444, refused=3,
    )  # fmt: skip
    Refusal.objects.create(of=number, number=0, line=9, column="Day", reason="bad-date")
    quality.measure(organisation, at=at)
    return number
