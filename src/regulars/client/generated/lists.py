"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, TypedDict

from regulars.client.calling import Calling, part


class ListLineTold(TypedDict):
    """A product on a list; `offer` is null where it stands there as it is."""

    item: str
    name: str
    why: Literal["due", "later", "habit", "with", "alike", "popular"]
    next_on: str | None
    offer: ListOfferTold | None


class ListOfferTold(TypedDict):
    """What comes off one product of a list."""

    series: str
    terms: str
    name: str
    off: str
    expires_at: str | None
    taken: bool


class MemberListTold(TypedDict):
    """The newest list of a member that stands open; null: there is none."""

    member: str
    list: OfferListTold | None


class OfferListTold(TypedDict):
    """A list that stands open, the best first."""

    code: str
    begins_at: str
    ends_at: str | None
    items: list[ListLineTold]


class Lists(Calling):
    """Addresses of lists."""

    __slots__ = ()

    def read_the_list_of_a_member(self, member: str) -> MemberListTold:
        """What a member is expected to need, with the offers on it: to be shown in a shop's own pages or at a till.
        Needs the right `benefits.use`."""
        told: MemberListTold = self._read("GET", f"/members/{part(member)}/list")
        return told
