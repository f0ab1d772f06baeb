"""Two members become one, and two again."""

from typing import ClassVar

from ninja import Router

from regulars.access.rights import Right
from regulars.api.doors import Reply, write
from regulars.api.fields import Asking, MemberId, MergeId, Telling, Text
from regulars.api.keys import Request
from regulars.api.places import organisation
from regulars.members import merging

router = Router(tags=["Merging"])


class MergeAsked(Asking):
    """Who is taken into whom, and why. All ids lead to the survivor from then on."""

    EXAMPLE: ClassVar = {
        "survivor": "mbr_01kdvdna00e008000000000001",
        "other": "mbr_01kdvdna00e008000000000002",
        "reason": "same person, said at the counter",
    }

    survivor: MemberId
    other: MemberId
    reason: Text


class MergeTold(Telling):
    """A merge that was done."""

    id: MergeId


class UnmergeAsked(Asking):
    """Why two are two again."""

    EXAMPLE: ClassVar = {"reason": "father and son"}

    reason: Text


class UnmergeTold(Telling):
    """The member that is its own again."""

    member: MemberId


@write(router, "POST", "/merges", right=Right.MEMBERS_MERGE, answer=MergeTold, status=201)
def merge_members(request: Request, body: MergeAsked) -> Reply:
    """Everything of both is the survivor's: points with their dates, cards, consents. Refused while one has open
    holds. It can be undone, also after new purchases."""
    call = request.call
    done = merging.merge(
        body.survivor,
        body.other,
        organisation=organisation(call, Right.MEMBERS_MERGE),
        reason=body.reason,
        actor=call.actor,
        at=call.at,
    )
    return Reply(MergeTold(id=done), about=body.survivor)


@write(router, "POST", "/members/{member}/unmerge", right=Right.MEMBERS_MERGE, answer=UnmergeTold)
def undo_a_merge(request: Request, member: MemberId, body: UnmergeAsked) -> Reply:
    """Gives a member that was taken in everything back that was its own, and what came since to its own cards."""
    call = request.call
    home = organisation(call, Right.MEMBERS_MERGE)
    merging.unmerge(member, organisation=home, reason=body.reason, actor=call.actor, at=call.at)
    return Reply(UnmergeTold(member=member), about=member)
