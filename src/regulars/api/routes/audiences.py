"""Audiences: saved, counted, listed, explained."""

from typing import Annotated, Any, ClassVar, Final

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access import gate
from regulars.access.rights import Right
from regulars.access.scoping import within
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.doors import read, write
from regulars.api.fields import (
    Asking,
    AudienceId,
    Cursor,
    Limit,
    MemberId,
    MerchantId,
    Moment,
    StoreId,
    Telling,
    Text,
)
from regulars.api.keys import Call, Request
from regulars.api.places import organisation, where
from regulars.api.routes.programme import Tongue
from regulars.basics.ids import typed
from regulars.journal.services import read as looked_at
from regulars.outreach import selectors
from regulars.outreach.audiences.reading import read as read_document
from regulars.outreach.errors import AudienceUnknown
from regulars.outreach.models import Audience
from regulars.outreach.moves import NewAudience
from regulars.outreach.services import audiences as services
from regulars.rules.sentences.words import Language

router = Router(tags=["Audiences"])

AudienceCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$"),
    Field(description="Stays the same from version to version; members in it have the mark audience:code."),
]
Conditions = Annotated[
    dict[str, Any],
    Field(description="Nested all, any and not over conditions, see docs/audiences.md; faults are told with place."),
]
BUYERS: Final[dict[str, Any]] = {
    "all": [
        {"type": "bought", "categories": ["food/tea"], "times_at_least": 3, "within_days": 90},
        {"type": "consent", "channel": "email", "purpose": "marketing"},
    ]
}


class AudienceAsked(Asking):
    """An audience as it shall be: new, or the next version."""

    EXAMPLE: ClassVar = {"name": "Tea drinkers", "document": BUYERS}

    name: Text
    document: Conditions
    merchant: MerchantId | None = None
    store: StoreId | None = None
    version: Annotated[int | None, Field(ge=1, le=10**9, description="The version this was made from.")] = None


class CountAsked(Asking):
    """Conditions that need not be saved."""

    EXAMPLE: ClassVar = {"document": BUYERS}

    document: Conditions
    merchant: MerchantId | None = None
    store: StoreId | None = None


class AudienceTold(Telling):
    """An audience in its present version."""

    id: AudienceId
    code: str
    name: str
    version: int
    merchant: MerchantId | None
    store: StoreId | None
    sentence: Annotated[str, Field(description="The conditions in words.")]
    document: dict[str, Any]
    changed_at: Moment
    retired_at: Moment | None
    compared_at: Annotated[Moment | None, Field(description="When who entered and left was last written down.")]


class AudiencesTold(Telling):
    """By code."""

    items: list[AudienceTold]


class AudienceVersionTold(Telling):
    """One version, as it was saved."""

    version: int
    name: str
    document: dict[str, Any]
    made_at: Moment
    made_by: str


class AudienceVersionsTold(Telling):
    """The newest first."""

    items: list[AudienceVersionTold]


class AudienceCount(Telling):
    """How many are in it now; closed, erased and frozen members are in none, a merged person counts once."""

    members: int
    sentence: str
    counted_at: Moment


class AudienceMembers(Telling):
    """Who is in it now, in the order of their ids."""

    items: list[MemberId]
    next: str | None


class AudienceReason(Telling):
    """One condition, asked of one member. `fact` is what was looked at."""

    pointer: str
    sentence: str
    holds: bool
    fact: Any


class AudienceReasons(Telling):
    """Why a member is in it, or not."""

    member: MemberId
    inside: bool
    standing: Annotated[str, Field(description="Why they can be in none: closed, erased, frozen, elsewhere.")]
    conditions: list[AudienceReason]


class AudienceChangeTold(Telling):
    """Somebody entered or left, as the daily comparison found."""

    member: MemberId
    entered: bool
    version: int
    at: Moment


class AudienceChangesTold(Telling):
    """The newest first."""

    items: list[AudienceChangeTold]
    next: str | None


