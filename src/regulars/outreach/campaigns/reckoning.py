"""What a campaign brought: everyone assigned, treated against holdout, whatever reached them. Workers only."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.access.selectors import places
from regulars.basics.ids import new_id
from regulars.basics.periods import start_of
from regulars.history.engine import Engine
from regulars.insight.uplift import result
from regulars.insight.uplift.errors import NoControlGroup, WrongCampaign
from regulars.insight.uplift.moves import Interval, Result
from regulars.journal.moves import Actor
from regulars.journal.statements import column, run
from regulars.journal.transactions import first_done
from regulars.outreach.campaigns import locks
from regulars.outreach.campaigns.forms import CampaignForm, read
from regulars.outreach.campaigns.lines import Counted, assigned, bought, desk
from regulars.outreach.campaigns.marked import taken_off
from regulars.outreach.campaigns.selectors import unmeasured
from regulars.outreach.campaigns.universal import measure_universal
from regulars.outreach.gate.deciding import SHARES
from regulars.outreach.models import Campaign, CampaignResult, CampaignState
from regulars.outreach.services.campaigns import note

PRE_DAYS: Final = 90
NO_HOLDOUT: Final = "no-holdout"
TOO_FEW: Final = "too-few"
# Whoever was assigned. What was sent, and when, is known of the treated alone.
WHO: Final = """
SELECT a.member, CASE a.arm WHEN 'holdout' THEN 'control' ELSE 'treated' END AS arm, m.sent_on, a.channel
FROM outreach_assignment a LEFT JOIN LATERAL (
    SELECT (min(s.decided_at) AT TIME ZONE %(zone)s)::date AS sent_on FROM outreach_message s
    WHERE s.member = a.member AND s.campaign = %(campaign)s AND s.state IN ('released', 'returned')
) m ON a.arm = 'treated'
WHERE a.plan = %(launch)s AND a.arm <> 'held' AND NOT a.aside
"""
_COUPONS: Final = """
SELECT count(*), count(*) FILTER (WHERE u.uses > 0), coalesce(sum(u.uses), 0)::bigint,
    coalesce(sum(u.discount), 0)::bigint, coalesce(sum(u.units), 0)::bigint
FROM outreach_assignment a CROSS JOIN LATERAL (
    SELECT g.id FROM programme_coupon g WHERE g.organisation = %(organisation)s::uuid
        AND g.series = ANY(%(series)s::text[]) AND g.given_for = %(prefix)s || '/' || a.member
    UNION ALL
    SELECT g.id FROM programme_offer_list l JOIN programme_coupon g ON g.list = l.id
    WHERE l.made_for = %(prefix)s AND l.member = a.member
) c
CROSS JOIN LATERAL (
    SELECT count(*) AS uses, sum(u.discount) AS discount, sum(u.units) AS units FROM programme_coupon_use u
    WHERE u.coupon = c.id AND u.state = 'redeemed' AND u.at < %(until)s::timestamptz
) u
WHERE a.plan = %(launch)s::uuid AND a.arm = 'treated' AND NOT a.aside
"""


def measure_one(*, actor: Actor, at: datetime) -> int:
    """One campaign, or one organisation's programme, that was not reckoned today."""
    return first_done(_measuring(actor, at))


def _measuring(actor: Actor, at: datetime) -> Iterator[Callable[[], int]]:
    for organisation, zone in sorted(places().zones.items()):
        if organisation not in places().organisations:
            continue
        today = at.astimezone(ZoneInfo(zone)).date()
        for number in unmeasured(organisation, today):
            yield partial(_measure_one, number, zone, today, actor, at)
        yield partial(measure_universal, organisation, zone, today, actor=actor, at=at)


@transaction.atomic
def _measure_one(number: UUID, zone: str, today: date, actor: Actor, at: datetime) -> int:
    row = locks.unmeasured(number, today)
    if row is None:
        return 0
    measure(row, zone, today, actor=actor, at=at)
    return 1


