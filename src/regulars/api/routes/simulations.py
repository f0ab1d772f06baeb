"""A bill or an event tried out: what it would bring on a day, and why the rest would not."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints, model_validator

from regulars.access import gate
from regulars.access.rights import Right
from regulars.api.doors import read
from regulars.api.fields import PRINTED, Asking, Day, MemberId, Moment, Telling, Word
from regulars.api.keys import Call, Request
from regulars.api.places import organisation, where
from regulars.api.routes.bills import Currency, LineAsked, Money, NotAppliedTold, TenderAsked, thousandths
from regulars.api.routes.posting import PlaceSaid
from regulars.api.routes.programme import TEN, Document, KindName, TermsCode, Tongue
from regulars.basics.ids import typed
from regulars.journal.services import read as record_look
from regulars.members.selectors import roots
from regulars.programme import simulating
from regulars.programme.checkout.moves import NewPurchase
from regulars.programme.moves import NewTerms
from regulars.programme.naming import words
from regulars.programme.saying import sentence
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import PURCHASE, Line, Tender
from regulars.rules.pricing import GiftDue
from regulars.rules.reasons import NotApplied
from regulars.rules.sentences.reasons import because
from regulars.rules.sentences.words import Language, Words
from regulars.sales.moves import Place, SoldLine

router = Router(tags=["Programme"])

Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=PRINTED)]
Names = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=PRINTED)]], Field(max_length=50)
]


class FactsAsked(Asking):
    """A made-up member."""

    EXAMPLE: ClassVar = {"tiers": {"status": "gold"}, "birthday": "05-04", "joined_on": "2024-02-29"}

    tiers: Annotated[dict[Name, Name], Field(max_length=20, description="Ladder → level.")] = Field(
        default_factory=dict
    )
    segments: Names = Field(default_factory=list)
    tags: Names = Field(default_factory=list)
    enrolled_in: Names = Field(default_factory=list)
    joined_on: Day | None = None
    birthday: Annotated[str | None, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")] = None
    purchases_before: Annotated[int | None, Field(ge=0, le=10**9)] = None


class DraftAsked(Asking):
    """Terms that are not published, tried in place of those of their code."""

    EXAMPLE: ClassVar = {"kind": "earn", "code": "base", "document": TEN}

    kind: KindName
    code: TermsCode
    document: Document


class SimulationAsked(PlaceSaid):
    """A bill, or an event with its amount; for a member, for made-up facts, or for nobody."""

    EXAMPLE: ClassVar = {
        "currency": "CNY",
        "lines": [LineAsked.EXAMPLE],
        "facts": FactsAsked.EXAMPLE,
        "effective_at": "2026-05-04T17:30:00Z",
        "language": "en",
    }

    currency: Currency
    lines: Annotated[list[LineAsked], Field(max_length=1000)] = Field(default_factory=list)
    event: Annotated[Word | None, Field(description="An event's name, in place of lines.")] = None
    amount: Annotated[Money, Field(description="Of an event that has one.")] = 0
    channel: Annotated[str, StringConstraints(max_length=80, pattern=r"^[A-Za-z0-9._:/+-]*$")] = ""
    tenders: Annotated[list[TenderAsked], Field(max_length=20)] = Field(default_factory=list)
    coupons: Names = Field(default_factory=list)
    member: MemberId | None = None
    facts: FactsAsked | None = None
    effective_at: Annotated[Moment | None, Field(description="That day; now.")] = None
    drafts: Annotated[list[DraftAsked], Field(max_length=20)] = Field(default_factory=list)
    language: Tongue = "en"

    @model_validator(mode="after")
    def lines_or_event(self) -> "SimulationAsked":
        if bool(self.lines) == (self.event is not None):
            raise ValueError("Either lines or an event.")
        numbers = [line.number or place for place, line in enumerate(self.lines, 1)]
        if len(set(numbers)) != len(numbers):
            raise ValueError("Each line has a number of its own.")
        return self


class SimulatedLine(Telling):
    """A line as it would be sold."""

    number: int
    item: str
    amount: int
    discount: int
    paid: int


class SimulatedEffect(Telling):
    """What would be given, by which terms; a draft has version 0."""

    kind: Literal["discount", "points", "gift", "earn"]
    code: str
    version: int
    unit: str = ""
    item: str = ""
    amount: int
    pending: bool = False
    lines: dict[str, int] = Field(default_factory=dict)
    sentence: str = ""
    facts: dict[str, int] = Field(default_factory=dict)


class SimulatedNot(NotAppliedTold):
    """What would give nothing, and why, in words too."""

    because: str


class SimulationTold(Telling):
    """What would come of it."""

    lines: list[SimulatedLine]
    due: Annotated[int, Field(description="After discounts, however it is paid.")]
    effects: list[SimulatedEffect]
    not_applied: list[SimulatedNot]


@read(router, "/programme/simulations", method="POST", right=Right.PROGRAMME_READ, answer=SimulationTold)
def simulate(request: Request, body: SimulationAsked) -> SimulationTold:
    """What a bill or an event would bring on a day, and why the rest would not, by the very functions of the checkout.
    Nothing is written."""
    call = request.call
    home = organisation(call, Right.PROGRAMME_READ)
    wanted = _wanted(call, body, home)
    question = simulating.Question(
        wanted,
        body.event or PURCHASE,
        body.amount,
        _facts(body.facts) if body.facts else None,
        tuple(NewTerms(one.kind, one.code, one.document) for one in body.drafts),
    )
    found = simulating.simulate(question, organisation=home, at=call.at)
    return _simulated(found, words(home, Language(body.language), terms=found.terms), body.currency)


def _wanted(call: Call, body: SimulationAsked, home: UUID) -> NewPurchase:
    place = Place(home, "", "", channel=body.channel)
    if body.merchant is not None or body.store is not None:
        here = where(call, Right.PROGRAMME_READ, body.merchant, body.store)
        place = Place(home, "", "", here.merchant, here.store, body.channel)
    root = _seen(call, body.member, home) if body.member else None
    return NewPurchase(
        place=place,
        currency=body.currency,
        lines=tuple(SoldLine(_line(line.number or number, line)) for number, line in enumerate(body.lines, 1)),
        effective_at=body.effective_at or call.at,
        member=root,
        shown=body.member,
        coupons=tuple(dict.fromkeys(body.coupons)),
        tenders=tuple(Tender(one.kind, one.amount) for one in body.tenders),
    )


def _seen(call: Call, member: UUID, home: UUID) -> UUID:
    """Who a member is now. What rules know of a person is a look at them, which takes a right and is written down."""
    gate.require(call.grants, Right.MEMBERS_READ, organisation=home)
    root = roots([member], organisation=home)[member]
    record_look([typed("mbr", root)], actor=call.actor, at=call.at)
    return root


def _line(number: int, asked: LineAsked) -> Line:
    return Line(
        number, asked.item, asked.amount, thousandths(asked.quantity), asked.discount, asked.tax, asked.category,
        asked.brand, asked.vendor, tuple(dict.fromkeys(asked.marks)),
    )  # fmt: skip


def _facts(asked: FactsAsked) -> MemberFacts:
    month, _, day = (asked.birthday or "").partition("-")
    return MemberFacts(
        tiers=asked.tiers,
        segments=frozenset(asked.segments),
        tags=frozenset(asked.tags),
        joined_on=asked.joined_on,
        birthday=int(month) * 100 + int(day) if month else None,
        purchases_before=asked.purchases_before,
        enrolled_in=frozenset(asked.enrolled_in),
    )


def _simulated(found: simulating.Simulated, named: Words, currency: str) -> SimulationTold:
    lines = found.occasion.lines
    refused = (*(found.priced.not_applied if found.priced else ()), *found.earned.not_applied)
    return SimulationTold(
        lines=[
            SimulatedLine(number=one.number, item=one.item, amount=one.amount, discount=one.discount, paid=one.paid)
            for one in lines
        ],
        due=found.occasion.paid,
        effects=[*_offered(found), *_earned(found, named)],
        not_applied=[_not_applied(one, named, currency) for one in refused],
    )


def _offered(found: simulating.Simulated) -> Iterable[SimulatedEffect]:
    for one in found.priced.applied if found.priced else ():
        said: Mapping[str, Any] = {"code": one.offered.code, "version": one.offered.version}
        if one.discount:
            parts = {str(number): part for number, part in one.discounts}
            yield SimulatedEffect(kind="discount", amount=one.discount, lines=parts, **said)
        for effect in one.effects:
            if isinstance(effect, GiftDue):
                yield SimulatedEffect(kind="gift", item=effect.item, amount=effect.pieces, **said)
            else:
                yield SimulatedEffect(kind="points", unit=effect.unit, amount=effect.amount, **said)


def _earned(found: simulating.Simulated, named: Words) -> Iterable[SimulatedEffect]:
    for one in found.earned.effects:
        yield SimulatedEffect(
            kind="earn",
            code=one.code,
            version=one.version,
            unit=one.unit,
            amount=one.amount,
            pending=one.pending,
            lines={str(number): part for number, part in one.lines.items()},
            sentence=sentence(found.terms.version(one.id), named),
            facts=dict(one.facts),
        )


def _not_applied(one: NotApplied, named: Words, currency: str) -> SimulatedNot:
    return SimulatedNot(
        code=one.code,
        version=one.version,
        coupon=one.reference,
        why=one.reason.why.value,
        facts=dict(one.reason.facts),
        because=because(one.reason, named, currency),
    )
