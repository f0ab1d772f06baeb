"""Who is meant now by the cards that were shown at a purchase: people are merged, parted and erased meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from regulars.members.models.people import MemberState
from regulars.members.selectors import roots
from regulars.members.selectors.sketches import Sketch, sketches
from regulars.programme.models import Checkout


@dataclass(frozen=True, slots=True)
class Holders:
    """Everybody whose card had a part in a purchase."""

    shown: UUID | None  # whose purchase it was
    roots: Mapping[UUID, UUID]
    sketches: Mapping[UUID, Sketch]

    @property
    def member(self) -> UUID | None:
        """Whose purchase it is now."""
        return None if self.shown is None else self.roots[self.shown]

    def gone(self, shown: UUID | None) -> bool:
        """Whether a card's owner was erased: nothing is given to nobody, and nothing taken."""
        return shown is not None and self.sketches[self.roots[shown]].state == MemberState.ERASED

    def now(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """A part or gain that was kept, with the account of whoever is meant now."""
        return {**one, "owner": str(self.roots[UUID(one["shown"])])}


def holders_of(kept: Checkout) -> Holders:
    """Two queries; none where nobody had a part in it."""
    shown = {UUID(one["shown"]) for one in (*kept.parts, *kept.gains)}
    own = kept.shown or kept.member
    shown |= {own} if own else set()
    found = roots(sorted(shown), organisation=kept.organisation) if shown else {}
    return Holders(own, found, sketches(set(found.values())) if found else {})
