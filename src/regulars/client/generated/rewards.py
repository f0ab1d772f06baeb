"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class PriceTold(TypedDict):
    """Units, money that the till takes, or both. `tiers`: whose price it is; empty: anybody's."""

    code: str
    unit: str
    amount: int
    currency: str
    money: int
    tiers: list[str]


class RewardTold(TypedDict):
    """A reward of the catalogue. `left` null: no end of them."""

    reward: str
    terms: str
    version: int
    name: str
    category: str
    prices: list[PriceTold]
    left: int | None
    fulfilled_later: bool
    merchant: str
    note: str


class RewardsTold(TypedDict):
    """All that can be had now."""

    items: list[RewardTold]


class OfferedAllTold(TypedDict):
    """The catalogue for a member."""

    items: list[OfferedTold]


class OfferedTold(TypedDict):
    """A reward as a member sees it: the prices that are theirs, the first of which is taken where nothing is said."""

    reward: str
    terms: str
    version: int
    name: str
    category: str
    prices: list[PriceTold]
    left: int | None
    fulfilled_later: bool
    merchant: str
    note: str
    affordable: bool
    missing: int
    why_not: WayTold | None


class WayTold(TypedDict):
    """What is in the way, with its numbers."""

    why: str
    facts: dict[str, str | int]


class PaidByTold(TypedDict):
    """Of a household, whose units pay how much."""

    member: str
    amount: int
    hold: str | None
    transfer: str | None


class RedemptionTold(TypedDict):
    """A redemption: reserved (until `lapses_at`), fulfilled or cancelled."""

    id: str
    member: str
    reward: str
    terms: str
    price: str
    count: int
    unit: str
    amount: int
    currency: str
    money: int
    state: str
    asked_at: str
    lapses_at: str | None
    closed_at: str | None
    reason: str
    merchant: str
    store: str
    hold: str | None
    transfer: str | None
    paid_by: list[PaidByTold]
    replayed: bool


RedemptionAsked = TypedDict(
    "RedemptionAsked",
    {
        "reward": "str",
        "price": "NotRequired[str]",
        "count": "NotRequired[int]",
        "from": "NotRequired[Literal['own', 'family']]",
        "shown": "NotRequired[str | None]",
        "merchant": "NotRequired[str | None]",
        "store": "NotRequired[str | None]",
        "channel": "NotRequired[str]",
        "source": "NotRequired[str | None]",
        "external_id": "NotRequired[str | None]",
    },
)


class RedemptionsTold(TypedDict):
    """Newest first; at most a hundred."""

    items: list[RedemptionTold]


class CancelledAsked(TypedDict):
    """Why everything is given back."""

    reason: str


class Rewards(Calling):
    """Addresses of rewards."""

    __slots__ = ()

    def list_rewards(self) -> RewardsTold:
        """The catalogue as it holds now, with what is left. Needs the right `programme.read`."""
        told: RewardsTold = self._read("GET", "/rewards")
        return told

    def list_rewards_for_a_member(
        self, member: str, *, merchant: str | None = None, store: str | None = None, family: bool | None = None
    ) -> OfferedAllTold:
        """The catalogue with the prices of the member's tiers: what is affordable, what is missing, what is in the
        way. With `family` of what their household has together. Needs the right `ledger.read`."""
        told: OfferedAllTold = self._read(
            "GET", f"/members/{part(member)}/rewards", merchant=merchant, store=store, family=family
        )
        return told

    def redeem_a_reward(
        self, member: str, body: RedemptionAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> RedemptionTold:
        """Pays for a reward, or holds its price until it is handed over; the last one goes to one alone. Needs the
        right `sales.post`."""
        told: RedemptionTold = self._write(
            "POST", f"/members/{part(member)}/redemptions", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_redemptions_of_a_member(self, member: str) -> RedemptionsTold:
        """What the member asked for; a key of one merchant sees what was asked there. Needs the right
        `ledger.read`."""
        told: RedemptionsTold = self._read("GET", f"/members/{part(member)}/redemptions")
        return told

    def fulfil_a_redemption(
        self, redemption: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> RedemptionTold:
        """The reward was handed over: its price is taken. Needs the right `sales.post`."""
        told: RedemptionTold = self._write(
            "POST", f"/redemptions/{part(redemption)}/fulfil", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def cancel_a_redemption(
        self, redemption: str, body: CancelledAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> RedemptionTold:
        """Everything is given back: units to the lots they came from, stock and limits. Needs the right
        `sales.post`."""
        told: RedemptionTold = self._write(
            "POST", f"/redemptions/{part(redemption)}/cancel", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
