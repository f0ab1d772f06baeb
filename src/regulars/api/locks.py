"""The only row locks of the room."""

from uuid import UUID

from regulars.api.models import Job


def waiting_job(number: UUID) -> Job | None:
    """This job, if something is left of it and no other worker has it in hand, locked. One query."""
    waiting = Job.objects.select_for_update(skip_locked=True, of=("self",)).filter(ended_at=None)
    return waiting.filter(id=number).first()
