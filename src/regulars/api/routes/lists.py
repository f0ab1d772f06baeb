"""A member's personal list: what they need by the scores, with the offers that come off by themselves."""

from typing import Annotated, Literal

from ninja import Router
from pydantic import Field

from regulars.access.rights import Right
from regulars.api.doors import Reply, read
from regulars.api.fields import Day, MemberId, Moment, Telling, TermsId
from regulars.api.keys import Request
from regulars.api.places import organisation
from regulars.basics.ids import typed
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.members.selectors import roots
from regulars.programme.coupons.lists import ListLine, OpenList, off, open_lists

router = Router(tags=["Coupons"])


class ListOfferTold(Telling):
    """What comes off one product of a list."""

    series: str
    terms: Annotated[TermsId, Field(description="The version of the series that this offer keeps.")]
    name: str
    off: Annotated[str, Field(description="As briefly as a list says it, in any language: −20 %, −£1.50, 3 = 2.")]
    expires_at: Moment | None
    taken: Annotated[bool, Field(description="It was used: it is good once.")]


class ListLineTold(Telling):
    """A product on a list; `offer` is null where it stands there as it is."""

    item: str
    name: str
    why: Annotated[
        Literal["due", "later", "habit", "with", "alike", "popular"], Field(description="Why it stands there.")
    ]
    next_on: Annotated[Day | None, Field(description="When they are expected to need it again.")]
    offer: ListOfferTold | None


class OfferListTold(Telling):
    """A list that stands open, the best first."""

    code: Annotated[str, Field(description="For the till, as Code 128 or typed: all that is on the list comes off.")]
    begins_at: Moment
    ends_at: Moment | None
    items: list[ListLineTold]


class MemberListTold(Telling):
    """The newest list of a member that stands open; null: there is none."""

    member: MemberId
    list: OfferListTold | None


@read(router, "/members/{member}/list", right=Right.BENEFITS_USE, answer=MemberListTold)
def read_the_list_of_a_member(request: Request, member: MemberId) -> Reply:
    """What a member is expected to need, with the offers on it: to be shown in a shop's own pages or at a till."""
    call = request.call
    home = organisation(call, Right.BENEFITS_USE)
    root = roots([member], organisation=home)[member]
    record([Deed("members.read", typed("mbr", root), after={"part": "list"})], actor=call.actor, at=call.at)
    found = open_lists([root], organisation=home, at=call.at).get(root)
    return Reply(MemberListTold(member=root, list=None if found is None else _told(found)), about=root)


def _told(one: OpenList) -> OfferListTold:
    lines = [_line(line) for line in one.lines]
    return OfferListTold(code=one.code, begins_at=one.begins_at, ends_at=one.ends_at, items=lines)


def _line(one: ListLine) -> ListLineTold:
    offer = None
    if one.version is not None:
        offer = ListOfferTold(
            series=one.version.code,
            terms=one.version.id,
            name=one.version.terms.name or one.version.code,
            off=off(one.version.terms.offer),
            expires_at=one.expires_at,
            taken=one.used,
        )
    return ListLineTold(item=one.item, name=one.name, why=one.why, next_on=one.next_on, offer=offer)  # type: ignore[arg-type]
