"""What is left of a person in this room after erasing: an id that says nothing, and a card that is refused."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from regulars.journal.moves import Actor
from regulars.members.deeds import Plain

# In this order: what points at others goes first. Counts are told.
_GONE: Final = (
    ("facts", "DELETE FROM members_fact WHERE member_id = ANY(%(ids)s)"),
    ("notes", "DELETE FROM members_note WHERE member_id = ANY(%(ids)s)"),
    ("tags", "DELETE FROM members_tag WHERE member_id = ANY(%(ids)s)"),
    ("marks", "DELETE FROM members_mark WHERE member_id = ANY(%(ids)s)"),
    ("permissions", "DELETE FROM members_permission WHERE member_id = ANY(%(ids)s)"),
    ("consents", "DELETE FROM members_consent WHERE member_id = ANY(%(ids)s)"),
    ("contacts", "DELETE FROM members_contact WHERE member_id = ANY(%(ids)s)"),
    ("pairs", "DELETE FROM members_pair WHERE one_id = ANY(%(ids)s) OR two_id = ANY(%(ids)s)"),
    ("import_changes", "DELETE FROM members_import_change WHERE member = ANY(%(ids)s)"),
    (
        "new_ways",
        "DELETE FROM members_new_way w USING members_identifier i WHERE i.id = w.identifier"
        " AND i.member_id = ANY(%(ids)s)",
    ),
    ("identifiers", "DELETE FROM members_identifier WHERE member_id = ANY(%(ids)s) AND kind <> 'card'"),
    # The number of a card goes on being refused; whose it was is forgotten.
    (
        "card_numbers",
        "UPDATE members_identifier SET member_id = NULL, state = 'ended', reason = 'erased',"
        " ended_at = coalesce(ended_at, greatest(%(at)s, effective_at)), verified_at = NULL"
        " WHERE member_id = ANY(%(ids)s)",
    ),
    (
        "cards",
        "UPDATE members_card SET member_id = NULL, state = 'ended', reason = 'erased',"
        " ended_at = coalesce(ended_at, %(at)s) WHERE member_id = ANY(%(ids)s)",
    ),
    ("headed", "UPDATE members_household SET head_id = NULL WHERE head_id = ANY(%(ids)s)"),
    ("merges", "UPDATE members_merge SET reason = '' WHERE survivor_id = ANY(%(ids)s) OR other_id = ANY(%(ids)s)"),
    (
        "members",
        "UPDATE members_member SET state = 'erased', source = '', household_id = NULL, household_since = NULL,"
        " sex = '', language = '', country = '', town = '', birthday = NULL, birth_decade = NULL, name_grams = '{}',"
        " name_key = 0"
        " WHERE id = ANY(%(ids)s)",
    ),
)
_EMPTY_HOUSEHOLDS: Final = """
DELETE FROM members_household h WHERE h.id = ANY(%(households)s)
AND NOT EXISTS (SELECT FROM members_member m WHERE m.household_id = h.id)
"""


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Every row that says something of the person; a fixed number of statements."""
    parameters: dict[str, Any] = {"ids": list(members), "at": at}
    told: Plain = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT household_id FROM members_member WHERE id = ANY(%(ids)s)", parameters)
        parameters["households"] = [row[0] for row in cursor.fetchall() if row[0] is not None]
        for what, statement in _GONE:
            cursor.execute(statement, parameters)
            told[what] = cursor.rowcount
        cursor.execute(_EMPTY_HOUSEHOLDS, parameters)
    return {what: count for what, count in told.items() if count}
