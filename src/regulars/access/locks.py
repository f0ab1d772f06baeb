"""The only place where rows of this room are locked."""

from uuid import UUID

from regulars.access.errors import UnknownPlace
from regulars.access.models import Organisation


def organisation(number: UUID) -> Organisation:
    """The organisation, until the end of the transaction: who may what in it changes one deed after another."""
    found = Organisation.objects.select_for_update().filter(pk=number).first()
    if found is None:
        raise UnknownPlace("There is no such organisation.")
    return found
