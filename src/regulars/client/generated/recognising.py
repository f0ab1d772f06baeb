"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling


class Recognised(TypedDict):
    """Whom it leads to. `usable` false: it is refused, `state` says why. A blank card leads to no member yet."""

    member: str | None
    shown: str | None
    member_state: str | None
    identifier: str
    kind: Literal["card", "phone", "email", "external", "open_id"]
    card: str | None
    state: str
    usable: bool
    reason: str
    replaced_by: str | None


class Shown(TypedDict):
    """What somebody shows or says."""

    kind: Literal["card", "phone", "email", "external", "open_id"]
    value: str
    source: NotRequired[str | None]
    region: NotRequired[str | None]


class Hit(TypedDict):
    """A member who may be the one."""

    member: str
    name: str


class Hits(TypedDict):
    """At most twenty, the best first."""

    items: list[Hit]


class Search(TypedDict):
    """A part of a name, or the last four digits of a phone or card: one of the two."""

    name: NotRequired[str | None]
    last_digits: NotRequired[str | None]


class Recognising(Calling):
    """Addresses of recognising."""

    __slots__ = ()

    def recognise_a_member(self, body: Shown) -> Recognised:
        """Whom a card, phone, mail address or number leads to, in one indexed look-up. Unknown and foreign ones are
        answered alike, in equal time; a card that was made up raises an alert. Needs the right `members.read`."""
        told: Recognised = self._read("POST", "/members/recognise", body)
        return told

    def search_members(self, body: Search) -> Hits:
        """Members by a part of their name or the last four digits of a phone or card. Needs the right everywhere.
        Needs the right `members.read`."""
        told: Hits = self._read("POST", "/members/search", body)
        return told
