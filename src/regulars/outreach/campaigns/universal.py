"""All marketing against the universal holdout, period by period. Workers only."""

from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.basics.ids import typed
from regulars.basics.periods import day_of
from regulars.journal.models import Entry
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, run
from regulars.outreach.campaigns.arms import EVERYBODY
from regulars.outreach.campaigns.lines import Counted, assigned, bought, desk
from regulars.outreach.gate.deciding import SHARES, held_out, period_of, salt_of
from regulars.outreach.gate.policies import PolicyForm, read
from regulars.outreach.models import CampaignResult, Policy

_WHO: Final = "SELECT member, arm FROM unnest(%(members)s::uuid[], %(arms)s::text[]) AS w(member, arm)"
_CURRENCY: Final = (
    "SELECT currency FROM sales_sale WHERE organisation = %s::uuid AND effective_at >= %s::timestamptz"
    " AND effective_at < %s::timestamptz AND member IS NOT NULL GROUP BY currency"
    " ORDER BY count(*) DESC, currency LIMIT 1"
)


def measure_universal(organisation: UUID, zone: str, today: date, *, actor: Actor, at: datetime) -> bool:
    """The period that is open, or the one before it where its end was not reckoned yet; False where nothing is due."""
    with transaction.atomic():
        kept = Policy.objects.filter(organisation=organisation).first()
        form = read(kept.document) if kept is not None else None
        if kept is None or form is None or not form.holdout.share:
            return False
        now = period_of(kept.began_on, today, form.holdout.months)
        for period in (now - 1, now):
            days = _days(kept, form, period, today, zone)
            if days is None or _done(organisation, period, days[1]):
                continue
            if _measure(kept, form, period, days, zone, actor, at):
                return True
    return False


def _days(kept: Policy, form: PolicyForm, period: int, today: date, zone: str) -> tuple[date, date, date] | None:
    """From, until and planned until of a period; from the day of the last change of the share where that is later: who
    was held out before it was not who is held out now. None where nothing of it can be reckoned."""
    if period < 0:
        return None
    first = _months_on(kept.began_on, period * form.holdout.months)
    last = _months_on(kept.began_on, (period + 1) * form.holdout.months) - timedelta(days=1)
    begun = max(first, _changed_on(kept, zone))
    until = min(last, today - timedelta(days=1))
    return (begun, until, last) if begun <= until else None


def _months_on(day: date, months: int) -> date:
    """So many months later; a day that the month has not is the first of the next.

    >>> _months_on(date(2026, 1, 31), 1)
    datetime.date(2026, 3, 1)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)


def _changed_on(kept: Policy, zone: str) -> date:
    """The day there after the last change of who is held out; one query."""
    rows = Entry.objects.filter(what="messages.policy", subject=typed("org", kept.organisation)).order_by("-at", "-id")
    for before, after, at in rows.values_list("before", "after", "at"):
        if before.get("holdout") != after.get("holdout"):
            return day_of(at, zone) + timedelta(days=1)
    return kept.began_on


def _done(organisation: UUID, period: int, until_on: date) -> bool:
    return CampaignResult.objects.filter(
        organisation=organisation, campaign=None, period=period, until_on__gte=until_on
    ).exists()


def _measure(
    kept: Policy, form: PolicyForm, period: int, days: tuple[date, date, date], zone: str, actor: Actor, at: datetime
) -> bool:
    from regulars.outreach.campaigns.reckoning import PRE_DAYS, reckoned
    from regulars.outreach.campaigns.reckoning import kept as keep

    begun, until_on, planned = days
    clock = ZoneInfo(zone)
    first = datetime.combine(begun, datetime.min.time(), clock)
    last = datetime.combine(until_on + timedelta(days=1), datetime.min.time(), clock)
    currencies = run(_CURRENCY, [kept.organisation, first, last])
    members = [member for (member,) in run(EVERYBODY, [kept.organisation, first])]
    if not currencies or not members:
        return False
    salt = salt_of(bytes(kept.secret), period)
    arms = ["control" if held_out(salt, member, form.holdout.share) else "treated" for member in members]
    values: dict[str, Any] = {"members": column(members), "arms": column(arms)}
    counted = Counted(
        kept.organisation, zone, currencies[0][0], _WHO, values, begun - timedelta(days=PRE_DAYS), until_on
    )
    with desk() as (engine, folder):
        share = f"{form.holdout.share / SHARES}::float AS control_share"
        who = assigned(counted, share, "'control_share': 'DOUBLE'", engine, folder)
        told = reckoned(who, bought(counted, engine, folder), engine, begun, until_on, planned)
    made = keep(
        told | {"share": form.holdout.share},
        organisation=kept.organisation,
        campaign=None,
        period=period,
        days=days,
        currency=counted.currency,
        at=at,
    )
    after = {"period": period, "conclusion": made.conclusion, "final": made.final}
    record([Deed("campaigns.measure", typed("org", kept.organisation), after=after)], actor=actor, at=at)
    return True
