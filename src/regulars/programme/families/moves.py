"""Values handed in and out of families."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from regulars.ledger.moves import Spendable
from regulars.programme.moves import Version
from regulars.rules.family import Person, Purse, Standing

Holding = tuple[UUID, str]  # owner, unit


@dataclass(frozen=True, slots=True)
class Families:
    """What was read of the households of those who want to spend together. No household has no entry."""

    homes: Mapping[UUID, UUID] = field(default_factory=dict)  # by member
    people: Mapping[UUID, Sequence[Person]] = field(default_factory=dict)  # by household
    lots: Mapping[Holding, Sequence[Spendable]] = field(default_factory=dict)

    def people_of(self, member: UUID) -> Sequence[Person]:
        home = self.homes.get(member)
        return () if home is None else self.people.get(home, ())

    def purse(self, owner: UUID, unit: str, at: datetime) -> Purse:
        """What a debit of that time can take, as the ledger takes it."""
        lots = [one for one in self.lots.get((owner, unit), ()) if one.usable_from <= at]
        floor = max((one.floor for one in lots), default=0)
        available = max(0, sum(one.amount for one in lots) - floor)
        return Purse(owner, tuple((one.expires_at, one.amount) for one in lots), available)

    def available(self, at: datetime) -> dict[Holding, int]:
        """What everybody has now of what was read."""
        return {(owner, unit): self.purse(owner, unit, at).available for owner, unit in self.lots}


@dataclass(frozen=True, slots=True)
class Share:
    """What somebody of a family has of a unit."""

    standing: Standing
    available: int


@dataclass(frozen=True, slots=True)
class Family:
    """A household in one unit, by terms of a moment."""

    version: Version
    shares: Sequence[Share]

    @property
    def taking_part(self) -> list[Share]:
        return [one for one in self.shares if one.standing.takes_part]

    @property
    def available(self) -> int:
        return sum(one.available for one in self.taking_part)
