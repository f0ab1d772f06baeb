"""Verbs of the room."""

from regulars.scorebook.services.plans import plan
from regulars.scorebook.services.runs import ask, ask_by_clock, cancel

__all__ = ["ask", "ask_by_clock", "cancel", "plan"]
