"""What a worker does for the books by the clock. Each step may be repeated; see the verbs for what a crash leaves."""

from datetime import datetime

from regulars.journal.moves import Actor
from regulars.ledger import books_closing, books_open, seals


def seal_due(*, at: datetime) -> int:
    """Every few seconds: binds what was posted into the chain. How many transfers."""
    return seals.seal(at=at).transfers


def close_due(*, actor: Actor, at: datetime) -> int:
    """Every few minutes: closes the days that are over. How many."""
    return books_closing.close_due(actor=actor, at=at)


def sum_due(*, at: datetime) -> int:
    """Every few seconds: sums on what was sealed of the open day. How many numbers."""
    return books_open.sum_due(at=at)
