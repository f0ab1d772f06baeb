"""Values handed in and out of the room; the gate decides on these alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from regulars.access.rights import Right
from regulars.basics.ids import typed
from regulars.journal.moves import KEY, STAFF, Actor


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation as a whole, one of its merchants as a whole, or one store."""

    organisation: UUID
    merchant: UUID | None = None
    store: UUID | None = None

    def __post_init__(self) -> None:
        assert self.store is None or self.merchant is not None, "a store is within a merchant"


@dataclass(frozen=True, slots=True)
class Places:
    """Which store is within which merchant, and which merchant within which organisation."""

    organisations: frozenset[UUID] = frozenset()
    organisation_of: Mapping[UUID, UUID] = field(default_factory=dict)  # by merchant
    merchant_of: Mapping[UUID, UUID] = field(default_factory=dict)  # by store
    zones: Mapping[UUID, str] = field(default_factory=dict)  # of each of these: IANA
    closed: Mapping[UUID, datetime] = field(default_factory=dict)  # merchants and stores that are closed, since when

    def place(self, merchant: UUID | None, store: UUID | None) -> Place | None:
        """The whole address of a merchant or store; None where there is none, or the store is another merchant's."""
        if store is not None:
            within = self.merchant_of.get(store)
            if within is None or merchant not in (None, within):
                return None
            merchant = within
        if merchant is None or merchant not in self.organisation_of:
            return None
        return Place(self.organisation_of[merchant], merchant, store)

    def closed_since(self, merchant: UUID | None, store: UUID | None) -> datetime | None:
        """Since when nothing new is booked there; None where it is open. A store is closed with its merchant."""
        if not self.closed:
            return None
        around = (store, merchant or (self.merchant_of.get(store) if store else None))
        return min((self.closed[one] for one in around if one and one in self.closed), default=None)

    def stores_of(self, merchants: frozenset[UUID]) -> frozenset[UUID]:
        return frozenset(store for store, merchant in self.merchant_of.items() if merchant in merchants)


@dataclass(frozen=True, slots=True)
class Grant:
    """Rights at a place and at everything within it."""

    rights: frozenset[Right]
    place: Place


@dataclass(frozen=True, slots=True)
class Grants:
    """All that somebody may, beside the map of places that tells what lies within what."""

    given: tuple[Grant, ...] = ()
    places: Places = field(default_factory=Places)
    house: bool = False  # a command or a job of the installation itself: everything, everywhere


@dataclass(frozen=True, slots=True)
class Scope:
    """What a right reaches. `merchants` holds those of whole organisations too, `stores` only stores beside them."""

    everything: bool = False  # every organisation of the installation
    organisations: frozenset[UUID] = frozenset()
    merchants: frozenset[UUID] = frozenset()
    stores: frozenset[UUID] = frozenset()

    @property
    def empty(self) -> bool:
        return not (self.everything or self.organisations or self.merchants or self.stores)


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody recognised: a staff member or an API key, with what they may."""

    kind: str  # journal.moves.STAFF or KEY
    id: UUID
    name: str
    grants: Grants
    unnoted: bool = False  # a key whose use was not noted within the last hour: see `services.keys.note_use`

    def actor(self, *, request_id: str = "", address: str = "") -> Actor:
        """As the journal knows them."""
        assert self.kind in (STAFF, KEY)
        return Actor(self.kind, typed("stf" if self.kind == STAFF else "key", self.id), self.name, request_id, address)


@dataclass(frozen=True, slots=True)
class NewMerchant:
    name: str
    zone: str  # IANA, as in "Asia/Shanghai"
    currency: str  # ISO 4217


@dataclass(frozen=True, slots=True)
class NewStore:
    """A store; zone and currency are its merchant's where they are empty."""

    name: str
    external_id: str = ""  # the number that its tills know
    zone: str = ""
    region: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """Somebody whose role is given at a place that is looked at, or within it."""

    name: str
    role: str
    store: UUID | None
    staff: UUID | None = None
    key: UUID | None = None


@dataclass(frozen=True, slots=True)
class KeyMade:
    """An API key just made or rotated. `text` is shown this once; what is kept cannot give it back."""

    id: UUID
    text: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Who has just logged in. `new_place` tells that they never did so from this network before."""

    staff: UUID
    new_place: bool
    needs_code: bool = False  # the password was right, and they are not in yet: `services.sessions.log_in_with_code`


@dataclass(frozen=True, slots=True)
class FactorOffered:
    """A second factor to be taken into an app: by camera, or typed."""

    address: str  # what the QR code says
    secret: str
