"""The only place where rows of this room are locked."""

from regulars.portal.models import Code


def unsent(limit: int) -> list[Code]:
    """Codes that nobody has looked after yet, the oldest first; those another worker has are left to it. One query."""
    rows = Code.objects.select_for_update(skip_locked=True).filter(sent_at=None).order_by("asked_at", "id")
    return list(rows[:limit])
