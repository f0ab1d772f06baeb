"""The check: foretell from the earlier part, then see when things were bought in the later one, beside plain rules.

Pinball loss of a date q for the quantile τ: τ (actual − q) where the purchase came later, (1 − τ) (q − actual) where it
came earlier; days, the mean over every customer × item that got a date. What was not bought again within the period
counts as bought on the day after it, and dates beyond are taken for that day too: a quantile of the earlier of two
days is the earlier of the quantiles, so the score stays proper and nobody who stayed away is left out. Every rule is
judged on the same ones; a date before the cut-off cannot be meant and is moved to the day after it.

One rule knows no customer at all: counted from any day, half of an item's buyers buy it again within so many days.
Where purchases have no memory that is the best there is, and no rhythm is to be found.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np

from regulars.insight.grouped import Floats, Ints
from regulars.insight.replenishment.dates import FORTNIGHT, LEVELS, WINDOW, Foretold, foretell, known_again
from regulars.insight.replenishment.moves import Checked, Purchases
from regulars.insight.replenishment.rhythm import pair_of
from regulars.insight.replenishment.seasons import Clock

RULES: Final = ("item_median", "mean_gap", "last_gap", "any_day")
_DRAWS: Final = 400
_MEDIAN: Final = LEVELS.index(0.5)
_LEAST: Final = 50  # bought again, or there is too little to judge by
_NEAR_DAYS: Final = 3.0


def later_period(bought: Purchases, cut: int) -> int | None:
    """The last day to learn from: a quarter of the history is kept for the check, at most 91 days, at least 28."""
    first = int(bought.day.min()) if len(bought) else cut
    days = min((cut - first + 1) // 4, 91)
    return cut - days if days >= 28 else None


def checked(bought: Purchases, clock: Clock, cut: int, until: int, *, seed: int) -> Checked | None:
    """Judges the dates foretold at the end of `until` by what was bought up to `cut`; None where nothing was."""
    known = known_again(bought, until)
    if not len(known):
        return None
    ours, _ = foretell(bought, clock, until, everyone=True)
    came = _came(bought.until(cut), known, until)
    again = np.flatnonzero((came > 0) & ours.dated)
    if len(again) < _LEAST:
        return None
    judged = np.flatnonzero(ours.dated)
    actual = np.where(came > 0, came, cut + 1)[judged].astype(np.float64)
    rules = _by_rule(known) | {"any_day": _from_any_day(bought, known, until, cut - until)}
    plain = {name: np.maximum(dates, until + 1) for name, dates in rules.items()}
    dates = {"own_rhythm": ours.everyone[:, _MEDIAN]} | plain
    losses = {name: _pinball(actual, np.minimum(day[judged], cut + 1), 0.5) for name, day in dates.items()}
    who = known.customer[known.starts][judged]
    gain = _gains({name: losses[name] - losses["own_rhythm"] for name in RULES}, who, seed)
    bought_on = came[again].astype(np.float64)
    called, rule_called = ours.due, _called(rules["mean_gap"], until) & ours.dated
    soon = (came > 0) & (came <= until + FORTNIGHT)
    near = {"own_rhythm": ours.days[:, WINDOW.index(0.5)]} | plain
    return Checked(
        until=date(1970, 1, 1) + timedelta(days=until),
        days=cut - until,
        foretold=len(judged),
        bought_again=len(again),
        pinball={name: float(loss.mean()) for name, loss in losses.items()},
        quantile_loss=_quantile_losses(known, ours, judged, actual, (until, cut)),
        gain=gain,
        coverage_90=float(((ours.days[again, 0] <= bought_on) & (bought_on <= ours.days[again, -1])).mean()),
        hit_rate={name: _hits(bought_on, day[again], ours.typical_days[again]) for name, day in near.items()},
        due_right=_share(called & soon, called),
        due_found=_share(called & soon, soon),
        rule_right=_share(rule_called & soon, rule_called),
        rule_found=_share(rule_called & soon, soon),
    )


def _came(bought: Purchases, known: Purchases, until: int) -> Ints:
    """The first day after `until` on which each known pair was bought; 0: it was not."""
    width = len(bought.items)
    keys = known.customer[known.starts] * width + known.item[known.starts]
    after = bought.where(bought.day > until)
    firsts = after.starts
    later = after.customer[firsts] * width + after.item[firsts]
    place = np.searchsorted(keys, later)
    there = (place < len(keys)) & (keys[np.minimum(place, len(keys) - 1)] == later)
    came = np.zeros(len(keys), np.int64)
    came[place[there]] = after.day[firsts][there]
    return came


def _by_rule(known: Purchases) -> dict[str, Floats]:
    """The day by each plain rule, in plain days; the item's median gap where a pair has no gap of its own."""
    pair, starts = pair_of(known), known.starts
    ends = np.append(starts[1:], len(known)) - 1
    same = pair[1:] == pair[:-1]
    gap = np.diff(known.day)[same].astype(np.float64)
    owner, item = pair[1:][same], known.item[1:][same]
    usual = _item_quantiles(gap, item, len(known.items), [0.5])[0, known.item[ends]]
    count = np.bincount(owner, minlength=len(starts))
    mean = np.where(count > 0, np.bincount(owner, gap, len(starts)) / np.maximum(count, 1), usual)
    last = usual.copy()
    last[owner] = gap  # rows rise in time: the last one stays
    day = known.day[ends]
    return {"item_median": day + usual, "mean_gap": day + mean, "last_gap": day + last}


