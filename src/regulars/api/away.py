"""Whether a failure means that the database is away: stopped, starting, out of reach, or full of connections."""

from typing import Final

from django.db import Error
from psycopg import InterfaceError, OperationalError

# SQLSTATE: connections, shut-downs and starts (57P01 … 57P05), too many connections.
_CLASSES: Final = ("08", "57P", "53300")
WAIT: Final = 5  # seconds; by then one that was only started anew is there again


def is_away(failure: BaseException | None) -> bool:
    """Of a failure as Django raises it. One without a code comes from the connection, not from the server."""
    cause = failure.__cause__ if isinstance(failure, Error) else failure
    if isinstance(cause, InterfaceError):
        return "connection" in str(cause)  # not a cursor of ours that we closed too early
    return isinstance(cause, OperationalError) and (cause.sqlstate is None or cause.sqlstate.startswith(_CLASSES))
