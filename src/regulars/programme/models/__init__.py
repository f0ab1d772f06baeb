"""Tables of the room, without verbs; these are in `services`."""

from regulars.programme.models.counters import Counter, Use
from regulars.programme.models.terms import Edition, Terms

__all__ = ["Counter", "Edition", "Terms", "Use"]
