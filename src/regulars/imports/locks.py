"""Who works at an import: one worker, found by a lock that its death lets go."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID, uuid4

from regulars.imports.errors import UnknownImport
from regulars.imports.models import Import
from regulars.journal.locks import next_alone
from regulars.journal.statements import run

_WORKING: Final = 0x696D706F  # of workers at imports, among PostgreSQL's advisory locks
_OPEN: Final = (
    "SELECT id FROM imports_import WHERE state IN ('reading', 'booking', 'undoing') ORDER BY made_at, id LIMIT 50"
)


@contextmanager
def next_import() -> Iterator[tuple[UUID, UUID] | None]:
    """The oldest that waits for a worker and that nobody is at, with the claim on it. Two queries and one each."""
    with next_alone(_OPEN, _WORKING) as number:
        yield _claimed(number) if number is not None else None


def _claimed(number: UUID) -> tuple[UUID, UUID] | None:
    rows = run(
        "UPDATE imports_import SET claim = %s, tries = tries + 1"
        " WHERE id = %s AND state IN ('reading', 'booking', 'undoing') RETURNING id, claim",
        [uuid4(), number],
    )
    return rows[0] if rows else None


def held(number: UUID, claim: UUID) -> bool:
    """Whether it is still this worker's, locked until the transaction ends. One query."""
    return bool(run("SELECT 1 FROM imports_import WHERE id = %s AND claim = %s FOR UPDATE", [number, claim]))


def one(number: UUID, *, organisation: UUID) -> Import:
    """Locked until the transaction ends. One query. Raises UnknownImport."""
    found = Import.objects.select_for_update().filter(id=number, organisation=organisation).first()
    if found is None:
        raise UnknownImport("No import of this organisation has that id.")
    return found
