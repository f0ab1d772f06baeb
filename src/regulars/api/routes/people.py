"""Members: enrolled, looked at, changed, closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.doors import Reply, read, write
from regulars.api.errors import VersionNeeded, VersionStale
from regulars.api.fields import (
    PRINTED,
    Asking,
    CardId,
    IdentifierId,
    MemberId,
    MerchantId,
    Moment,
    StoreId,
    Telling,
    Text,
    Word,
)
from regulars.api.keys import Call, Request
from regulars.api.places import Where, organisation, where
from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members.errors import UnknownMember
from regulars.members.locks import lock_members
from regulars.members.models import Member
from regulars.members.moves import FactChange, KnownFact, KnownIdentifier, NewIdentifier, NewMember, Plain
from regulars.members.selectors import profiles, roots
from regulars.members.services import people

router = Router(tags=["Members"])

FactName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
FactValue = (
    Annotated[str, StringConstraints(max_length=1000, pattern=PRINTED)]
    | Annotated[int, Field(ge=-(2**53), le=2**53)]
    | bool
    | list[Annotated[str, StringConstraints(max_length=200, pattern=PRINTED)]]
)
Kind = Literal["card", "phone", "email", "external", "open_id"]
Value = Annotated[str, StringConstraints(min_length=1, max_length=254, pattern=PRINTED)]
Region = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{2}$"), Field(description="Country by whose habit a phone number is read.")
]


class IdentifierAsked(Asking):
    """What a member is to be recognised by."""

    kind: Literal["phone", "email", "external", "open_id"]
    value: Value
    source: Annotated[Word | None, Field(description="Whose number it is: of an external or open id.")] = None
    verified: Annotated[bool, Field(description="Its owner has shown that it is theirs.")] = False


class MemberAsked(Asking):
    """A member to be. Without facts and identifiers an anonymous one."""

    facts: Annotated[dict[FactName, FactValue], Field(max_length=60)] = Field(default_factory=dict)
    identifiers: Annotated[list[IdentifierAsked], Field(max_length=20)] = Field(default_factory=list)
    source: Annotated[Word, Field(description="Where it came from: a till, a shop.")] = "api"
    merchant: MerchantId | None = None
    store: StoreId | None = None
    region: Region | None = None
    effective_at: Annotated[Moment | None, Field(description="When it happened; now.")] = None

    EXAMPLE: ClassVar = {
        "facts": {"given_name": "Ada", "family_name": "Wong", "language": "en"},
        "identifiers": [{"kind": "email", "value": "ada@example.com"}],
        "source": "till-4",
    }


class MemberChange(Asking):
    """Facts told anew; null takes one out. What was there goes into the history."""

    facts: Annotated[dict[FactName, FactValue | None], Field(min_length=1, max_length=60)]
    source: Word = "api"
    effective_at: Moment | None = None

    EXAMPLE: ClassVar = {"facts": {"town": "Leeds", "title": None}}


class Closing(Asking):
    """Why a member leaves."""

    reason: Text

    EXAMPLE: ClassVar = {"reason": "asked at the counter"}


class FactTold(Telling):
    """A fact, from whom and since when."""

    value: str | int | bool | list[str]
    source: str
    effective_at: Moment
    recorded_at: Moment


class IdentifierTold(Telling):
    """What a member is recognised by."""

    id: IdentifierId
    kind: Kind
    value: str
    source: str
    state: str
    recognises: bool
    effective_at: Moment
    verified_at: Moment | None
    ended_at: Moment | None
    card: CardId | None


class MemberTold(Telling):
    """A member as known now, or at `as_of`. After a merge the old id leads here too."""

    id: MemberId
    state: Literal["anonymous", "active", "closed", "erased"]
    source: str
    enrolled_at: Moment
    facts: dict[str, FactTold]
    identifiers: list[IdentifierTold]
    tags: list[str]
    merged: Annotated[list[MemberId], Field(description="Ids that lead here since a merge.")]


class FactHistoryTold(Telling):
    """A fact as it was told, and until when it held."""

    name: str
    value: str | int | bool | list[str]
    source: str
    effective_at: Moment
    recorded_at: Moment
    ended_at: Moment | None


class FactHistory(Telling):
    """Every fact that ever was, oldest first."""

    items: list[FactHistoryTold]


@dataclass(frozen=True, slots=True)
class Known:
    """A member with all that a page about them shows."""

    told: MemberTold

    @property
    def etag(self) -> str:
        """Of what is told: somebody else's change makes another one."""
        text = self.told.model_dump_json().encode()
        return f'"{blake2b(text, digest_size=12).hexdigest()}"'

    def reply(self) -> Reply:
        return Reply(self.told, headers={"ETag": self.etag}, about=self.told.id)