def measure(row: Campaign, zone: str, today: date, *, actor: Actor, at: datetime) -> CampaignResult:
    """The result up to yesterday, at most to the end of the window; the last one when that is past."""
    assert row.from_on is not None
    assert row.until_on is not None
    form = read(row.document)
    until_on = min(row.until_on, today - timedelta(days=1))
    values = {"launch": row.launch, "campaign": row.code, "zone": zone}
    counted = Counted(
        row.organisation, zone, form.currency, WHO, values, row.from_on - timedelta(days=PRE_DAYS), until_on
    )
    with desk() as (engine, folder):
        contact = f"{_contact(form.cost.contact)}::bigint AS contact_minor"
        share = f"{form.holdout_share / SHARES}::float AS control_share"
        more = "'sent_on': 'VARCHAR', 'contact_minor': 'BIGINT', 'control_share': 'DOUBLE'"
        sent = (
            "coalesce(sent_on::text, '') AS sent_on"
            if form.messages
            else "CASE arm WHEN 'treated' THEN 'x' ELSE '' END AS sent_on"
        )
        who = assigned(counted, f"{sent}, {contact}, {share}", more, engine, folder)
        lines = bought(counted, engine, folder)
        told = reckoned(who, lines, engine, row.from_on, until_on, row.until_on)
    told["coupons"] = _coupons(row, form, until_on, zone)
    if form.mark:
        until = start_of(until_on + timedelta(days=1), zone)
        told["offers"] = taken_off(row, form.currency, start_of(row.from_on, zone), until)
    made = kept(
        told,
        organisation=row.organisation,
        campaign=row.id,
        period=None,
        days=(row.from_on, until_on, row.until_on),
        currency=form.currency,
        at=at,
    )
    row.measured_on = today
    if made.final and row.state == CampaignState.RUNNING:
        row.state = CampaignState.MEASURED
    row.save(update_fields=["measured_on", "state"])
    note("campaigns.measure", row, {"conclusion": made.conclusion, "final": made.final}, actor=actor, at=at)
    return made


def _contact(costs: dict[str, int]) -> str:
    cases = " ".join(f"WHEN '{channel}' THEN {int(cost)}" for channel, cost in sorted(costs.items()))
    return f"(CASE channel {cases} ELSE 0 END)" if cases else "0"


def reckoned(who: Any, lines: Any, engine: Engine, from_on: date, until_on: date, planned: date) -> dict[str, Any]:
    """What is kept of it: counts, outcomes with their intervals, the curve, what it rests on."""
    sizes = {
        name: count
        for name, count in engine.connection.execute("SELECT arm, count(*) FROM assigned GROUP BY 1").fetchall()
    }
    told: dict[str, Any] = {
        "treated": sizes.get("treated", 0),
        "holdout": sizes.get("control", 0),
        "curve": _curve(engine, from_on, until_on, sizes),
        "means": _means(engine, from_on, sizes),
    }
    try:
        found = result(
            who,
            lines,
            from_on=from_on,
            until_on=until_on,
            planned_until_on=planned,
            engine=engine,
            pre_days=PRE_DAYS,
            grouped_by=(),
        )
    except NoControlGroup:
        return told | {"conclusion": NO_HOLDOUT, "outcomes": []}
    except WrongCampaign:
        return told | {"conclusion": TOO_FEW, "outcomes": []}
    return told | _told(found)


def _told(found: Result) -> dict[str, Any]:
    early = found.progress < 1
    return {
        "conclusion": found.conclusion,
        "about": found.outcome,
        "progress": round(found.progress, 4),
        "reached": found.reached,
        "cost_minor": found.cost_minor,
        "unknown": dict(found.unknown),
        "sizes": {"planned": _plain(found.mismatch.planned_share), "found": _plain(found.mismatch.found_share),
                  "p_value": _plain(found.mismatch.p_value), "broken": found.mismatch.broken},
        "alike": {"p_value": _plain(found.balance.p_value), "broken": found.balance.broken},
        "outcomes": [
            {
                "name": one.name,
                "treated": round(one.treated, 4),
                "holdout": round(one.control, 4),
                "difference": _interval(one.anytime if early else one.difference),
                "raw": _interval(one.raw),
                "total": _interval(_whole(one.anytime, found.treated) if early else one.total),
                "relative": None if one.relative is None else _interval(one.relative),
                "p_value": _plain(one.p_value),
            }
            for one in found.effects.values()
        ],
    }  # fmt: skip


