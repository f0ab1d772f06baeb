"""Tiers: the ladders, where a member stands, what is missing, how it came about, and levels given."""

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints, model_validator

from regulars.access.rights import Right
from regulars.api.doors import Reply, read, write
from regulars.api.fields import PRINTED, Amount, Asking, GivenId, MemberId, Moment, Telling, Text, Word
from regulars.api.keys import Call, Request
from regulars.api.places import organisation, where, whole_organisation
from regulars.basics.ids import typed
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.members.selectors import roots
from regulars.members.selectors.sketches import sketches
from regulars.programme.book import book
from regulars.programme.ladders import holding
from regulars.programme.models import Given
from regulars.programme.moves_tiers import NewLevel, TierTold
from regulars.programme.selectors import tiers as known
from regulars.programme.services import levels as verbs
from regulars.rules.tiers.ladder import Ladder
from regulars.rules.tiers.missing import Missing
from regulars.rules.tiers.standing import Because, Held

router = Router(tags=["Tiers"])

Code = Annotated[str, StringConstraints(max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
LevelCode = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=PRINTED)]
Amounts = Annotated[dict[LevelCode, Amount], Field(min_length=1, max_length=20, examples=[{"miles": 10000}])]
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PRINTED)]


class LevelTold(Telling):
    """A level of a ladder and how many members have it. The lowest is everybody's and not counted."""

    code: str
    name: str
    reach: list[dict[str, int]]
    keep: list[dict[str, int]]
    members: int | None


class LadderTold(Telling):
    """A ladder as it holds now."""

    code: str
    name: str
    window: str
    months: int
    levels: list[LevelTold]


class LaddersTold(Telling):
    """All ladders that hold now."""

    items: list[LadderTold]


class HeldTold(Telling):
    """A level, since when, until when (null: no end), and why."""

    level: str
    since: Moment
    until: Moment | None
    because: str


class MissingTold(Telling):
    """Any one of the alternatives is enough; an empty one: nothing is missing. `by` null: no last day."""

    level: str
    by: Moment | None
    alternatives: list[dict[str, int]]


class MemberTierTold(Telling):
    """Where a member stands on a ladder. `projected`: after the next review, if nothing more is counted."""

    ladder: str
    name: str
    held: HeldTold
    grace_until: Moment | None
    review_at: Moment | None
    rise: list[MissingTold]
    stay: MissingTold | None
    projected: HeldTold


class MemberTiersTold(Telling):
    """On every ladder."""

    items: list[MemberTierTold]


class LevelsThenTold(Telling):
    """The levels as of a moment, told again from all that is known today."""

    as_of: Moment
    levels: dict[str, str]


class ChangeTold(Telling):
    """A decision. `at` is when it held from, `recorded_at` when it was written."""

    ladder: str
    level: str
    at: Moment
    recorded_at: Moment
    valid_until: Moment | None
    because: str
    reason: str


class GivenTold(Telling):
    """A level given: set by hand, matched or bought."""

    id: GivenId
    ladder: str
    level: str
    way: str
    begins_at: Moment
    ends_at: Moment | None
    partner: str
    reason: str


class HistoryTold(Telling):
    """All decisions as they hold, oldest first, and what was given."""

    items: list[ChangeTold]
    given: list[GivenTold]


class LevelAsked(Asking):
    """A level by hand, with a reason; or matched from another programme until `ends_at`, and kept where the challenge
    is met by then. `afresh`: only what comes from now on counts towards the next level."""

    EXAMPLE: ClassVar = {
        "ladder": "miles", "level": "gold", "way": "matched", "ends_at": "2026-11-04T00:00:00Z",
        "challenge": [{"miles": 10000}], "partner": "Skyways", "reason": "card shown",
    }  # fmt: skip

    ladder: Code
    level: LevelCode
    way: Literal["set", "matched"] = "set"
    ends_at: Moment | None = None
    challenge: Annotated[list[Amounts], Field(max_length=5)] = Field(default_factory=list)
    afresh: bool = False
    for_ever: bool = False
    partner: Annotated[str, StringConstraints(max_length=80, pattern=PRINTED)] = ""
    reason: Text

    @model_validator(mode="after")
    def fits(self) -> Self:
        if self.way == "set" and self.challenge:
            raise ValueError("A challenge belongs to a match.")
        if self.way == "matched" and (self.ends_at is None or self.afresh or self.for_ever):
            raise ValueError("A matched level has an end; afresh and for_ever are of levels set by hand.")
        return self


