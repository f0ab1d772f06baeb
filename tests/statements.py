"""Statements as they reach the database."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from regulars.journal import prepared


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement that reaches the database, by whichever cursor."""
    seen: list[str] = []
    plain = psycopg.Cursor.execute

    def execute(self: psycopg.Cursor[object], query: str | bytes, *args: object, **more: object) -> object:
        seen.append(query.decode() if isinstance(query, bytes) else str(query))
        return plain(self, query, *args, **more)  # type: ignore[call-overload]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", execute)
        patch.setattr(psycopg.ClientCursor, "execute", execute)
        patch.setattr(prepared, "rows", lambda *_: None)  # that way no cursor is asked
        yield seen
