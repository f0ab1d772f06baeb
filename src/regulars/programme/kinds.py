"""Every kind of terms there is; read once, when the program starts."""

from regulars.programme import earning, ladders

__all__ = ["earning", "ladders"]
