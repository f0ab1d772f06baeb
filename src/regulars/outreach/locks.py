"""The only place where rows of this room are locked."""

from uuid import UUID

from regulars.outreach.models import Audience


def audience(organisation: UUID, code: str) -> Audience | None:
    """An audience by its code, until the end of the transaction: one changes or compares it at a time."""
    return Audience.objects.select_for_update().filter(organisation=organisation, code=code).first()
