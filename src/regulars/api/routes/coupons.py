"""Coupons: issued, given to members, listed and revoked."""

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints, model_validator

from regulars.access.rights import Right
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.doors import Reply, read, write
from regulars.api.fields import (
    PRINTED,
    Asking,
    BatchId,
    CouponId,
    Cursor,
    Limit,
    MemberId,
    Moment,
    Telling,
    TermsId,
    Text,
)
from regulars.api.keys import Request
from regulars.api.places import organisation, whole_organisation
from regulars.basics.ids import typed
from regulars.journal.moves import Deed
from regulars.journal.services import read as looked
from regulars.journal.services import record
from regulars.members.selectors import roots
from regulars.programme.coupons.moves import Binding, Found, Gift, Issued, OldCode
from regulars.programme.coupons.wallet import listed, wallet
from regulars.programme.services import coupons as verbs
from regulars.programme.services import coupons_issuing

router = Router(tags=["Coupons"])

MOST = 10_000
CodeText = Annotated[str, StringConstraints(min_length=3, max_length=80, pattern=PRINTED)]
SeriesCode = Annotated[
    str,
    StringConstraints(max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$"),
    Field(description="Of a series that was published (kind coupon-series).", examples=["spring"]),
]
BindingSaid = Annotated[
    Literal["soft", "hard"],
    Field(description="soft: in the wallet, anyone may use it; hard: nobody else may."),
]


class IssueAsked(Asking):
    """So many coupons that are nobody's, or one for each member."""

    EXAMPLE: ClassVar = {"count": 100}

    count: Annotated[int | None, Field(ge=1, le=MOST)] = None
    members: Annotated[list[MemberId], Field(max_length=MOST)] = Field(default_factory=list)
    binding: BindingSaid = "soft"
    given_for: Annotated[
        Text | None, Field(description="Members who were given one of this series for the same are passed over.")
    ] = None

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.count is None) == (not self.members):
            raise ValueError("Either count or members.")
        if self.given_for is not None and not self.members:
            raise ValueError("given_for is of members.")
        return self


class SharedAsked(Asking):
    """Codes that many share, as they are to be spelled; capitals, spaces and hyphens mean nothing."""

    EXAMPLE: ClassVar = {"codes": ["SPRING26"]}

    codes: Annotated[list[CodeText], Field(min_length=1, max_length=100)]


class OldAsked(Asking):
    """A code that was handed out before."""

    EXAMPLE: ClassVar = {"code": "XK-99-0001", "expires_at": "2026-12-31T23:00:00Z"}

    code: CodeText
    uses: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    member: MemberId | None = None
    expires_at: Moment | None = None


class OldCodesAsked(Asking):
    """Codes of a programme before this one: they stay good, under the terms of the series as it is now."""

    EXAMPLE: ClassVar = {"codes": [OldAsked.EXAMPLE]}

    codes: Annotated[list[OldAsked], Field(min_length=1, max_length=MOST)]


class GivenAsked(Asking):
    """A coupon for a member."""

    EXAMPLE: ClassVar = {"coupon": "cpn_01kdvdna00e008000000000001", "member": "mbr_01kdvdna00e008000000000001"}

    coupon: CouponId
    member: MemberId


class AssignAsked(Asking):
    """Coupons that members are given; a coupon of another only where its series is passed on."""

    EXAMPLE: ClassVar = {"items": [GivenAsked.EXAMPLE], "binding": "hard"}

    items: Annotated[list[GivenAsked], Field(min_length=1, max_length=MOST)]
    binding: BindingSaid = "soft"


class RevokeAsked(Asking):
    """Coupons, or a whole batch."""

    EXAMPLE: ClassVar = {"coupons": ["cpn_01kdvdna00e008000000000001"], "reason": "printed twice"}

    coupons: Annotated[list[CouponId], Field(max_length=MOST)] = Field(default_factory=list)
    batch: BatchId | None = None
    reason: Text

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.batch is None) == (not self.coupons):
            raise ValueError("Either coupons or batch.")
        return self


class CouponTold(Telling):
    """A coupon as it stands. `code` is what to type; null for codes of an older programme, which are not kept."""

    id: CouponId
    series: str
    terms: TermsId
    code: str | None
    shared: bool
    state: Literal["issued", "reserved", "redeemed", "expired", "revoked"]
    member: MemberId | None
    binding: Literal["none", "soft", "hard"]
    issued_at: Moment
    expires_at: Moment | None
    uses: Annotated[int | None, Field(description="How many it is good for; null: shared by many.")]
    used: int


class IssuedTold(Telling):
    """Coupons issued together."""

    batch: BatchId
    terms: TermsId
    items: list[CouponTold]


class CouponsTold(Telling):
    """A page of them; `next` is the cursor of the page after."""

    items: list[CouponTold]
    next: str | None = None


class DoneTold(Telling):
    """How many it was done to."""

    coupons: int


