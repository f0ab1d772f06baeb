"""Rows by COPY: how thousands of members, facts and identifiers are written at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from django.db import connection

_COLUMNS: Final[Mapping[str, str]] = {
    "members_member": "id, organisation, root_id, state, source, enrolled_at, created_at, sex, language, country, town,"
    " birthday, birth_decade, name_grams, name_key",
    "members_fact": "id, member_id, name, value, sealed, key, source, actor, effective_at, recorded_at, confirmed_at",
    "members_identifier": "id, organisation, member_id, card_id, kind, source, sealed, key, blind, tail, recognises,"
    " state, reason, origin, effective_at, recorded_at",
    "members_card": "id, organisation, range_id, serial, form, member_id, state, reason, level, issued_at, claimed_at",
    "members_import_change": "of_id, member, what, fact, before, identifier",
    "members_import_refusal": 'of_id, file, line, "column", reason',
}


def copy_in(table: str, rows: Iterable[Sequence[object]]) -> None:
    """Writes rows whose values stand in the order of the table's columns above; rows may be made while they are sent.
    One statement. Raises IntegrityError."""
    statement = f"COPY {table} ({_COLUMNS[table]}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def fact_numbers(count: int) -> list[int]:
    """Numbers for facts to be written, ascending. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('members_fact', 'id')) FROM generate_series(1, %s)", [count]
        )
        return sorted(row[0] for row in cursor.fetchall())


def as_array(numbers: Iterable[int]) -> str:
    """A list of whole numbers as PostgreSQL reads an array.

    >>> as_array([3, 4])
    '{3,4}'
    """
    return "{" + ",".join(map(str, numbers)) + "}"