@write(router, "PUT", "/audiences/{audience}", right=Right.AUDIENCES_MANAGE, answer=AudienceTold)
def save_audience(request: Request, audience: AudienceCode, body: AudienceAsked) -> AudienceTold:
    """Makes an audience, or its next version. The same name and conditions again make none."""
    call = request.call
    here = where(call, Right.AUDIENCES_MANAGE, body.merchant, body.store)
    wanted = NewAudience(
        organisation=here.organisation,
        code=audience,
        name=body.name,
        document=body.document,
        merchant=here.merchant,
        store=here.store,
        version=body.version,
    )
    services.save(wanted, within="/document", actor=call.actor, at=call.at)
    return _told(selectors.audience(here.organisation, audience), Language.ENGLISH)


@write(router, "POST", "/audiences/{audience}/retire", right=Right.AUDIENCES_MANAGE, answer=AudienceTold)
def retire_audience(request: Request, audience: AudienceCode) -> AudienceTold:
    """Takes it out of use: nobody is in it any more. Saved again it is back."""
    call = request.call
    found = _found(call, audience, Right.AUDIENCES_MANAGE)
    gone = services.retire(found.organisation, audience, actor=call.actor, at=call.at)
    return _told(gone, Language.ENGLISH)


@read(router, "/audiences", right=Right.AUDIENCES_READ, answer=AudiencesTold)
def list_audiences(request: Request, language: Tongue = "en", retired: bool = False) -> AudiencesTold:
    """Those of the places that the key may see."""
    call = request.call
    scope = gate.scope(call.grants, Right.AUDIENCES_READ)
    seen = within(scope, merchant="merchant", store="store", organisation="organisation")
    found = selectors.audiences(seen, organisation(call, Right.AUDIENCES_READ), retired=retired)
    return AudiencesTold(items=[_told(one, Language(language)) for one in found])


@read(router, "/audience-counts", right=Right.AUDIENCES_READ, answer=AudienceCount, method="POST")
def count_conditions(request: Request, body: CountAsked, language: Tongue = "en") -> AudienceCount:
    """How many members conditions hold for, while they are being put together."""
    call = request.call
    here = where(call, Right.AUDIENCES_READ, body.merchant, body.store)
    tree = read_document(body.document, within="/document")
    asked = selectors.asked_of(here.organisation, at=call.at, merchant=here.merchant, store=here.store)
    sentence = selectors.said(body.document, here.organisation, language=Language(language))
    return AudienceCount(members=selectors.count(tree, asked), sentence=sentence, counted_at=call.at)


@read(router, "/audiences/{audience}", right=Right.AUDIENCES_READ, answer=AudienceTold)
def get_audience(request: Request, audience: AudienceCode, language: Tongue = "en") -> AudienceTold:
    """One audience with its conditions in words."""
    return _told(_found(request.call, audience, Right.AUDIENCES_READ), Language(language))


@read(router, "/audiences/{audience}/versions", right=Right.AUDIENCES_READ, answer=AudienceVersionsTold)
def list_audience_versions(request: Request, audience: AudienceCode) -> AudienceVersionsTold:
    """Every version, as it was saved."""
    rows = selectors.versions(_found(request.call, audience, Right.AUDIENCES_READ).id)
    return AudienceVersionsTold(
        items=[
            AudienceVersionTold(
                version=row.version, name=row.name, document=row.document, made_at=row.made_at, made_by=row.made_by
            )
            for row in rows
        ]
    )


@read(router, "/audiences/{audience}/count", right=Right.AUDIENCES_READ, answer=AudienceCount)
def count_audience(request: Request, audience: AudienceCode, language: Tongue = "en") -> AudienceCount:
    """How many are in it now."""
    call = request.call
    found = _found(call, audience, Right.AUDIENCES_READ)
    members = selectors.count(read_document(found.document), selectors.asked_by(found, at=call.at))
    sentence = selectors.said(found.document, found.organisation, language=Language(language))
    return AudienceCount(members=members, sentence=sentence, counted_at=call.at)


