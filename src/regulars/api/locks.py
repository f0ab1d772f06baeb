"""The only row locks of the room."""

from regulars.api.models import Job


def next_job() -> Job | None:
    """The oldest job with something left that no other worker has in hand, locked. One query."""
    waiting = Job.objects.select_for_update(skip_locked=True, of=("self",)).filter(ended_at=None)
    return waiting.order_by("made_at", "id").first()
