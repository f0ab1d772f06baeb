"""Statements of points: what somebody earned, spent and lost in the last whole months, what they have, what that pays.

Once a quarter is three months from the first of January on: the last three that are over when it is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from babel.numbers import format_currency

from regulars.access.selectors import places
from regulars.basics.money import minor_digits
from regulars.basics.periods import day_of, start_of
from regulars.journal.statements import column, run
from regulars.ledger.models import Unit
from regulars.ledger.selectors import spendable
from regulars.outreach.campaigns.forms import StatementForm
from regulars.outreach.templates.reading_facts import written
from regulars.programme.book import book
from regulars.rules.paying import PointsPayment

PAYMENT: Final = "points-payment"
# What was taken back counts against what it took back, in the period in which that was done.
_MOVED: Final = """
SELECT m.root_id, coalesce(sum(x.amount) FILTER (WHERE x.kind = 'earn'), 0)::bigint,
    coalesce(sum(x.amount) FILTER (WHERE x.kind IN ('spend', 'capture')), 0)::bigint,
    coalesce(sum(x.amount) FILTER (WHERE x.kind = 'expire'), 0)::bigint
FROM members_member m CROSS JOIN LATERAL (
    SELECT CASE WHEN o.id IS NULL THEN t.kind ELSE o.kind END AS kind,
        CASE WHEN o.id IS NULL THEN t.amount ELSE -t.amount END AS amount
    FROM ledger_transfer t LEFT JOIN ledger_transfer o ON o.id = t.reverses AND t.kind IN ('reverse', 'owe', 'cancel')
    WHERE t.owner = m.id AND t.unit = %(unit)s AND t.effective_at >= %(since)s::timestamptz
        AND t.effective_at < %(until)s::timestamptz
) x
WHERE m.root_id = ANY(%(members)s::uuid[]) GROUP BY m.root_id
"""


@dataclass(frozen=True, slots=True)
class Account:
    """Of one member, in a unit's smallest parts; `worth` in minor units, None where points pay nothing."""

    from_on: date
    until_on: date  # included
    earned: int
    spent: int
    expired: int
    balance: int
    worth: int | None
    unit: str
    scale: int
    currency: str

    def told(self) -> dict[str, Any]:
        """As a template says it."""
        worth = ""
        if self.worth is not None:
            digits = minor_digits(self.currency)
            worth = format_currency(self.worth / 10**digits, self.currency, locale="en")
        amounts = {name: getattr(self, name) for name in ("earned", "spent", "expired", "balance")}
        return {
            "from": self.from_on.isoformat(), "until": self.until_on.isoformat(), "unit": self.unit, "worth": worth,
            **{name: written(amount, self.scale) for name, amount in amounts.items()},
        }  # fmt: skip


def period_of(today: date, months: int) -> tuple[date, date]:
    """The first and the last day of the last whole period.

    >>> period_of(date(2026, 5, 4), 3)
    (datetime.date(2026, 1, 1), datetime.date(2026, 3, 31))
    >>> period_of(date(2026, 1, 31), 1)
    (datetime.date(2025, 12, 1), datetime.date(2025, 12, 31))
    """
    begun = (today.month - 1) // months * months + 1
    after = date(today.year, begun, 1)
    year, month = divmod(after.year * 12 + after.month - 1 - months, 12)
    return date(year, month + 1, 1), after - timedelta(days=1)


def accounts_of(
    form: StatementForm, members: Sequence[UUID], *, organisation: UUID, at: datetime
) -> Mapping[UUID, Account]:
    """Everybody's, also of who did nothing. Three queries."""
    unit = Unit.objects.get(code=form.unit)
    zone = places().zones.get(organisation, "UTC")
    from_on, until_on = period_of(day_of(at, zone), form.months)
    asked = {
        "unit": form.unit, "members": column(list(members)), "since": start_of(from_on, zone),
        "until": start_of(until_on + timedelta(days=1), zone),
    }  # fmt: skip
    moved = {root: amounts for root, *amounts in run(_MOVED, asked)}
    held: dict[UUID, int] = {}
    for one in spendable(list(members), [form.unit], at=at):
        if one.usable_from <= at:
            held[one.owner] = held.get(one.owner, 0) + one.amount
    pays = next(
        (
            one.terms
            for one in sorted(book(organisation).at(PAYMENT, at), key=lambda one: one.code)
            if one.terms.unit == form.unit
        ),
        None,
    )
    return {
        member: _account(member, (from_on, until_on), moved.get(member, [0, 0, 0]), held, unit, pays)
        for member in members
    }


def _account(
    member: UUID,
    days: tuple[date, date],
    moved: Sequence[int],
    held: Mapping[UUID, int],
    unit: Unit,
    pays: PointsPayment | None,
) -> Account:
    earned, spent, expired = moved
    balance = held.get(member, 0)
    worth = pays.money(balance) if pays is not None else None
    currency = pays.currency if pays is not None else ""
    return Account(*days, earned, spent, expired, balance, worth, unit.name, unit.scale, currency)
