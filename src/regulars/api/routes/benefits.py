"""Benefits of members' levels: what is left, used up at a desk, given back."""

from typing import Annotated, ClassVar, Self
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints, model_validator

from regulars.access.rights import Right
from regulars.api.doors import Reply, read, write
from regulars.api.fields import (
    PRINTED,
    Asking,
    BenefitUseId,
    MemberId,
    MerchantId,
    Moment,
    StoreId,
    Telling,
    TermsId,
    Text,
    Word,
)
from regulars.api.keys import Call, Request
from regulars.api.places import organisation, where
from regulars.api.routes.holdings import sees
from regulars.basics.ids import typed
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.members.selectors import roots
from regulars.members.selectors.sketches import sketches
from regulars.programme.book import book
from regulars.programme.errors import UnknownUse
from regulars.programme.models import BenefitUse
from regulars.programme.moves_tiers import Entitled, NewUse, Used
from regulars.programme.selectors.benefits import entitled, uses
from regulars.programme.selectors.tiers import rows_now, with_beginners
from regulars.programme.services import benefits as verbs

router = Router(tags=["Benefits"])

BenefitCode = Annotated[
    str,
    StringConstraints(max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$"),
    Field(description="Of a benefit that was published (kind benefit).", examples=["lounge"]),
]
Count = Annotated[int, Field(ge=1, le=1000)]


class BenefitTold(Telling):
    """A benefit of a member now. `most` and `left` null: as often as wanted."""

    benefit: str
    terms: TermsId
    name: str
    ladder: str
    level: str
    period: Annotated[str, Field(description="The first day of the period it is counted in; empty: ever.")]
    most: int | None
    used: int
    left: int | None
    until: Moment | None
    note: str


class BenefitsTold(Telling):
    """All that the member's levels bring."""

    items: list[BenefitTold]


class UseAsked(Asking):
    """So much of a benefit, at a place. With `source` and `external_id` it happens once, for ever. `shown`: the member
    whose card it was, where it was merged."""

    EXAMPLE: ClassVar = {"count": 2, "source": "lounge-2", "external_id": "2026-05-04/7"}

    count: Count = 1
    shown: MemberId | None = None
    merchant: MerchantId | None = None
    store: StoreId | None = None
    source: Word | None = None
    external_id: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PRINTED)] | None = None

    @model_validator(mode="after")
    def both(self) -> Self:
        if (self.source is None) != (self.external_id is None):
            raise ValueError("source and external_id go together.")
        return self


class BackAsked(Asking):
    """How much is given back: nothing said, all of it."""

    EXAMPLE: ClassVar = {"count": 1, "reason": "flight cancelled"}

    count: Count | None = None
    reason: Text


class UseTold(Telling):
    """A use as it stands. `left` is told with the use itself."""

    id: BenefitUseId
    member: MemberId
    benefit: str
    level: str
    period: str
    count: int
    given_back: int
    used_at: Moment
    left: int | None
    replayed: bool


class UsesTold(Telling):
    """Newest first; at most a hundred."""

    items: list[UseTold]


@read(router, "/members/{member}/benefits", right=Right.BENEFITS_USE, answer=BenefitsTold)
def read_the_benefits_of_a_member(
    request: Request, member: MemberId, merchant: MerchantId | None = None, store: StoreId | None = None
) -> BenefitsTold:
    """What the member's levels bring, how often it was used, and what is left; at a place, what is given there."""
    call = request.call
    home = organisation(call, Right.BENEFITS_USE)
    root = _looked(call, member, home)
    terms = book(home)
    joined = {root: sketches([root])[root].joined_at}
    rows = with_beginners(rows_now([root], terms=terms, at=call.at), joined, organisation=home, terms=terms, at=call.at)
    found = entitled(
        rows, terms=terms, at=call.at, merchant=typed("mrc", merchant) if merchant else "",
        store=typed("str", store) if store else "",
    )  # fmt: skip
    return BenefitsTold(items=[_benefit(one) for one in found.get(root, [])])


@read(router, "/members/{member}/benefit-uses", right=Right.BENEFITS_USE, answer=UsesTold)
def read_the_benefit_uses_of_a_member(request: Request, member: MemberId) -> UsesTold:
    """What was used, and given back."""
    call = request.call
    root = _looked(call, member, organisation(call, Right.BENEFITS_USE))
    return UsesTold(items=[_use(one) for one in uses(root)])


@write(
    router, "POST", "/members/{member}/benefits/{benefit}/uses", right=Right.BENEFITS_USE, answer=UseTold, status=201
)
def use_a_benefit(request: Request, member: MemberId, benefit: BenefitCode, body: UseAsked) -> Reply:
    """Uses up so much of a benefit; refused where less is left."""
    call = request.call
    here = where(call, Right.BENEFITS_USE, body.merchant, body.store)
    asked = [member] if body.shown is None else [member, body.shown]
    root = roots(asked, organisation=here.organisation)[member]
    wanted = NewUse(
        member=root,
        benefit=benefit,
        count=body.count,
        shown=body.shown or member,
        merchant=here.merchant_text,
        store=here.store_text,
        source=here.source_of(body.source),
        external_id=body.external_id or "",
    )
    return Reply(_use(verbs.use(wanted, organisation=here.organisation, actor=call.actor, at=call.at)), about=root)


@write(router, "POST", "/benefit-uses/{use}/give-back", right=Right.BENEFITS_USE, answer=UseTold)
def give_a_benefit_back(request: Request, use: BenefitUseId, body: BackAsked) -> Reply:
    """A use that came to nothing counts no more, all of it or a part."""
    call = request.call
    home = organisation(call, Right.BENEFITS_USE)
    row = BenefitUse.objects.filter(id=use, organisation=home).first()
    if row is None or not sees(call, Right.BENEFITS_USE, row.merchant, row.store):
        raise UnknownUse("No use of a benefit has this id.", use=typed(verbs.USE, use))
    told = verbs.give_back(use, organisation=home, count=body.count, reason=body.reason, actor=call.actor, at=call.at)
    return Reply(_use(told), about=told.member)


def _looked(call: Call, member: UUID, home: UUID) -> UUID:
    root = roots([member], organisation=home)[member]
    record([Deed("members.read", typed("mbr", root), after={"part": "benefits"})], actor=call.actor, at=call.at)
    return root


def _benefit(one: Entitled) -> BenefitTold:
    return BenefitTold(
        benefit=one.benefit,
        terms=one.version,
        name=one.name,
        ladder=one.ladder,
        level=one.level,
        period=one.period,
        most=one.most,
        used=one.used,
        left=one.left,
        until=one.until,
        note=one.note,
    )


def _use(one: Used) -> UseTold:
    return UseTold(
        id=one.id,
        member=one.member,
        benefit=one.benefit,
        level=one.level,
        period=one.period,
        count=one.count,
        given_back=one.given_back,
        used_at=one.used_at,
        left=one.left,
        replayed=one.replayed,
    )