def _whole(each: Interval, people: int) -> Interval:
    return Interval(each.value * people, each.low * people, each.high * people)


def _interval(found: Interval) -> dict[str, float | None]:
    return {"value": _plain(found.value), "low": _plain(found.low), "high": _plain(found.high)}


def _plain(value: float) -> float | None:
    """JSON has no word for what is not a number."""
    return round(value, 6) if abs(value) < float("inf") else None


def _curve(engine: Engine, from_on: date, until_on: date, sizes: dict[str, int]) -> list[dict[str, Any]]:
    """For each day how much a member of each arm had spent by then since the beginning, on average."""
    rows = engine.connection.execute(
        "SELECT d.day::DATE, a.arm, coalesce(sum(l.amount_minor), 0)::BIGINT"
        " FROM generate_series(?::DATE, ?::DATE, INTERVAL 1 DAY) d(day)"
        " CROSS JOIN (SELECT DISTINCT arm FROM assigned) a"
        " LEFT JOIN (SELECT l.sold_at, w.arm, l.amount_minor FROM lines l JOIN assigned w USING (customer)) l"
        " ON l.sold_at = d.day AND l.arm = a.arm GROUP BY 1, 2 ORDER BY 1, 2",
        [from_on, until_on],
    ).fetchall()
    sums, found = dict.fromkeys(sizes, 0), dict[date, dict[str, Any]]()
    for day, arm, amount in rows:
        sums[arm] += amount
        name = "holdout" if arm == "control" else "treated"
        found.setdefault(day, {"on": day.isoformat()})[name] = round(sums[arm] / sizes[arm], 4)
    return list(found.values())


def _means(engine: Engine, from_on: date, sizes: dict[str, int]) -> dict[str, Any]:
    """What each arm did in all: buyers, purchases, revenue. Not one of these alone proves anything."""
    rows = engine.connection.execute(
        "SELECT w.arm, count(DISTINCT l.customer) FILTER (l.kind = 'sale' AND NOT l.returned),"
        " count(DISTINCT l.basket) FILTER (l.kind = 'sale' AND NOT l.returned),"
        " coalesce(sum(l.amount_minor), 0)::BIGINT"
        " FROM assigned w LEFT JOIN lines l ON l.customer = w.customer AND l.sold_at >= ?::DATE GROUP BY 1",
        [from_on],
    ).fetchall()
    return {
        "holdout" if arm == "control" else "treated": {
            "members": sizes[arm], "buyers": buyers, "purchases": purchases, "revenue_minor": revenue
        }
        for arm, buyers, purchases, revenue in rows
    }  # fmt: skip


def _coupons(row: Campaign, form: CampaignForm, until_on: date, zone: str) -> dict[str, int]:
    """Found again at the tills, those of lists among them. One query."""
    if not form.gives() and form.list is None:
        return {}
    until = start_of(until_on + timedelta(days=1), zone)
    values = {
        "organisation": row.organisation, "series": column(sorted(form.gives())), "prefix": f"campaign {row.id}",
        "launch": row.launch,
        "until": until,
    }  # fmt: skip
    ((given, redeemed, uses, discount, units),) = run(_COUPONS, values)
    return {"given": given, "redeemed": redeemed, "uses": uses, "discount_minor": discount, "units": units}


def kept(
    told: dict[str, Any],
    *,
    organisation: UUID,
    campaign: UUID | None,
    period: int | None,
    days: tuple[date, date, date],
    currency: str,
    at: datetime,
) -> CampaignResult:
    """`days`: from, until, planned until."""
    made = CampaignResult(
        id=new_id(at),
        organisation=organisation,
        campaign=campaign,
        period=period,
        made_at=at,
        from_on=days[0],
        until_on=days[1],
        planned_until_on=days[2],
        final=days[1] >= days[2],
        conclusion=told.pop("conclusion"),
        treated=told["treated"],
        holdout=told["holdout"],
        currency=currency,
        told=told,
    )
    made.save(force_insert=True)
    return made
