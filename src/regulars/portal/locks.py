"""The only place where rows of this room are locked."""

from regulars.members.models import NewWay
from regulars.portal.models import Code


def unsent(limit: int) -> list[Code]:
    """Codes that nobody has looked after yet, the oldest first; those another worker has are left to it. One query."""
    rows = Code.objects.select_for_update(skip_locked=True).filter(sent_at=None).order_by("asked_at", "id")
    return list(rows[:limit])


def untold(limit: int) -> list[NewWay]:
    """What somebody was given and those known before were not told of yet, the oldest first. One query."""
    due = NewWay.objects.select_for_update(skip_locked=True).filter(
        asked_at__isnull=False, told_at=None, refused_at=None
    )
    return list(due.order_by("asked_at", "identifier")[:limit])
