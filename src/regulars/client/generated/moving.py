"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part
from regulars.client.generated.recognising import Shown


class MoveInTold(TypedDict):
    """How far it is, and whether it ties. rows = waiting + kept + refused."""

    id: str
    name: str
    state: Literal["running", "done", "undoing", "undone"]
    rows: int
    waiting: int
    kept: int
    refused: int
    reasons: dict[str, int]
    ties: bool
    lines: list[MovedLine]
    taken_back: dict[str, int]
    first: list[MovedRefused]


class MovedLine(TypedDict):
    """What the rows say of one unit and month of its end, level, series or kind of number, and what is here now."""

    kind: Literal["lot", "pending", "tier", "card", "coupon"]
    label: str
    month: str
    rows_said: int
    said: int
    rows_here: int
    here: int
    ties: bool


class MovedRefused(TypedDict):
    """A row that was not taken."""

    file: str
    line: int
    column: str
    reason: str


class MoveInAsked(TypedDict):
    """Rows that move in. More than fit into one request are sent as several parts."""

    part: NotRequired[int]
    rows: list[MovedLot | MovedPending | MovedTier | MovedCard | MovedCoupon]


class MovedCard(TypedDict):
    """A card number of the old programme; `source` says whose number it is."""

    file: NotRequired[str]
    line: int
    member: NotRequired[str | None]
    identifiers: NotRequired[list[Shown]]
    kind: Literal["card"]
    number: str
    source: str


class MovedCoupon(TypedDict):
    """A code that somebody holds; without member and identifiers it is nobody's."""

    file: NotRequired[str]
    line: int
    member: NotRequired[str | None]
    identifiers: NotRequired[list[Shown]]
    kind: Literal["coupon"]
    code: str
    series: str
    uses: NotRequired[int]
    expires_at: NotRequired[str | None]


class MovedLot(TypedDict):
    """Points or stored value with their dates."""

    file: NotRequired[str]
    line: int
    member: NotRequired[str | None]
    identifiers: NotRequired[list[Shown]]
    kind: Literal["lot"]
    unit: str
    amount: int
    earned_at: NotRequired[str | None]
    starts_at: NotRequired[str | None]
    expires_at: NotRequired[str | None]
    funder: NotRequired[str | None]
    reason: NotRequired[str | None]


class MovedPending(TypedDict):
    """Units on their way: active at a moment, or when told."""

    file: NotRequired[str]
    line: int
    member: NotRequired[str | None]
    identifiers: NotRequired[list[Shown]]
    kind: Literal["pending"]
    unit: str
    amount: int
    earned_at: NotRequired[str | None]
    activates_at: NotRequired[str | None]
    cancels_at: NotRequired[str | None]
    expires_at: NotRequired[str | None]
    validity: NotRequired[str]
    reason: NotRequired[str | None]


class MovedTier(TypedDict):
    """A level with its end; without one to the end of the next period, or for ever."""

    file: NotRequired[str]
    line: int
    member: NotRequired[str | None]
    identifiers: NotRequired[list[Shown]]
    kind: Literal["tier"]
    ladder: str
    level: str
    since: NotRequired[str | None]
    ends_at: NotRequired[str | None]
    for_ever: NotRequired[bool]
    reason: NotRequired[str | None]


class MovedRefusals(TypedDict):
    """Rows that are missing, in the order in which they were refused."""

    items: list[MovedRefused]
    next: str | None


class MoveOutAsked(TypedDict):
    """Why it is taken back."""

    reason: str


class Moving(Calling):
    """Addresses of moving."""

    __slots__ = ()

    def move_in(
        self, name: str, body: MoveInAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> MoveInTold:
        """Rows of a programme that moves in. A row moves in once, however often it is sent; one that was refused
        may be sent again, mended. With dry_run these rows are done at once, told, and undone. Needs the right
        `ledger.manage`."""
        told: MoveInTold = self._write(
            "PUT", f"/move-ins/{part(name)}", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def read_a_move_in(self, name: str) -> MoveInTold:
        """How far a move-in is, and whether what is here ties with what the rows say. Needs the right
        `ledger.manage`."""
        told: MoveInTold = self._read("GET", f"/move-ins/{part(name)}")
        return told

    def list_refusals_of_a_move_in(self, name: str, *, limit: int | None = None) -> Iterator[MovedRefused]:
        """Which rows are missing, and why. Needs the right `ledger.manage`."""
        return self._each(f"/move-ins/{part(name)}/refusals", limit=limit)

    def undo_a_move_in(
        self, name: str, body: MoveOutAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> MoveInTold:
        """Takes all of it back that was not used since, in the background. Nothing more moves in under the name.
        Needs the right `ledger.manage`."""
        told: MoveInTold = self._write(
            "POST", f"/move-ins/{part(name)}/undo", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
