"""Members in decline who complained: a reason that care knows and no model does."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from regulars.care.models import Case
from regulars.members.models import Member
from regulars.scorebook.models import Run, Score

LATELY: Final = timedelta(days=180)
_MOST: Final = 5000


def complained(run: Run, *, at: datetime) -> list[UUID]:
    """Those in decline with a case in the last half year. Three queries."""
    cases = Case.objects.filter(organisation=run.organisation, opened_at__gte=at - LATELY, member__isnull=False)
    members = {one for one in cases.order_by("-id").values_list("member", flat=True)[:_MOST] if one}
    if not members:
        return []
    roots = set(Member.objects.filter(id__in=members).values_list("root_id", flat=True))
    return sorted(Score.objects.filter(run=run.id, member__in=roots, stage="decline").values_list("member", flat=True))