@write(router, "POST", "/coupon-series/{series}/coupons", right=Right.PROGRAMME_MANAGE, answer=IssuedTold, status=201)
def issue_coupons(request: Request, series: SeriesCode, body: IssueAsked) -> IssuedTold:
    """Codes that are good once (or `uses` times), signed so that none can be made up."""
    call = request.call
    gifts = [
        Gift(member, f"{body.given_for}/{typed('mbr', member)}" if body.given_for else None)
        for member in dict.fromkeys(body.members)
    ]
    made = coupons_issuing.issue(
        series, body.count or 0, organisation=whole_organisation(call, Right.PROGRAMME_MANAGE), to=gifts,
        binding=Binding(body.binding), actor=call.actor, at=call.at,
    )  # fmt: skip
    return _issued(made)


@write(
    router, "POST", "/coupon-series/{series}/shared-codes", right=Right.PROGRAMME_MANAGE, answer=IssuedTold,
    status=201,
)  # fmt: skip
def issue_shared_codes(request: Request, series: SeriesCode, body: SharedAsked) -> IssuedTold:
    """Codes for a poster or a letter to all; limits of the series say how often and by whom."""
    call = request.call
    home = whole_organisation(call, Right.PROGRAMME_MANAGE)
    return _issued(coupons_issuing.issue_shared(series, body.codes, organisation=home, actor=call.actor, at=call.at))


@write(router, "POST", "/coupon-series/{series}/old-codes", right=Right.PROGRAMME_MANAGE, answer=IssuedTold, status=201)
def take_over_old_codes(request: Request, series: SeriesCode, body: OldCodesAsked) -> IssuedTold:
    """Codes that people hold already go on; only digests of them are kept."""
    call = request.call
    home = whole_organisation(call, Right.PROGRAMME_MANAGE)
    old = [OldCode(one.code, one.uses, one.member, one.expires_at) for one in body.codes]
    return _issued(coupons_issuing.take_over(series, old, organisation=home, actor=call.actor, at=call.at))


@read(router, "/coupons", right=Right.PROGRAMME_MANAGE, answer=CouponsTold)
def list_coupons(
    request: Request,
    series: SeriesCode | None = None,
    batch: BatchId | None = None,
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> CouponsTold:
    """Coupons with their codes, in the order in which they were made. That somebody looked is written down."""
    call = request.call
    home = whole_organisation(call, Right.PROGRAMME_MANAGE)
    place = f"coupons.{series}.{batch}"
    after = read_cursor(place, cursor)
    found = listed(
        organisation=home, at=call.at, series=series, batch=batch, after=UUID(after) if after else None, limit=limit
    )
    told = {"series": series or "", "batch": typed("bat", batch) if batch else "", "coupons": len(found)}
    record([Deed("coupons.list", after=told)], actor=call.actor, at=call.at)
    more = write_cursor(place, found[-1].id.hex) if len(found) == limit else None
    return CouponsTold(items=[coupon_told(one) for one in found], next=more)


@read(router, "/members/{member}/coupons", right=Right.BENEFITS_USE, answer=CouponsTold)
def read_a_wallet(request: Request, member: MemberId, also_over: bool = False) -> CouponsTold:
    """What a member was given and can use; with also_over what is used or over too. The newest 200."""
    call = request.call
    home = organisation(call, Right.BENEFITS_USE)
    root = roots([member], organisation=home)[member]
    looked([typed("mbr", root)], what="coupons.wallet", actor=call.actor, at=call.at)
    found = wallet(root, organisation=home, at=call.at, also_over=also_over)
    return CouponsTold(items=[coupon_told(one) for one in found])


@write(router, "POST", "/coupons/assign", right=Right.PROGRAMME_MANAGE, answer=DoneTold)
def assign_coupons(request: Request, body: AssignAsked) -> DoneTold:
    """Coupons that are there already are given to members, or passed on."""
    call = request.call
    pairs = list({one.coupon: (one.coupon, one.member) for one in body.items}.values())
    home = whole_organisation(call, Right.PROGRAMME_MANAGE)
    verbs.assign(pairs, Binding(body.binding), organisation=home, actor=call.actor, at=call.at)
    return DoneTold(coupons=len(pairs))


@write(router, "POST", "/coupons/revoke", right=Right.PROGRAMME_MANAGE, answer=DoneTold)
def revoke_coupons(request: Request, body: RevokeAsked) -> Reply:
    """Coupons that were not used up are good no more. What an open checkout holds of them it may still keep."""
    call = request.call
    home = whole_organisation(call, Right.PROGRAMME_MANAGE)
    done = verbs.revoke(
        body.coupons, batch=body.batch, organisation=home, reason=body.reason, actor=call.actor, at=call.at
    )
    return Reply(DoneTold(coupons=done))


def _issued(made: Issued) -> IssuedTold:
    return IssuedTold(batch=made.batch, terms=made.terms, items=[coupon_told(one) for one in made.coupons])


def coupon_told(one: Found) -> CouponTold:
    return CouponTold.model_validate(
        {
            "id": one.id,
            "series": one.series,
            "terms": one.terms,
            "code": one.code,
            "shared": one.shared,
            "state": one.state,
            "member": one.member,
            "binding": "hard" if one.hard else "soft" if one.member else "none",
            "issued_at": one.issued_at,
            "expires_at": one.expires_at,
            "uses": one.uses,
            "used": one.used,
        }
    )
