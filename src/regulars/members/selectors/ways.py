"""What opens no pages of members yet (see services/new_ways); each function says what it costs in queries."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from regulars.journal.statements import column, run
from regulars.members.models import Identifier, NewWay

COUNTS: Final = timedelta(days=90)  # so long what was taken out is still asked whether it agrees
# What a person was known by before: of use, or taken out lately; nothing that waits itself or was objected to.
KNOWN: Final = """
v.kind IN ('phone', 'email') AND (v.state = 'active' OR v.ended_at > %(since)s::timestamptz)
AND NOT EXISTS (SELECT FROM members_new_way n WHERE n.identifier = v.id
    AND (n.refused_at IS NOT NULL OR n.opens_at IS NULL OR n.opens_at > %(at)s::timestamptz))
"""
_OF_ROOTS: Final = f"""
SELECT x.root_id, v.id, v.kind, v.blind, v.recorded_at FROM members_member x
JOIN members_identifier v ON v.member_id = x.id
WHERE x.root_id = ANY(%(roots)s::uuid[]) AND {KNOWN} ORDER BY v.recorded_at, v.id
"""


def known_before(roots: Collection[UUID], *, at: datetime) -> dict[UUID, list[tuple[UUID, str, bytes, datetime]]]:
    """By root, what each was known by before: identifier, kind, digest, moment; the oldest first. One query."""
    found: dict[UUID, list[tuple[UUID, str, bytes, datetime]]] = {root: [] for root in roots}
    for root, number, kind, blind, since in run(
        _OF_ROOTS, {"roots": column(list(roots)), "at": at, "since": at - COUNTS}
    ):
        found[root].append((number, kind, bytes(blind), since))
    return found


def shut(wanted: Collection[UUID], *, at: datetime) -> dict[UUID, NewWay]:
    """Which of these identifiers open no pages now. One query."""
    rows = NewWay.objects.filter(identifier__in=list(wanted))
    return {row.identifier: row for row in rows.filter(_shut(at))}


def waiting(root: UUID, *, at: datetime) -> list[NewWay]:
    """What a member was given and has not said yes or no to. One query."""
    rows = NewWay.objects.filter(identifier__in=Identifier.objects.filter(member__root=root, state="active"))
    return list(rows.filter(_shut(at), refused_at=None).order_by("added_at", "identifier"))


def _shut(at: datetime) -> Q:
    return Q(refused_at__isnull=False) | Q(opens_at=None) | Q(opens_at__gt=at)


def is_in_use(identifier: UUID) -> bool:
    """Whether it still recognises somebody. One query."""
    return Identifier.objects.filter(id=identifier, state="active", recognises=True).exists()
