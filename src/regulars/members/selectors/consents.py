"""What members agreed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from regulars.members.models import Consent


@dataclass(frozen=True, slots=True)
class Proof:
    """One yes or no: to which words, how it came, who wrote it down, since when and when."""

    channel: str
    purpose: str
    given: bool
    wording: str
    version: str
    language: str
    source: str
    actor: str
    effective_at: datetime
    recorded_at: datetime


def permitted(roots: Sequence[UUID], channel: str, purpose: str) -> set[UUID]:
    """Those who may be reached so, for that. Silence is a no. Of a merged member the latest word counts. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT root_id FROM (SELECT DISTINCT ON (m.root_id) m.root_id, p.given FROM members_permission p"
            " JOIN members_member m ON m.id = p.member_id"
            " WHERE m.root_id = ANY(%s) AND p.channel = %s AND p.purpose = %s"
            " ORDER BY m.root_id, p.effective_at DESC, p.given) AS latest WHERE given",
            [list(roots), channel, purpose],
        )
        return {row[0] for row in cursor.fetchall()}


def permissions_of(root: UUID) -> dict[tuple[str, str], bool]:
    """What holds now, by channel and purpose. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (p.channel, p.purpose) p.channel, p.purpose, p.given FROM members_permission p"
            " JOIN members_member m ON m.id = p.member_id WHERE m.root_id = %s"
            " ORDER BY p.channel, p.purpose, p.effective_at DESC, p.given",
            [root],
        )
        return {(channel, purpose): given for channel, purpose, given in cursor.fetchall()}


def proofs_of(root: UUID, *, as_of: datetime | None = None) -> list[Proof]:
    """Every yes and no, oldest first; `as_of`: what was on record then. 1 query."""
    rows = Consent.objects.filter(member__root=root).select_related("wording").order_by("effective_at", "id")
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    return [_proof(row) for row in rows]


def _proof(row: Consent) -> Proof:
    words = row.wording
    return Proof(
        channel=row.channel,
        purpose=row.purpose,
        given=row.given,
        wording=words.text if words else "",
        version=words.version if words else "",
        language=words.language if words else "",
        source=row.source,
        actor=row.actor,
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
    )
