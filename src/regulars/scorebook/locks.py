"""Who works at what: one worker at a run, and nobody taken out or merged while scores become present."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID, uuid4

from django.db import connection

from regulars.journal.locks import next_alone
from regulars.journal.statements import run

_WORKING: Final = 0x73636F72  # of workers at runs, among PostgreSQL's advisory locks
_SWAPPING: Final = 0x73636F73  # of scores that become present, and of people who are taken out
_DECIDING: Final = 0x73636F74  # of people who decide about an organisation's scores
_OPEN: Final = "SELECT id FROM scorebook_run WHERE state IN ('waiting', 'running') ORDER BY made_at, id"


@contextmanager
def next_run() -> Iterator[tuple[UUID, UUID] | None]:
    """The oldest run under way that nobody is at, with the claim on it; given up at the end, or with the connection.
    Two queries and one a run."""
    with next_alone(_OPEN, _WORKING) as number:
        yield _claimed(number) if number is not None else None


def _claimed(number: UUID) -> tuple[UUID, UUID] | None:
    """Marks it, so that a worker that lost its connection, and with it the lock, writes nothing more."""
    rows = run(
        "UPDATE scorebook_run SET claim = %s, tries = tries + 1, state = 'running',"
        " begun_at = coalesce(begun_at, clock_timestamp())"
        " WHERE id = %s AND state IN ('waiting', 'running') RETURNING id, claim",
        [uuid4(), number],
    )
    return rows[0] if rows else None


def held(number: UUID, claim: UUID) -> bool:
    """Whether the run is still this worker's, locked until the transaction ends. One query."""
    asked = "SELECT 1 FROM scorebook_run WHERE id = %s AND claim = %s AND state = 'running' FOR UPDATE"
    return bool(run(asked, [number, claim]))


def before_swap() -> None:
    """Waits for deeds that take people out or merge them; those that come later wait until the transaction ends."""
    assert connection.in_atomic_block
    run("SELECT 1 FROM (SELECT pg_advisory_xact_lock(%s)) AS waited", [_SWAPPING])


def before_deed() -> None:
    """Waits until scores that are just becoming present are so. One query."""
    assert connection.in_atomic_block
    run("SELECT 1 FROM (SELECT pg_advisory_xact_lock_shared(%s)) AS waited", [_SWAPPING])


def before_decision(organisation: UUID) -> None:
    """One decision of an organisation after another. One query."""
    assert connection.in_atomic_block
    key = organisation.int & 0x7FFFFFFF
    run("SELECT 1 FROM (SELECT pg_advisory_xact_lock(%s, %s)) AS waited", [_DECIDING, key])
