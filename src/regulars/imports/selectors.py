"""Imports as they stand; each says what it costs in queries."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Count

from regulars.imports.errors import UnknownImport
from regulars.imports.models import Import, Refusal, State, Table
from regulars.imports.moves import WAITS


def imports(organisation: UUID, *, before: UUID | None = None, limit: int = 30) -> list[Import]:
    """The newest first. 1 query."""
    found = Import.objects.filter(organisation=organisation)
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found.order_by("-id")[:limit])


def scores_wait() -> bool:
    """Whether an import waits for a run of scores to end, so that another may follow it. 1 query."""
    return Import.objects.filter(state=State.BOOKED, told__scores=WAITS).exists()


def import_of(number: UUID, *, organisation: UUID) -> Import:
    """1 query. Raises UnknownImport."""
    found = Import.objects.filter(id=number, organisation=organisation).first()
    if found is None:
        raise UnknownImport("No import of this organisation has that id.")
    return found


def tables_of(number: UUID) -> list[Table]:
    """In the order of its files. 1 query."""
    return list(Table.objects.filter(of=number).order_by("number"))


def reasons_of(number: UUID) -> Mapping[str, int]:
    """Why rows were refused, the commonest first. 1 query."""
    rows = Refusal.objects.filter(of=number).values_list("reason").annotate(count=Count("id"))
    return dict(rows.order_by("-count", "reason"))


def refusals_of(number: UUID, *, reason: str = "", after: int = 0, limit: int = 100) -> list[Refusal]:
    """In the order of its tables and lines. 1 query."""
    found = Refusal.objects.filter(of=number)
    if reason:
        found = found.filter(reason=reason)
    return list(found.order_by("number", "line", "id")[after : after + limit])
