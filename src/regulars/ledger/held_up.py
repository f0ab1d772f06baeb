"""Transactions left open that hold up sealing: nothing newer is sealed while one may still write a lower number."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from regulars.journal.moves import Actor, Deed, Seen, Sought
from regulars.journal.selectors import search
from regulars.journal.services import record
from regulars.journal.statements import run

LONGER: Final = timedelta(minutes=5)  # a till's transaction lasts milliseconds, the longest batch some seconds
_DEED: Final = "ledger.seal_held_up"


@dataclass(frozen=True, slots=True)
class Holding:
    """One of them: the database's process, since when its transaction is open, and what it calls itself."""

    pid: int
    since: datetime
    program: str

    def __str__(self) -> str:
        return f"process {self.pid} since {self.since:%Y-%m-%d %H:%M:%S} UTC"


def holding(*, at: datetime) -> list[Holding]:
    """Those open for longer than a few minutes, the oldest first. One query."""
    rows = run(
        "SELECT a.pid, a.xact_start, a.application_name FROM pg_stat_activity a WHERE a.xact_start < %s AND EXISTS"
        " (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'relation' AND l.mode = 'RowExclusiveLock'"
        "  AND l.relation = 'ledger_transfer'::regclass AND l.granted AND l.database = a.datid)"
        " AND a.datname = current_database() AND a.pid <> pg_backend_pid() ORDER BY a.xact_start, a.pid",
        [at - LONGER],
    )
    return [Holding(*row) for row in rows]


def watch_held_up(*, actor: Actor, at: datetime) -> int:
    """Every minute: each such transaction becomes a line of the journal once, which raises an alert. How many lines."""
    found = holding(at=at)
    if not found:
        return 0
    lines = search(Sought(what=_DEED, since=found[0].since), seen=Seen(everything=True), limit=200).lines
    told = {line.after["transaction"] for line in lines}
    fresh = [one for one in found if str(one) not in told]
    facts = [{"transaction": str(one), "pid": one.pid, "since": one.since.isoformat()} for one in fresh]
    record([Deed(_DEED, after=fact) for fact in facts], actor=actor, at=at)
    return len(fresh)
