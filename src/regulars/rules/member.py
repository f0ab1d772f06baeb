"""What rules may know of a member at an occasion. Kept with what came of it, so that a clawback decides on the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from regulars.basics.quick import quick


@quick
@dataclass(frozen=True, slots=True)
class MemberFacts:
    """A member as of the occasion; days in the programme's zone."""

    tiers: Mapping[str, str] = field(default_factory=dict)  # ladder → level
    segments: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    joined_on: date | None = None
    birthday: int | None = None  # month × 100 + day
    purchases_before: int | None = None  # kept ones; None: not asked for
    enrolled_in: frozenset[str] = frozenset()  # offers and challenges opted into
