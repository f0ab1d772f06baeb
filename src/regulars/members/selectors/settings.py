"""What an organisation has settled: its own fields, and how long things are kept."""

from collections.abc import Sequence
from uuid import UUID

from regulars.members.models import Field, Retention


def fields(organisation: UUID, *, preferences: bool | None = None, retired: bool = False) -> list[Field]:
    """By name. 1 query."""
    rows = Field.objects.filter(organisation=organisation)
    if preferences is not None:
        rows = rows.filter(is_preference=preferences)
    return list((rows if retired else rows.filter(retired_at=None)).order_by("name"))


def field(organisation: UUID, name: str) -> Field:
    """One that is there. 1 query."""
    return Field.objects.get(organisation=organisation, name=name)


def periods(organisation: UUID) -> Sequence[Retention]:
    """How long what is kept; what is not in it stays. 1 query."""
    return list(Retention.objects.filter(organisation=organisation).order_by("kind"))
