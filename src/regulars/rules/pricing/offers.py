"""What promotions and coupons give, in one shape: the same offer may come by itself or for a code.

A benefit is one of the closed list `Benefit`, told apart by its `type`. Quantities of a deal are whole pieces; goods by
weight count as one piece a line. A piece counts in one deal only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from regulars.rules.conditions import Conditions, What
from regulars.rules.rounding import At, Round


class Basis(StrEnum):
    """Which price an offer looks at, also for its minimum."""

    ORIGINAL = "original"  # the bill as it came
    RUNNING = "running"  # what the offers before it have left


@dataclass(frozen=True, slots=True)
class Percent:
    """Off what fits."""

    permille: int
    round: Round = Round.DOWN
    round_at: At = At.PURCHASE  # or on each line
    type: Literal["percent"] = "percent"


@dataclass(frozen=True, slots=True)
class AmountOff:
    """So much off what fits, shared over it in proportion; `for_each`: again for each such amount that is reached."""

    amount: int
    for_each: int | None = None  # minor units
    per_piece: bool = False
    type: Literal["amount"] = "amount"


@dataclass(frozen=True, slots=True)
class FixedPrice:
    """A price for one piece (or 1.000 of a weight), where it is lower: a member price. By item, else `each`."""

    each: int | None = None
    prices: Mapping[str, int] = field(default_factory=dict)
    type: Literal["fixed-price"] = "fixed-price"


@dataclass(frozen=True, slots=True)
class NForM:
    """Pieces in groups of `take`, the dearest together; of each group the cheapest are off, all but `pay` of them."""

    take: int
    pay: int
    permille: int = 1000  # off these: 500 is "the second at half price"
    type: Literal["n-for-m"] = "n-for-m"


@dataclass(frozen=True, slots=True)
class CheapestFree:
    """For each `of` pieces that are bought the `free` cheapest of all are free."""

    of: int
    free: int = 1
    type: Literal["cheapest-free"] = "cheapest-free"


@dataclass(frozen=True, slots=True)
class Part:
    """So many pieces that a bundle takes of something. A line belongs to the first part that it fits."""

    what: What
    pieces: int = 1


@dataclass(frozen=True, slots=True)
class Bundle:
    """These together for a price, the dearest first. The offer's own `what` narrows all parts."""

    parts: tuple[Part, ...]
    price: int
    type: Literal["bundle"] = "bundle"


@dataclass(frozen=True, slots=True)
class Gift:
    """Pieces of an item free: those on the bill, the rest is to be handed over. Conditions look at the other lines."""

    item: str
    pieces: int = 1
    worth: int = 0  # minor units, for the choice of the best alone
    type: Literal["gift"] = "gift"


@dataclass(frozen=True, slots=True)
class BonusPoints:
    """Units on top, flat or for each so many minor units of what fits, after all discounts."""

    unit: str
    amount: int
    per: int | None = None
    worth: int = 0  # minor units for 1,000 of them, for the choice of the best alone
    type: Literal["points"] = "points"


Benefit = Percent | AmountOff | FixedPrice | NForM | CheapestFree | Bundle | Gift | BonusPoints
DEALS: Final = (NForM, CheapestFree, Bundle, Gift)


@dataclass(frozen=True, slots=True)
class Stacking:
    """How an offer stands beside others. `together`: how often offers of one code (coupons of a series) may apply."""

    priority: int = 0  # the highest comes first
    group: str = ""  # offers of one named group exclude each other
    combines_with: tuple[str, ...] | None = None  # groups it may stand beside, "" those without; None: all
    basis: Basis = Basis.RUNNING
    together: int = 1


_ALL: Final = What()
_ALWAYS: Final = Conditions()
_BESIDE_ALL: Final = Stacking()


@dataclass(frozen=True, slots=True)
class Offer:
    """A benefit with what it is for, when it holds, and how far it goes."""

    benefit: Benefit
    conditions: Conditions = _ALWAYS
    what: What = _ALL
    stacking: Stacking = _BESIDE_ALL
    currency: str = ""  # "": any
    most: int | None = None  # discount of a purchase
    most_per_line: int | None = None
    times: int | None = None  # of a purchase: groups, bundles, gifts, `for_each`


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer at a purchase: of a promotion, or of a coupon (then `reference` says which of its series)."""

    code: str
    version: int
    offer: Offer
    reference: str = ""
    typed: bool = False  # somebody typed or showed a code for it
    left: int | None = None  # of its budget in money
    units_left: int | None = None  # of its budget in points
    cuts: bool = True  # near its budget's end it gives what is left; else nothing

    @property
    def key(self) -> tuple[str, str]:
        return (self.code, self.reference)


class Choice(StrEnum):
    """Which offers apply where not all can stand together."""

    CUSTOMER = "customer"  # those that together take most off
    HOUSE = "house"  # of the sets to which none can be added, the one that takes least off
    PRIORITY = "priority"  # each in turn that stands beside those before it


class Typed(StrEnum):
    """What happens where not all codes can be taken."""

    SKIP = "skip"  # those that can are, and it is said why the others are not
    ALL_OR_NOTHING = "all-or-nothing"


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that all discounts together may take off what fits: of the original price, or an amount."""

    what: What = _ALL
    permille: int | None = None
    amount: int | None = None
    per_line: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds between all offers of an organisation."""

    choice: Choice = Choice.CUSTOMER
    typed: Typed = Typed.SKIP
    caps: tuple[Cap, ...] = ()


AS_USUAL: Final = Policy()
