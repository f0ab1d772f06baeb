"""Complaints that change nothing: what followed is told from what like customers did no oftener than at 5 %."""

from typing import Any

import numpy as np
import pytest

from regulars.insight.complaints.gaps import gap_of
from regulars.insight.complaints.matching import OUTCOMES, Matched, Pool, matched, outcomes
from regulars.insight.survey.purchases import Around
from regulars.insight.survey.reading import Floats

SEEDS = 200
AT_MOST = 18  # of 200 at 5 %: more happens once in a hundred
DAYS, WINDOW = 400, 90
CUSTOMERS, COMPLAIN = 160, 0.02  # of visits: some forty complaints that can be followed
NEVER = 10**6


def shop(seed: int, leaving: float) -> tuple[Any, Floats, Any]:
    """Visits and spend (customers × days), and complaints: each visit may bring one, and nothing comes of it."""
    random = np.random.default_rng(seed)
    pace = np.clip(random.gamma(1.5, 0.06, CUSTOMERS), 0.005, 0.6)
    visits = random.random((CUSTOMERS, DAYS)) < pace[:, None]
    gone = random.exponential(DAYS / leaving, CUSTOMERS)[:, None] if leaving else np.full((CUSTOMERS, 1), np.inf)
    visits &= np.arange(DAYS) < gone
    spend = np.where(visits, random.lognormal(7.0, 0.5, visits.shape).round(), 0.0)
    return visits, spend, visits & (random.random(visits.shape) < COMPLAIN)


def held_against_others(visits: Any, spend: Floats, complaints: Any) -> tuple[Around, Matched, Any]:
    who, day = np.nonzero(complaints)
    complete = (day >= WINDOW) & (day < DAYS - WINDOW)
    who, day = who[complete], day[complete]
    came, paid = (np.pad(values.cumsum(axis=1), ((0, 0), (1, 0))).astype(float) for values in (visits, spend))
    begin, now, end = day - WINDOW + 1, day + 1, day + 1 + WINDOW

    def between(sums: Floats, first: Any, last: Any) -> Floats:
        return np.asarray(sums[who, last] - sums[who, first])

    own = Around(
        known=np.ones(len(who), dtype=bool),
        visits_before=between(came, begin, now),
        spend_before=between(paid, begin, now),
        recency_days=np.zeros(len(who)),  # a complaint comes with a visit
        visits_after=between(came, now, end),
        spend_after=between(paid, now, end),
    )
    row, at = np.nonzero(visits)
    here = np.flatnonzero(visits.any(axis=1))
    pool = Pool(
        day=at,
        visits_until=np.arange(len(at) + 1, dtype=float),
        spend_until=np.concatenate(([0.0], np.cumsum(spend[row, at]))),
        first=np.searchsorted(row, here),
        last=np.searchsorted(row, here, side="right"),
        complained=np.where(complaints.any(axis=1), complaints.argmax(axis=1), NEVER)[here],
    )
    on = day.astype("datetime64[D]")
    return own, matched(own, on, pool, before_days=WINDOW, after_days=WINDOW), who


@pytest.mark.slow
@pytest.mark.parametrize("leaving", [0.0, 0.7])
def test_complaints_that_do_nothing_are_told_from_none_no_oftener_than_chance(leaving: float) -> None:
    alarms = dict.fromkeys(OUTCOMES, 0)
    for seed in range(SEEDS):
        own, like, who = held_against_others(*shop(seed, leaving))
        for outcome, did in outcomes(own).items():
            gap = gap_of(did, like.pairs, outcome, who, like.found)
            assert gap is not None
            alarms[outcome] += not gap.low <= 0 <= gap.high
    assert max(alarms.values()) <= AT_MOST, alarms


def test_complaints_that_send_away_are_found() -> None:
    """Half of the complainers never come again; others go on."""
    found = 0
    for seed in range(10):
        visits, spend, complaints = shop(seed, 0.0)
        for row, day in zip(*np.nonzero(complaints), strict=True):
            if row % 2:
                visits[row, day + 1 :], spend[row, day + 1 :], complaints[row, day + 1 :] = False, 0.0, False
        own, like, who = held_against_others(visits, spend, complaints)
        gap = gap_of(outcomes(own)["stopped"], like.pairs, "stopped", who, like.found)
        assert gap is not None
        found += gap.low > 0
    assert found >= 9
