"""Verbs of the room: what people ask of an import. The work itself is the worker's (`working`)."""

from regulars.imports.services.asking import book, correct, drop, undo
from regulars.imports.services.receiving import receive

__all__ = ["book", "correct", "drop", "receive", "undo"]
