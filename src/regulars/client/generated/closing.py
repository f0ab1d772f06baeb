"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypedDict

from regulars.client.calling import Calling, part


class CohortTold(TypedDict):
    """Units earned in one month: opening + movements = closing. Null stands for debts, which no month has."""

    month: str | None
    opening: int
    movements: dict[str, int]
    closing: int


class RollForwardTold(TypedDict):
    """What is owed to holders of a unit, by month of earning. Ties to the ledger to the unit."""

    unit: str
    kind: Literal["points", "paid", "bonus"]
    first_on: str | None
    last_on: str | None
    closed_on: str | None
    opening: int
    closing: int
    cohorts: list[CohortTold]


class LineTold(TypedDict):
    """A line of a statement: what, with whom, in which store; a reversal lowers it."""

    line: Literal["issued", "redeemed", "redeemed-elsewhere", "expired", "sold"]
    counterparty: str
    store: str
    transfers: int
    amount: int


class StatementTold(TypedDict):
    """What one merchant's tills and funds did. `due`: what others owe it; below nothing: what it owes them."""

    merchant: str
    first_on: str
    last_on: str
    frozen: bool
    due: int
    lines: list[LineTold]


class StatementsTold(TypedDict):
    """By merchant; `next` is the cursor of the page after."""

    unit: str
    items: list[StatementTold]
    next: str | None


class ClosedPeriodsTold(TypedDict):
    """The newest first; `next` is the cursor of the page after."""

    items: list[ClosedTold]
    next: str | None


class ClosedTold(TypedDict):
    """A period whose statements are frozen."""

    unit: str
    first_on: str
    last_on: str
    closed_at: str
    closed_by: str


class ClosingAsked(TypedDict):
    """The last day of the period; it begins after the one before."""

    last_on: str


class Closing(Calling):
    """Addresses of closing."""

    __slots__ = ()

    def roll_the_liability_forward(
        self, unit: str, *, first_on: str | None = None, last_on: str | None = None
    ) -> RollForwardTold:
        """Opening, movements and closing by month of earning, over closed days; without `last_on` up to now. A unit
        is the installation's: the right is needed in every organisation. Needs the right `ledger.read`."""
        told: RollForwardTold = self._read(
            "GET", f"/units/{part(unit)}/roll-forward", first_on=first_on, last_on=last_on
        )
        return told

    def list_statements(
        self,
        unit: str,
        *,
        last_on: str,
        first_on: str | None = None,
        merchant: str | None = None,
        limit: int | None = None,
    ) -> Iterator[StatementTold]:
        """Of a closed period, as frozen; with `first_on` of any other days, from those closed so far. A key sees
        the merchants it works for. Needs the right `ledger.read`."""
        return self._each(
            f"/units/{part(unit)}/statements", last_on=last_on, first_on=first_on, merchant=merchant, limit=limit
        )

    def list_closed_periods(self, unit: str, *, limit: int | None = None) -> Iterator[ClosedTold]:
        """Which periods of a unit are closed. Needs the right `ledger.read`."""
        return self._each(f"/units/{part(unit)}/periods", limit=limit)

    def close_a_period(
        self, unit: str, body: ClosingAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ClosedTold:
        """Freezes every merchant's statement up to a day that is closed; corrections land in the next period. A
        unit is the installation's: the right is needed in every organisation. Needs the right `ledger.manage`."""
        told: ClosedTold = self._write(
            "POST", f"/units/{part(unit)}/periods", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
