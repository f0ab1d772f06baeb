"""What it means: facts, classes, stages, models, pairs and lists, as a library.

Functions of tables take and give Ibis expressions, Arrow, pandas or polars. The models are loaded when first asked
for, so that importing the library costs little.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

# Functions that share their module's name are imported here and now: later the module would take the name.
from regulars.insight.facts import facts
from regulars.insight.rfm import rfm
from regulars.insight.visits import days, visits

if TYPE_CHECKING:
    from regulars.insight.bgnbd import BGNBD
    from regulars.insight.gammagamma import GammaGamma
    from regulars.insight.mbgnbd import MBGNBD
    from regulars.insight.paretonbd import ParetoNBD
    from regulars.insight.rhythm import OwnRhythm

__all__ = ["BGNBD", "MBGNBD", "GammaGamma", "OwnRhythm", "ParetoNBD", "days", "facts", "rfm", "visits"]

_MODELS = {
    "BGNBD": "bgnbd",
    "MBGNBD": "mbgnbd",
    "ParetoNBD": "paretonbd",
    "GammaGamma": "gammagamma",
    "OwnRhythm": "rhythm",
}


def __getattr__(name: str) -> Any:
    if name not in _MODELS:
        raise AttributeError(f"regulars.insight has no {name!r}; it has {', '.join(__all__)}.")
    return getattr(import_module(f"regulars.insight.{_MODELS[name]}"), name)
