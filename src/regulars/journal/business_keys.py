"""Business keys: what a till asks twice is done once, for ever. Each room that takes them has a table of its own."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Final
from uuid import UUID

from regulars.journal import statements
from regulars.journal.errors import KeyReused
from regulars.journal.statements import columns, run

_TYPES: Final = {"source": "text", "external_id": "text", "fingerprint": "bytea", "answer": "uuid"}
Key = tuple[str, str]  # source, external id


def claim(table: str, asked: Iterable[tuple[str, str, bytes, UUID]]) -> dict[Key, UUID]:
    """Takes keys for answers that are about to be made; gives the first answer of those taken before, by key.

    One query, two where some were taken. Waits for whoever is taking the same key just now. In the order of the keys,
    before any other row is locked. Raises KeyReused.
    """
    wanted: dict[Key, tuple[str, str, bytes, UUID]] = {}
    earlier: dict[Key, UUID] = {}
    for row in sorted(asked, key=itemgetter(0, 1)):
        key = row[0], row[1]
        first = wanted.setdefault(key, row)
        if first is not row:
            _same(key, first[2], row[2])
            earlier[key] = first[3]
    if not wanted:
        return {}
    names = ", ".join(_TYPES)
    new, values = statements.table(_TYPES, list(wanted.values()))
    made = run(
        f"INSERT INTO {table} ({names}) SELECT {names} FROM {new} ON CONFLICT DO NOTHING RETURNING source, external_id",
        values,
    )
    if len(made) == len(wanted):
        return earlier
    taken = sorted(wanted.keys() - set(made))
    rows = run(
        f"SELECT k.source, k.external_id, k.fingerprint, k.answer FROM {table} k"
        " JOIN unnest(%s::text[], %s::text[]) AS w(source, external_id)"
        " ON k.source = w.source AND k.external_id = w.external_id",
        columns(taken, 2),
    )
    for source, external_id, print_then, answer in rows:
        _same((source, external_id), bytes(print_then), wanted[source, external_id][2])
        earlier[source, external_id] = answer
    return earlier


def _same(key: Key, then: bytes, now: bytes) -> None:
    if then != now:
        source, number = key
        raise KeyReused(
            f"{number!r} of this source came before with something else in it.", source=source, external_id=number
        )
