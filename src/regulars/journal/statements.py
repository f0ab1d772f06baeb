"""How rooms speak to the database where it counts: few statements, whole columns at a time.

A column goes as one text in PostgreSQL's notation of arrays: a quarter of the cost of handing over value by value. A
table of one row goes value by value: arrays of one are taken apart for nothing. In a table of many rows what is the
same in all of them is said once.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import connection
from psycopg.types.datetime import TimestamptzLoader
from pydantic_core import to_json

from regulars.journal import prepared

_NOTHING: Final = type(None)
_MANY: Final = 50  # rows from which on columns of one value are looked for: each set of them is another statement
_PLACES: Final = re.compile(r"%(?:\((\w+)\))?s|%%")
Table = tuple[str, list[object]]  # its SQL, and the values it binds


def run(sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
    """One statement with values bound by the server, prepared once it was asked often; its rows, if it gives any."""
    connection.ensure_connection()
    assert isinstance(connection.connection, psycopg.Connection)
    text, names = _numbered(sql)
    given = [values[name] for name in names] if isinstance(values, Mapping) else values
    with connection.wrap_database_errors:
        if (found := prepared.rows(connection.connection, text, given)) is not None:
            return found
        with psycopg.RawCursor(connection.connection) as cursor:
            cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
            cursor.execute(text, given)
            return cursor.fetchall() if cursor.rownumber is not None else []


def look_anew(*tables: str) -> None:
    """Lets PostgreSQL measure these tables within the transaction, after thousands of rows were written.

    A session keeps the plans by which it checks foreign keys. One made while a table held a few rows reads the whole
    table for each check, so that 100,000 new cards took minutes at the commit; measured tables are planned anew.
    """
    run(f"ANALYZE {', '.join(sorted(tables))}")


@lru_cache(1024)
def _numbered(sql: str) -> tuple[bytes, list[str]]:
    """As the server takes it, once a text: psycopg would take long statements apart every time.

    >>> _numbered("SELECT 5 %% 2, %s, %s::int[]")
    (b'SELECT 5 % 2, $1, $2::int[]', [])
    >>> _numbered("SELECT %(at)s, %(who)s, %(at)s")
    (b'SELECT $1, $2, $1', ['at', 'who'])
    """
    numbers, names = count(1), dict[str, int]()

    def place(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        number = names.setdefault(found[1], len(names) + 1) if found[1] else next(numbers)
        return f"${number}"

    return _PLACES.sub(place, sql).encode(), list(names)


def column(values: Iterable[Any]) -> str:
    """An array's text: of a whole column at once where its values are of one kind.

    >>> column([1, None, 'a"b', True]), column(['a"b', "c"]), column([7, 7])
    ('{1,NULL,"a\\\\"b",true}', '{"a\\\\"b","c"}', '{7,7}')
    """
    given = values if isinstance(values, tuple | list) else tuple(values)
    if not given:
        return "{}"
    first = given[0]
    if len(given) == 1:
        return "{" + _written(first) + "}"
    kinds = set(map(type, given))
    if len(kinds) == 1 and first.__class__ is not dict and first == given[-1] and given.count(first) == len(given):
        return "{" + ",".join([_written(first)] * len(given)) + "}"
    if kinds <= {UUID, _NOTHING}:
        return "{" + ",".join(["NULL" if value is None else f"{value.int:032x}" for value in given]) + "}"
    if kinds == {int}:
        return "{" + ",".join(map(str, given)) + "}"
    if all(issubclass(kind, str) for kind in kinds):
        return _texts(given)
    return "{" + ",".join(_each(given)) + "}"


def columns(rows: Iterable[Sequence[object]], count: int) -> list[str]:
    """One array's text for each column; all empty without rows."""
    turned = list(zip(*rows, strict=True))
    return [column(values) for values in turned] if turned else ["{}"] * count


