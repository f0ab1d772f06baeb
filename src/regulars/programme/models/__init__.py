"""Tables of the room, without verbs; these are in `services`."""

from regulars.programme.models.terms import Edition, Terms

__all__ = ["Edition", "Terms"]
