"""What it all brought: campaigns, the programme as a whole, and members who came without an agent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access.models import Organisation
from regulars.access.rights import Right
from regulars.basics.periods import day_of
from regulars.console import cells
from regulars.console.asking import uuid_of, whole_of
from regulars.console.desk import Desk
from regulars.console.kept import direct_of
from regulars.console.selectors import campaigns as shown_of
from regulars.console.selectors.knowing import ONE_IN, Knowing, cost_within, knowing
from regulars.console.selectors.names import names_of
from regulars.outreach.campaigns import selectors
from regulars.outreach.campaigns.arms import arm_of
from regulars.outreach.models import CampaignResult
from regulars.programme import commissions

PAGE: Final = 50
FARTHEST: Final = 10**6  # row that a list goes on from


@dataclass(frozen=True, slots=True)
class _Proof:
    """What the page says, before it is drawn."""

    periods: list[shown_of.Proved]
    rows: list[shown_of.Proved]
    without: list[shown_of.Row]
    knowing: list[Knowing]


def prove(desk: Desk) -> HttpResponse:
    """Every campaign and the programme as a whole, against who was kept without; and what was spared where members came
    by themselves. 10 queries; one more for each time that commissions were changed."""
    proof = _proved(desk)
    shown: dict[str, Any] = {
        "periods": proof.periods, "rows": proof.rows, "without": proof.without, "knowing": proof.knowing,
        "by_chance": round(len(proof.rows) / ONE_IN, 1),
    }  # fmt: skip
    code = commissions.first_terms(desk.home, at=desk.at)
    if code and desk.may_all_over(Right.SALES_READ):
        shown |= {
            "code": code,
            "months": direct_of(desk.home, zone=_zone(desk), at=desk.at),
            "opens": desk.may_all_over(Right.MEMBERS_READ),
        }
    return desk.show("console/prove.html", shown)


def prove_export(desk: Desk) -> HttpResponse:
    """The same as a file: amounts in minor units."""
    proof = _proved(desk)

    def table() -> Iterator[list[object]]:
        yield [
            _("Campaign"), _("From"), _("Up to"), _("Members"), _("Kept without it"), _("Revenue"), _("at least"),
            _("at most"), _("Currency"), _("Conclusion"),
        ]  # fmt: skip
        for one in (*proof.periods, *proof.rows):
            span = one.span
            bounds: list[object] = [round(span.value), round(span.low), round(span.high)] if span else ["", "", ""]
            days = (one.from_on.isoformat(), one.until_on.isoformat())
            yield [one.name, *days, one.members, one.holdout, *bounds, one.currency, one.conclusion]

    return cells.file("proof.csv", table())


def _proved(desk: Desk) -> _Proof:
    """Periods and campaigns, each on a scale of its own, and those that had no control group."""
    rows = [row for row in shown_of.listed(desk) if row.result is not None]
    results = [row.result for row in rows if row.result is not None]
    whole = selectors.programme_results(desk.home) if desk.may_all_over(Right.AUDIENCES_READ) else []
    told = [(row.campaign.name, desk.url("campaign", row.campaign.code), row.result) for row in rows if row.result]
    periods = [(_name(one), "", one) for one in whole]
    links: dict[UUID, str] = {}
    if desk.may(Right.MEMBERS_READ):
        links = {
            row.result.id: f"{desk.url('campaign-members', row.campaign.code)}?"
            for row in rows
            if row.result is not None and shown_of.may_of(desk, row.campaign, Right.MEMBERS_READ)
        }
    if desk.may_all_over(Right.MEMBERS_READ):
        links |= {one.id: f"{desk.url('prove-members')}?period={one.period}&" for one in whole}
    costs = {one.id: cost_within(one, results) for one in whole}
    without = [row for row in rows if row.form.holdout_share == 0]
    return _Proof(
        shown_of.proved(periods, members=links, costs=costs), shown_of.proved(told, members=links), without,
        knowing(results),
    )  # fmt: skip


def _name(period: CampaignResult) -> str:
    return _("All marketing, period %(number)d") % {"number": (period.period or 0) + 1}


def _zone(desk: Desk) -> str:
    """The organisation's own clock: months are its months. One query."""
    return Organisation.objects.values_list("zone", flat=True).get(pk=desk.home)


def members(desk: Desk) -> HttpResponse:
    """Who was in an arm of a period of the universal holdout; each was looked at."""
    asked = desk.request.GET
    whole = selectors.programme_results(desk.home)
    number = asked.get("period", "")
    period = next((one for one in whole if str(one.period) == number), whole[0] if whole else None)
    holdout = asked.get("arm") == "holdout"
    found: list[UUID] = []
    if period is not None:
        found = arm_of(period, holdout=holdout, after=uuid_of("mbr", asked.get("after")), limit=PAGE + 1)
    rows = found[:PAGE]
    desk.looked(rows, by="holdout")
    names = names_of(rows)
    shown = {
        "period": period, "name": _name(period) if period is not None else "", "holdout": holdout,
        "rows": [(one, names.get(one, "")) for one in rows], "onward": rows[-1] if len(found) > PAGE else None,
    }  # fmt: skip
    return desk.show("console/prove_members.html", shown)


def direct(desk: Desk) -> HttpResponse:
    """Who bought through a channel in a month, the most first; each was looked at."""
    asked = desk.request.GET
    month, channel, currency = (
        _month(desk, asked.get("month", "")),
        asked.get("channel", "")[:60],
        asked.get("currency", "")[:3],
    )
    offset = whole_of(asked.get("from"), most=FARTHEST)
    found: list[tuple[UUID, int, int]] = []
    if desk.may_all_over(Right.SALES_READ):
        told = {"zone": _zone(desk), "offset": offset, "limit": PAGE + 1}
        found = commissions.members_of(desk.home, month, channel, currency, **told)  # type: ignore[arg-type]
    rows = found[:PAGE]
    desk.looked([member for member, _bills, _paid in rows], by="channel")
    names = names_of([member for member, _bills, _paid in rows])
    shown = {
        "month": month, "channel": channel, "currency": currency,
        "rows": [(member, names.get(member, ""), bills, paid) for member, bills, paid in rows],
        "onward": offset + PAGE if len(found) > PAGE else None,
    }  # fmt: skip
    return desk.show("console/prove_direct.html", shown)


def _month(desk: Desk, text: str) -> date:
    """The one that is asked for, else the present one."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return day_of(desk.at, _zone(desk)).replace(day=1)
