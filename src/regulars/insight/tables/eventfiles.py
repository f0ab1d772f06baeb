"""Which table tells of status and which of activity, and when each row was: months as whole numbers.

A month is year × 12 + month − 1. Two shapes of status events are known: a row per event (customer, status, since), and
a row per customer with the month of joining and of leaving. A month is a column of days, or a year beside a month.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from regulars.history import dates, numbers
from regulars.history.headings import tokens
from regulars.insight.tables.moves import CustomerTable

_YEAR: Final = frozenset(("year", "年", "年份"))
_MONTH: Final = frozenset(("month", "月", "月份"))
_STATUS: Final = frozenset(["status", "state", "event", "状态", "客户状态", "用户状态", "事件"])
_JOIN: Final = frozenset((
    "enrollment", "enrolment", "enrolled", "enroll", "join", "joined", "joining", "start", "started", "begin",
    "since", "signup", "入会", "入网", "开户", "注册",
))  # fmt: skip
_LEAVE: Final = frozenset((
    "cancellation", "cancelled", "canceled", "cancel", "left", "leaving", "termination", "terminated", "end",
    "ended", "exit", "exited", "closed", "churn", "退会", "离网", "销户", "退网",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class When:
    """Where a month stands: one column of days, or a year and a month."""

    columns: tuple[str, ...]
    date_format: str = ""

    @property
    def sql(self) -> str:
        """SQL: the month as a whole number; null where it cannot be read."""
        if len(self.columns) == 1:
            at = dates.moment(quoted_name(self.columns[0]), self.date_format)
            at = f"CASE WHEN {dates.plausible(at)} THEN {at} END"
            return f"CAST(year({at}) * 12 + month({at}) - 1 AS BIGINT)"
        year, month = (f"CAST({numbers.number(quoted_name(column))} AS BIGINT)" for column in self.columns)
        return (
            f"CASE WHEN {year} BETWEEN {dates.FIRST_YEAR} AND {dates.LAST_YEAR} AND {month} BETWEEN 1 AND 12"
            f" THEN {year} * 12 + {month} - 1 END"
        )


@dataclass(frozen=True, slots=True)
class Events:
    """A table of status events: in the long shape `status` and `since`, in the wide one `joined` and `left`."""

    table: CustomerTable
    customer: str
    status: str = ""
    since: When | None = None
    joined: When | None = None
    left: When | None = None

    @property
    def used(self) -> set[str]:
        """Columns that are spoken for."""
        whens = [when for when in (self.since, self.joined, self.left) if when is not None]
        return {self.customer, self.status, *(column for when in whens for column in when.columns)}


@dataclass(frozen=True, slots=True)
class Activity:
    """What each customer did month by month."""

    table: CustomerTable
    customer: str
    month: When
    counted: tuple[str, ...]  # columns of numbers


def as_events(table: CustomerTable, identity: str | None) -> Events | None:
    """The table as status events; None where it is none."""
    customer = _customer(table, identity)
    if customer is None:
        return None
    joined, left = _when(table, _JOIN), _when(table, _LEAVE)
    if joined is not None and left is not None and joined != left:
        return Events(table, customer, joined=joined, left=left)
    status = next(
        (c for c in table.texts.column_names if _STATUS & _words(c) and table.meaning(c).kind == "levels"), None
    )
    since = _any_when(table)
    if status is not None and since is not None:
        return Events(table, customer, status=status, since=since)
    return None


def as_activity(table: CustomerTable, identity: str | None) -> Activity | None:
    """The table as activity by month; None where it is none."""
    customer, month = _customer(table, identity), _any_when(table)
    if customer is None or month is None:
        return None
    spoken_for = {customer, *month.columns}
    counted = [m.column for m in table.meanings if m.kind == "number" and m.column not in spoken_for]
    return Activity(table, customer, month, tuple(counted)) if counted else None


def quoted_name(column: str) -> str:
    """A column's name in SQL."""
    return '"' + column.replace('"', '""') + '"'


def _customer(table: CustomerTable, identity: str | None) -> str | None:
    if identity is not None and identity in table.texts.column_names:
        return identity
    return table.customer_like[0] if table.customer_like else None


def _words(heading: str) -> set[str]:
    return {*tokens(heading), "".join(tokens(heading))}


def _when(table: CustomerTable, wanted: frozenset[str]) -> When | None:
    """The month that headings with one of these words tell."""
    named = [column for column in table.texts.column_names if wanted & _words(column)]
    return _days(table, named) or _year_and_month(named)


def _any_when(table: CustomerTable) -> When | None:
    named = table.texts.column_names
    return _days(table, named) or _year_and_month(named)


def _days(table: CustomerTable, named: Sequence[str]) -> When | None:
    found = [column for column in named if table.meaning(column).kind == "days"]
    return When((found[0],), table.meaning(found[0]).date_format) if len(found) == 1 else None


def _year_and_month(named: Sequence[str]) -> When | None:
    years = [column for column in named if _YEAR & set(tokens(column))]
    months = [column for column in named if _MONTH & set(tokens(column))]
    return When((years[0], months[0])) if len(years) == 1 and len(months) == 1 else None
