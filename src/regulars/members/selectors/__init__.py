"""Reads of the room; each says what it costs in queries."""

from regulars.members.selectors.recognition import (
    by_tail,
    group_of,
    recognise,
    recognise_all,
    recognise_text,
    roots,
)

__all__ = ("by_tail", "group_of", "recognise", "recognise_all", "recognise_text", "roots")
