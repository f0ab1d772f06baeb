"""Two campaigns of the past, each with a holdout: one that brought something, and one that did not.

Planned, approved, launched and reckoned by the same verbs as any; what the first one brought is booked at the tills and
found there again, and no result is written by hand. Each is there as a whole or not at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.access import gate
from regulars.access.models import Staff
from regulars.basics.ids import typed
from regulars.demo.drawing import secret_for, spent
from regulars.demo.setting import DEMO, State
from regulars.demo.terms import CURRENCY, ZONE
from regulars.journal.moves import STAFF, Actor
from regulars.journal.statements import column, run
from regulars.outreach.campaigns.launching import gift_of
from regulars.outreach.campaigns.selectors import ready_plan
from regulars.outreach.campaigns.working import work_due
from regulars.outreach.models import Arm, Assignment, Campaign, CampaignState, Policy
from regulars.outreach.moves import NewAudience, NewCampaign
from regulars.outreach.services import campaigns
from regulars.outreach.services.audiences import save as save_audience
from regulars.outreach.services.policies import policy
from regulars.programme.checkout.booking import check_out
from regulars.programme.checkout.moves import NewPurchase
from regulars.programme.coupons.wallet import told
from regulars.programme.models import Coupon
from regulars.programme.services.terms import publish
from regulars.rules.occasion import Line
from regulars.sales.models import SaleLine
from regulars.sales.moves import Place, SoldLine

AT_ONCE: Final = 200  # bills
SOURCE: Final = "riverside-tills"
WINDOW: Final = 28  # days
BEFORE: Final = 90  # days before it, in which the groups are to have spent alike too
LEAST: Final = 3000  # of a bill that the coupon is good for, in pence
PERSUADED: Final = 0.35  # of those who got the coupon and have bought for so much before
AUDIENCE: Final[dict[str, Any]] = {
    "all": [
        {"type": "consent", "channel": "email", "purpose": "marketing"},
        {"type": "last-bought", "days_ago_at_most": 150},
    ]
}
SERIES: Final[dict[str, Any]] = {
    "name": "Five pounds off thirty", "life": "30D@day",
    "offer": {"benefit": {"type": "amount", "amount": 500}, "currency": CURRENCY,
              "conditions": {"least": {"purchase": LEAST}}},
}  # fmt: skip
# The last bill of each that was large enough, before the campaign began.
_USUAL: Final = """
SELECT DISTINCT ON (s.member) s.member, s.id, s.merchant, s.store, s.channel FROM sales_sale s
WHERE s.member = ANY(%s::uuid[]) AND s.state = 'complete' AND s.amount >= %s AND s.effective_at < %s::timestamptz
ORDER BY s.member, s.effective_at DESC, s.id
"""


@dataclass(frozen=True, slots=True)
class _Told:
    """A campaign of the past."""

    code: str
    name: str
    days_ago: int  # before the last day that was sold on
    series: str | None
    holdout_share: int


PAST: Final = (
    _Told("five-for-spring", "Five pounds for your next big shop", 80, "five-off-thirty", 2500),
    _Told("new-in-the-bakery", "New in the bakery", 45, None, 2500),
)


def fill(state: State) -> None:
    """Those that are not there yet."""
    if not Campaign.objects.filter(organisation=state.home).exists():
        _draw(state)
    for one in PAST:
        begins = _begins(one, state)
        if not Campaign.objects.filter(organisation=state.home, code=one.code).exists():
            _run(one, state, begins)


def _begins(one: _Told, state: State) -> datetime:
    begins = datetime.combine(state.last_on - timedelta(days=one.days_ago), time(10), ZoneInfo(ZONE))
    return begins.astimezone(UTC)


def _draw(state: State) -> None:
    """The lots of all campaigns: see `drawing`. Who is in the useless one is tried out, and forgotten again."""
    useless = PAST[-1]
    at = _begins(useless, state)
    with transaction.atomic():
        _planned(useless, state, at)
        plan = ready_plan(Campaign.objects.get(organisation=state.home, code=useless.code))
        members = list(
            Assignment.objects.filter(plan=plan.id, arm__in=[Arm.TREATED, Arm.HOLDOUT]).values_list("member", flat=True)
        )
        transaction.set_rollback(True)
    if members:
        begun = datetime.combine(at.astimezone(ZoneInfo(ZONE)).date(), time(), ZoneInfo(ZONE))
        found = spent(members, begun, days=WINDOW, before=BEFORE)
        secret = secret_for(found, code=useless.code, share=useless.holdout_share, seed=state.last_on)
        policy(state.home, at=at)
        Policy.objects.filter(organisation=state.home).update(secret=secret)


def _planned(one: _Told, state: State, at: datetime) -> None:
    """The draft, tried out."""
    planner = _person(state, "marketer")
    audience = NewAudience(state.home, "mail-readers", "Agreed to mails, bought lately", AUDIENCE)
    save_audience(audience, actor=planner, at=at)
    if one.series:
        told: dict[str, Any] = {"begins_at": at, "moving_in": True, "actor": DEMO, "at": at}
        publish("coupon-series", one.series, SERIES, organisation=state.home, **told)
    campaigns.save(NewCampaign(state.home, one.code, one.name, _document(one)), actor=planner, at=at)
    campaigns.try_out(state.home, one.code, actor=planner, at=at)
    _worked(at)


@transaction.atomic
def _run(one: _Told, state: State, at: datetime) -> None:
    """From the draft to the end, each as of its own time. In one transaction: the worker beside it works in the
    present."""
    home = state.home
    planner, second = _person(state, "marketer"), _person(state, "administrator")
    _planned(one, state, at)
    row = Campaign.objects.get(organisation=home, code=one.code)
    if not ready_plan(row).told["treated"]:  # of a very small chain: it stays a draft
        return
    campaigns.ask(home, one.code, actor=planner, at=at)
    campaigns.approve(home, one.code, grants=gate.HOUSE, actor=second, at=at)
    _worked(at)
    row.refresh_from_db()
    assert row.state == CampaignState.RUNNING, row.why
    over = at + timedelta(days=WINDOW)
    if one.series:
        _buy(row, one.series, state, over)
    _reckoned(row, over)
    campaigns.end(home, one.code, actor=planner, at=over)


def _document(one: _Told) -> dict[str, Any]:
    return {
        "audience": "mail-readers", "currency": CURRENCY, "series": one.series, "holdout_share": one.holdout_share,
        "messages": [{"channel": "email"}], "cost": {"redeemed": 3000, "contact": {"email": 1}}, "window_days": WINDOW,
    }  # fmt: skip


def _person(state: State, role: str) -> Actor:
    email = next(login["email"] for login in state.logins if login["role"] == role)
    who = Staff.objects.get(email=email)
    return Actor(STAFF, typed("stf", who.id), who.name)


def _worked(at: datetime) -> None:
    while work_due(actor=DEMO, at=at):
        pass


def _reckoned(row: Campaign, at: datetime) -> None:
    from regulars.outreach.campaigns.reckoning import measure

    measure(row, ZONE, at.astimezone(ZoneInfo(ZONE)).date(), actor=DEMO, at=at)


def _buy(row: Campaign, series: str, state: State, over: datetime) -> None:
    """Some of those who got the coupon come once more than they would have, and buy what they bought before."""
    assert row.from_on is not None
    assert row.launch is not None
    members = list(Assignment.objects.filter(plan=row.launch, arm=Arm.TREATED).values_list("member", flat=True))
    begun = datetime.combine(row.from_on, time(), ZoneInfo(ZONE))
    usual = run(_USUAL, [column(members), LEAST, begun])
    chance = Random(row.code)
    coming = [one for one in usual if chance.random() < PERSUADED]
    for first in range(0, len(coming), AT_ONCE):
        some = coming[first : first + AT_ONCE]
        codes, lines = _codes(row, series, [one[0] for one in some], over), _lines([one[1] for one in some])
        bills = [
            _bill(one, codes[one[0]], lines[one[1]], state, begun + timedelta(days=chance.randint(1, WINDOW - 2)))
            for one in some
        ]
        check_out(bills, actor=DEMO, at=over)


def _codes(row: Campaign, series: str, members: Sequence[UUID], at: datetime) -> Mapping[UUID, str]:
    given = [gift_of(row, member) for member in members]
    rows = list(Coupon.objects.filter(organisation=row.organisation, series=series, given_for__in=given))
    return {one.member: one.code for one in told(rows, row.organisation, at) if one.member and one.code}


def _lines(sales: Sequence[UUID]) -> Mapping[UUID, list[SoldLine]]:
    found: dict[UUID, list[SoldLine]] = {sale: [] for sale in sales}
    for one in SaleLine.objects.filter(sale_id__in=sales).order_by("sale_id", "number"):
        line = Line(one.number, one.item, one.amount, one.quantity, category=one.category, brand=one.brand)
        found[one.sale_id].append(SoldLine(line, one.name))
    return found


def _bill(usual: tuple[Any, ...], code: str, lines: Sequence[SoldLine], state: State, day: datetime) -> NewPurchase:
    member, sale, merchant, store, channel = usual
    place = Place(state.home, SOURCE, f"coupon/{sale}", merchant, store, channel)
    then = (day + timedelta(hours=17)).astimezone(UTC)
    return NewPurchase(place, CURRENCY, tuple(lines), then, True, member, member, coupons=(code,))
