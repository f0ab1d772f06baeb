"""What a campaign could show, by what these very members did lately. Loads numpy and scipy: workers only."""

from datetime import datetime, timedelta
from math import isfinite, sqrt
from typing import Any, Final

import numpy as np
from scipy import stats

from regulars.insight.uplift.designing import detectable, measure
from regulars.insight.uplift.moves import Floats, Measure
from regulars.journal.statements import run
from regulars.outreach.campaigns.forms import read
from regulars.outreach.campaigns.planning import today_of
from regulars.outreach.gate.deciding import SHARES
from regulars.outreach.models import Campaign, CampaignPlan

BEFORE: Final = 90  # days that help to foretell
LEVEL: Final = 0.05
POWER: Final = 0.8
OTHERS: Final = (500, 1000, 2000, 3000, 5000)  # shares of ten thousand
_BOUGHT: Final = """
SELECT coalesce(sum(s.amount - s.discount - s.returned) FILTER (WHERE NOT s.early), 0)::bigint,
    coalesce(sum(s.amount - s.discount - s.returned) FILTER (WHERE s.early), 0)::bigint,
    (NOT bool_and(s.early))::int, bool_or(s.early)::int
FROM (SELECT *, effective_at < %(middle)s::timestamptz AS early FROM sales_sale) s
JOIN members_member x ON x.id = s.member
JOIN outreach_assignment a ON a.plan = %(plan)s::uuid AND a.member = x.root_id AND a.arm <> 'held'
WHERE s.organisation = %(organisation)s::uuid AND s.state = 'complete' AND s.currency = %(currency)s
    AND s.effective_at >= %(first)s::timestamptz AND s.effective_at < %(last)s::timestamptz
    AND s.returned < s.amount - s.discount
GROUP BY a.member
"""


def seen(plan: CampaignPlan, campaign: Campaign, *, at: datetime) -> dict[str, Any]:
    """The smallest effect that would be seen four times in five, and how wide the interval would be: had the campaign
    run in the days just past and done nothing. Empty where there is nobody to compare. One query."""
    form = read(campaign.document)
    people = plan.told["treated"] + plan.told["holdout"]
    measures = _measures(plan, campaign, people, at) if people >= 4 else {}
    if not measures:
        return {}
    told: dict[str, Any] = {
        "members": people,
        "days": form.window_days,
        "as_of": today_of(campaign.organisation, at).isoformat(),
    }
    shares = sorted({*OTHERS, form.holdout_share} - {0})
    told["shares"] = [
        {"holdout_share": share, **{name: _of(one, people, share) for name, one in measures.items()}}
        for share in shares
    ]
    told["now"] = next((one for one in told["shares"] if one["holdout_share"] == form.holdout_share), None)
    return told


def _of(found: Measure, people: int, share: int) -> dict[str, float | None]:
    """Of one outcome: what would be seen, relative to the mean, and half of the interval's width for one member."""
    held = share / SHARES
    z = float(stats.norm.ppf(1 - LEVEL / 2) + stats.norm.ppf(POWER))
    error = found.winsorised_spread * found.factor * sqrt(1 / (people * held) + 1 / (people * (1 - held)))
    least = detectable(found, people, held, z)
    half = float(stats.norm.ppf(1 - LEVEL / 2)) * error
    return {
        "mean": round(found.mean, 6),
        "detectable": round(least, 6) if isfinite(least) else None,
        "half_width": round(half, 6),
        "total_half_width": round(half * people * (1 - held), 2),
    }


def _measures(plan: CampaignPlan, campaign: Campaign, people: int, at: datetime) -> dict[str, Measure]:
    form = read(campaign.document)
    middle = at - timedelta(days=form.window_days)
    rows = run(
        _BOUGHT,
        {
            "plan": plan.id,
            "organisation": campaign.organisation,
            "currency": form.currency,
            "first": middle - timedelta(days=BEFORE),
            "middle": middle,
            "last": at,
        },
    )
    if not rows:
        return {}
    columns = np.zeros((people, 4))
    columns[: len(rows)] = np.asarray(rows, dtype=np.float64)
    after, before, buyers, earlier = (_column(columns, place) for place in range(4))
    return {"revenue": measure("revenue_minor", after, before), "buyers": measure("buyers", buyers, earlier)}


def _column(rows: Floats, place: int) -> Floats:
    found: Floats = rows[:, place]
    return found
