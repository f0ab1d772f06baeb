"""Who works at which preview."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID, uuid4

from regulars.journal.locks import next_alone
from regulars.journal.statements import run

_WORKING: Final = 0x70726576  # of workers at previews, among PostgreSQL's advisory locks
_OPEN: Final = "SELECT id FROM programme_preview WHERE state IN ('waiting', 'running') ORDER BY asked_at, id"
TRIES: Final = 3


@contextmanager
def next_preview() -> Iterator[tuple[UUID, UUID] | None]:
    """The oldest under way that nobody is at, with the claim on it; given up at the end, or with the connection. Two
    queries and one a preview."""
    with next_alone(_OPEN, _WORKING) as number:
        yield _claimed(number) if number is not None else None


def _claimed(number: UUID) -> tuple[UUID, UUID] | None:
    """Marks it, so that a worker that lost its connection writes nothing more. What ended three workers is given up."""
    rows = run(
        "UPDATE programme_preview SET claim = %s, tries = tries + 1, part = 0,"
        " state = CASE WHEN tries >= %s THEN 'failed' WHEN stop_at IS NOT NULL THEN 'stopped' ELSE 'running' END,"
        " ended_at = CASE WHEN tries >= %s OR stop_at IS NOT NULL THEN clock_timestamp() END,"
        " begun_at = coalesce(begun_at, clock_timestamp())"
        " WHERE id = %s AND state IN ('waiting', 'running') RETURNING id, claim, state",
        [uuid4(), TRIES, TRIES, number],
    )
    return (rows[0][0], rows[0][1]) if rows and rows[0][2] == "running" else None
