"""Settlement: a statement per merchant and period, the sum of its entries. Closed ones are frozen.

Who owes whom: a merchant is owed what it took for units that others fund, and owes what others took for its own.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import transaction

from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import run
from regulars.ledger.books_sides import bound
from regulars.ledger.errors import PeriodClosed, PeriodOpen
from regulars.ledger.models import Period
from regulars.ledger.services.accounts import units

_LOCK: Final = 0x70657269  # of closing periods, among PostgreSQL's advisory locks


class Line(StrEnum):
    """What a line of a statement tells. Stored texts are never renamed."""

    ISSUED = "issued"  # given at this merchant's tills; counterparty: who funds it
    REDEEMED = "redeemed"  # taken by this merchant; counterparty: who funded those units
    ELSEWHERE = "redeemed-elsewhere"  # funded by this merchant, taken by the counterparty
    EXPIRED = "expired"  # funded by this merchant, and gone
    SOLD = "sold"  # paid value sold by this merchant, less refunds


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: signed so that a reversal lowers it."""

    line: Line
    counterparty: str
    store: str
    transfers: int
    amount: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What one merchant's tills and funds did in a period."""

    unit: str
    merchant: str
    first_on: date
    last_on: date
    frozen: bool
    entries: tuple[Entry, ...]

    @property
    def due(self) -> int:
        """What others owe this merchant; below nothing: what it owes them."""
        took = sum(
            e.amount for e in self.entries if e.line == Line.REDEEMED and e.counterparty not in ("", self.merchant)
        )
        return took - sum(e.amount for e in self.entries if e.line == Line.ELSEWHERE)


# Values: unit, first and last day.
_ENTRIES: Final = """
WITH days AS (
    SELECT * FROM ledger_day_total WHERE unit = %s AND day BETWEEN %s AND %s AND role IN ('main', 'pending', 'debt')
), lines AS (
    SELECT merchant, 'issued' AS line, funder AS counterparty, store, transfers, amount FROM days
        WHERE against = 'issued'
    UNION ALL
    SELECT merchant, 'redeemed', origin, store, transfers, -amount FROM days WHERE against = 'redeemed'
    UNION ALL
    SELECT origin, 'redeemed-elsewhere', merchant, '', transfers, -amount FROM days
        WHERE against = 'redeemed' AND origin <> merchant
    UNION ALL
    SELECT origin, 'expired', '', '', transfers, -amount FROM days WHERE against = 'expired'
    UNION ALL
    SELECT merchant, 'sold', '', store, transfers, amount FROM days WHERE against = 'sold'
)
SELECT merchant, line, counterparty, store, sum(transfers)::bigint, sum(amount)::bigint FROM lines
WHERE merchant <> '' GROUP BY 1, 2, 3, 4"""


def statements(unit: str, last_on: date, first_on: date | None = None) -> list[Statement]:
    """The statements of a closed period, as frozen; of another, from the days closed so far. Three queries at most.

    `first_on` is needed only for a period that is not closed. Raises UnitUnknown, PeriodOpen.
    """
    units([unit])
    period = Period.objects.filter(unit=unit, last_on=last_on).first()
    if period is not None and first_on in (None, period.first_on):
        rows = run(
            "SELECT merchant, line, counterparty, store, transfers, amount FROM ledger_statement_line"
            " WHERE unit = %s AND last_on = %s ORDER BY id",
            [unit, last_on],
        )
        return _statements(unit, period.first_on, last_on, True, rows)
    if first_on is None:
        raise PeriodOpen(f"No period of {unit} that ends on {last_on} is closed.", unit=unit, last_on=last_on)
    rows = run(f"{_ENTRIES} ORDER BY 1, 2, 3, 4", [unit, first_on, last_on])
    return _statements(unit, first_on, last_on, False, rows)


@transaction.atomic
def close_period(unit: str, last_on: date, *, actor: Actor, at: datetime) -> list[Statement]:
    """Freezes the statements from the day after the last period up to `last_on`. Seven queries.

    A correction that comes later is in the next period. Raises UnitUnknown, PeriodOpen, PeriodClosed.
    """
    units([unit])
    run("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    closed = bound(unit).day
    if closed is None or closed < last_on:
        raise PeriodOpen(f"The days of {unit} are closed up to {closed}.", unit=unit, closed=closed, last_on=last_on)
    ((before, first),) = run(
        "SELECT (SELECT max(last_on) FROM ledger_period WHERE unit = %s),"
        " (SELECT min(day) FROM ledger_closed_day WHERE unit = %s)",
        [unit, unit],
    )
    first_on = before + timedelta(days=1) if before else min(first, last_on)
    if first_on > last_on:
        raise PeriodClosed(f"Periods of {unit} are closed up to {before}.", unit=unit, closed=before, last_on=last_on)
    run(
        "INSERT INTO ledger_statement_line (unit, last_on, merchant, line, counterparty, store, transfers, amount)"
        f" SELECT %s, %s::date, found.* FROM ({_ENTRIES} ORDER BY 1, 2, 3, 4) AS found",
        [unit, last_on, unit, first_on, last_on],
    )
    Period.objects.create(unit=unit, first_on=first_on, last_on=last_on, closed_at=at, closed_by=actor.id)
    facts = {"first_on": first_on.isoformat(), "last_on": last_on.isoformat()}
    record([Deed("ledger.close-period", f"unt_{unit}", after=facts)], actor=actor, at=at)
    return statements(unit, last_on)


def _statements(
    unit: str, first_on: date, last_on: date, frozen: bool, rows: list[tuple[str, str, str, str, int, int]]
) -> list[Statement]:
    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    for merchant, line, counterparty, store, transfers, amount in rows:
        entries[merchant].append(Entry(Line(line), counterparty, store, transfers, amount))
    return [
        Statement(unit, merchant, first_on, last_on, frozen, tuple(lines))
        for merchant, lines in sorted(entries.items())
    ]
