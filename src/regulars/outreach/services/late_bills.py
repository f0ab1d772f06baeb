"""What was taken from members, told to each of them: how much, until when they can ask for it back, and what was
decided where they did."""

from collections.abc import Sequence
from datetime import datetime, timedelta
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
THOUGHT_OVER: Final = timedelta(minutes=5)  # in which whoever decided takes it back, and nobody was told anything
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


@transaction.atomic
def answer_due(*, actor: Actor, at: datetime) -> int:
    """A batch of those that were decided, told to who asked, or who gets it back; how many. Each decision is told
    once; one that is taken back and made anew is told anew."""
    rows = locks.resets_unanswered(AT_ONCE, decided_by=at - THOUGHT_OVER)
    for organisation in sorted({row.organisation for row in rows}):
        told = [row for row in rows if row.organisation == organisation and (row.appealed_at or _back(row))]
        _answer(told, organisation, actor, at)
    Reset.objects.filter(id__in=[row.id for row in rows]).update(answered_at=at)
    return len(rows)


def _answer(rows: Sequence[Reset], organisation: UUID, actor: Actor, at: datetime) -> None:
    reached, lost = _around(rows)
    for service in (Service.APPEAL_GRANTED, Service.APPEAL_DECLINED):
        notices = [
            Notice(f"{service}/{row.id}/{row.decided_at:%Y%m%d%H%M%S%f}", *reached[row.member], {"lost": lost[row.id]})
            for row in rows
            if row.member in reached and _back(row) == (service == Service.APPEAL_GRANTED)
        ]
        if notices:
            tell(service, notices, organisation=organisation, actor=actor, at=at)


def _back(row: Reset) -> bool:
    return row.state == "given-back"


def _around(rows: Sequence[Reset]) -> tuple[dict[UUID, tuple[UUID, str]], dict[UUID, str]]:
    """By who it was then who is reached how, and by what was taken the words for it. Two queries; none for nothing."""
    if not rows:
        return {}, {}
    units = {one.code: one for one in Unit.objects.filter(code__in={row.unit for row in rows})}
    reached = {shown: (root, channel) for shown, root, channel in run(_REACHED, [column([row.member for row in rows])])}
    return reached, {
        row.id: f"{written(row.amount, units[row.unit].scale)} {units[row.unit].name}" for row in rows
    }  # fmt: skip


def _tell(rows: Sequence[Reset], organisation: UUID, actor: Actor, at: datetime) -> None:
    reached, lost = _around(rows)
    zone = zone_of(organisation)
    notices = [
        Notice(
            f"{Service.LATE_BILL_NOTICE}/{row.id}",
            *reached[row.member],
            {
                "lost": lost[row.id],
                "until": f"{row.appeal_until.astimezone(zone):%Y-%m-%d %H:%M}",
            },
        )
        for row in rows
        if row.member in reached
    ]
    if notices:
        tell(Service.LATE_BILL_NOTICE, notices, organisation=organisation, actor=actor, at=at)
