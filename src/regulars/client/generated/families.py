"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, TypedDict

from regulars.client.calling import Calling, part


class ApartTold(TypedDict):
    """Who lives there and takes no part."""

    member: str
    why: Literal["no-birthday", "too-young", "waiting", "too-many", "frozen"]
    until: str | None


class FamilyAccountTold(TypedDict):
    """What a household has of a unit: `available` is the sum of all who take part."""

    unit: str
    terms: str
    available: int
    members: list[TakingPartTold]
    apart: list[ApartTold]


class FamilyTold(TypedDict):
    """A member's household, in every unit that there are terms (kind family) for."""

    household: str | None
    items: list[FamilyAccountTold]


class TakingPartTold(TypedDict):
    """Who takes part, since when; `brings`: their units pay, they themselves spend none but their own."""

    member: str
    since: str
    part: Literal["spends", "brings"]
    available: int


class Families(Calling):
    """Addresses of families."""

    __slots__ = ()

    def read_the_family_of_a_member(self, member: str) -> FamilyTold:
        """Whose units can be spent together with this member's, how many there are, and who takes no part and why.
        Names are not told. Needs the right `ledger.read`."""
        told: FamilyTold = self._read("GET", f"/members/{part(member)}/family")
        return told