class BoughtAsked(Asking):
    """A level that was paid for; its document happens once, for ever."""

    EXAMPLE: ClassVar = {
        "ladder": "miles", "level": "silver", "ends_at": "2027-05-04T00:00:00Z", "source": "web-shop",
        "external_id": "2026-05-04/118",
    }  # fmt: skip

    ladder: Code
    level: LevelCode
    ends_at: Moment | None = None
    source: Word
    external_id: ExternalId


class EndAsked(Asking):
    """Why it ends now."""

    EXAMPLE: ClassVar = {"reason": "refunded"}

    reason: Text


@read(router, "/ladders", right=Right.PROGRAMME_READ, answer=LaddersTold)
def list_ladders(request: Request) -> LaddersTold:
    """The ladders that hold now, with how many members are on each level. They are published as terms."""
    home = organisation(request.call, Right.PROGRAMME_READ)
    ladders = holding(book(home), request.call.at)
    return LaddersTold(items=[_ladder(code, one, known.count_on(home, code)) for code, one in ladders.items()])


@read(router, "/members/{member}/tiers", right=Right.MEMBERS_READ, answer=MemberTiersTold)
def read_the_tiers_of_a_member(request: Request, member: MemberId) -> MemberTiersTold:
    """Where a member stands, what is missing to rise and to stay, and what comes of it if nothing more is counted."""
    return _tiers(request.call, member, "tiers")


@read(router, "/members/{member}/tiers/then", right=Right.MEMBERS_READ, answer=LevelsThenTold)
def read_past_tiers_of_a_member(request: Request, member: MemberId, as_of: Moment) -> LevelsThenTold:
    """The levels as of a moment, also before corrections that came late."""
    call = request.call
    home = organisation(call, Right.MEMBERS_READ)
    root = _looked(call, member, home, "tiers")
    found = known.levels_then([(root, as_of)], terms=book(home))
    return LevelsThenTold(as_of=as_of, levels=found[root, as_of])


@read(router, "/members/{member}/tiers/history", right=Right.MEMBERS_READ, answer=HistoryTold)
def read_the_tier_history_of_a_member(request: Request, member: MemberId) -> HistoryTold:
    """How the levels came about."""
    call = request.call
    root = _looked(call, member, organisation(call, Right.MEMBERS_READ), "tier-history")
    lines = known.history([root])
    return HistoryTold(
        items=[
            ChangeTold(
                ladder=one.ladder,
                level=one.level,
                at=one.at,
                recorded_at=one.recorded_at,
                valid_until=one.valid_until,
                because=one.because,
                reason=one.reason,
            )
            for one in lines
        ],
        given=[_given(one) for one in known.given_levels(root) if one.because != Because.MERGED],
    )


@write(router, "POST", "/members/{member}/tiers", right=Right.PROGRAMME_MANAGE, answer=MemberTiersTold, status=201)
def give_a_level(request: Request, member: MemberId, body: LevelAsked) -> Reply:
    """Sets a level by hand, or matches one of another programme."""
    call = request.call
    home = whole_organisation(call, Right.PROGRAMME_MANAGE)
    root = roots([member], organisation=home)[member]
    wanted = NewLevel(
        member=root,
        ladder=body.ladder,
        level=body.level,
        because=Because(body.way),
        begins_at=call.at,
        ends_at=body.ends_at,
        challenge=tuple(body.challenge),
        afresh=body.afresh,
        for_ever=body.for_ever,
        reason=body.reason,
        partner=body.partner,
        shown=member,
    )
    verbs.give_levels([wanted], organisation=home, actor=call.actor, at=call.at)
    return Reply(_told(call, root, home), about=root)


