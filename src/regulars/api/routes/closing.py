"""What the books say: the liability rolled forward, statements of merchants, periods that are closed."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from ninja import Router
from pydantic import Field

from regulars.access import gate
from regulars.access.rights import Right
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.doors import read, write
from regulars.api.fields import Asking, Cursor, Day, Limit, MerchantId, Moment, Telling
from regulars.api.keys import Call, Request
from regulars.api.places import organisation
from regulars.api.routes.holdings import UnitCode
from regulars.basics.ids import typed
from regulars.ledger import settlement
from regulars.ledger.books import roll_forward
from regulars.ledger.books_sides import bound
from regulars.ledger.models import Period
from regulars.ledger.services.accounts import units

router = Router(tags=["Books"])


class CohortTold(Telling):
    """Units earned in one month: opening + movements = closing. Null stands for debts, which no month has."""

    month: Annotated[Day | None, Field(description="Its first day.")]
    opening: int
    movements: Annotated[dict[str, int], Field(description="earned, spent, expired, reversed …; signed.")]
    closing: int


class RollForwardTold(Telling):
    """What is owed to holders of a unit, by month of earning. Ties to the ledger to the unit."""

    unit: str
    kind: Literal["points", "paid", "bonus"]
    first_on: Day | None
    last_on: Annotated[Day | None, Field(description="Null: up to now, days that are not closed among them.")]
    closed_on: Annotated[Day | None, Field(description="The last day that is closed.")]
    opening: int
    closing: int
    cohorts: list[CohortTold]


class LineTold(Telling):
    """A line of a statement: what, with whom, in which store; a reversal lowers it."""

    line: Literal["issued", "redeemed", "redeemed-elsewhere", "expired", "sold"]
    counterparty: str
    store: str
    transfers: int
    amount: int


class StatementTold(Telling):
    """What one merchant's tills and funds did. `due`: what others owe it; below nothing: what it owes them."""

    merchant: str
    first_on: Day
    last_on: Day
    frozen: bool
    due: int
    lines: list[LineTold]


class StatementsTold(Telling):
    """By merchant; `next` is the cursor of the page after."""

    unit: str
    items: list[StatementTold]
    next: str | None


class ClosingAsked(Asking):
    """The last day of the period; it begins after the one before."""

    EXAMPLE: ClassVar = {"last_on": "2026-05-31"}

    last_on: Day


class ClosedTold(Telling):
    """A period whose statements are frozen."""

    unit: str
    first_on: Day
    last_on: Day
    closed_at: Moment
    closed_by: str


class ClosedPeriodsTold(Telling):
    """The newest first; `next` is the cursor of the page after."""

    items: list[ClosedTold]
    next: str | None


@read(router, "/units/{unit}/roll-forward", right=Right.LEDGER_READ, answer=RollForwardTold)
def roll_the_liability_forward(
    request: Request, unit: UnitCode, first_on: Day | None = None, last_on: Day | None = None
) -> RollForwardTold:
    """Opening, movements and closing by month of earning, over closed days; without `last_on` up to now. A unit is the
    installation's: the right is needed in every organisation."""
    gate.require(request.call.grants, Right.LEDGER_READ)
    found = roll_forward(unit, first_on or date.min, last_on)
    return RollForwardTold(
        unit=unit,
        kind=found.kind.value,
        first_on=first_on,
        last_on=last_on,
        closed_on=bound(unit).day,
        opening=found.opening,
        closing=found.closing,
        cohorts=[
            CohortTold(month=one.month, opening=one.opening, movements=one.movements, closing=one.closing)
            for one in found.cohorts
        ],
    )


@read(
    router,
    "/units/{unit}/statements",
    right=Right.LEDGER_READ,
    answer=StatementsTold,
    clash="The period is not closed, and no `first_on` says which days are meant (`period-open`).",
)
def list_statements(
    request: Request,
    unit: UnitCode,
    last_on: Day,
    first_on: Day | None = None,
    merchant: MerchantId | None = None,
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> StatementsTold:
    """Of a closed period, as frozen; with `first_on` of any other days, from those closed so far. A key sees the
    merchants it works for."""
    call = request.call
    seen = _merchants(call)
    place = f"statements/{unit}/{first_on}/{last_on}/{merchant}"
    after = read_cursor(place, cursor) or ""
    wanted = seen if merchant is None else seen & {typed("mrc", merchant)}
    rows = [one for one in settlement.statements(unit, last_on, first_on) if one.merchant in wanted]
    page = [one for one in rows if one.merchant > after][:limit]
    more = write_cursor(place, page[-1].merchant) if len(page) == limit else None
    return StatementsTold(unit=unit, items=[_statement(one) for one in page], next=more)


def _merchants(call: Call) -> set[str]:
    """Whose statements this key may see. Raises NotAllowed, PlaceNeeded."""
    organisation(call, Right.LEDGER_READ)
    return {typed("mrc", one) for one in gate.scope(call.grants, Right.LEDGER_READ).merchants}


def _statement(one: settlement.Statement) -> StatementTold:
    lines = [
        LineTold(
            line=entry.line.value,
            counterparty=entry.counterparty,
            store=entry.store,
            transfers=entry.transfers,
            amount=entry.amount,
        )
        for entry in one.entries
    ]
    return StatementTold(
        merchant=one.merchant, first_on=one.first_on, last_on=one.last_on, frozen=one.frozen, due=one.due, lines=lines
    )


@read(router, "/units/{unit}/periods", right=Right.LEDGER_READ, answer=ClosedPeriodsTold)
def list_closed_periods(
    request: Request, unit: UnitCode, limit: Limit = 50, cursor: Cursor | None = None
) -> ClosedPeriodsTold:
    """Which periods of a unit are closed."""
    units([unit])
    place = f"periods/{unit}"
    before = read_cursor(place, cursor)
    rows = Period.objects.filter(unit=unit).order_by("-last_on")
    page = list((rows if before is None else rows.filter(last_on__lt=date.fromisoformat(before)))[:limit])
    more = write_cursor(place, page[-1].last_on.isoformat()) if len(page) == limit else None
    return ClosedPeriodsTold(items=[_closed(row) for row in page], next=more)


@write(router, "POST", "/units/{unit}/periods", right=Right.LEDGER_MANAGE, answer=ClosedTold, status=201)
def close_a_period(request: Request, unit: UnitCode, body: ClosingAsked) -> ClosedTold:
    """Freezes every merchant's statement up to a day that is closed; corrections land in the next period. A unit is
    the installation's: the right is needed in every organisation."""
    call = request.call
    gate.require(call.grants, Right.LEDGER_MANAGE)
    settlement.close_period(unit, body.last_on, actor=call.actor, at=call.at)
    return _closed(Period.objects.get(unit=unit, last_on=body.last_on))


def _closed(row: Period) -> ClosedTold:
    return ClosedTold(
        unit=row.unit, first_on=row.first_on, last_on=row.last_on, closed_at=row.closed_at, closed_by=row.closed_by
    )
