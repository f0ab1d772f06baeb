"""What the gate must know of many members at once: one statement for the facts, one for what they got."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from regulars.journal.statements import column, columns, run, unnested
from regulars.outreach.gate.deciding import Known, Policy, Wish
from regulars.outreach.gate.words import ALSO_ENDED, EXACT

# Which kind of identifier a channel needs; one that is not here needs none of its own: post, app, a call.
ADDRESS: Final[Mapping[str, str]] = {"email": "email", "sms": "phone", "phone": "phone"}

_FACTS: Final = """
SELECT w.number, m.id IS NULL OR m.state NOT IN ('active', 'anonymous'), f.owner IS NOT NULL,
    a.id, w.kind = '' OR a.id IS NOT NULL, coalesce(a.blocked, false) OR s.found,
    coalesce(p.given, false), coalesce(t.zone, c.zone, %(zone)s)
FROM {wishes}
LEFT JOIN members_member m ON m.id = w.member
LEFT JOIN access_store t ON t.id = m.store
LEFT JOIN access_merchant c ON c.id = m.merchant
LEFT JOIN LATERAL (
    SELECT f.owner FROM ledger_freeze f WHERE f.owner = m.id AND f.lifted_at IS NULL AND f.since <= %(at)s::timestamptz
        AND f.until > %(at)s::timestamptz LIMIT 1
) f ON true
LEFT JOIN LATERAL (
    SELECT i.id, EXISTS (
        SELECT 1 FROM outreach_suppression b WHERE b.organisation = %(organisation)s::uuid AND b.ended_at IS NULL
            AND b.channel = w.channel AND (b.identifier = i.id OR b.blind = i.blind)
    ) AS blocked
    FROM (
        SELECT i.* FROM members_member x
        JOIN members_identifier i ON i.member_id = x.id AND i.kind = w.kind AND i.state = 'active'
        WHERE x.root_id = w.member AND w.kind <> '' AND (w.exact = 0 OR i.id = w.address)
        UNION ALL
        SELECT i.* FROM members_identifier i JOIN members_member x ON x.id = i.member_id AND x.root_id = w.member
        WHERE w.exact = 2 AND i.id = w.address AND i.kind = w.kind AND i.state <> 'active'
    ) i
    ORDER BY (i.id = w.address) IS TRUE DESC, i.verified_at IS NOT NULL DESC, i.effective_at DESC, i.id DESC LIMIT 1
) a ON true
CROSS JOIN LATERAL (
    SELECT EXISTS (
        SELECT 1 FROM members_member x JOIN outreach_suppression b ON b.member = x.id
        WHERE x.root_id = w.member AND b.organisation = %(organisation)s::uuid AND b.ended_at IS NULL
            AND b.channel = w.channel
    ) AS found
) s
LEFT JOIN LATERAL (
    SELECT p.given FROM members_member x JOIN members_permission p ON p.member_id = x.id AND p.channel = w.channel
        AND p.purpose = w.purpose
    WHERE x.root_id = w.member ORDER BY p.effective_at DESC, p.given LIMIT 1
) p ON true
"""


def known(
    wishes: Sequence[Wish], *, organisation: UUID, zone: str, at: datetime
) -> dict[UUID, tuple[Known, UUID | None]]:
    """By wish: what is known but for holdouts, and the address that would be used: the one that is meant, then a
    verified one before others, the newest first. One query, by indexes from each member."""
    types = {"number": "int", "member": "uuid", "channel": "text", "purpose": "text", "kind": "text", "address": "uuid"}
    types["exact"] = "int"
    rows = [
        (place, one.member, one.channel, one.purpose, ADDRESS.get(one.channel, ""), one.address, _exact(one))
        for place, one in enumerate(wishes)
    ]
    bound: dict[str, object] = {"organisation": organisation, "zone": zone, "at": at}
    source = unnested(types, "w")
    for name, values in zip(types, columns(rows, len(types)), strict=True):
        source = source.replace("%s", f"%({name})s", 1)
        bound[name] = values
    found = {}
    for number, gone, frozen, address, reachable, blocked, agreed, clock in run(_FACTS.format(wishes=source), bound):
        facts = Known(gone=gone, frozen=frozen, reachable=reachable, suppressed=blocked, agreed=agreed, zone=clock)
        found[wishes[number].id] = (facts, address)
    return found


def _exact(one: Wish) -> int:
    """0: the one that is meant before others. 1: that one alone. 2: also where it was taken out."""
    if one.address is None or one.service not in EXACT:
        return 0
    return 2 if one.service in ALSO_ENDED else 1


def sent(members: Sequence[UUID], policy: Policy, *, at: datetime) -> dict[UUID, list[tuple[str, datetime]]]:
    """What marketing these members got, also under a member merged into them, as far back as caps look. One query."""
    found: dict[UUID, list[tuple[str, datetime]]] = {}
    if not policy.caps:
        return found
    rows = run(
        "SELECT x.root_id, s.channel, s.decided_at FROM members_member x JOIN outreach_message s ON s.member = x.id"
        " WHERE x.root_id = ANY(%s::uuid[]) AND s.decided_at > %s::timestamptz AND s.service = ''"
        " AND s.state IN ('released', 'returned')",
        [column(list(members)), at - timedelta(days=policy.longest)],
    )
    for member, channel, moment in rows:
        found.setdefault(member, []).append((channel, moment))
    return found
