"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part
from regulars.client.generated.recognising import Recognised


class CodeAsked(TypedDict):
    """The changing code that a member shows."""

    code: str


class RangeTold(TypedDict):
    """A range that was made."""

    id: str


class RangeAsked(TypedDict):
    """Numbers for a programme's cards: prefix, serial number, five signing digits, check digit; 12 to 19 in all."""

    programme: str
    name: str
    prefix: str
    serial_digits: int


class CardMade(TypedDict):
    """A card with its number, which is told this once and kept encrypted."""

    id: str
    number: str


class CardsMade(TypedDict):
    """Cards that were made."""

    items: list[CardMade]


class CardsAsked(TypedDict):
    """Blank cards, to be claimed later."""

    count: int
    form: NotRequired[Literal["plastic", "virtual"]]
    level: NotRequired[str]


class CardTold(TypedDict):
    """A card as it stands."""

    id: str
    state: str
    reason: str
    form: Literal["plastic", "virtual"]
    level: str
    member: str | None
    issued_at: str
    claimed_at: str | None
    ended_at: str | None
    replaced_by: str | None


class CardsTold(TypedDict):
    """A member's cards, the first issued first."""

    items: list[CardTold]


class CardAsked(TypedDict):
    """A card for a member."""

    range: str
    form: NotRequired[Literal["plastic", "virtual"]]
    level: NotRequired[str]


class ReplacementAsked(TypedDict):
    """Why a card gives way to a new one."""

    why: Literal["lost", "stolen", "replaced", "upgraded"]
    reason: NotRequired[str]
    form: NotRequired[Literal["plastic", "virtual"]]
    level: NotRequired[str]
    range: NotRequired[str | None]


class BlockAsked(TypedDict):
    """Why a card is refused from now on."""

    why: Literal["lost", "stolen", "blocked"]
    reason: NotRequired[str]


class UnblockAsked(TypedDict):
    """Why a card is good again."""

    reason: str


class Opened(TypedDict):
    """The member behind a card."""

    member: str


class OpenAsked(TypedDict):
    """Where a blank card is first used."""

    source: NotRequired[str]


class ClaimAsked(TypedDict):
    """Whose card it is from now on."""

    member: str


class Cards(Calling):
    """Addresses of cards."""

    __slots__ = ()

    def check_a_shown_code(
        self, body: CodeAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> Recognised:
        """Whose changing code this is. Good for half a minute and once; a copy or a forgery raises an alert. Needs
        the right `members.read`."""
        told: Recognised = self._write("POST", "/cards/check", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def make_a_card_range(
        self, body: RangeAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> RangeTold:
        """Numbers that are signed: a made-up one is refused without a look-up. Needs the right everywhere. Needs
        the right `cards.write`."""
        told: RangeTold = self._write("POST", "/card-ranges", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def issue_blank_cards(
        self, range_id: str, body: CardsAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CardsMade:
        """Cards that earn from their first use and are claimed later. Needs the right everywhere. Needs the right
        `cards.write`."""
        told: CardsMade = self._write(
            "POST", f"/card-ranges/{part(range_id)}/cards", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_cards(self, member: str) -> CardsTold:
        """All of a member's, refused ones too, with what took their place. Needs the right `members.read`."""
        told: CardsTold = self._read("GET", f"/members/{part(member)}/cards")
        return told

    def issue_a_card(
        self, member: str, body: CardAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CardMade:
        """A card for a member. Needs the right `cards.write`."""
        told: CardMade = self._write(
            "POST", f"/members/{part(member)}/cards", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def read_a_card(self, card: str) -> CardTold:
        """A card as it stands; not its number. Needs the right `members.read`."""
        told: CardTold = self._read("GET", f"/cards/{part(card)}")
        return told

    def replace_a_card(
        self, card: str, body: ReplacementAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CardMade:
        """A new card in this one's place. Everything carries over; the old number is refused and says why. Needs
        the right `cards.write`."""
        told: CardMade = self._write(
            "POST", f"/cards/{part(card)}/replace", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def block_a_card(
        self, card: str, body: BlockAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CardTold:
        """Refused from now on. Needs the right `cards.write`."""
        told: CardTold = self._write(
            "POST", f"/cards/{part(card)}/block", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def unblock_a_card(
        self, card: str, body: UnblockAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CardTold:
        """A card that was found again, unless another took its place. Needs the right `cards.write`."""
        told: CardTold = self._write(
            "POST", f"/cards/{part(card)}/unblock", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def open_a_card(
        self, card: str, body: OpenAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> Opened:
        """The member behind a card; an anonymous one is made where nobody has claimed it, so that it earns at once.
        Needs the right `cards.write`."""
        told: Opened = self._write(
            "POST", f"/cards/{part(card)}/open", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def claim_a_card(
        self, card: str, body: ClaimAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CardTold:
        """A member takes a blank card. One that has earned already names its anonymous member: merge that one.
        Needs the right `cards.write`."""
        told: CardTold = self._write(
            "POST", f"/cards/{part(card)}/claim", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def name_an_anonymous_member(
        self, member: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> Opened:
        """An anonymous member says who it is and keeps its card and what it earned; facts are given on their own.
        Needs the right `cards.write`."""
        told: Opened = self._write(
            "POST", f"/members/{part(member)}/name", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
