"""Whose units pay: decided on what was read of a household, by the terms of the day."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from regulars.basics.ids import typed
from regulars.ledger.errors import NotEnough
from regulars.programme.book import Book
from regulars.programme.errors import FamilyRefused
from regulars.programme.families.moves import Families, Holding
from regulars.programme.families.reading import families
from regulars.programme.families.terms import family_of
from regulars.rules.family import Apart, FamilyTerms, Purse, Standing, split, standings


def together(member: UUID, units: Collection[str], *, terms: Book, zone: str, at: datetime) -> dict[str, int]:
    """What a member may spend of these units with their household, where there are terms for them. Five queries.

    Raises FamilyRefused.
    """
    asked = [unit for unit in units if family_of(terms, unit, at) is not None]
    read = families([member], asked, at=at)
    return {unit: Drawing(terms, member, unit, read, at=at, zone=zone).available for unit in asked}


class Drawing:
    """The purses that one member may pay from together."""

    def __init__(
        self,
        terms: Book,
        member: UUID,
        unit: str,
        read: Families,
        *,
        spent: Mapping[Holding, int] | None = None,
        at: datetime,
        zone: str,
    ) -> None:
        """`spent`: what a batch has taken already of what was read. Raises FamilyRefused."""
        version = family_of(terms, unit, at)
        if version is None:
            raise FamilyRefused(f"No family pays with {unit}.", why="no-terms", unit=unit)
        self.unit = unit
        self.terms: FamilyTerms = version.terms
        found = standings(self.terms, read.people_of(member), at=at, zone=zone)
        own = next((one for one in found if one.person.id == member), None)
        if own is None:
            raise FamilyRefused("This member lives in no household.", why="no-household", unit=unit)
        if own.why_not_spend is not None:
            raise self._refused(own, own.why_not_spend)
        others = [one.person.id for one in found if one.takes_part and one.person.id != member]
        taken = spent or {}
        self.purses: Sequence[Purse] = [
            read.purse(owner, unit, at).without(taken.get((owner, unit), 0)) for owner in (member, *others)
        ]

    @property
    def available(self) -> int:
        return sum(one.available for one in self.purses)

    def of(self, points: int) -> list[tuple[UUID, int]]:
        """Raises NotEnough."""
        self.check(points)
        return split(points, self.purses, self.terms.order)

    def check(self, points: int) -> None:
        """Raises NotEnough."""
        has = self.available
        if points > has:
            raise NotEnough(
                f"{has} are available to the family.",
                required=points, available=has, missing=points - has, own=self.purses[0].available, unit=self.unit,
            )  # fmt: skip

    def _refused(self, own: Standing, why: Apart) -> FamilyRefused:
        facts: dict[str, object] = {"why": why.value, "unit": self.unit, "member": typed("mbr", own.person.id)}
        if why == Apart.WAITING:
            facts["until"] = own.begins_at.isoformat()
        if why == Apart.TOO_YOUNG:
            facts["age"] = max(self.terms.age_from, self.terms.spends_from)
        if why == Apart.TOO_MANY:
            facts["most"] = self.terms.most_members
        return FamilyRefused(_SAID[why], **facts)


_SAID: dict[Apart, str] = {
    Apart.NO_BIRTHDAY: "Nobody knows how old this member is, which a family's terms ask for.",
    Apart.TOO_YOUNG: "This member is too young to spend what others of the family have.",
    Apart.WAITING: "This member has not lived in the household long enough.",
    Apart.TOO_MANY: "All places of this family are taken.",
    Apart.FROZEN: "This member may not spend now.",
    Apart.NOT_HEAD: "Only the head of the household spends what others of the family have.",
}
