"""Values handed in and out of the room."""

from dataclasses import dataclass
from datetime import date
from typing import Final

PREFIX: Final = "scr"  # of a run's typed id
# What a run does, one after another. What a done step made is kept, so that a run goes on after the last of them.
STEPS: Final = ("history", "facts", "stages", "future", "leaving", "due", "next", "pictures", "bought", "write")
REGULAR_VISITS: Final = 4  # days with a purchase from which somebody is a regular, as the report has it
NEW_DAYS: Final = 90
MODELS: Final = ("classes", "stages", "future", "churn", "due", "next")  # each has a card


@dataclass(frozen=True, slots=True)
class Wish:
    """When to score by the clock, and how many runs' scores to keep."""

    nightly: bool = True
    hour: int = 3
    kept: int = 8


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What was measured of one model; `card` is what JSON can hold."""

    model: str
    usable: bool
    card: dict[str, object]
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Which history a run reads, and up to which day."""

    currency: str
    cut_off: date


@dataclass(frozen=True, slots=True)
class Cut:
    """Which members a list shows; what is empty or None cuts nothing.

    `group`: regulars, new, once, likely or slipping, as the overview counts them. `best_from`, `best_to`: by spend, in
    percent of the members. `moved`: the classes somebody came from and went to in the last whole month.
    """

    value_class: str = ""
    stage: str = ""
    reason: str = ""
    group: str = ""
    tenth: int | None = None  # of the chance to leave: 3 is from 30 to 40 percent
    best_from: float | None = None
    best_to: float | None = None
    moved: tuple[str, str] | None = None
