"""Verbs of the room."""

from regulars.scorebook.services.deciding import advise, decide
from regulars.scorebook.services.plans import plan
from regulars.scorebook.services.runs import ask, ask_by_clock, cancel

__all__ = ["advise", "ask", "ask_by_clock", "cancel", "decide", "plan"]
