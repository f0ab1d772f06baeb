"""What a person may ask for: all that is known of them, and to be forgotten."""

from typing import Any, ClassVar

from ninja import Router

from regulars.access.rights import Right
from regulars.api.doors import read, write
from regulars.api.fields import Asking, MemberId, Moment, Telling, Text
from regulars.api.keys import Request
from regulars.api.places import organisation, whole_organisation
from regulars.members import erasing, exporting
from regulars.members.selectors import roots

router = Router(tags=["Export and erasure"])


class ExportTold(Telling):
    """All that every room knows of a person, and of those merged into them, in plain."""

    member: MemberId
    exported_at: Moment
    rooms: dict[str, Any]


class ErasureAsked(Asking):
    """Why a person is forgotten."""

    EXAMPLE: ClassVar = {"reason": "asked by letter"}

    reason: Text


class ErasureTold(Telling):
    """What each room did, in numbers. The lake of past sales follows within minutes."""

    member: MemberId
    rooms: dict[str, Any]


@read(router, "/members/{member}/export", right=Right.MEMBERS_EXPORT, answer=ExportTold)
def export_a_member(request: Request, member: MemberId) -> ExportTold:
    """Everything about one person, for that person."""
    call = request.call
    home = organisation(call, Right.MEMBERS_EXPORT)
    found = exporting.export(member, organisation=home, actor=call.actor, at=call.at)
    return ExportTold.model_validate(found)


@write(router, "POST", "/members/{member}/erase", right=Right.MEMBERS_ERASE, answer=ErasureTold)
def erase_a_member(request: Request, member: MemberId, body: ErasureAsked) -> ErasureTold:
    """Takes a person out of every room; entries stay under an id that says nothing. It cannot be undone. Needs the
    right everywhere."""
    call = request.call
    home = whole_organisation(call, Right.MEMBERS_ERASE)
    root = roots([member], organisation=home)[member]
    told = erasing.erase(root, organisation=home, reason=body.reason, actor=call.actor, at=call.at)
    return ErasureTold(member=root, rooms=told)
