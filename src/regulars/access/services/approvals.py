"""Above how much a deed needs a second person."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from regulars.access import gate
from regulars.access.errors import WrongSetting
from regulars.access.models import Approval
from regulars.access.moves import Grants
from regulars.access.rights import Right
from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record


@transaction.atomic
def set_approval(
    organisation: UUID, deed: str, *, unit: str = "", above: int | None, by: Grants, actor: Actor, at: datetime
) -> None:
    """Sets the threshold of a deed (of one unit, or of any), or with None takes it away. Raises NotAllowed."""
    gate.require(by, Right.ACCESS_MANAGE, organisation=organisation)
    if above is not None and above < 0:
        raise WrongSetting("A threshold is 0 or more.", field="above")
    rows = Approval.objects.filter(organisation=organisation, deed=deed, unit=unit)
    before = rows.values_list("above", flat=True).first()
    if above is None:
        rows.delete()
    else:
        Approval.objects.update_or_create(organisation_id=organisation, deed=deed, unit=unit, defaults={"above": above})
    line = Deed(
        "access.set_approval",
        typed("org", organisation),
        before={"above": before},
        after={"deed": deed, "unit": unit, "above": above},
    )
    record([line], actor=actor, at=at)
