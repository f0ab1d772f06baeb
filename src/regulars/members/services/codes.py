"""Changing codes, shown and taken."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members import codes
from regulars.members.errors import CodeUsed, UnknownIdentifier
from regulars.members.keys import card_secret
from regulars.members.models import UsedCode
from regulars.members.moves import Found

# Remembering that it was shown and finding out whose it is: one statement, decided by the primary key.
_TAKE: Final = """
WITH found AS (
    SELECT i.id, m.root_id, i.member_id, r.state AS member_state, i.card_id, i.state, i.reason, c.replaced_by_id
    FROM members_card c
    JOIN members_identifier i ON i.card_id = c.id
    LEFT JOIN members_member m ON m.id = i.member_id
    LEFT JOIN members_member r ON r.id = m.root_id
    WHERE c.id = %(card)s AND c.organisation = %(organisation)s
), used AS (
    INSERT INTO members_used_code (card_id, "window", used_at)
    SELECT card_id, %(window)s, %(at)s FROM found ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM used), found.* FROM found
"""
_KEPT: Final = timedelta(minutes=10)  # far longer than any code is good for


@transaction.atomic
def take(text: str, *, organisation: UUID, actor: Actor, at: datetime) -> Found:
    """Whose code this is; from now on it is used. 0 queries for one that is not genuine or too old, else 1 and the
    trail. Raises CodeRefused, CodeUsed, UnknownIdentifier (another organisation's reads like one that never was)."""
    shown = codes.read(text, at=at, secret=card_secret())
    asked: dict[str, UUID | int | datetime] = {
        "card": shown.card,
        "organisation": organisation,
        "window": shown.window,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, asked)
        row = cursor.fetchone()
    if row is None:
        raise UnknownIdentifier("Nobody here is recognised by that.")
    if row[0] == 0:
        raise CodeUsed("This code was used already: wait for the next one.")
    record([Deed("cards.code", typed("crd", shown.card))], actor=actor, at=at)
    return Found(row[1], "card", *row[2:])


def forget_used(*, at: datetime) -> int:
    """Drops what no code can be good for any more; returns how many. A job's step; 1 query."""
    return UsedCode.objects.filter(used_at__lt=at - _KEPT).delete()[0]
