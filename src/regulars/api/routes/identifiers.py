"""What a member is recognised by: added, verified, ended."""

from typing import Annotated, ClassVar

from ninja import Router
from pydantic import Field

from regulars.access.rights import Right
from regulars.api.doors import Reply, read, write
from regulars.api.fields import Asking, IdentifierId, MemberId, Moment, Telling, Text, Word
from regulars.api.keys import Request
from regulars.api.places import organisation
from regulars.api.routes.people import (
    IdentifierAsked,
    IdentifierTold,
    Region,
    identifier_of,
    identifier_told,
    looked,
)
from regulars.members.models import Identifier
from regulars.members.selectors import profiles, roots
from regulars.members.services import identifiers

router = Router(tags=["Identifiers"])


class IdentifiersAsked(Asking):
    """Further identifiers: all or none."""

    identifiers: Annotated[list[IdentifierAsked], Field(min_length=1, max_length=20)]
    source: Annotated[Word, Field(description="Who told us.")] = "api"
    region: Region | None = None
    effective_at: Moment | None = None

    EXAMPLE: ClassVar = {"identifiers": [{"kind": "phone", "value": "+447400123456"}]}


class IdentifiersTold(Telling):
    """What a member is recognised by, and was."""

    items: list[IdentifierTold]


class Ending(Asking):
    """Why an identifier ends."""

    reason: Text

    EXAMPLE: ClassVar = {"reason": "number given up"}


@read(router, "/members/{member}/identifiers", right=Right.MEMBERS_READ, answer=IdentifiersTold)
def list_identifiers(request: Request, member: MemberId) -> IdentifiersTold:
    """All of a member's, ended ones too."""
    call = request.call
    root = roots([member], organisation=organisation(call, Right.MEMBERS_READ))[member]
    looked(call, root, part="identifiers")
    return IdentifiersTold(items=_all(root))


def _all(root: object) -> list[IdentifierTold]:
    (found,) = profiles.identifiers_of([root], with_ended=True).values()  # type: ignore[list-item]
    return [identifier_told(one) for one in found]


@write(router, "POST", "/members/{member}/identifiers", right=Right.MEMBERS_WRITE, answer=IdentifiersTold, status=201)
def add_identifiers(request: Request, member: MemberId, body: IdentifiersAsked) -> Reply:
    """A phone or mail address that another member has too is kept to reach this one, without recognising."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    identifiers.add(
        [(member, identifier_of(one)) for one in body.identifiers],
        organisation=home,
        source=body.source,
        effective_at=body.effective_at or call.at,
        region=body.region,
        actor=call.actor,
        at=call.at,
    )
    root = roots([member], organisation=home)[member]
    return Reply(IdentifiersTold(items=_all(root)), about=root)


@write(router, "POST", "/identifiers/{identifier}/end", right=Right.MEMBERS_WRITE, answer=IdentifierTold)
def end_an_identifier(request: Request, identifier: IdentifierId, body: Ending) -> Reply:
    """It recognises nobody from now on, and somebody else may have it. Cards are blocked or replaced instead."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    identifiers.end(identifier, organisation=home, reason=body.reason, actor=call.actor, at=call.at)
    return _told(identifier)


@write(router, "POST", "/identifiers/{identifier}/verify", right=Right.MEMBERS_WRITE, answer=IdentifierTold)
def verify_an_identifier(request: Request, identifier: IdentifierId) -> Reply:
    """Its owner has shown that it is theirs."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    identifiers.verify(identifier, organisation=home, actor=call.actor, at=call.at)
    return _told(identifier)


def _told(identifier: IdentifierId) -> Reply:
    member = Identifier.objects.values_list("member__root", flat=True).get(id=identifier)
    assert member is not None
    (one,) = [told for told in _all(member) if told.id == identifier]
    return Reply(one, about=member)
