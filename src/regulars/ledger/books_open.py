"""The open day, summed as it goes: who reads the books adds up sums and the last seconds, not the tills of a day.

Sums say what a closed day would, over what is sealed and in no closed day yet. When a day is closed they begin anew.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from regulars.journal.statements import run
from regulars.ledger.books_sides import SIDES, after, bound, picking, summed_upto
from regulars.ledger.models import OpenSum, OpenTotal, Unit
from regulars.ledger.seals import head

BATCH: Final = 20_000  # numbers at a time
LOCK: Final = 0x636C6F73  # of closings and of this, among PostgreSQL's advisory locks
_BY: Final = "kind, role, account, against, cohort, merchant, store, funder, origin"


def sum_due(*, at: datetime) -> int:
    """One step of the job: sums on what was sealed since, so many numbers of each unit. How many numbers that were;
    call it until it answers 0."""
    upto = head().upto
    return sum(_sum_on(unit, upto) for unit in Unit.objects.order_by("code"))


def begin_anew(unit: str) -> None:
    """A day was closed: what was summed is in it, or is summed again. Three queries."""
    OpenTotal.objects.filter(unit=unit).delete()
    OpenSum.objects.update_or_create(unit=unit, defaults={"upto": -1})


@transaction.atomic
def _sum_on(unit: Unit, sealed: int) -> int:
    """Seven queries; three where there is nothing new."""
    if not run("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])[0][0]:
        return 0
    last, done = bound(unit.code), summed_upto(unit.code)
    begins = after(last, done)
    upto = min(sealed, begins.open_from + BATCH - 1)
    if upto < begins.open_from:
        return 0
    run(
        f"WITH gone AS (DELETE FROM ledger_open_total WHERE unit = %s RETURNING {_BY}, transfers, amount),"
        f" found AS ({SIDES}), every AS (SELECT * FROM gone UNION ALL SELECT * FROM found)"
        f" INSERT INTO ledger_open_total (unit, {_BY}, transfers, amount)"
        f" SELECT %s, {_BY}, sum(transfers), sum(amount)::bigint FROM every GROUP BY {_BY}",
        [unit.code, *picking(unit.code, begins, upto), unit.zone, unit.code],
    )
    OpenSum.objects.update_or_create(unit=unit.code, defaults={"upto": upto})
    return upto - begins.open_from + 1
