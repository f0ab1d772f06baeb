"""Who was in an arm of a period of the universal holdout: asked by pages, and so without what only workers load."""

from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from regulars.access.selectors import places
from regulars.journal.statements import run
from regulars.outreach.gate.deciding import held_out, salt_of
from regulars.outreach.gate.policies import read
from regulars.outreach.models import CampaignResult, Policy

# Everybody who was a member when the period began, whatever became of them since.
EVERYBODY: Final = (
    "SELECT id FROM members_member WHERE organisation = %s::uuid AND root_id = id AND enrolled_at < %s::timestamptz"
)
_LOOKED: Final = 1_000


def arm_of(period: CampaignResult, *, holdout: bool, after: UUID | None = None, limit: int = 50) -> list[UUID]:
    """A page of who was in an arm of a period that was reckoned, in the order of their ids: drawn again, as the gate
    does it. Three queries, and one for each thousand members that are looked at."""
    kept = Policy.objects.get(organisation=period.organisation)
    share = period.told.get("share") or read(kept.document).holdout.share
    salt = salt_of(bytes(kept.secret), period.period or 0)
    first = datetime.combine(period.from_on, datetime.min.time(), ZoneInfo(places().zones[period.organisation]))
    found: list[UUID] = []
    last = after or UUID(int=0)
    while len(found) < limit:
        rows = run(EVERYBODY + " AND id > %s::uuid ORDER BY id LIMIT %s", [period.organisation, first, last, _LOOKED])
        found += [member for (member,) in rows if held_out(salt, member, share) == holdout]
        if len(rows) < _LOOKED:
            break
        last = rows[-1][0]
    return found[:limit]
