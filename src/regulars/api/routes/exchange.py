"""Units that become others, at a rate that is written down."""

from typing import Annotated, ClassVar

from ninja import Router
from pydantic import Field

from regulars.access.rights import Right
from regulars.api.doors import read, write
from regulars.api.fields import Amount, Asking, MemberId, Moment, Telling, TransferId
from regulars.api.keys import Request
from regulars.api.places import where, whole_organisation
from regulars.api.routes.holdings import UnitCode
from regulars.api.routes.posting import BusinessKey, PlaceSaid
from regulars.ledger.models import Rate
from regulars.ledger.moves import Conversion
from regulars.ledger.services import exchange
from regulars.members.selectors import roots

router = Router(tags=["Conversion"])

Part = Annotated[int, Field(ge=1, le=1_000_000)]


class RateAsked(Asking):
    """So many smallest parts of one unit (`denominator`) are worth so many of another (`numerator`)."""

    EXAMPLE: ClassVar = {"from_unit": "points", "to_unit": "GBP-bonus", "numerator": 1, "denominator": 2}

    from_unit: UnitCode
    to_unit: UnitCode
    numerator: Part
    denominator: Part
    since: Annotated[Moment | None, Field(description="Nothing said: now.")] = None


class RateTold(Telling):
    """What a unit is worth in another, from a moment on."""

    from_unit: str
    to_unit: str
    numerator: int
    denominator: int
    since: Moment


class RatesTold(Telling):
    """The newest first; two hundred at most."""

    items: list[RateTold]


class ConversionAsked(BusinessKey, PlaceSaid):
    """So much of one unit, to become another."""

    EXAMPLE: ClassVar = {"from_unit": "points", "to_unit": "GBP-bonus", "amount": 500}

    from_unit: UnitCode
    to_unit: UnitCode
    amount: Amount


class ConvertedTold(Telling):
    """What became of it, and at which rate; fractions are dropped once, at the end."""

    id: TransferId
    amount: int
    gained: int
    numerator: int
    denominator: int
    replayed: bool


def _rates() -> RatesTold:
    rows = Rate.objects.order_by("-since", "from_unit", "to_unit")[:200]
    return RatesTold(
        items=[
            RateTold(
                from_unit=row.from_unit,
                to_unit=row.to_unit,
                numerator=row.numerator,
                denominator=row.denominator,
                since=row.since,
            )
            for row in rows
        ]
    )


@read(router, "/rates", right=Right.LEDGER_READ, answer=RatesTold)
def list_rates(request: Request) -> RatesTold:
    """What units are worth in others."""
    return _rates()


@write(router, "POST", "/rates", right=Right.LEDGER_MANAGE, answer=RatesTold, status=201)
def set_a_rate(request: Request, body: RateAsked) -> RatesTold:
    """Rates are only ever added; what was converted keeps its own. Needs the right everywhere."""
    call = request.call
    whole_organisation(call, Right.LEDGER_MANAGE)
    exchange.set_rate(
        body.from_unit,
        body.to_unit,
        body.numerator,
        body.denominator,
        since=body.since or call.at,
        actor=call.actor,
        at=call.at,
    )
    return _rates()


@write(router, "POST", "/members/{member}/conversions", right=Right.LEDGER_POST, answer=ConvertedTold, status=201)
def convert_units(request: Request, member: MemberId, body: ConversionAsked) -> ConvertedTold:
    """Makes one unit of a member another, at the rate in force; the lots keep their dates."""
    call = request.call
    here = where(call, Right.LEDGER_POST, body.merchant, body.store)
    wanted = Conversion(
        roots([member], organisation=here.organisation)[member],
        body.from_unit,
        body.to_unit,
        body.amount,
        source=here.source_of(body.source),
        external_id=body.external_id or "",
    )
    done = exchange.convert(wanted, actor=call.actor, at=call.at)
    return ConvertedTold(
        id=done.id,
        amount=done.amount,
        gained=done.gained,
        numerator=done.numerator,
        denominator=done.denominator,
        replayed=done.replayed,
    )
