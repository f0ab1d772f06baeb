"""What the worker does for this room: what was sold goes into the history lake, once."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from regulars.basics.ids import typed
from regulars.history.custody import LakeBusy
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.sales import batches


def into_lake(*, actor: Actor, at: datetime) -> int:
    """One batch; how many lines that were. Call it until it answers 0. Raises NotWritten, BrokenLake, OtherKey.

    Stopped at any instant, the next call goes on where this one was: a batch is cut for good before anything is
    written, and what is in the lake already is told by its checksum. While somebody else changes that lake, it waits.
    """
    from regulars.sales.lakes import bring  # loads DuckDB

    with transaction.atomic():
        batches.cut(at=at)
    with transaction.atomic():
        batch = batches.take()
        if batch is None:
            return 0
        try:
            lines = bring(batch, settings.PLACE.lakes, first=settings.PLACE.lake)
        except LakeBusy:
            return 0
        batches.done(batch, lines, at=at)
        told = {"batch": batch.number, "currency": batch.currency, "lines": lines}
        record([Deed("sales.into_lake", typed("org", batch.organisation), after=told)], actor=actor, at=at)
    return lines


def out_of_lake(batch: int, *, at: datetime) -> bool:
    """What a batch brought into its lake goes out again; whether that could be done now: not while somebody else
    changes that lake. Raises NotWritten, BrokenLake."""
    from regulars.sales.lakes import take_out  # loads DuckDB

    with transaction.atomic():
        known = batches.give_up(batch, at=at)
        if known is not None:
            try:
                take_out(known, settings.PLACE.lakes)
            except LakeBusy:
                transaction.set_rollback(True)
                return False
    return True
