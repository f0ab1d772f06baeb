"""A phone for tests: gives staff a second factor, and says what the app shows."""

from datetime import datetime
from uuid import UUID

from regulars.access import factors as pure
from regulars.access.models import Factor
from regulars.access.sealing import unseal
from regulars.access.services import factors
from regulars.journal.moves import Actor

SETUP = Actor.job("setup")


def given_factor(staff: UUID, *, at: datetime) -> list[str]:
    """With a second factor in use; their recovery codes."""
    factors.offer(staff, actor=SETUP, at=at)
    return factors.confirm(staff, code_now(staff, at, offered=True), actor=SETUP, at=at)


def code_now(staff: UUID, at: datetime, *, offered: bool | None = None) -> str:
    """What the app shows: of the factor in use, or of the one that was offered where none is."""
    kept = Factor.objects.get(pk=staff)
    sealed = kept.offered if offered or not kept.sealed else kept.sealed
    secret = unseal(bytes(sealed), purpose="regulars.access.factor", beside=staff.bytes)
    return pure.code_of(secret, pure.step_of(at))
