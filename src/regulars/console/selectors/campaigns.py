"""Campaigns as somebody may see them, and what a page says of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from regulars.access import gate
from regulars.access.models import Merchant
from regulars.access.moves import Place
from regulars.access.rights import Right
from regulars.access.scoping import within
from regulars.console.desk import Desk
from regulars.console.places import named
from regulars.console.selectors.knowing import cost_of
from regulars.console.selectors.proof import Bar, Outcome, Span, bars, outcomes, sentence, told, total_of
from regulars.ledger.models import Unit
from regulars.outreach.campaigns import selectors
from regulars.outreach.campaigns.forms import CampaignForm, read
from regulars.outreach.errors import CampaignUnknown
from regulars.outreach.models import Audience, Campaign, CampaignPlan, CampaignResult, CampaignState, Message, Template
from regulars.programme.book import book

PLANNED = (CampaignState.DRAFT, CampaignState.ASKED, CampaignState.APPROVED)
UNDER_WAY = (CampaignState.LAUNCHING, CampaignState.RUNNING)
OVER = (CampaignState.MEASURED, CampaignState.ENDED, CampaignState.STOPPED)


@dataclass(frozen=True, slots=True)
class Row:
    """A campaign in the list, with its newest result."""

    campaign: Campaign
    form: CampaignForm
    audience: str
    place: str
    result: CampaignResult | None
    said: str


def reach(desk: Desk, right: Right = Right.AUDIENCES_READ) -> Q:
    """The campaigns that a right reaches."""
    scope = gate.scope(desk.holder.grants, right)
    return within(scope, organisation="organisation", merchant="merchant", store="store")


def listed(desk: Desk, states: Sequence[str] = ()) -> list[Row]:
    """The newest first. Three queries."""
    rows = selectors.campaigns(reach(desk), desk.home, states=states)
    if not rows:
        return []
    names = dict(Audience.objects.filter(pk__in={row.audience for row in rows}).values_list("id", "name"))
    results = selectors.newest_results(rows)
    return [
        Row(
            row,
            read(row.document),
            names.get(row.audience, ""),
            place_name(desk, row),
            results.get(row.id),
            sentence(results[row.id]) if row.id in results else "",
        )
        for row in rows
    ]


def one(desk: Desk, code: str, *rights: Right) -> Campaign:
    """A campaign where somebody has all these rights, and may see it. One query. Raises CampaignUnknown."""
    found = selectors.campaign(desk.home, code)
    if not all(may_of(desk, found, right) for right in (Right.AUDIENCES_READ, *rights)):
        raise CampaignUnknown("There is no campaign of this code here.", campaign=code[:80])
    return found


def may_of(desk: Desk, row: Campaign, right: Right) -> bool:
    """Whether the right is held where the campaign is."""
    place = Place(row.organisation, row.merchant, row.store)
    return gate.may(desk.holder.grants, right, place.merchant, place.store, organisation=place.organisation)


def place_name(desk: Desk, row: Campaign) -> str:
    """What the place of a campaign is called. No query where it is known."""
    return named(desk.holder.grants.places).get(row.store or row.merchant or row.organisation, "")


def waiting(desk: Desk) -> list[Campaign]:
    """What needs a decision of this person: asked for by somebody else. One query; none for who may not decide."""
    if not desk.may(Right.OUTREACH_APPROVE):
        return []
    rows = selectors.campaigns(reach(desk, Right.OUTREACH_APPROVE), desk.home, states=[CampaignState.ASKED])
    return [row for row in rows if may_decide(desk, row)]


def may_decide(desk: Desk, row: Campaign) -> bool:
    """Nobody approves what they planned."""
    mine = desk.actor.id in (row.asked_by, row.changed_by)
    return not mine and may_of(desk, row, Right.OUTREACH_APPROVE)


def audiences(desk: Desk) -> list[tuple[str, str]]:
    """Those in use where somebody may send. One query."""
    rows = Audience.objects.filter(reach(desk, Right.OUTREACH_SEND), organisation=desk.home, retired_at=None)
    return list(rows.order_by("name").values_list("code", "name"))


def units() -> list[tuple[str, str]]:
    """What statements may be of. One query."""
    return list(Unit.objects.filter(kind="points").order_by("name").values_list("code", "name"))


def series(desk: Desk, *, per_item: bool = False) -> list[tuple[str, str]]:
    """Series of coupons that hold or are to come; those for one product each stand on lists. No query where the book is
    known."""
    found = {one.code: one for one in book(desk.home).versions("coupon-series") if one.terms.per_item == per_item}
    return [
        (code, one.terms.name or code)
        for code, one in sorted(found.items())
        if one.ends_at is None or one.ends_at > desk.at
    ]


def templates(desk: Desk) -> list[tuple[str, str, int, frozenset[str]]]:
    """Code, name, newest version and channels of those in use. One query."""
    rows = Template.objects.filter(organisation=desk.home, retired_at=None).order_by("name")
    return [(row.code, row.name, row.version, frozenset(row.document)) for row in rows]


def currencies(desk: Desk) -> list[str]:
    """One query."""
    held = Merchant.objects.filter(organisation=desk.home).order_by("currency")
    return list(held.values_list("currency", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class Counted:
    """So many members in an arm, or held back for a reason; and how the list is asked for them."""

    name: str
    count: int
    query: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A dry run, or the launch."""

    plan: CampaignPlan
    arms: tuple[Counted, ...]
    held: tuple[Counted, ...]
    channels: tuple[Counted, ...]
    now: Mapping[str, Any] | None
    shares: tuple[Mapping[str, Any], ...]

    @property
    def nobody(self) -> bool:
        """Whether not one member would get it."""
        return not any(one.count for one in self.arms if one.name == "treated")