@read(router, "/audiences/{audience}/members", right=Right.MEMBERS_READ, answer=AudienceMembers)
def list_audience_members(
    request: Request, audience: AudienceCode, limit: Limit = 50, cursor: Cursor | None = None
) -> AudienceMembers:
    """Who is in it now, a page at a time. Each look is written down."""
    call = request.call
    found = _found(call, audience, Right.AUDIENCES_READ, Right.MEMBERS_READ)
    place = f"audiences.{found.id}"
    after = read_cursor(place, cursor)
    tree, asked = read_document(found.document), selectors.asked_by(found, at=call.at)
    members = selectors.page(tree, asked, after=after, limit=limit + 1)
    shown = members[:limit]
    looked_at([typed("mbr", member) for member in shown], actor=call.actor, at=call.at)
    return AudienceMembers(items=shown, next=write_cursor(place, str(shown[-1])) if len(members) > limit else None)


@read(router, "/audiences/{audience}/members/{member}", right=Right.MEMBERS_READ, answer=AudienceReasons)
def explain_audience(
    request: Request, audience: AudienceCode, member: MemberId, language: Tongue = "en"
) -> AudienceReasons:
    """Why this member is in it or not: each condition, with the fact that says so."""
    call = request.call
    found = _found(call, audience, Right.AUDIENCES_READ, Right.MEMBERS_READ)
    asked = selectors.asked_by(found, at=call.at)
    told = selectors.why(read_document(found.document), asked, member, language=Language(language))
    looked_at([typed("mbr", told.member)], actor=call.actor, at=call.at)
    return AudienceReasons(
        member=told.member,
        inside=told.inside,
        standing=told.standing,
        conditions=[
            AudienceReason(pointer=one.pointer, sentence=one.sentence, holds=one.holds, fact=one.fact)
            for one in told.conditions
        ],
    )


@read(router, "/audiences/{audience}/changes", right=Right.MEMBERS_READ, answer=AudienceChangesTold)
def list_audience_changes(
    request: Request, audience: AudienceCode, limit: Limit = 50, cursor: Cursor | None = None
) -> AudienceChangesTold:
    """Who entered and who left, day by day."""
    call = request.call
    found = _found(call, audience, Right.AUDIENCES_READ, Right.MEMBERS_READ)
    place = f"audiences.{found.id}.changes"
    rows = selectors.changes(found.id, before=read_cursor(place, cursor), limit=limit + 1)
    shown = rows[:limit]
    looked_at(sorted({typed("mbr", row.member) for row in shown}), actor=call.actor, at=call.at)
    return AudienceChangesTold(
        items=[
            AudienceChangeTold(member=row.member, entered=row.entered, version=row.version, at=row.at) for row in shown
        ],
        next=write_cursor(place, shown[-1].id) if len(rows) > limit else None,
    )


def _found(call: Call, code: str, *rights: Right) -> Audience:
    """An audience at a place where the key has all these rights; others read as unknown. Raises AudienceUnknown."""
    found = selectors.audience(organisation(call, rights[0]), code)
    place = {"organisation": found.organisation, "merchant": found.merchant, "store": found.store}
    if not all(gate.may(call.grants, right, **place) for right in rights):
        raise AudienceUnknown("There is no audience of this code here.", audience=code)
    return found


def _told(row: Audience, language: Language) -> AudienceTold:
    return AudienceTold(
        id=row.id,
        code=row.code,
        name=row.name,
        version=row.version,
        merchant=row.merchant,
        store=row.store,
        sentence=selectors.said(row.document, row.organisation, language=language),
        document=row.document,
        changed_at=row.changed_at,
        retired_at=row.retired_at,
        compared_at=row.compared_at,
    )
