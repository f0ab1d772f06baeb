"""What is still to go into the history lake: one row for each bill, return or event, written beside it."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from regulars.journal.statements import table

SALE: Final = "sale"
RETURN: Final = "return"
_TYPES: Final = {"kind": "text", "subject": "uuid"}


def waiting(rows: Sequence[tuple[str, UUID]]) -> tuple[str, list[object]]:
    """The statement that lays these out, and its values."""
    new, values = table(_TYPES, rows)
    return f"INSERT INTO sales_outbox (kind, subject) SELECT kind, subject FROM {new}", values
