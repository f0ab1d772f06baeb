"""What is still to go into the history lake: one row for each bill, return or event, written beside it."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from regulars.journal.statements import columns, unnested

SALE: Final = "sale"
RETURN: Final = "return"
_TYPES: Final = {"kind": "text", "subject": "uuid"}
_WAITING: Final = f"INSERT INTO sales_outbox (kind, subject) SELECT kind, subject FROM {unnested(_TYPES)}"


def waiting(rows: Sequence[tuple[str, UUID]]) -> tuple[str, list[str]]:
    """The statement that lays these out, and its values."""
    return _WAITING, columns(rows, 2)
