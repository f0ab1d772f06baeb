"""Background work of the room."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from regulars.access.selectors import places
from regulars.journal.moves import Actor
from regulars.outreach.models import Audience
from regulars.outreach.services.audiences import compare


def compare_due(*, actor: Actor, at: datetime) -> int:
    """Compares one audience that was not compared today, or is of a newer version; 0 where there is none left.

    Each day once, in the organisation's zone; a crash leaves it as it was, to be done again.
    """
    for organisation, zone in sorted(places().zones.items()):
        today = datetime.combine(at.astimezone(ZoneInfo(zone)).date(), time(), ZoneInfo(zone))
        due = Q(compared_at=None) | Q(compared_at__lt=today) | ~Q(compared_version=F("version"))
        waiting = Audience.objects.filter(due, organisation=organisation, retired_at=None).order_by("compared_at", "id")
        if (one := waiting.first()) is not None:
            compare(organisation, one.code, actor=actor, at=at)
            return 1
    return 0
