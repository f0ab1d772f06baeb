"""What it means: facts, classes, stages, models, pairs and lists, as a library.

Functions of tables take and give Ibis expressions, Arrow, pandas or polars. Everything is loaded when first asked for,
so that importing the library, or a part of it, costs little.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regulars.insight.bgnbd import BGNBD
    from regulars.insight.facts import facts
    from regulars.insight.gammagamma import GammaGamma
    from regulars.insight.mbgnbd import MBGNBD
    from regulars.insight.paretonbd import ParetoNBD
    from regulars.insight.rfm import rfm
    from regulars.insight.rhythm import OwnRhythm
    from regulars.insight.visits import days, visits

__all__ = ["BGNBD", "MBGNBD", "GammaGamma", "OwnRhythm", "ParetoNBD", "days", "facts", "rfm", "visits"]

_MODULES = {
    "BGNBD": "bgnbd",
    "MBGNBD": "mbgnbd",
    "ParetoNBD": "paretonbd",
    "GammaGamma": "gammagamma",
    "OwnRhythm": "rhythm",
    "days": "visits",
    "facts": "facts",
    "rfm": "rfm",
    "visits": "visits",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"regulars.insight has no {name!r}; it has {', '.join(__all__)}.")
    return getattr(import_module(f"regulars.insight.{_MODULES[name]}"), name)


class _Insight(ModuleType):
    """Importing a module sets its name in the package; where a function has that name, the function is meant."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in _MODULES and isinstance(value, ModuleType):
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Insight