@write(router, "POST", "/members/{member}/tiers/bought", right=Right.SALES_POST, answer=MemberTiersTold, status=201)
def grant_a_bought_level(request: Request, member: MemberId, body: BoughtAsked) -> Reply:
    """A level that was paid for, until its end."""
    call = request.call
    here = where(call, Right.SALES_POST)
    root = roots([member], organisation=here.organisation)[member]
    wanted = NewLevel(
        member=root,
        ladder=body.ladder,
        level=body.level,
        because=Because.BOUGHT,
        begins_at=call.at,
        ends_at=body.ends_at,
        source=here.source_of(body.source),
        external_id=body.external_id,
        shown=member,
    )
    verbs.give_levels([wanted], organisation=here.organisation, actor=call.actor, at=call.at)
    return Reply(_told(call, root, here.organisation), about=root)


@write(router, "POST", "/given-levels/{given}/end", right=Right.PROGRAMME_MANAGE, answer=MemberTiersTold)
def end_a_given_level(request: Request, given: GivenId, body: EndAsked) -> Reply:
    """Ends a matched or bought level now."""
    call = request.call
    home = whole_organisation(call, Right.PROGRAMME_MANAGE)
    root = verbs.end_level(given, organisation=home, reason=body.reason, actor=call.actor, at=call.at)
    return Reply(_told(call, root, home), about=root)


def _tiers(call: Call, member: UUID, part: str) -> MemberTiersTold:
    home = organisation(call, Right.MEMBERS_READ)
    return _told(call, _looked(call, member, home, part), home)


def _looked(call: Call, member: UUID, home: UUID, part: str) -> UUID:
    root = roots([member], organisation=home)[member]
    record([Deed("members.read", typed("mbr", root), after={"part": part})], actor=call.actor, at=call.at)
    return root


def _told(call: Call, root: UUID, home: UUID) -> MemberTiersTold:
    joined_at = sketches([root])[root].joined_at
    found = known.tiers_told(root, organisation=home, joined_at=joined_at, terms=book(home), at=call.at)
    return MemberTiersTold(items=[_member_tier(one) for one in found])


def _member_tier(one: TierTold) -> MemberTierTold:
    return MemberTierTold(
        ladder=one.ladder,
        name=one.name,
        held=_held(one.shown),
        grace_until=one.earned.grace_until,
        review_at=one.earned.review_at,
        rise=[_missing(part) for part in one.rise],
        stay=None if one.stay is None else _missing(one.stay),
        projected=_held(one.projected),
    )


def _held(one: Held) -> HeldTold:
    return HeldTold(level=one.level, since=one.since, until=one.until, because=one.because.value)


def _missing(one: Missing) -> MissingTold:
    return MissingTold(level=one.level, by=one.by, alternatives=[dict(part) for part in one.alternatives])


def _given(one: Given) -> GivenTold:
    return GivenTold(
        id=one.id,
        ladder=one.ladder,
        level=one.level,
        way=one.because,
        begins_at=one.begins_at,
        ends_at=one.ends_at,
        partner=one.partner,
        reason=one.reason,
    )


def _ladder(code: str, one: Ladder, counts: dict[str, int]) -> LadderTold:
    return LadderTold(
        code=code,
        name=one.name,
        window=one.window.kind.value,
        months=one.window.months,
        levels=[
            LevelTold(
                code=level.code,
                name=level.name,
                reach=[dict(part) for part in level.reach],
                keep=[dict(part) for part in level.keeps],
                members=counts.get(level.code, 0) if place else None,
            )
            for place, level in enumerate(one.levels)
        ],
    )
