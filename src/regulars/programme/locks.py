"""Who may change what of the programme: whoever holds its row. Rows are locked in the order of keys."""

from uuid import UUID, uuid4

from regulars.journal.statements import run


def edition(organisation: UUID) -> None:
    """One at a time changes an organisation's terms. One query."""
    run(
        "INSERT INTO programme_edition (organisation, edition) VALUES (%s, %s)"
        " ON CONFLICT (organisation) DO UPDATE SET edition = programme_edition.edition",
        [organisation, uuid4()],
    )
