"""Who may change what of the programme: whoever holds its row. Rows are locked in the order of keys."""

from collections.abc import Collection
from uuid import UUID, uuid4

from regulars.journal.statements import column, run

LOCK = "FOR NO KEY UPDATE"  # a test takes it away, to show what happens without


def edition(organisation: UUID) -> None:
    """One at a time changes an organisation's terms. One query."""
    run(
        "INSERT INTO programme_edition (organisation, edition) VALUES (%s, %s)"
        " ON CONFLICT (organisation) DO UPDATE SET edition = programme_edition.edition",
        [organisation, uuid4()],
    )


def counters(ids: Collection[UUID]) -> dict[UUID, int]:
    """What is used of these counters, of those that are there, locked in the order of their ids. One query."""
    rows = run(
        f"SELECT id, used FROM programme_counter WHERE id = ANY(%s::uuid[]) ORDER BY id {LOCK}", [column(sorted(ids))]
    )
    return dict(rows)
