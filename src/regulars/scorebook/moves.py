"""Values handed in and out of the room."""

from dataclasses import dataclass
from datetime import date
from typing import Final

PREFIX: Final = "scr"  # of a run's typed id
# What a run does, one after another. What a done step made is kept, so that a run goes on after the last of them.
STEPS: Final = ("history", "facts", "stages", "future", "leaving", "due", "next", "pictures", "bought", "write")
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
