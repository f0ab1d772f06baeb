"""The next date of each customer × item, given that it was not bought since."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from regulars.insight.grouped import Floats, Ints
from regulars.insight.replenishment.moves import Purchases
from regulars.insight.replenishment.purchases import REPEATERS_MIN
from regulars.insight.replenishment.rhythm import Gaps, Rhythm, complete_gaps, learn, pair_of, spread_within, summed
from regulars.insight.replenishment.seasons import Clock

FORTNIGHT: Final = 14
WINDOW: Final = (0.05, 0.5, 0.95)  # what is shown of a date
LEVELS: Final = (0.1, 0.25, 0.5, 0.75, 0.9)  # what it is judged by
_OVERDUE: Final = 0.9  # nine in ten would have bought it again by now
_GIVEN_UP: Final = 0.5  # more likely given up than late
_ROUNDS: Final = 30
_NEVER: Final = 10.0**6  # a day beyond all calendars
_LEAST_LEFT: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Foretold:
    """One row per pair (customer × item). Days since 1970-01-01."""

    customer: Ints
    item: Ints
    last: Ints
    times: Ints  # purchase days
    typical_days: Floats
    days: Floats  # pairs × WINDOW: the day by which it is bought with that chance, if the customer still uses it
    everyone: Floats  # pairs × LEVELS, where asked for: with those who gave it up counted too, who never buy
    waited: Floats  # share of gaps that would have ended by now
    active: Floats  # chance that the customer still uses it
    chance: Floats  # of a purchase in the fortnight after the cut-off

    @property
    def dated(self) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Whether a date is given: it is more likely in use than given up."""
        answer: np.ndarray[tuple[int], np.dtype[np.bool_]] = self.active >= 1 - _GIVEN_UP
        return answer

    @property
    def due(self) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """More likely than not bought within the fortnight."""
        answer: np.ndarray[tuple[int], np.dtype[np.bool_]] = self.dated & (self.chance >= 0.5)
        return answer

    @property
    def overdue(self) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Longer than nine in ten of such gaps last, and not yet given up."""
        answer: np.ndarray[tuple[int], np.dtype[np.bool_]] = self.dated & (self.waited >= _OVERDUE) & ~self.due
        return answer


def foretell(bought: Purchases, clock: Clock, cut: int, *, everyone: bool = False) -> tuple[Foretold, Rhythm]:
    """Learns from purchases up to the day `cut` and foretells the next of every pair bought twice until then.

    `everyone`: with the days by which of all a share buys, which only the check needs.
    """
    known = known_again(bought, cut)
    gaps = complete_gaps(known, clock)
    starts = known.starts
    rhythm = learn(gaps, len(known.items), len(starts))
    return _next(known, gaps, rhythm, clock, cut, LEVELS if everyone else ()), rhythm


def known_again(bought: Purchases, cut: int) -> Purchases:
    """What there was to learn from at the end of a day."""
    return bought.until(cut).again(REPEATERS_MIN)


def fits_better(bought: Purchases, one: Clock, other: Clock) -> bool:
    """Whether gaps of the same customers and items vary less by the first clock."""
    pairs = len(bought.starts)
    return spread_within(complete_gaps(bought, one), pairs) < spread_within(complete_gaps(bought, other), pairs)


def _next(
    known: Purchases, gaps: Gaps, rhythm: Rhythm, clock: Clock, cut: int, of_everyone: Sequence[float]
) -> Foretold:
    starts, pair = known.starts, pair_of(known)
    ends = np.append(starts[1:], len(known)) - 1
    count, mean, squares = summed(gaps.log - rhythm.gamma * gaps.log_size, gaps.pair, len(starts))
    item = known.item[ends]
    middle, spread = rhythm.expected(item, count, mean, squares)
    shifted = middle + rhythm.gamma * np.log(known.size[ends])
    since = clock.of(known.day[ends])
    now = float(clock.of(np.array([cut]))[0])
    waited = rhythm.below(_error(now - since, shifted, spread), count)
    soon = rhythm.below(_error(float(clock.of(np.array([cut + FORTNIGHT]))[0]) - since, shifted, spread), count)
    left = np.maximum(1 - waited, _LEAST_LEFT)
    times = np.bincount(pair, minlength=len(starts))
    active = _active(left, item, times, len(known.items))
    sure = np.maximum(active, 1e-9)

    def by(level: Floats) -> Floats:
        share = np.clip(waited + level * (1 - waited), 0, 1)
        wait = np.exp(np.clip(shifted + spread * rhythm.quantile(share, count), -5, 10))
        day: Floats = np.maximum(clock.day(since + wait), cut + 1).astype(np.float64)
        return day

    return Foretold(
        customer=known.customer[ends],
        item=item,
        last=known.day[ends],
        times=times,
        typical_days=np.exp(middle),
        days=_beside([by(np.full(len(item), level)) for level in WINDOW], len(item)),
        everyone=_beside(
            [np.where(active > level, by(np.minimum(level / sure, 1.0)), _NEVER) for level in of_everyone], len(item)
        ),
        waited=waited,
        active=active,
        chance=active * np.clip(soon - waited, 0, 1) / left,
    )


def _beside(columns: Sequence[Floats], rows: int) -> Floats:
    answer = np.empty((rows, len(columns)))
    for place, values in enumerate(columns):
        answer[:, place] = values
    return answer


def _error(wait: Floats, middle: Floats, spread: Floats) -> Floats:
    answer: Floats = (np.log(np.maximum(wait, 1e-3)) - middle) / spread
    return answer


def _active(left: Floats, item: Ints, times: Ints, items: int) -> Floats:
    """Chance of still using the item. After each purchase a customer may give it up, with a chance that is the item's.

    Who gave it up waits for ever; who did not has waited so long with the chance `left`. The item's chance is found by
    expectation and maximisation; every purchase but the last was certainly followed by another, the first because only
    pairs bought again are here.
    """
    gone = np.full(items, 0.1)
    bought = np.bincount(item, times - 1, items)
    for _ in range(_ROUNDS):
        share = gone[item]
        lost = share / (share + (1 - share) * left)
        # A few purchases' worth of one in ten, so that an item with few buyers is not all or nothing.
        gone = (np.bincount(item, lost, items) + 2.0) / (bought + 20.0)
    share = gone[item]
    active: Floats = (1 - share) * left / (share + (1 - share) * left)
    return active
