"""What the worker does for this room: scores that are due, by the clock or because somebody asked."""

from datetime import datetime

from regulars.journal.moves import Actor
from regulars.scorebook import locks, services


def run_due(*, actor: Actor, at: datetime) -> int:
    """Works at one run to its end; 1, or 0 where there is none. A run of a worker that died goes on where it was."""
    services.ask_by_clock(actor=actor, at=at)
    with locks.next_run() as mine:
        if mine is None:
            return 0
        from regulars.scorebook.computing.running import work  # loads DuckDB and the models

        work(*mine, actor=actor, at=at)
    return 1