def planned(plan: CampaignPlan | None) -> Planned | None:
    """No query."""
    if plan is None:
        return None
    sums = plan.told
    arms = tuple(Counted(arm, sums.get(arm, 0), f"arm={arm}") for arm in ("treated", "holdout", "held"))
    held = tuple(Counted(why, count, f"arm=held&why={why}") for why, count in sums.get("why", {}).items())
    channels = tuple(Counted(name, count, "") for name, count in sums.get("channels", {}).items() if name)
    seen = sums.get("power") or {}
    return Planned(plan, arms, held, channels, seen.get("now"), tuple(seen.get("shares", ())))


def messages(row: Campaign) -> list[tuple[str, str, int]]:
    """State, reason and how many, of what was asked for. One query along an index."""
    rows = Message.objects.filter(organisation=row.organisation, campaign=row.code).values_list("state", "why")
    return list(rows.annotate(count=Count("id")).order_by("state", "why"))


@dataclass(frozen=True, slots=True)
class Proved:
    """A campaign, or the whole programme in a period, with what it brought."""

    name: str
    link: str
    from_on: date
    until_on: date
    members: int
    holdout: int
    revenue: str
    between: str
    margin: str
    cost: str
    conclusion: str
    final: bool
    bar: Bar | None
    said: str
    currency: str
    span: Span | None
    members_link: str = ""  # to who was to get it; of the others with arm=holdout


def proved(
    rows: Sequence[tuple[str, str, CampaignResult]],
    *,
    members: Mapping[UUID, str] | None = None,
    costs: Mapping[UUID, int | None] | None = None,
) -> list[Proved]:
    """Name, link and result of each. Amounts of one currency have one scale. `members`: where their members are listed,
    `costs`: what they cost where they do not say so themselves, by result. No query."""
    spans = {result.id: total_of(result, "revenue_minor") for _name, _link, result in rows}
    drawn: dict[UUID, Bar | None] = {}
    for currency in {result.currency for _name, _link, result in rows}:
        same = [result.id for _name, _link, result in rows if result.currency == currency]
        drawn |= dict(zip(same, bars([spans[one] for one in same]), strict=True))
    known = costs or {}
    return [
        _proved(
            name, link, result, drawn[result.id], (members or {}).get(result.id, ""),
            known.get(result.id, cost_of(result)),
        )
        for name, link, result in rows
    ]  # fmt: skip


def _proved(
    name: str, link: str, result: CampaignResult, bar: Bar | None, members_link: str, cost: int | None
) -> Proved:
    found = {one.name: one for one in outcomes(result)}
    revenue: Outcome | None = found.get("revenue_minor")
    margin = found.get("margin_minor")
    return Proved(
        name, link, result.from_on, result.until_on, result.treated, result.holdout,
        revenue.total if revenue else "–", revenue.between if revenue else "–",
        f"{margin.total} ({margin.between})" if margin else "–",
        "–" if cost is None else told(cost, result.currency), result.conclusion, result.final, bar,
        sentence(result), result.currency, total_of(result, "revenue_minor"), members_link,
    )  # fmt: skip
