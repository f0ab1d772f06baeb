"""What the room does by the clock, one batch at a time."""

from datetime import datetime

from regulars.journal.moves import Actor
from regulars.members.services import codes, new_ways, retention


def forget_codes(*, at: datetime) -> int:
    """Drops changing codes that were shown and can be good no more; says how many. Safe to repeat."""
    return codes.forget_used(at=at)


def keep_to_periods(*, actor: Actor, at: datetime) -> int:
    """Takes out what is older than its period; says how many rows. Safe to repeat."""
    return sum(retention.apply(actor=actor, at=at).values())


def forget_new_ways(*, at: datetime) -> int:
    """Drops what is open for long of addresses that had to wait; says how many. Safe to repeat."""
    return new_ways.sweep(at=at)
