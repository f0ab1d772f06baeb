"""The only place where rows of this room are locked."""

from datetime import datetime
from uuid import UUID

from regulars.access.errors import UnknownPlace
from regulars.access.models import Letter, Organisation, Watch


def organisation(number: UUID) -> Organisation:
    """The organisation, until the end of the transaction: who may what in it changes one deed after another."""
    found = Organisation.objects.select_for_update().filter(pk=number).first()
    if found is None:
        raise UnknownPlace("There is no such organisation.")
    return found


def watch() -> Watch:
    """How far the alert rules have looked, until the end of the transaction: one looks at a time."""
    Watch.objects.bulk_create([Watch(one=True, number=0)], ignore_conflicts=True)
    return Watch.objects.select_for_update().get()


def letters_due(at: datetime, most: int) -> list[Letter]:
    """Letters to send that nobody else is just taking, until the end of the transaction."""
    due = Letter.objects.select_for_update(skip_locked=True).filter(next_at__lte=at).order_by("next_at", "id")
    return list(due[:most])
