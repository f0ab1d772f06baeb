"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class LadderTold(TypedDict):
    """A ladder as it holds now."""

    code: str
    name: str
    window: str
    months: int
    levels: list[LevelTold]


class LaddersTold(TypedDict):
    """All ladders that hold now."""

    items: list[LadderTold]


class LevelTold(TypedDict):
    """A level of a ladder and how many members have it. The lowest is everybody's and not counted."""

    code: str
    name: str
    reach: list[dict[str, int]]
    keep: list[dict[str, int]]
    members: int | None


class HeldTold(TypedDict):
    """A level, since when, until when (null: no end), and why."""

    level: str
    since: str
    until: str | None
    because: str


class MemberTierTold(TypedDict):
    """Where a member stands on a ladder. `projected`: after the next review, if nothing more is counted."""

    ladder: str
    name: str
    held: HeldTold
    grace_until: str | None
    review_at: str | None
    rise: list[MissingTold]
    stay: MissingTold | None
    projected: HeldTold


class MemberTiersTold(TypedDict):
    """On every ladder."""

    items: list[MemberTierTold]


class MissingTold(TypedDict):
    """Any one of the alternatives is enough; an empty one: nothing is missing. `by` null: no last day."""

    level: str
    by: str | None
    alternatives: list[dict[str, int]]


class LevelAsked(TypedDict):
    """A level by hand, with a reason; or matched from another programme until `ends_at`, and kept where the
    challenge is met by then. `afresh`: only what comes from now on counts towards the next level."""

    ladder: str
    level: str
    way: NotRequired[Literal["set", "matched"]]
    ends_at: NotRequired[str | None]
    challenge: NotRequired[list[dict[str, int]]]
    afresh: NotRequired[bool]
    for_ever: NotRequired[bool]
    partner: NotRequired[str]
    reason: str


class LevelsThenTold(TypedDict):
    """The levels as of a moment, told again from all that is known today."""

    as_of: str
    levels: dict[str, str]


class ChangeTold(TypedDict):
    """A decision. `at` is when it held from, `recorded_at` when it was written."""

    ladder: str
    level: str
    at: str
    recorded_at: str
    valid_until: str | None
    because: str
    reason: str


class GivenTold(TypedDict):
    """A level given: set by hand, matched or bought."""

    id: str
    ladder: str
    level: str
    way: str
    begins_at: str
    ends_at: str | None
    partner: str
    reason: str


class HistoryTold(TypedDict):
    """All decisions as they hold, oldest first, and what was given."""

    items: list[ChangeTold]
    given: list[GivenTold]


class BoughtAsked(TypedDict):
    """A level that was paid for; its document happens once, for ever."""

    ladder: str
    level: str
    ends_at: NotRequired[str | None]
    source: str
    external_id: str


class EndAsked(TypedDict):
    """Why it ends now."""

    reason: str


class Tiers(Calling):
    """Addresses of tiers."""

    __slots__ = ()

    def list_ladders(self) -> LaddersTold:
        """The ladders that hold now, with how many members are on each level. They are published as terms. Needs
        the right `programme.read`."""
        told: LaddersTold = self._read("GET", "/ladders")
        return told

    def read_the_tiers_of_a_member(self, member: str) -> MemberTiersTold:
        """Where a member stands, what is missing to rise and to stay, and what comes of it if nothing more is
        counted. Needs the right `members.read`."""
        told: MemberTiersTold = self._read("GET", f"/members/{part(member)}/tiers")
        return told

    def give_a_level(
        self, member: str, body: LevelAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> MemberTiersTold:
        """Sets a level by hand, or matches one of another programme. Needs the right `programme.manage`."""
        told: MemberTiersTold = self._write(
            "POST", f"/members/{part(member)}/tiers", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def read_past_tiers_of_a_member(self, member: str, *, as_of: str) -> LevelsThenTold:
        """The levels as of a moment, also before corrections that came late. Needs the right `members.read`."""
        told: LevelsThenTold = self._read("GET", f"/members/{part(member)}/tiers/then", as_of=as_of)
        return told

    def read_the_tier_history_of_a_member(self, member: str) -> HistoryTold:
        """How the levels came about. Needs the right `members.read`."""
        told: HistoryTold = self._read("GET", f"/members/{part(member)}/tiers/history")
        return told

    def grant_a_bought_level(
        self, member: str, body: BoughtAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> MemberTiersTold:
        """A level that was paid for, until its end. Needs the right `sales.post`."""
        told: MemberTiersTold = self._write(
            "POST", f"/members/{part(member)}/tiers/bought", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def end_a_given_level(
        self, given: str, body: EndAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> MemberTiersTold:
        """Ends a matched or bought level now. Needs the right `programme.manage`."""
        told: MemberTiersTold = self._write(
            "POST", f"/given-levels/{part(given)}/end", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
