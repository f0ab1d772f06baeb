"""Who may have a case or a follow-up: somebody who works on cases at its place, or a role of the organisation."""

from datetime import datetime
from uuid import UUID

from regulars.access import gate
from regulars.access.models import Role
from regulars.access.rights import Right
from regulars.access.selectors import grants_of_staff
from regulars.care.errors import OwnerUnfit


def fit(
    owner: UUID | None,
    queue: str,
    *,
    organisation: UUID,
    merchant: UUID | None = None,
    store: UUID | None = None,
    at: datetime,
) -> None:
    """Two queries at most. Raises OwnerUnfit."""
    if owner is not None and queue:
        raise OwnerUnfit("Either somebody has it or a queue, not both.")
    if owner is not None and not _works(owner, organisation, merchant, store, at):
        raise OwnerUnfit(
            "Whoever has a case may work on cases at its place (care.write).", right=Right.CARE_WRITE.value
        )
    if queue and not Role.objects.filter(organisation=organisation, code=queue).exists():
        raise OwnerUnfit("A queue is a role of the organisation: there is none of that code.", queue=queue[:80])


def _works(owner: UUID, organisation: UUID, merchant: UUID | None, store: UUID | None, at: datetime) -> bool:
    holder = grants_of_staff(owner, at)
    return holder is not None and gate.may(holder.grants, Right.CARE_WRITE, merchant, store, organisation=organisation)
