"""The document of a campaign, read strictly: each fault is told with its place."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from regulars.basics.forms import IN_WORDS
from regulars.ledger.models import Unit
from regulars.outreach.audiences.reading import Fault
from regulars.outreach.errors import WrongCampaignDocument
from regulars.outreach.gate.deciding import SHARES
from regulars.outreach.gate.policies import Channel
from regulars.outreach.models import Audience, Template, TemplateVersion
from regulars.programme.book import book
from regulars.programme.coupons.terms import SERIES, Series
from regulars.rules.pricing import AmountOff

Amount = Annotated[int, Field(ge=0, le=10**12)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[!-~]+$")]
Names = Annotated[tuple[Code, ...], Field(max_length=20)]
Needs = Annotated[tuple[Annotated[str, StringConstraints(min_length=1, max_length=200)], ...], Field(max_length=50)]
CELLS: Final = 5_000  # rows of a table
WIDEST: Final = 2_000  # combinations that one row may name


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class MessageForm(_Form):
    """What a member hears, by one channel. Without a template whoever sends asks for the released messages."""

    channel: Channel
    template: Annotated[str, StringConstraints(max_length=120)] = ""
    version: Annotated[int, Field(ge=0, le=10**6)] = 0  # of the template: what was approved is what is sent


class CostForm(_Form):
    """What one member costs, in minor units of the campaign's currency."""

    coupon: Amount | None = None  # of one that is redeemed, at most; None: as its terms say
    redeemed: Annotated[int, Field(ge=1, le=SHARES)] = SHARES  # how many of ten thousand are expected to be
    contact: Annotated[dict[Channel, Amount], Field(max_length=20)] = {}


class RepeatForm(_Form):
    """Again after so many days, or months, so many times more: each time a campaign of its own, approved with the
    first."""

    days: Annotated[int | None, Field(ge=1, le=366)] = None
    months: Annotated[int | None, Field(ge=1, le=12)] = None  # on the same day of a later month
    times: Annotated[int, Field(ge=0, le=400)]
    number: Annotated[int, Field(ge=1, le=1000)] = 1  # which time this is
    day: Annotated[int | None, Field(ge=1, le=31)] = (
        None  # of the month, on which it came first; shorter ones: the last
    )


class CellForm(_Form):
    """A row of a table: whom it is for, and the coupons they get. What it does not name holds for all."""

    series: Annotated[tuple[Code, ...], Field(min_length=1, max_length=6)]
    classes: Names = ()
    stages: Names = ()
    needs: Needs = ()  # products, or categories with all below them
    levels: Names = ()  # "ladder/level"
    why: Names = ()  # of a line of a list: due, later, habit, with, alike, popular
    points_from: Annotated[int, Field(ge=0, le=10**12)] = 0  # of a statement: earned in its months


class ListForm(_Form):
    """A list of products that each member needs, with an offer on some: which of them, the rows of a table say."""

    products: Annotated[int, Field(ge=1, le=30)] = 8
    offers: Annotated[int, Field(ge=0, le=30)] = 5  # of them, at most
    days: Annotated[int, Field(ge=1, le=366)] = 14  # that it is good for: to the end of the last of them
    weekly_spend_min: Amount = 2_500  # who spends less gets none
    weeks: Annotated[int, Field(ge=1, le=104)] = 8  # that are looked at
    lines: Annotated[tuple[CellForm, ...], Field(max_length=CELLS)] = ()


class StatementForm(_Form):
    """What is told of points: those of the last whole months."""

    unit: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    months: Literal[1, 2, 3, 4, 6, 12] = 3


