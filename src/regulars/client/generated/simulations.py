"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from regulars.client.calling import Calling
from regulars.client.generated.bills import LineAsked, TenderAsked


class SimulatedEffect(TypedDict):
    """What would be given, by which terms; a draft has version 0."""

    kind: Literal["discount", "points", "gift", "earn"]
    code: str
    version: int
    unit: NotRequired[str]
    item: NotRequired[str]
    amount: int
    pending: NotRequired[bool]
    lines: NotRequired[dict[str, int]]
    sentence: NotRequired[str]
    facts: NotRequired[dict[str, int]]


class SimulatedLine(TypedDict):
    """A line as it would be sold."""

    number: int
    item: str
    amount: int
    discount: int
    paid: int


class SimulatedNot(TypedDict):
    """What would give nothing, and why, in words too."""

    code: str
    version: int
    coupon: NotRequired[str]
    why: str
    facts: NotRequired[dict[str, Any]]
    because: str


class SimulationTold(TypedDict):
    """What would come of it."""

    lines: list[SimulatedLine]
    due: int
    effects: list[SimulatedEffect]
    not_applied: list[SimulatedNot]


class DraftAsked(TypedDict):
    """Terms that are not published, tried in place of those of their code."""

    kind: str
    code: str
    document: dict[str, Any]


class FactsAsked(TypedDict):
    """A made-up member."""

    tiers: NotRequired[dict[str, str]]
    segments: NotRequired[list[str]]
    tags: NotRequired[list[str]]
    enrolled_in: NotRequired[list[str]]
    joined_on: NotRequired[str | None]
    birthday: NotRequired[str | None]
    purchases_before: NotRequired[int | None]


class SimulationAsked(TypedDict):
    """A bill, or an event with its amount; for a member, for made-up facts, or for nobody."""

    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    currency: str
    lines: NotRequired[list[LineAsked]]
    event: NotRequired[str | None]
    amount: NotRequired[int]
    channel: NotRequired[str]
    tenders: NotRequired[list[TenderAsked]]
    coupons: NotRequired[list[str]]
    member: NotRequired[str | None]
    facts: NotRequired[FactsAsked | None]
    effective_at: NotRequired[str | None]
    drafts: NotRequired[list[DraftAsked]]
    language: NotRequired[Literal["en", "zh-hans"]]


class Simulations(Calling):
    """Addresses of simulations."""

    __slots__ = ()

    def simulate(self, body: SimulationAsked) -> SimulationTold:
        """What a bill or an event would bring on a day, and why the rest would not, by the very functions of the
        checkout. Nothing is written. Needs the right `programme.read`."""
        told: SimulationTold = self._read("POST", "/programme/simulations", body)
        return told