def _from_any_day(bought: Purchases, known: Purchases, until: int, days: int) -> Floats:
    """`until` and the item's median wait, as it was from a day as long before; who did not buy waited for all of it."""
    early = known_again(bought, until - days)
    came = _came(bought.until(until), early, until - days)
    waited = np.where(came > 0, came - (until - days), days + 1).astype(np.float64)
    ends = np.append(known.starts[1:], len(known)) - 1
    usual = _item_quantiles(waited, early.item[early.starts], len(known.items), [0.5])[0, known.item[ends]]
    answer: Floats = until + usual
    return answer


def _item_quantiles(gap: Floats, item: Ints, items: int, levels: Sequence[float]) -> Floats:
    """Levels × items: quantiles of each item's gaps, all customers together; of all gaps where an item has none."""
    order = np.lexsort((gap, item))
    count = np.bincount(item, minlength=items)
    firsts = np.cumsum(count) - count
    some, ranked = count > 0, gap[order]
    answer = np.full((len(levels), items), 30.0)
    if len(gap):
        answer[:] = np.quantile(gap, levels)[:, None]
    for row, level in enumerate(levels):
        answer[row, some] = ranked[(firsts + np.floor(level * (count - 1)).astype(np.int64))[some]]
    return answer


def _quantile_losses(
    known: Purchases, ours: Foretold, judged: Ints, actual: Floats, span: tuple[int, int]
) -> dict[str, float]:
    """The whole window against the item's own quantiles of gaps."""
    until, cut = span
    pair, starts = pair_of(known), known.starts
    ends = np.append(starts[1:], len(known)) - 1
    same = pair[1:] == pair[:-1]
    gap, item = np.diff(known.day)[same].astype(np.float64), known.item[1:][same]
    usual = _item_quantiles(gap, item, len(known.items), LEVELS)
    mine, plain = [], []
    for row, level in enumerate(LEVELS):
        by_item = np.clip(known.day[ends] + usual[row, known.item[ends]], until + 1, cut + 1)[judged]
        mine.append(_pinball(actual, np.minimum(ours.everyone[judged, row], cut + 1), level).mean())
        plain.append(_pinball(actual, by_item, level).mean())
    return {"own_rhythm": float(np.mean(mine)), "item_quantiles": float(np.mean(plain))}


def _pinball(actual: Floats, foretold: Floats, level: float) -> Floats:
    late = actual - foretold
    loss: Floats = np.maximum(level * late, (level - 1) * late)
    return loss


def _gains(differences: dict[str, Floats], who: Ints, seed: int) -> dict[str, tuple[float, float, float]]:
    """Mean differences in loss with 95 % intervals; whole customers are drawn, since their dates go together.

    A draw serves all rules, and gives every customer a Poisson weight of mean 1: a Poisson number of places by lot.
    """
    _, place = np.unique(who, return_inverse=True)
    sums = np.stack([np.bincount(place, loss) for loss in (*differences.values(), np.ones(len(who)))])
    chance = np.random.default_rng(seed)
    people = sums.shape[1]
    lots = (chance.integers(0, people, chance.poisson(people)) for _ in range(_DRAWS))
    drawn = np.stack([sums @ np.bincount(lot, minlength=people) for lot in lots])
    means = drawn[:, :-1] / np.maximum(1.0, drawn[:, -1:])
    low, high = np.quantile(means, [0.025, 0.975], axis=0)
    mean = {name: float(loss.mean()) for name, loss in differences.items()}
    return {name: (mean[name], float(low[at]), float(high[at])) for at, name in enumerate(differences)}


def _hits(actual: Floats, foretold: Floats, typical: Floats) -> float:
    return float((np.abs(actual - foretold) <= np.maximum(_NEAR_DAYS, typical / 4)).mean())


def _called(dates: Floats, until: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Due by a plain rule: its date falls into the fortnight."""
    answer: np.ndarray[tuple[int], np.dtype[np.bool_]] = (dates > until) & (dates <= until + FORTNIGHT)
    return answer


def _share(
    part: "np.ndarray[tuple[int], np.dtype[np.bool_]]", whole: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
) -> float:
    return float(part.sum() / whole.sum()) if whole.any() else 0.0