def table(types: Mapping[str, str], rows: Sequence[Sequence[object]], name: str = "new") -> Table:
    """Rows as a table with columns of these types.

    >>> table({"id": "int", "said": "jsonb"}, [(7, {"a": True})])
    ('(SELECT %s::int AS id, %s::jsonb AS said) AS new', ['7', '{"a":true}'])
    """
    if len(rows) == 1:
        return _one(tuple(types.items()), name), [_alone(value) for value in rows[0]]
    if len(rows) < _MANY:
        return unnested(types, name), list(columns(rows, len(types)))
    turned = list(zip(*rows, strict=True))
    alike = tuple([_alike(values) for values in turned[1:]])
    same = [_alone(values[0]) for values, once in zip(turned[1:], alike, strict=True) if once]
    listed = [column(values) for values, once in zip(turned[1:], alike, strict=True) if not once]
    return _mostly(tuple(types.items()), alike, name), [*same, column(turned[0]), *listed]


def _alike(values: Sequence[object]) -> bool:
    """Whether a column has one value all the way down."""
    first = values[0]
    return first == values[-1] and values.count(first) == len(values) and len(set(map(type, values))) == 1


@lru_cache(256)
def _mostly(types: tuple[tuple[str, str], ...], alike: tuple[bool, ...], name: str) -> str:
    """Of many rows, where a column has one value that is said once: the server reads no array of copies. The first
    column is a list in any case."""
    once = (False, *alike)
    told = ", ".join(f"%s::{kind} AS {one}" if same else one for (one, kind), same in zip(types, once, strict=True))
    listed = {one: kind for (one, kind), same in zip(types, once, strict=True) if not same}
    return f"(SELECT {told} FROM {unnested(listed, 'each')}) AS {name}"


@lru_cache(256)
def _one(types: tuple[tuple[str, str], ...], name: str) -> str:
    return f"(SELECT {', '.join(f'%s::{kind} AS {column}' for column, kind in types)}) AS {name}"


def _alone(value: Any) -> object:
    """A value as the text that its type reads; what is text already stays as it is."""
    kind = value.__class__
    if value is None or kind is str:
        return value
    return str(value) if kind is int else _plain(kind)(value)


@lru_cache(64)
def _plain(kind: type) -> Callable[[Any], str]:
    found = next((write for known, write in _ALONE.items() if issubclass(kind, known)), None)
    assert found is not None, f"no way to write {kind}"
    return found


def unnested(types: Mapping[str, str], name: str = "new") -> str:
    """The columns as a table: its values are bound in the order of `types`."""
    arrays = ", ".join(f"%s::{kind}[]" for kind in types.values())
    return f"unnest({arrays}) as {name}({', '.join(types)})"


def _texts(given: Sequence[str]) -> str:
    joined = '","'.join(given)
    if "\\" in joined or joined.count('"') != 2 * len(given) - 2:
        return "{" + ",".join(map(_quoted, given)) + "}"
    return '{"' + joined + '"}'


def _each(given: Sequence[Any]) -> list[str]:
    """Of several kinds. Moments repeat, so each is written once."""
    moments: dict[datetime, str] = {}
    parts = []
    for value in given:
        if value.__class__ is datetime:
            text = moments.get(value)
            if text is None:
                text = moments[value] = _written(value)
        else:
            text = _written(value)
        parts.append(text)
    return parts


def _written(value: Any) -> str:
    return _writer(value.__class__)(value)


@lru_cache(64)
def _writer(kind: type) -> Callable[[Any], str]:
    found = next((write for known, write in _WRITERS.items() if issubclass(kind, known)), None)
    assert found is not None, f"no way to write {kind}"
    return found


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_WRITERS: Final[dict[type, Callable[[Any], str]]] = {
    _NOTHING: lambda value: "NULL",
    bool: lambda value: "true" if value else "false",
    datetime: lambda value: f'"{value.isoformat()}"',
    int: str,
    str: _quoted,
    UUID: lambda value: str(value.hex),
    Mapping: lambda value: _quoted(to_json(dict(value)).decode()),
    bytes: lambda value: '"\\\\x' + value.hex() + '"',
}
_ALONE: Final[dict[type, Callable[[Any], str]]] = {
    bool: lambda value: "true" if value else "false",
    datetime: lambda value: value.isoformat(),
    int: lambda value: str(int(value)),
    str: lambda value: str.__str__(value),
    UUID: lambda value: str(value.hex),
    Mapping: lambda value: to_json(dict(value)).decode(),
    bytes: lambda value: "\\x" + value.hex(),
}
