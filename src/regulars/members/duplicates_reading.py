"""People as they are compared, opened in memory: by pages through everybody, or a few at the counter."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection

from regulars.members.duplicates_levels import Likeness, likeness
from regulars.members.intake import fact_context, identifier_context
from regulars.members.keyring import Keyring
from regulars.members.keys import keyring

_PAGE: Final = 20_000  # members
_COMPARED: Final = ("given_name", "family_name", "full_name", "birth_on", "street", "postcode", "sex")
_ROOTS: Final = """
SELECT id FROM members_member
WHERE organisation = %s AND id > %s AND root_id = id AND state = 'active' ORDER BY id LIMIT %s
"""
# The survivor's own facts last, so that they stand; among the others the latest.
_FACTS: Final = """
SELECT m.root_id, f.member_id, f.name, f.value, f.key, f.sealed
FROM members_fact f JOIN members_member m ON m.id = f.member_id
WHERE m.root_id = ANY(%s) AND f.ended_at IS NULL AND f.name = ANY(%s)
ORDER BY f.member_id = m.root_id, f.effective_at, f.id
"""
_REACHED: Final = """
SELECT m.root_id, i.kind, i.id, i.key, i.sealed
FROM members_identifier i JOIN members_member m ON m.id = i.member_id
WHERE m.root_id = ANY(%s) AND i.state = 'active' AND i.kind IN ('phone', 'email')
ORDER BY i.effective_at, i.id
"""


def everybody(organisation: UUID) -> Iterator[tuple[UUID, Likeness]]:
    """All members with a name or a way to reach them. 3 queries a page of 20,000."""
    last = UUID(int=0)
    while page := [row[0] for row in _rows(_ROOTS, [organisation, last, _PAGE])]:
        yield from likenesses(page).items()
        last = page[-1]


def likenesses(roots: Sequence[UUID]) -> dict[UUID, Likeness]:
    """2 queries. Of several phones or mail addresses the newest."""
    keys = keyring()
    facts: dict[UUID, dict[str, str]] = {root: {} for root in roots}
    for root, member, name, value, key, sealed in _rows(_FACTS, [list(roots), list(_COMPARED)]):
        facts[root][name] = _opened(keys, member, name, value, key, sealed)
    reached: dict[UUID, dict[str, str]] = {root: {} for root in roots}
    for root, kind, identifier, key, sealed in _rows(_REACHED, [list(roots)]):
        reached[root][kind] = keys.open(key, sealed, identifier_context(identifier))
    return {
        root: likeness(facts[root], phone=reached[root].get("phone"), email=reached[root].get("email"))
        for root in roots
        if facts[root] or reached[root]
    }


def _opened(keys: Keyring, member: UUID, name: str, value: Any, key: int | None, sealed: bytes | None) -> str:
    if sealed is None or key is None:
        return str(json.loads(value) if isinstance(value, str) else value)
    return str(json.loads(keys.open(key, sealed, fact_context(member, name))))


def _rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
