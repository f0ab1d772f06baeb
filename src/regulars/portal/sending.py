"""What the worker does for this room by the clock, beside sending codes."""

from datetime import datetime

from regulars.portal.services import codes, links, sessions


def forget(*, at: datetime) -> int:
    """Codes, links and sessions whose time is over. Four queries."""
    return codes.sweep(at=at) + links.sweep(at=at) + sessions.sweep(at=at)
