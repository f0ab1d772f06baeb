"""What holds of consents when members are one person: the stricter wins. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Said:
    """One yes or no of a member for a channel and a purpose."""

    given: bool
    effective_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class TakenIn:
    """That one member was taken into another."""

    survivor: UUID
    other: UUID
    at: datetime


def held(root: UUID, said: Mapping[UUID, Sequence[Said]], merges: Sequence[TakenIn]) -> Said | None:
    """What holds for a person: its own latest word and, for each member taken in since that word, theirs; a no wins
    over every yes, and what was said to the survivor after a merge stands over what was said before it.

    The proof is kept: nothing is written, every yes and no stays with the member that said it.
    """
    own = max(said.get(root, ()), key=lambda one: (one.effective_at, not one.given), default=None)
    found = [own] if own else []
    for one in merges:
        if one.survivor == root and not (own and own.recorded_at >= one.at):
            theirs = held(one.other, said, merges)
            found += [theirs] if theirs else []
    if not found:
        return None
    return Said(
        given=all(one.given for one in found),
        effective_at=max(one.effective_at for one in found),
        recorded_at=max(one.recorded_at for one in found),
    )
