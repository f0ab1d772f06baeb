"""What the books of the house say: its accounts, the liability by cohort, the cost by funder.

Closed days come from their totals, the rest from the transfers themselves; the two together are the ledger to the unit.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from regulars.journal.statements import run
from regulars.ledger.books_sides import PICKED, Bound, after, open_sides, picking, steadily
from regulars.ledger.services.accounts import units
from regulars.ledger.words import HOLDER_ROLES, Kind, Role, UnitKind

# What each kind of transfer is called in a roll-forward.
MOVEMENTS: Final = {
    Kind.EARN: "earned", Kind.ACTIVATE: "earned", Kind.LOAD: "bought", Kind.SPEND: "spent", Kind.CAPTURE: "spent",
    Kind.FEE: "spent", Kind.EXPIRE: "expired", Kind.REVERSE: "reversed", Kind.CANCEL: "reversed", Kind.OWE: "reversed",
    Kind.REFUND: "refunded", Kind.MOVE: "moved", Kind.MERGE: "moved", Kind.UNMERGE: "moved", Kind.REPAY: "moved",
    Kind.CONVERT: "converted", Kind.ADJUST: "adjusted", Kind.FORGIVE: "written_off", Kind.ERASE: "written_off",
}  # fmt: skip
COLUMNS: Final = tuple(dict.fromkeys(MOVEMENTS.values()))


@dataclass(frozen=True, slots=True)
class HouseBalance:
    """What came into a house account less what left it. Below nothing: more was given out of it."""

    unit: str
    role: Role
    scope: str
    balance: int


@dataclass(slots=True)
class Cohort:
    """Units earned in one month (None: debts): opening + movements = closing. Movements are signed."""

    month: date | None
    opening: int = 0
    movements: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))

    @property
    def closing(self) -> int:
        return self.opening + sum(self.movements.values())


@dataclass(frozen=True, slots=True)
class RollForward:
    """The liability of a unit over some days, by month of earning."""

    unit: str
    kind: UnitKind  # paid value, bonus value and points are never added up
    first_on: date
    last_on: date | None  # None: up to now, days that are not closed among them
    cohorts: tuple[Cohort, ...]

    @property
    def opening(self) -> int:
        return sum(cohort.opening for cohort in self.cohorts)

    @property
    def closing(self) -> int:
        return sum(cohort.closing for cohort in self.cohorts)


@dataclass(frozen=True, slots=True)
class FunderCost:
    """What a funder gave, what came back before it was spent (reversals, cancellations), and what it bears."""

    funder: str
    given: int
    taken_back: int

    @property
    def net(self) -> int:
        return self.given - self.taken_back


def house_balances(unit: str) -> list[HouseBalance]:
    """All house accounts of a unit, now: closed days and the rest. Five queries."""
    rows = steadily(unit, lambda last, upto: _house(unit, last, upto))
    return [HouseBalance(code, Role(role), scope, balance) for code, role, scope, balance in rows]


def _house(unit: str, last: Bound, upto: int) -> list[tuple[str, str, str, int]]:
    return run(
        f"WITH {PICKED}, moved AS ("
        "   SELECT account, amount FROM ledger_day_total WHERE unit = %s AND account IS NOT NULL"
        "   UNION ALL SELECT account, amount FROM ledger_open_total WHERE unit = %s AND account IS NOT NULL"
        "   UNION ALL SELECT taker, amount FROM picked UNION ALL SELECT giver, -amount FROM picked"
        " ) SELECT a.unit, a.role, a.scope, coalesce(sum(m.amount), 0)::bigint FROM ledger_account a"
        " LEFT JOIN moved m ON m.account = a.id WHERE a.owner IS NULL AND a.unit = %s"
        " GROUP BY a.id ORDER BY a.role, a.scope",
        [*picking(unit, after(last, upto)), unit, unit, unit],
    )


def roll_forward(unit: str, first_on: date, last_on: date | None = None) -> RollForward:
    """Opening, movements and closing by month of earning, over closed days, both included; None: up to now.

    A day counts as recorded: what was told late is in the day that was closed next, beside the month it was earned in.
    Two queries; up to now six more, over what is not closed yet. Raises UnitUnknown.
    """
    (known,) = units([unit]).values()
    rows = run(
        "SELECT cohort, kind, CASE WHEN day < %s THEN 0 ELSE 1 END, sum(amount)::bigint FROM ledger_day_total"
        " WHERE unit = %s AND role = ANY(%s::text[]) AND day <= %s GROUP BY 1, 2, 3",
        [first_on, unit, sorted(HOLDER_ROLES), last_on or date.max],
    )
    if last_on is None:
        rows += [(s.cohort, s.kind, 1, s.amount) for s in open_sides(unit, known.zone) if s.role in HOLDER_ROLES]
    return RollForward(unit, UnitKind(known.kind), first_on, last_on, tuple(_cohorts(rows)))


def cost_by_funder(unit: str, first_on: date, last_on: date) -> list[FunderCost]:
    """What each funder gave out of the issued accounts over closed days, both included. One query."""
    rows = run(
        "SELECT coalesce(nullif(t.funder, ''), a.scope),"
        " coalesce(-sum(t.amount) FILTER (WHERE t.kind = 'earn'), 0)::bigint,"
        " coalesce(sum(t.amount) FILTER (WHERE t.kind <> 'earn'), 0)::bigint"
        " FROM ledger_day_total t JOIN ledger_account a ON a.id = t.account"
        " WHERE t.unit = %s AND t.role = 'issued' AND t.day BETWEEN %s AND %s GROUP BY 1 ORDER BY 1",
        [unit, first_on, last_on],
    )
    return [FunderCost(*row) for row in rows]


def liability() -> dict[UnitKind, dict[str, int]]:
    """What is owed to holders now, per unit: points, paid value and bonus value apart. One query."""
    rows = run(
        "SELECT u.kind, u.code, coalesce(sum(a.balance), 0)::bigint FROM ledger_unit u"
        " LEFT JOIN ledger_account a ON a.unit = u.code AND a.owner IS NOT NULL GROUP BY u.code ORDER BY u.code"
    )
    found: dict[UnitKind, dict[str, int]] = {kind: {} for kind in UnitKind}
    for kind, code, owed in rows:
        found[UnitKind(kind)][code] = owed
    return found


def _cohorts(rows: Iterable[tuple[date | None, str, int, int]]) -> list[Cohort]:
    """In order of months; debts, which no month has, at the end."""
    found: defaultdict[date | None, Cohort] = defaultdict(lambda: Cohort(None))
    for month, kind, inside, amount in rows:
        cohort = found[month]
        cohort.month = month
        if inside:
            cohort.movements[MOVEMENTS[Kind(kind)]] += amount
        else:
            cohort.opening += amount
    return sorted(found.values(), key=lambda cohort: cohort.month or date.max)
