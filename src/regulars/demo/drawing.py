"""The lots of the demo: drawn until the campaign that did nothing looks like one that did nothing.

Of such campaigns one in twenty looks as if it had worked, or harmed, by chance alone (*Prove* says so). Whoever learns
from the demo is to see what is true: so among secrets in a fixed order the first is taken by whose lots both groups
spent alike, before and while it ran, and enough of each bought to say anything. Nothing else is chosen, and nothing of
a real campaign ever is.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from math import sqrt
from statistics import fmean, variance
from typing import Final
from uuid import UUID

from regulars.insight.uplift.resulting import BUYERS_LEAST
from regulars.journal.statements import column, run
from regulars.outreach.campaigns.drawing import Draw
from regulars.outreach.models import Arm

DRAWS: Final = 500
ALIKE: Final = 0.5  # standard errors between the two groups
_SPENT: Final = """
SELECT m.id, coalesce(sum(s.amount - s.discount - s.returned) FILTER (WHERE s.effective_at >= %(begun)s), 0)::bigint,
    coalesce(sum(s.amount - s.discount - s.returned) FILTER (WHERE s.effective_at < %(begun)s), 0)::bigint
FROM unnest(%(members)s::uuid[]) AS m(id) LEFT JOIN sales_sale s ON s.member = m.id AND s.state = 'complete'
    AND s.effective_at >= %(since)s::timestamptz AND s.effective_at < %(until)s::timestamptz GROUP BY m.id
"""
Spent = Mapping[UUID, tuple[int, int]]


def spent(members: Sequence[UUID], begun: datetime, *, days: int, before: int) -> Spent:
    """What each spent in so many days from then on, and in so many before. One query."""
    asked = {
        "members": column(list(members)), "begun": begun, "since": begun - timedelta(days=before),
        "until": begun + timedelta(days=days),
    }  # fmt: skip
    return {member: (during, earlier) for member, during, earlier in run(_SPENT, asked)}


def secret_for(found: Spent, *, code: str, share: int, seed: date) -> bytes:
    """The first by whose lots both groups are alike and buy enough; where none is, that which comes nearest."""
    tried: list[tuple[int, float, bytes]] = []
    for number in range(DRAWS):
        secret = sha256(f"riverside {seed.isoformat()} {number}".encode()).digest()
        lacking, apart = _judged(found, Draw(secret, b"", universal_share=0, campaign=code, share=share))
        if not lacking and apart < ALIKE:
            return secret
        tried.append((lacking, apart, secret))
    return min(tried)[2]


def _judged(found: Spent, draw: Draw) -> tuple[int, float]:
    """How many buyers the smaller group lacks, and how far the groups are apart, in standard errors, where they are
    farthest."""
    arms: dict[Arm, list[tuple[int, int]]] = {Arm.TREATED: [], Arm.HOLDOUT: []}
    for member, amounts in found.items():
        arms[draw.of(member, {}).arm].append(amounts)
    treated, holdout = arms[Arm.TREATED], arms[Arm.HOLDOUT]
    lacking = max(0, BUYERS_LEAST - min(sum(during > 0 for during, _ in arm) for arm in (treated, holdout)))
    if min(len(treated), len(holdout)) < 2:
        return lacking, float("inf")
    planned = len(found) * draw.share / 10_000
    sizes = abs(len(holdout) - planned) / sqrt(planned * (1 - draw.share / 10_000))
    apart = max(sizes, *(_errors([one[n] for one in treated], [one[n] for one in holdout]) for n in (0, 1)))
    return lacking, apart


def _errors(one: Sequence[int], other: Sequence[int]) -> float:
    error = sqrt(variance(one) / len(one) + variance(other) / len(other))
    return abs(fmean(one) - fmean(other)) / error if error else 0.0
