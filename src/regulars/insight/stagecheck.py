"""The stages checked on a later period by the product itself: judged at an earlier day; then, who came back?"""

from collections.abc import Mapping
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regulars.insight.evidence import Floats
from regulars.insight.facts import totals
from regulars.insight.gaps import half_window, trend_of
from regulars.insight.stages import Rhythm, Stage, StageRule, column, judge

LATER_SHARE = 0.25  # of the history, kept back to look at
LEVEL = 0.9
_SURE = 2  # own gaps before a window is promised to anyone


def rhythm_facts(days: ir.Table, cut_off: date) -> ir.Table:
    """Just the facts that rhythm and stage need, from kept days: no lines are read."""
    wide = totals(days.filter(days.day <= ibis.literal(cut_off)), cut_off)
    end = ibis.literal(cut_off)
    return wide.select(
        *(wide[name] for name in ("customer", "first_on", "visits", "gaps", "gap_days_sum", "gap_log_sum")),
        wide.gap_days_typical,
        wide.trend_recent,
        wide.trend_before,
        recency_days=end.delta(wide.last_on, unit="day"),
        tenure_days=end.delta(wide.first_on, unit="day"),
        trend=trend_of(wide.trend_recent, wide.trend_before, half_window(wide.first_on, cut_off)),
    ).filter(wide.visits > 0)


def earlier_day(first_on: date, cut_off: date) -> date:
    """The day a quarter of the history before the cut-off."""
    return cut_off - timedelta(days=round((cut_off - first_on).days * LATER_SHARE))


def later(days: ir.Table, earlier: date, cut_off: date) -> ir.Table:
    """rhythm_facts at the earlier day, with `waited_days` from it to the next visit; null: none up to the cut-off."""
    visits = days.filter(days.receipts > 0, days.day > ibis.literal(earlier), days.day <= ibis.literal(cut_off))
    came = visits.group_by("customer").agg(next_on=visits.day.min())
    known = rhythm_facts(days, earlier)
    both = known.left_join(came, "customer").drop("customer_right")
    return both.mutate(waited_days=both.next_on.delta(ibis.literal(earlier), unit="day")).drop("next_on")


def checked(seen: pa.Table, rhythm: Rhythm, later_days: int, rule: StageRule | None = None) -> Mapping[str, float]:
    """How the rule of an earlier day fared. `seen` is `later(…)`; `rhythm` was fitted on nothing later than that day.

    later_days; called, called_stayed_away_share (of those called declining or lost, who did not come in the later
    period); not_called, not_called_stayed_away_share; came_back, came_back_called_share (false alarms among those who
    did come); window_customers, window_coverage (see `_windows`). A share is left out where there is nobody to count.
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
    promised, inside = _windows(seen, rhythm, waited, later_days)
    promised &= ~called
    numbers["window_customers"] = float(promised.sum())
    if promised.any():
        numbers["window_coverage"] = float(inside[promised].mean())
    return numbers


def _windows(
    seen: pa.Table, rhythm: Rhythm, waited: Floats, later_days: int
) -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Whose 90 % window for the next visit ends within the later period, and who came within it.

    Given that the silence has lasted so far, the chance that a gap is longer than the one that came is uniform; the
    window holds its middle 90 %. Windows that end after the data do cannot be judged, and are chosen out by what was
    known on the earlier day alone, so the rest are a fair sample. Somebody who never came is outside.
    """
    silence, gaps, total = (column(seen, name) for name in ("recency_days", "gaps", "gap_days_sum"))

    so_far = np.maximum(rhythm.silence_probability(silence + 1, gaps, total), 1e-300)

    def at_least(waited_days: Floats) -> Floats:
        return np.asarray(rhythm.silence_probability(silence + waited_days, gaps, total) / so_far)

    tail = (1 - LEVEL) / 2
    ends = at_least(np.full(len(silence), later_days + 1.0)) <= tail
    ever = np.where(np.isnan(waited), 1.0, waited)
    # The chance jumps from day to day; the middle of the jump is uniform enough.
    chance = (at_least(ever) + at_least(ever + 1)) / 2
    inside = ~np.isnan(waited) & (chance >= tail) & (chance <= 1 - tail)
    return (gaps >= _SURE) & ends, inside
