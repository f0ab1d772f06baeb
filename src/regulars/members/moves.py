"""Values handed in and out of this room. All frozen; ids are plain UUIDs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

Plain = str | int | bool | list[str]  # what a fact can be; days as "2001-02-28", decimals as text


@dataclass(frozen=True, slots=True)
class Presented:
    """What somebody shows or says to be recognised by. `source` says whose number an external or open id is."""

    kind: str  # IdentifierKind
    value: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a code leads to. A blank card leads to nobody yet: `member` and `shown` are None."""

    identifier: UUID
    kind: str
    member: UUID | None  # the member now: after merges
    shown: UUID | None  # whose identifier it was before any merge
    member_state: str | None
    card: UUID | None
    state: str  # "active", or why it is refused: "lost", "replaced" …
    reason: str = ""
    replaced_by: UUID | None = None  # the card that took this one's place

    @property
    def usable(self) -> bool:
        """Whether it may earn and spend: neither refused itself nor of somebody who left."""
        return self.state == "active" and self.member_state in (None, "anonymous", "active")


@dataclass(frozen=True, slots=True)
class NewIdentifier:
    """An identifier for a member. `verified`: its owner showed it to be theirs. `may_share`: where another member is
    recognised by it already, keep it to reach this one by, instead of refusing."""

    kind: str
    value: str
    source: str = ""
    verified: bool = False
    may_share: bool = False


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member to be. Facts are checked against their definitions; one without any is anonymous."""

    organisation: UUID
    source: str
    effective_at: datetime
    facts: Mapping[str, Plain] = field(default_factory=dict)
    identifiers: Sequence[NewIdentifier] = ()
    merchant: UUID | None = None
    store: UUID | None = None
    region: str | None = None  # ISO country of the store: how its phone numbers are read


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact, since a moment, from a source. `value` None takes it out (it stays in the history)."""

    member: UUID
    name: str
    value: Plain | None
    source: str
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A fact as it was told."""

    member: UUID
    name: str
    value: Plain
    source: str
    effective_at: datetime
    recorded_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownIdentifier:
    """An identifier, opened."""

    id: UUID
    member: UUID | None
    kind: str
    value: str
    source: str
    state: str
    recognises: bool
    effective_at: datetime
    verified_at: datetime | None
    ended_at: datetime | None
    card: UUID | None = None
    came_later: bool = (
        False  # it opens the member's pages from `opens_at`; None: not before those known before are told
    )
    opens_at: datetime | None = None

    def waits(self, at: datetime) -> bool:
        """Whether it opens no pages of the member yet (services/new_ways)."""
        return self.came_later and (self.opens_at is None or self.opens_at > at)


@dataclass(frozen=True, slots=True)
class Asked:
    """A yes or no of a member. A yes names the wording it was given to."""

    member: UUID
    channel: str
    purpose: str
    given: bool
    source: str
    effective_at: datetime
    wording: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewMark:
    """What analysis says of a member, and which run said so."""

    member: UUID
    value: Plain | float


@dataclass(frozen=True, slots=True)
class MadeCard:
    """A card that was issued. The number is for printing or showing, and is not kept in plain."""

    id: UUID
    number: str
