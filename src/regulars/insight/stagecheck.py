"""The stages checked on a later period by the product itself: judged at an earlier day; then, who came back?"""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from regulars.insight.evidence import Flags, Floats
from regulars.insight.stages import Rhythm, Stage, StageRule, column, judge

LATER_SHARE = 0.25  # of the history, kept back to look at
LEVEL = 0.9
_SURE = 2  # own gaps before a window is promised to anyone


def earlier_day(first_on: date, cut_off: date) -> date:
    """The day a quarter of the history before the cut-off."""
    return cut_off - timedelta(days=round((cut_off - first_on).days * LATER_SHARE))


def checked(seen: pa.Table, rhythm: Rhythm, later_days: int, rule: StageRule | None = None) -> Mapping[str, float]:
    """How the rule of an earlier day fared. `seen` is `earlier_facts(…)`; `rhythm` was fitted on nothing later.

    later_days; called, called_stayed_away_share (of those called declining or lost, who did not come in the later
    period); not_called, not_called_stayed_away_share; came_back, came_back_called_share (false alarms among those who
    did come); window_customers, window_coverage (see `_inside_window`). A share is left out where there is nobody.
    """
    stage = np.asarray(judge(seen, rhythm, rule)["stage"].to_numpy(zero_copy_only=False))
    called = (stage == Stage.DECLINE) | (stage == Stage.LOST)
    waited = column(seen, "waited_days")
    away = np.isnan(waited)
    numbers: dict[str, float] = {
        "later_days": float(later_days),
        "called": float(called.sum()),
        "not_called": float((~called).sum()),
        "came_back": float((~away).sum()),
    }
    for name, among, share in (
        ("called_stayed_away_share", called, away),
        ("not_called_stayed_away_share", ~called, away),
        ("came_back_called_share", ~away, called),
    ):
        if among.any():
            numbers[name] = float(share[among].mean())
    inside = _inside_window(seen, rhythm, waited, later_days, among=~called)
    numbers["window_customers"] = float(len(inside))
    if len(inside):
        numbers["window_coverage"] = float(inside.mean())
    return numbers


def _inside_window(seen: pa.Table, rhythm: Rhythm, waited: Floats, later_days: int, *, among: Flags) -> Flags:
    """Of those `among` whom the 90 % window for the next visit ends within the later period: who came within it.

    Given that the silence has lasted so far, the chance that a gap is longer than the one that came is uniform; the
    window holds its middle 90 %. Windows that end after the data do cannot be judged, and are chosen out by what was
    known on the earlier day alone, so the rest are a fair sample. Somebody who never came is outside.
    """
    known = among & (column(seen, "gaps") >= _SURE)
    facts = (column(seen, name)[known] for name in ("recency_days", "gaps", "gap_days_sum"))
    silence, gaps, total, came = *facts, waited[known]
    so_far = np.maximum(rhythm.silence_probability(silence + 1, gaps, total), 1e-300)
    tail = (1 - LEVEL) / 2
    ends = rhythm.silence_probability(silence + (later_days + 1.0), gaps, total) / so_far <= tail
    silence, gaps, total, came, so_far = (part[ends] for part in (silence, gaps, total, came, so_far))

    def at_least(waited_days: Floats) -> Floats:
        return np.asarray(rhythm.silence_probability(silence + waited_days, gaps, total) / so_far)

    ever = np.where(np.isnan(came), 1.0, came)
    # The chance jumps from day to day; the middle of the jump is uniform enough.
    chance = (at_least(ever) + at_least(ever + 1)) / 2
    return ~np.isnan(came) & (chance >= tail) & (chance <= 1 - tail)
