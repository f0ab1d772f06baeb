"""The only place where rows of this room are locked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import connection

from regulars.journal.chain import BEGINNING
from regulars.journal.models import Chain
from regulars.journal.statements import run


def head(at: datetime) -> Chain:
    """The head of the chain, until the end of the transaction: one seals at a time."""
    Chain.objects.bulk_create([Chain(one=True, number=0, seal=BEGINNING, sealed_at=at)], ignore_conflicts=True)
    return Chain.objects.select_for_update().get()


@contextmanager
def next_alone(waiting: str, family: int) -> Iterator[UUID | None]:
    """The first of these ids that no other worker is at, until the block ends or the connection dies with its worker;
    None where somebody is at each. `waiting`: a statement of ids; `family`: of advisory locks. One query and one an id.
    """
    for (number,) in run(waiting):
        key = number.int & 0x7FFFFFFF
        ((mine,),) = run("SELECT pg_try_advisory_lock(%s, %s)", [family, key])
        if mine:
            break
    else:
        yield None
        return
    try:
        yield number
    finally:
        if connection.connection is not None and not connection.connection.closed:
            run("SELECT pg_advisory_unlock(%s, %s)", [family, key])
