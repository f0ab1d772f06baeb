"""The document of a campaign, read strictly: each fault is told with its place."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from regulars.basics.forms import IN_WORDS
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
    """Again after so many days, so many times more: each time a campaign of its own, approved with the first."""

    days: Annotated[int, Field(ge=1, le=366)]
    times: Annotated[int, Field(ge=0, le=400)]
    number: Annotated[int, Field(ge=1, le=1000)] = 1  # which time this is


class CampaignForm(_Form):
    """What is done, for whom, and how it is judged."""

    audience: Code
    purpose: Channel = "marketing"
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    series: Code | None = None  # of coupons: one for each treated member
    messages: Annotated[tuple[MessageForm, ...], Field(max_length=6)] = ()  # the first that reaches them
    mark: bool = False  # treated members get the mark campaign:<code>, which rules and offers can ask for
    holdout_share: Annotated[int, Field(ge=0, le=SHARES // 2)] = 1000  # of ten thousand
    cost: CostForm = CostForm()
    budget: Amount | None = None
    starts_at: AwareDatetime | None = None
    window_days: Annotated[int, Field(ge=1, le=3660)] = 28
    repeat: RepeatForm | None = None
    priority: Annotated[int, Field(ge=0, le=100)] = 0

    def channels(self) -> list[str]:
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
        *_costs(form, organisation, at),
    ]


def _nothing(form: CampaignForm) -> Iterator[Fault]:
    if form.series is None and not form.messages and not form.mark:
        yield Fault("/messages", "A campaign gives a coupon, says something, or marks who gets more.", "nothing")
    channels = form.channels()
    for place, channel in enumerate(channels):
        if channel in channels[:place]:
            yield Fault(f"/messages/{place}/channel", "A channel is named once.", "twice")


def _unknown(form: CampaignForm, organisation: UUID, at: datetime) -> Iterator[Fault]:
    if not Audience.objects.filter(organisation=organisation, code=form.audience, retired_at=None).exists():
        yield Fault("/audience", "There is no such audience in use here.", "unknown")
    if form.series is not None and book(organisation).one(SERIES, form.series, form.starts_at or at) is None:
        yield Fault("/series", "No series of coupons with this code holds then.", "unknown")


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
    """What a coupon costs at most when it is redeemed; 0 without one, None where neither the campaign nor its terms
    say. One query."""
    if form.series is None:
        return 0
    if form.cost.coupon is not None:
        return form.cost.coupon
    version = book(organisation).one(SERIES, form.series, form.starts_at or at)
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
