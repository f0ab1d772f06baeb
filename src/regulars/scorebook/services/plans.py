"""When an organisation is scored by the clock."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.scorebook.models import Plan
from regulars.scorebook.moves import Wish


@transaction.atomic
def plan(wish: Wish, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """Sets it; runs beyond those kept go with the next good one. Two queries."""
    said = {"nightly": wish.nightly, "hour": wish.hour, "kept": wish.kept}
    Plan.objects.update_or_create(organisation=organisation, defaults=said)
    record([Deed("scores.plan", typed("org", organisation), after=said)], actor=actor, at=at)
