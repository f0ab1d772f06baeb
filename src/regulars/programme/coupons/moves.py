"""Values handed in and out of coupons. `occasion` is the sale or reservation that uses them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from regulars.basics.quick import quick
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Occasion
from regulars.rules.pricing import Effect, Priced


class Binding(StrEnum):
    """What it means that a coupon was given to a member."""

    SOFT = "soft"  # it is in the wallet; anyone may use it
    HARD = "hard"  # nobody else may


@quick
@dataclass(frozen=True, slots=True)
class Basket:
    """A bill with the codes that were shown for it. `member` is who is meant now, `shown` whose card it was."""

    id: UUID  # of the sale or reservation
    occasion: Occasion
    facts: MemberFacts | None = None
    member: UUID | None = None
    shown: UUID | None = None
    codes: Sequence[str] = ()
    earns: bool = True  # units on top can be given: at a checkout only to a member who is not kept from earning


@dataclass(frozen=True, slots=True)
class CouponRow:
    """A coupon as the database has it. `taken` counts on while a batch is decided."""

    id: UUID
    series: str
    terms: UUID
    number: int | None
    mark: bytes | None
    text: str | None
    member: UUID | None
    hard: bool
    issued_at: datetime
    expires_at: datetime | None
    uses: int | None
    taken: int
    kept: int
    state: str
    item: str | None = None  # the one product it is for


@dataclass(frozen=True, slots=True)
class Found:
    """A coupon in a list or wallet. `code` is what to type; None where only its digest is kept."""

    id: UUID
    series: str
    terms: UUID
    code: str | None
    shared: bool
    state: str
    member: UUID | None
    hard: bool
    issued_at: datetime
    expires_at: datetime | None
    uses: int | None
    used: int


@dataclass(frozen=True, slots=True)
class Issued:
    """Coupons issued together, in order; those given for something that was given before are not among them."""

    batch: UUID
    terms: UUID
    coupons: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Gift:
    """A coupon for a member. `given_for`: at most one of the series for each such text, for ever (SEMANTICS 23).
    `item`: the product, where the series is for one each; `list`: the personal list it stands on."""

    member: UUID
    given_for: str | None = None
    item: str | None = None
    list: UUID | None = None


@dataclass(frozen=True, slots=True)
class OldCode:
    """A code that was handed out before this programme began."""

    text: str
    uses: int = 1
    member: UUID | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A code as it was typed, and which coupon it is: the `reference` of its answers. None: unknown."""

    text: str
    coupon: UUID | None
    series: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Told:
    """What came of a basket: its price, and which code is which."""

    basket: Basket
    priced: Priced
    shown: tuple[Shown, ...] = ()

    @property
    def effects(self) -> tuple[tuple[str, Effect], ...]:
        """Points and gifts to hand on, with the code of what gives them."""
        return tuple((one.offered.code, effect) for one in self.priced.applied for effect in one.effects)


@dataclass(frozen=True, slots=True)
class Restored:
    """Coupons of an occasion that can be used again."""

    occasion: UUID
    coupons: tuple[UUID, ...] = field(default=())
