"""Values that the parts of this package have in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.basics.quick import quick
from regulars.ledger.moves import Posting
from regulars.programme.counters import Take
from regulars.programme.moves import Version
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Occasion
from regulars.rules.prizes import Prize


@quick
@dataclass(frozen=True, slots=True)
class Happened:
    """A complete purchase, or an activity, of a member: `group` are all ids that lead to them."""

    id: UUID
    occasion: Occasion
    owner: UUID
    shown: UUID
    group: tuple[UUID, ...]
    facts: MemberFacts | None


@dataclass(frozen=True, slots=True)
class Due:
    """A prize to be given for an occasion. `tell`: it is told in the answer, since it is that member's own."""

    kind: str
    version: Version
    subject: UUID
    happened: Happened
    prize: Prize
    owner: UUID
    tell: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What one part decided: prizes, what they take of limits, and what it writes when units have moved."""

    dues: Sequence[Due] = ()
    takes: Sequence[Take] = ()
    write: Callable[[], None] = lambda: None


@dataclass(slots=True)
class Follows:
    """All parts together. `postings` go into the batch of the purchase itself, each of them gets its transfer."""

    dues: list[Due] = field(default_factory=list)
    takes: list[Take] = field(default_factory=list)
    postings: list[tuple[dict[str, Any], Posting]] = field(default_factory=list)
    writes: list[Callable[[], None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CameBack:
    """A purchase of which parts came back: what remains of it now."""

    id: UUID
    bought_at: datetime
    back_at: datetime
    now: Occasion
    facts: MemberFacts | None
