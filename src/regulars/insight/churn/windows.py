"""When is looked, and how far: observation and outcome windows, rolling cut-offs to learn from, and the one kept apart.

    first day ───── observation ─┤T₁├─ outcome ─┤
                        observation ─┤T₂├─ outcome ─┤          (the latest T to learn from ends where checking begins)
                                          observation ─┤later├─ outcome ─┤ = the present cut-off

No outcome that is learned from reaches past the later cut-off, so the check is on days that no model has seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from regulars.insight.holdout import TooShort
from regulars.insight.settings import WrongSetting

QUARTER: Final = 91
OUTCOME_LEAST: Final = 28  # a shorter outcome says more about the weather than about customers
CUT_OFFS_MOST: Final = 4
_STEP_LEAST: Final = 7
LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Windows:
    """Days of one run. A customer leaves who buys nothing within their horizon after a cut-off.

    The horizon is that within which the customer's next visit falls with chance `level` by their own rhythm, a week at
    least and the outcome window at most; with `horizon_days` it is that number of days for everybody.
    """

    cut_off: date  # the present: scores are as of its end
    later_on: date  # cut-off of the check; its outcome window ends at the present
    training_on: Sequence[date]  # cut-offs learned from, rising; their outcome windows end by `later_on`
    observation_days: int  # recent behaviour is counted in; the whole history counts beside it
    outcome_days: int
    horizon_days: int | None = None
    level: float = LEVEL
    everybody: bool = False  # judge also who has long been lost by their own rhythm

    def __post_init__(self) -> None:
        if not 0.5 <= self.level < 1:
            raise WrongSetting(f"The level of the own horizon must be from 0.5 to below 1, not {self.level}.")
        if self.horizon_days is not None and not 0 < self.horizon_days <= self.outcome_days:
            raise WrongSetting(
                f"A horizon of {self.horizon_days} days does not fit into an outcome window of {self.outcome_days}."
            )


def windows_of(
    first_on: date,
    cut_off: date,
    *,
    observation_days: int | None = None,
    outcome_days: int | None = None,
    step_days: int | None = None,
    horizon_days: int | None = None,
    level: float = LEVEL,
    everybody: bool = False,
) -> Windows:
    """The windows that a history from `first_on` to `cut_off` carries; what is given is kept to.

    Without being told: three months of observation and three of outcome, a quarter of the history each where it is
    shorter than a year. Up to four cut-offs to learn from, an outcome window apart, or closer where fewer than three
    fit. Raises TooShort where outcome windows would be shorter than four weeks or not even one cut-off fits.

    >>> found = windows_of(date(2023, 1, 1), date(2024, 12, 31))
    >>> found.later_on.isoformat(), [day.isoformat() for day in found.training_on][-2:]
    ('2024-10-01', ['2024-04-02', '2024-07-02'])
    """
    span = (cut_off - first_on).days + 1
    outcome = outcome_days or min(QUARTER, span // 4)
    observation = observation_days or min(QUARTER, span // 4)
    if outcome < OUTCOME_LEAST and outcome_days is None:
        raise TooShort(
            f"{first_on} to {cut_off} are {span} days; to learn who leaves and to check it, "
            f"{4 * OUTCOME_LEAST} are needed."
        )
    later_on = cut_off - timedelta(days=outcome)
    latest = later_on - timedelta(days=outcome)
    room = (latest - first_on).days - observation
    if room < 0:
        raise TooShort(
            f"{span} days do not hold {observation} to observe and twice {outcome} for outcomes: "
            "one to learn from and one to check. Take shorter windows."
        )
    step = step_days or (outcome if room >= 2 * outcome else max(outcome // 3, _STEP_LEAST))
    count = min(CUT_OFFS_MOST, room // step + 1)
    training = [latest - timedelta(days=step * back) for back in reversed(range(count))]
    found = Windows(cut_off, later_on, tuple(training), observation, outcome, level=level, everybody=everybody)
    return replace(found, horizon_days=horizon_days)
