"""What the worker does for this room. It serves no address, so the kinds of jobs, which routes name, are read here."""

from regulars.api.jobs import KINDS, work
from regulars.api.routes import jobs, moving  # noqa: F401 - say which kinds of jobs there are

__all__ = ["KINDS", "work"]