def known(member: UUID, *, organisation: UUID, as_of: datetime | None = None) -> Known:
    """Six queries. Raises UnknownMember."""
    root = roots([member], organisation=organisation)[member]
    group = {row.id: row for row in Member.objects.filter(root=root, organisation=organisation)}
    row = group.pop(root)
    if as_of is not None and as_of < row.enrolled_at:
        raise UnknownMember("No member of this organisation had that id then.", missing=1)
    facts = profiles.facts_of([root], as_of=as_of)[root]
    identifiers = profiles.identifiers_of([root])[root]
    told = MemberTold(
        id=root,
        state=row.state,  # type: ignore[arg-type]
        source=row.source,
        enrolled_at=row.enrolled_at,
        facts={name: fact_told(facts[name]) for name in sorted(facts)},
        identifiers=[identifier_told(one) for one in identifiers],
        tags=profiles.tags_of([root])[root],
        merged=sorted(group),
    )
    return Known(told)


def fact_told(fact: KnownFact) -> FactTold:
    return FactTold(value=fact.value, source=fact.source, effective_at=fact.effective_at, recorded_at=fact.recorded_at)


def identifier_told(one: KnownIdentifier) -> IdentifierTold:
    return IdentifierTold(
        id=one.id,
        kind=one.kind,  # type: ignore[arg-type]
        value=one.value,
        source=one.source,
        state=one.state,
        recognises=one.recognises,
        effective_at=one.effective_at,
        verified_at=one.verified_at,
        ended_at=one.ended_at,
        card=one.card,
    )


def looked(call: Call, member: UUID, **after: Any) -> None:
    """Writes down that this key looked at a person. One query."""
    record([Deed("members.read", typed("mbr", member), after=after)], actor=call.actor, at=call.at)


@write(router, "POST", "/members", right=Right.MEMBERS_WRITE, answer=MemberTold, status=201)
def enrol_a_member(request: Request, body: MemberAsked) -> Reply:
    """Makes a member, with what is known and what it is recognised by."""
    call = request.call
    here = where(call, Right.MEMBERS_WRITE, body.merchant, body.store)
    (made,) = enrolled([body], [here], actor=call.actor, at=call.at)
    return known(made, organisation=here.organisation).reply()


def enrolled(asked: Sequence[MemberAsked], places: Sequence[Where], *, actor: Actor, at: datetime) -> list[UUID]:
    """Enrols members at places that were checked."""
    wanted = [
        NewMember(
            organisation=here.organisation,
            source=one.source,
            effective_at=one.effective_at or at,
            facts=one.facts,
            identifiers=[identifier_of(said) for said in one.identifiers],
            merchant=here.merchant,
            store=here.store,
            region=one.region,
        )
        for one, here in zip(asked, places, strict=True)
    ]
    return people.enrol(wanted, actor=actor, at=at)


def identifier_of(one: IdentifierAsked) -> NewIdentifier:
    return NewIdentifier(one.kind, one.value, one.source or "", one.verified)


@read(router, "/members/{member}", right=Right.MEMBERS_READ, answer=MemberTold)
def read_a_member(request: Request, member: MemberId, as_of: Moment | None = None) -> Reply:
    """What is known of a member. The ETag goes into If-Match of a change."""
    call = request.call
    found = known(member, organisation=organisation(call, Right.MEMBERS_READ), as_of=as_of)
    looked(call, found.told.id)
    return found.reply()


@read(router, "/members/{member}/facts", right=Right.MEMBERS_READ, answer=FactHistory)
def read_the_history_of_facts(request: Request, member: MemberId, name: FactName | None = None) -> FactHistory:
    """Every fact that ever was, with its source and both times."""
    call = request.call
    root = roots([member], organisation=organisation(call, Right.MEMBERS_READ))[member]
    looked(call, root, part="facts")
    return FactHistory(
        items=[
            FactHistoryTold(**fact_told(fact).model_dump(), name=fact.name, ended_at=fact.ended_at)
            for fact in profiles.history_of(root, name)
        ]
    )


@write(router, "PATCH", "/members/{member}", right=Right.MEMBERS_WRITE, answer=MemberTold, versioned=True)
def change_a_member(request: Request, member: MemberId, body: MemberChange) -> Reply:
    """Changes facts. If-Match carries the ETag of what was read, so that nobody's change is overwritten unseen."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    root = lock_members([member], organisation=home)[member].id
    _match(request, known(root, organisation=home))
    told: dict[str, Plain | None] = dict(body.facts)
    since = body.effective_at or call.at
    changes = [FactChange(root, name, value, body.source, since) for name, value in told.items()]
    people.change_facts(changes, organisation=home, actor=call.actor, at=call.at)
    return known(root, organisation=home).reply()


def _match(request: Request, found: Known) -> None:
    asked = request.headers.get("If-Match")
    if asked is None:
        raise VersionNeeded("Send the ETag of what you read as If-Match.")
    if asked != "*" and found.etag not in [one.strip() for one in asked.split(",")]:
        raise VersionStale("This has been changed since you read it.")


@write(router, "POST", "/members/{member}/close", right=Right.MEMBERS_WRITE, answer=MemberTold)
def close_a_member(request: Request, member: MemberId, body: Closing) -> Reply:
    """The member leaves: nothing more is written to it, and its identifiers recognise nobody."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    people.close(member, organisation=home, reason=body.reason, actor=call.actor, at=call.at)
    return known(member, organisation=home).reply()
