"""What was taken from members, told to each of them: how much, and until when they can ask for it back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.journal.moves import Actor
from regulars.journal.statements import column, run
from regulars.ledger.models import Unit
from regulars.outreach.gate.words import Service
from regulars.outreach.services.serving import Notice, tell
from regulars.outreach.templates.reading_facts import written, zone_of
from regulars.programme import locks
from regulars.programme.models import Reset

AT_ONCE: Final = 200
# Who each is now, unless they were taken out; by mail where they have an address that nothing bars, else by text.
_REACHED: Final = """
SELECT x.id, m.id, coalesce((
    SELECT CASE i.kind WHEN 'email' THEN 'email' ELSE 'sms' END FROM members_member y
    JOIN members_identifier i ON i.member_id = y.id AND i.kind IN ('email', 'phone') AND i.state = 'active'
    WHERE y.root_id = m.id
    ORDER BY EXISTS (
        SELECT 1 FROM outreach_suppression b WHERE b.organisation = m.organisation AND b.ended_at IS NULL
            AND b.channel = CASE i.kind WHEN 'email' THEN 'email' ELSE 'sms' END
            AND (b.identifier = i.id OR b.blind = i.blind)
    ), i.kind LIMIT 1
), 'email')
FROM members_member x JOIN members_member m ON m.id = x.root_id
WHERE x.id = ANY(%s::uuid[]) AND m.state NOT IN ('closed', 'erased')
"""


@transaction.atomic
def tell_due(*, actor: Actor, at: datetime) -> int:
    """A batch of those that nobody was written to of; how many. Each is written to once, whatever dies in between."""
    rows = locks.resets_unnoticed(AT_ONCE)
    for organisation in sorted({row.organisation for row in rows}):
        _tell([row for row in rows if row.organisation == organisation], organisation, actor, at)
    Reset.objects.filter(id__in=[row.id for row in rows]).update(noticed_at=at)
    return len(rows)


def _tell(rows: Sequence[Reset], organisation: UUID, actor: Actor, at: datetime) -> None:
    units = {one.code: one for one in Unit.objects.filter(code__in={row.unit for row in rows})}
    reached = {shown: (root, channel) for shown, root, channel in run(_REACHED, [column([row.member for row in rows])])}
    zone = zone_of(organisation)
    notices = [
        Notice(
            f"{Service.LATE_BILL_NOTICE}/{row.id}",
            *reached[row.member],
            {
                "lost": f"{written(row.amount, units[row.unit].scale)} {units[row.unit].name}",
                "until": f"{row.appeal_until.astimezone(zone):%Y-%m-%d %H:%M}",
            },
        )
        for row in rows
        if row.member in reached
    ]
    if notices:
        tell(Service.LATE_BILL_NOTICE, notices, organisation=organisation, actor=actor, at=at)
