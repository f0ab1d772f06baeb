"""How the ledger speaks to the database: few statements, whole columns at a time.

A column goes as one text in PostgreSQL's notation of arrays: a quarter of the cost of handing over value by value.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import connection


def run(sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
    """One statement with values bound by the server; its rows, if it gives any."""
    connection.ensure_connection()
    assert isinstance(connection.connection, psycopg.Connection)
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def column(values: Iterable[Any]) -> str:
    """An array's text. Equal texts and moments repeat, so each is written once.

    >>> column([1, None, 'a"b', True])
    '{1,NULL,"a\\\\"b",true}'
    """
    given = values if isinstance(values, tuple | list) else tuple(values)
    if not given:
        return "{}"
    first = given[0]
    if first is given[-1] and all(value is first for value in given):
        return "{" + ",".join([_written(first)] * len(given)) + "}"
    if first.__class__ is UUID:
        # The commonest column by far: no call for each value.
        return "{" + ",".join(["NULL" if value is None else f"{value.int:032x}" for value in given]) + "}"
    written: dict[object, str] = {}
    parts = []
    for value in given:
        if value.__class__ is int:
            parts.append(str(value))
        elif value.__class__ is dict:
            parts.append(_written(value))
        else:
            text = written.get(value)
            if text is None:
                text = written[value] = _written(value)
            parts.append(text)
    return "{" + ",".join(parts) + "}"


def columns(rows: Iterable[Sequence[object]], count: int) -> list[str]:
    """One array's text for each column; all empty without rows."""
    turned = list(zip(*rows, strict=True))
    return [column(values) for values in turned] if turned else ["{}"] * count


def unnested(types: Mapping[str, str], name: str = "new") -> str:
    """The columns as a table: its values are bound in the order of `types`."""
    arrays = ", ".join(f"%s::{kind}[]" for kind in types.values())
    return f"unnest({arrays}) as {name}({', '.join(types)})"


def _written(value: object) -> str:
    if value is None:
        return "NULL"
    for kind, write in _WRITERS.items():
        if isinstance(value, kind):
            return write(value)
    raise AssertionError(f"no way to write {type(value)}")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_WRITERS: Final[dict[type, Callable[[Any], str]]] = {
    bool: lambda value: "true" if value else "false",
    datetime: lambda value: f'"{value.isoformat()}"',
    int: str,
    str: _quoted,
    UUID: lambda value: str(value.hex),
    Mapping: lambda value: _quoted(json.dumps(dict(value))),
    bytes: lambda value: '"\\\\x' + value.hex() + '"',
}
