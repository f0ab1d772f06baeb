"""Proof: designing a campaign with a control group, judging it, and choosing whom the next one should go to."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regulars.insight.uplift.assigning import assign
    from regulars.insight.uplift.beforeafter import before_after
    from regulars.insight.uplift.deciding import decide
    from regulars.insight.uplift.designing import design
    from regulars.insight.uplift.resulting import result

__all__ = ["assign", "before_after", "decide", "design", "result"]

_ROOMS = {
    "assign": "assigning",
    "before_after": "beforeafter",
    "decide": "deciding",
    "design": "designing",
    "result": "resulting",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"regulars.insight.uplift has no {name!r}; it has {', '.join(__all__)}.")
    return getattr(import_module(f"regulars.insight.uplift.{_ROOMS[name]}"), name)
