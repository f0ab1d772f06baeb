"""Many rows at once by COPY, in PostgreSQL's binary format: nothing is written as text to be read again.

A batch of documents goes in in two thirds of the time of an INSERT. A row of its own is quicker as a statement that is
prepared: COPY takes a round trip more.
"""

from collections.abc import Iterable, Sequence
from struct import Struct
from typing import Final
from uuid import UUID

from django.db import connection

_HEAD: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END: Final = b"\xff\xff"
_NOTHING: Final = b"\xff\xff\xff\xff"
_SIXTEEN: Final = b"\x00\x00\x00\x10"
_length: Final = Struct("!i").pack
_count: Final = Struct("!h").pack


def of_uuid(value: UUID | None) -> bytes:
    """A field of type uuid."""
    return _NOTHING if value is None else _SIXTEEN + value.bytes


def of_document(value: bytes) -> bytes:
    """A field of type jsonb, of JSON in UTF-8.

    >>> of_document(b"[]")
    b'\\x00\\x00\\x00\\x03\\x01[]'
    """
    return _length(len(value) + 1) + b"\x01" + value


def copy(table: str, names: Sequence[str], rows: Iterable[bytes]) -> None:
    """Adds rows, each the fields of these columns in their order, one after the other. One query."""
    head = _count(len(names))
    whole = b"".join([_HEAD, *(head + row for row in rows), _END])
    asked = f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT binary)"
    with connection.wrap_database_errors, connection.connection.cursor() as cursor, cursor.copy(asked) as into:
        into.write(whole)
