"""Sealing lines into the chain, off the hot path: sealed in line, every till would queue for the head. And the daily
check of the chain.
"""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from regulars.journal import locks
from regulars.journal.chain import SEALED, canonical, line_of, seal
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.verifying import verify

AT_ONCE: Final = 5_000

_UNSEALED: Final = f"select {', '.join(SEALED)} from journal_entry where number is null order by id limit %s"
_SEAL: Final = """
update journal_entry e set number = s.number, seal = s.seal
from unnest(%s::bigint[], %s::bigint[], %s::bytea[]) s (id, number, seal)
where e.id = s.id
"""


def seal_due(*, at: datetime, at_once: int = AT_ONCE) -> int:
    """Seals what is written and not sealed yet; says how many lines. To be called every few seconds.

    A transaction that ends late has its lines sealed later, with a later number: none is ever passed over.
    """
    done = 0
    while sealed := _seal_some(at, at_once):
        done += sealed
        if sealed < at_once:
            break
    return done


@transaction.atomic
def _seal_some(at: datetime, at_once: int) -> int:
    """One batch: three queries. A crash leaves it wholly sealed or not at all."""
    head = locks.head(at)
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, [at_once])
        rows = cursor.fetchall()
        if not rows:
            return 0
        numbers, seals, last = [], [], bytes(head.seal)
        for number, row in enumerate(rows, head.number + 1):
            last = seal(last, canonical(line_of(row), number))
            numbers.append(number)
            seals.append(last)
        cursor.execute(_SEAL, [[row[0] for row in rows], numbers, seals])
        assert cursor.rowcount == len(rows), "a line vanished while the head was locked"
    head.number, head.seal, head.sealed_at = numbers[-1], last, at
    head.save()
    return len(rows)


def check(*, actor: Actor, at: datetime) -> int:
    """Recomputes the chain; where it breaks, that is a line itself, which raises an alert. To be called daily.

    1 where it is broken, else 0. As `verify`: three queries and every line.
    """
    broken = verify().broken
    if broken is None:
        return 0
    record([Deed("journal.broken", after={"number": broken.number, "reason": broken.reason})], actor=actor, at=at)
    return 1
