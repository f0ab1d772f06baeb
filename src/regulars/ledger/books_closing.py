"""Closing days: what was recorded of a unit on a day is summed once, and stays as it is.

What is recorded later with a time of a closed day, or happened on it and is told later, belongs to the day that is
closed next: reports that were given out never change, and corrections show in the next.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import transaction

from regulars.basics.periods import zone_of
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import run
from regulars.ledger.books_open import LOCK, begin_anew
from regulars.ledger.books_sides import SIDES, Bound, bound, picking
from regulars.ledger.models import ClosedDay, Unit
from regulars.ledger.seals import head, seal

GRACE: Final = timedelta(minutes=10)  # for what tills recorded before midnight and are still sending
_TOTALS: Final = "kind, role, account, against, cohort, merchant, store, funder, origin, transfers, amount"


def close_due(*, actor: Actor, at: datetime, days: int = 31) -> int:
    """One step of the job: closes the days that are over, at most so many. How many; call it until it answers 0.

    Seals first: a day is closed at a place of the chain, so what is in it can be shown for ever. While a transaction
    of that day is still open nothing is closed.
    """
    sealed = seal(at=at)
    if sealed.waiting or sealed.elsewhere:
        return 0
    closed = 0
    for unit in Unit.objects.order_by("code"):
        while closed < days and _close_next(unit, actor, at):
            closed += 1
    return closed


def end_of(day: date, zone: str) -> datetime:
    """The first instant after a day of the zone.

    >>> end_of(date(2026, 3, 29), "Europe/Berlin").isoformat()
    '2026-03-30T00:00:00+02:00'
    """
    return datetime.combine(day + timedelta(days=1), time(), zone_of(zone))


@transaction.atomic
def _close_next(unit: Unit, actor: Actor, at: datetime) -> bool:
    """Closes the next day of a unit if it is over. Twelve queries."""
    if not run("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])[0][0]:
        return False
    last = bound(unit.code)
    day = last.day + timedelta(days=1) if last.day else _first_day(unit)
    if day is None or end_of(day, unit.zone) + GRACE > at:
        return False
    ends_at = max(end_of(day, unit.zone), last.ends_at)  # where the zone was changed in between
    upto = max(_upto(ends_at + GRACE), last.upto)
    transfers = _sum(unit, day, last, upto, ends_at)
    ClosedDay.objects.create(
        unit=unit.code, day=day, ends_at=ends_at, upto=upto, transfers=transfers, closed_at=at,
        open_from=_open_from(unit.code, last, upto, ends_at),
    )  # fmt: skip
    begin_anew(unit.code)
    facts = {"day": day.isoformat(), "transfers": transfers, "upto": upto, "chain": str(head())}
    record([Deed("ledger.close-day", f"unt_{unit.code}", after=facts)], actor=actor, at=at)
    return True


def _first_day(unit: Unit) -> date | None:
    ((first,),) = run("SELECT min(recorded_at) FROM ledger_transfer WHERE unit = %s", [unit.code])
    return first.astimezone(zone_of(unit.zone)).date() if first else None


def _upto(over_at: datetime) -> int:
    """The place of the chain where the day is cut: where the first sealing after it came to."""
    ((upto,),) = run(
        "SELECT coalesce((SELECT max(upto) FROM ledger_seal"
        "   WHERE sealed_at = (SELECT min(sealed_at) FROM ledger_seal WHERE sealed_at >= %s)),"
        " (SELECT max(upto) FROM ledger_seal), 0)",
        [over_at],
    )
    return int(upto)


def _sum(unit: Unit, day: date, last: Bound, upto: int, ends_at: datetime) -> int:
    """Writes the day's totals; how many transfers they sum."""
    values = [*picking(unit.code, last, upto, ends_at), unit.zone]
    run(
        f"WITH found AS ({SIDES}) INSERT INTO ledger_day_total (unit, day, {_TOTALS})"
        " SELECT %s, %s::date, found.* FROM found",
        [*values, unit.code, day],
    )
    ((transfers,),) = run(
        "SELECT count(*) FROM ledger_transfer t WHERE t.unit = %s AND t.number >= %s AND t.number <= %s"
        " AND t.recorded_at < %s AND NOT (t.recorded_at < %s AND t.number <= %s)",
        picking(unit.code, last, upto, ends_at),
    )
    return int(transfers)


def _open_from(unit: str, last: Bound, upto: int, ends_at: datetime) -> int:
    ((least,),) = run(
        "SELECT min(number) FROM ledger_transfer"
        " WHERE unit = %s AND number >= %s AND number <= %s AND recorded_at >= %s",
        [unit, last.open_from, upto, ends_at],
    )
    return upto + 1 if least is None else int(least)
