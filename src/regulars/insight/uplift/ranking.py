"""Qini and AUUC, each with one definition (docs/uplift.md), ties averaged, with intervals.

People are sorted by score, best first; φ is the share of them reached. n and m are treated and control among those,
Y and Z their summed outcomes, N all treated.

    Qini curve    Q(φ) = (Y − Z · n / m) / N      what treating the best φ brought, per treated person of the whole
    Qini          ∫ Q(φ) − φ · Q(1) dφ            above the straight line of treating by chance
    uplift curve  U(φ) = φ · (Y / n − Z / m)      effect of treating the best φ, per person of the whole
    AUUC          ∫ U(φ) dφ                       by chance U(1) / 2

People of one score are taken together: within them the curve is straight, so that their order in the file is nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from regulars.insight.uplift.moves import Flags, Floats, Interval, Ranking, Rows

DRAWS = 300
POINTS = 101
_AT_ONCE: Final = 100_000  # numbers held: draws × people


@dataclass(frozen=True, slots=True)
class Sorted:
    """Sums per distinct score, best first, starting with nobody."""

    people: Floats
    treated: Floats
    control: Floats
    treated_outcome: Floats
    control_outcome: Floats


def by_score(score: Floats, treated: Flags, outcome: Floats, weight: Floats | None = None) -> Sorted:
    """Cumulative sums at each distinct score."""
    order, ends = _groups(score)
    times = np.ones(len(score)) if weight is None else weight[order]
    return _sums(treated[order].astype(np.float64), outcome[order], times, ends)


def _groups(score: Floats) -> tuple[Rows, Rows]:
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    return order, ends


def _sums(arm: Floats, came: Floats, times: Floats, ends: Rows) -> Sorted:
    """All along the last axis and in order of the score: whether treated, the outcome, how often each counts."""

    def so_far(values: Floats) -> Floats:
        whole = values.cumsum(axis=-1)[..., ends]
        return np.concatenate([np.zeros((*whole.shape[:-1], 1)), whole], axis=-1)

    one, other = times * arm, times * (1 - arm)
    return Sorted(so_far(times), so_far(one), so_far(other), so_far(one * came), so_far(other * came))


def qini_curve(sums: Sorted) -> tuple[Floats, Floats]:
    """φ and Q(φ)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        matched = np.where(sums.control > 0, sums.control_outcome * sums.treated / sums.control, 0.0)
    return sums.people / sums.people[..., -1:], (sums.treated_outcome - matched) / sums.treated[..., -1:]


def uplift_curve(sums: Sorted) -> tuple[Floats, Floats]:
    """φ and U(φ); 0 as long as one of the arms is empty."""
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = sums.treated_outcome / sums.treated - sums.control_outcome / sums.control
    share = sums.people / sums.people[..., -1:]
    return share, np.where((sums.treated > 0) & (sums.control > 0), share * difference, 0.0)


def qini(sums: Sorted) -> float:
    return float(_qinis(sums))


def auuc(sums: Sorted) -> float:
    return float(_auucs(sums))


def _qinis(sums: Sorted) -> Floats:
    """Of each draw."""
    share, curve = qini_curve(sums)
    return np.asarray(np.trapezoid(curve - share * curve[..., -1:], share))


def _auucs(sums: Sorted) -> Floats:
    share, curve = uplift_curve(sums)
    return np.asarray(np.trapezoid(curve, share))


def ranking(
    score: Floats, treated: Flags, outcome: Floats, *, seed: int, level: float = 0.05, draws: int = DRAWS
) -> Ranking:
    """Both measures with bootstrap intervals (people drawn within their arm), and the Qini curve at 101 points."""
    order, ends = _groups(score)
    arm, came = treated[order].astype(np.float64), outcome[order]
    sums = _sums(arm, came, np.ones(len(score)), ends)
    again = (_sums(arm, came, times, ends) for times in _drawn(order, treated, draws, np.random.default_rng(seed)))
    found = np.concatenate([np.column_stack([_qinis(some), _auucs(some)]) for some in again])
    low, high = np.quantile(found, [level / 2, 1 - level / 2], axis=0)
    share, curve = qini_curve(sums)
    at = np.linspace(0, 1, POINTS)
    return Ranking(
        qini=Interval(qini(sums), float(low[0]), float(high[0])),
        auuc=Interval(auuc(sums), float(low[1]), float(high[1])),
        auuc_by_chance=float(uplift_curve(sums)[1][-1]) / 2,
        curve=pa.table({"share": at, "incremental": np.interp(at, share, curve), "by_chance": at * curve[-1]}),
    )


def _drawn(order: Rows, treated: Flags, draws: int, chance: np.random.Generator) -> Iterator[Floats]:
    """How often each person is drawn, in order of the score, a row per draw: as many as there are, within each arm."""
    people = len(order)
    place = np.empty(people, dtype=np.intp)
    place[order] = np.arange(people)
    arms = [place[arm] for arm in (treated, ~treated)]
    for start in range(0, draws, step := max(1, _AT_ONCE // people)):
        rows = min(step, draws - start)
        picked = [at[chance.integers(0, len(at), len(at))] + row * people for row in range(rows) for at in arms]
        counts = np.bincount(np.concatenate(picked), minlength=rows * people)
        yield counts.reshape(rows, people).astype(np.float64)