class CampaignForm(_Form):
    """What is done, for whom, and how it is judged."""

    audience: Code
    purpose: Channel = "marketing"
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    series: Code | None = None  # of coupons: one for each treated member; for whom no cell is, where there are cells
    cells: Annotated[tuple[CellForm, ...], Field(max_length=CELLS)] = ()  # who gets which coupons: the first that fits
    list: ListForm | None = None
    statement: StatementForm | None = None
    messages: Annotated[tuple[MessageForm, ...], Field(max_length=6)] = ()  # the first that reaches them
    mark: bool = False  # treated members get the mark campaign:<code>, which rules and offers can ask for
    holdout_share: Annotated[int, Field(ge=0, le=SHARES // 2)] = 1000  # of ten thousand
    cost: CostForm = CostForm()
    budget: Amount | None = None
    starts_at: AwareDatetime | None = None
    window_days: Annotated[int, Field(ge=1, le=3660)] = 28
    repeat: RepeatForm | None = None
    priority: Annotated[int, Field(ge=0, le=100)] = 0

    @property
    def most_needs(self) -> int:
        """How many products that somebody needs are looked at."""
        return self.list.products if self.list is not None else ListForm().products

    @property
    def personal(self) -> bool:
        """Whether what somebody gets is found out of each."""
        return bool(self.cells) or self.list is not None

    def gives(self) -> frozenset[str]:
        """The series of coupons that members get one each of; what stands on lists is not among them."""
        return frozenset(code for cell in self.cells for code in cell.series) | (
            {self.series} if self.series else set()
        )

    def channels(self) -> "Sequence[str]":
        """In the order in which they are preferred."""
        return [one.channel for one in self.messages]


def read(document: Mapping[str, Any], *, within: str = "") -> CampaignForm:
    """Raises WrongCampaignDocument."""
    try:
        return CampaignForm.model_validate_json(json.dumps(document))
    except ValidationError as found:
        faults = [
            Fault("".join(f"/{step}" for step in one["loc"]), IN_WORDS.get(one["type"], one["msg"]), one["type"])
            for one in found.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise wrong(faults, within=within) from found


def wrong(faults: list[Fault], *, within: str = "") -> WrongCampaignDocument:
    """The refusal that tells all faults."""
    told = [{"pointer": within + one.pointer, "in": "body", "detail": one.detail, "code": one.code} for one in faults]
    return WrongCampaignDocument(
        f"This campaign cannot be kept. {told[0]['pointer'] or '/'}: {told[0]['detail']}", errors=told
    )


def faults(form: CampaignForm, organisation: UUID, *, at: datetime) -> list[Fault]:
    """What the form alone cannot say: names that nothing here has, and what does not fit together. Five queries."""
    return [
        *_nothing(form),
        *_unknown(form, organisation, at),
        *_templates(form, organisation),
        *_tables(form, organisation, at),
        *_units(form),
        *_costs(form, organisation, at),
    ]


def _nothing(form: CampaignForm) -> Iterator[Fault]:
    if form.series is None and not form.messages and not form.mark and not form.personal:
        yield Fault("/messages", "A campaign gives a coupon, says something, or marks who gets more.", "nothing")
    if form.repeat is not None and (form.repeat.days is None) == (form.repeat.months is None):
        yield Fault("/repeat/days", "Again after so many days, or after so many months: say one of the two.", "repeat")
    channels = form.channels()
    for place, channel in enumerate(channels):
        if channel in channels[:place]:
            yield Fault(f"/messages/{place}/channel", "A channel is named once.", "twice")


def _unknown(form: CampaignForm, organisation: UUID, at: datetime) -> Iterator[Fault]:
    if not Audience.objects.filter(organisation=organisation, code=form.audience, retired_at=None).exists():
        yield Fault("/audience", "There is no such audience in use here.", "unknown")
    if form.series is not None:
        yield from _of_series(form.series, "/series", False, organisation, form.starts_at or at)


def _of_series(code: str, place: str, per_item: bool, organisation: UUID, at: datetime) -> Iterator[Fault]:
    version = book(organisation).one(SERIES, code, at)
    if version is None:
        yield Fault(place, "No series of coupons with this code holds then.", "unknown")
    elif version.terms.per_item != per_item:
        said = (
            "Only a series whose coupons are each for one product stands on a list."
            if per_item
            else ("Coupons of this series are each for one product: they are given by lists.")
        )
        yield Fault(place, said, "per-item")


def _tables(form: CampaignForm, organisation: UUID, at: datetime) -> Iterator[Fault]:
    tables = [("/cells", form.cells, False), ("/list/lines", form.list.lines if form.list else (), True)]
    for where, rows, per_item in tables:
        known: dict[str, bool] = {}
        for place, row in enumerate(rows):
            if per_item and len(row.series) > 1:
                yield Fault(f"{where}/{place}/series", "A product of a list has one offer.", "twice")
            width = 1
            for named in (row.classes, row.stages, row.needs, row.levels, row.why):
                width *= max(1, len(named))
            if width > WIDEST:
                yield Fault(f"{where}/{place}", f"A row names at most {WIDEST} combinations.", "too-wide")
            for code in row.series:
                if not known.get(code):
                    found = list(
                        _of_series(code, f"{where}/{place}/series", per_item, organisation, form.starts_at or at)
                    )
                    known[code] = not found
                    yield from found


def _units(form: CampaignForm) -> Iterator[Fault]:
    if form.statement is not None and not Unit.objects.filter(code=form.statement.unit).exists():
        yield Fault("/statement/unit", "There is no unit of this code.", "unknown")


def _templates(form: CampaignForm, organisation: UUID) -> Iterator[Fault]:
    said = [(place, one) for place, one in enumerate(form.messages) if one.template or one.version]
    codes = {one.template for _, one in said}
    ids = dict(
        Template.objects.filter(organisation=organisation, code__in=codes, retired_at=None).values_list("id", "code")
    )
    rows = TemplateVersion.objects.filter(template__in=list(ids)).values_list("template", "version", "document")
    known = {(ids[template], version): document for template, version, document in rows}
    for place, one in said:
        document = known.get((one.template, one.version))
        if document is None:
            yield Fault(f"/messages/{place}/template", "There is no such version of a template in use here.", "unknown")
        elif not document.get(one.channel):
            yield Fault(f"/messages/{place}/template", "The template says nothing for this channel.", "channel")


def coupon_cost(form: CampaignForm, organisation: UUID, *, at: datetime) -> int | None:
    """What the coupons of one member cost at most when they are redeemed; 0 without any, None where neither the
    campaign nor its terms say. One query."""
    if not form.gives() and form.list is None:
        return 0
    if form.cost.coupon is not None:
        return form.cost.coupon
    rows = [cell.series for cell in form.cells] + ([(form.series,)] if form.series else [])
    costs = [_sum(_most(code, form, organisation, at) for code in series) for series in rows]
    found = None if None in costs else max((one for one in costs if one is not None), default=0)
    if form.list is None or found is None:
        return found
    lines = [_most(one.series[0], form, organisation, at) for one in form.list.lines]
    if None in lines:
        return None
    return found + form.list.offers * max((one for one in lines if one is not None), default=0)


def _sum(amounts: Iterator[int | None]) -> int | None:
    found = list(amounts)
    return None if None in found else sum(one for one in found if one is not None)


def _most(series: str, form: CampaignForm, organisation: UUID, at: datetime) -> int | None:
    """Of one coupon, as its terms say."""
    version = book(organisation).one(SERIES, series, form.starts_at or at)
    if version is None:
        return None
    assert isinstance(version.terms, Series)
    offer = version.terms.offer
    most = offer.most
    off = offer.benefit
    if most is None and isinstance(off, AmountOff) and off.for_each is None and not off.per_piece:
        most = off.amount
    fits = offer.currency in ("", form.currency)
    return most * version.terms.uses if most is not None and fits else None


def _costs(form: CampaignForm, organisation: UUID, at: datetime) -> Iterator[Fault]:
    if form.budget is not None and coupon_cost(form, organisation, at=at) is None:
        yield Fault("/cost/coupon", "With a budget, say what a coupon costs at most: its terms do not.", "cost")


def cost_of(form: CampaignForm, coupon: int | None, by_channel: Mapping[str, int]) -> int | None:
    """What so many treated members cost by the channel they are written to ("" without one); None where it cannot be
    said.

    >>> form = CampaignForm(audience="a", currency="GBP", cost=CostForm(redeemed=2500, contact={"sms": 8}))
    >>> cost_of(form, 500, {"sms": 10, "email": 90})
    12580
    """
    if coupon is None:
        return None
    people = sum(by_channel.values())
    redeemed = -(-people * coupon * form.cost.redeemed // SHARES)
    return redeemed + sum(count * form.cost.contact.get(channel, 0) for channel, count in by_channel.items())
