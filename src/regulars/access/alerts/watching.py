"""Finding odd operations: the rules, evaluated on the sealed lines of the journal, one statement a rule.

A line counts from its seal, so that what a late transaction wrote is looked at too. One alert per incident: what goes
on without a pause of a whole window belongs to the alert that is there.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from regulars.access import locks
from regulars.access.alerts.recipients import letters_for
from regulars.access.models import Alert, AlertRule, Letter
from regulars.basics.ids import new_id
from regulars.journal.verifying import head

# What each measure counts of one line. A person looked at again within the window is no further person.
_WEIGHTS: Final = {
    "deeds": "1",
    "subjects": "case when lag(at) over (partition by about, subject order by at, number) >= at - %(window)s::interval"
    " then 0 else 1 end",
    "amount": "abs(case when jsonb_typeof(after -> 'amount') = 'number' then (after ->> 'amount')::numeric else 0 end)",
}
_GROUPS: Final = {
    "actor": "actor_id",
    "subject": "subject",
    "store": "store",
    "merchant": "merchant",
    "address": "address",
}
# Two windows back: one to sum over, and one more to know which persons are new in it.
_INCIDENTS: Final = """
with fresh as (
    select min(at) as since from journal_entry
    where number > %(seen)s and number <= %(head)s and what = any(%(deeds)s)
), lines as (
    select e.*, {group} as about from journal_entry e, fresh
    where what = any(%(deeds)s) and at >= fresh.since - 2 * %(window)s::interval and number <= %(head)s
      and (%(kind)s = '' or actor_kind = %(kind)s)
      and (%(facts)s::jsonb = '[]' or exists (select from jsonb_array_elements(%(facts)s::jsonb) f where after @> f))
), weighed as (
    select *, {weight} as weight from lines where about <> ''
), measured as (
    select *, sum(weight) over (
        partition by about {unit} order by at range between %(window)s::interval preceding and current row
    ) as measured from weighed
), odd as (
    select m.*, coalesce(
        at - lag(at) over (partition by about order by at, number) > %(window)s::interval, true
    ) as anew
    from measured m, fresh where measured >= %(threshold)s and at >= fresh.since
), incidents as (
    select *, count(*) filter (where anew) over (partition by about order by at, number) as incident from odd
)
select about, min(at), max(at), max(measured)::bigint,
    case when min(actor_id) = max(actor_id) then min(actor_id) else '' end,
    case when min(actor_id) = max(actor_id) then max(actor_name) else '' end,
    case when min(merchant) = max(merchant) then min(merchant) else '' end,
    case when min(store) = max(store) then min(store) else '' end
from incidents group by about, incident order by about, incident
"""


@dataclass(frozen=True, slots=True)
class Incident:
    about: str
    first_at: datetime
    last_at: datetime
    measured: int
    actor: str
    actor_name: str
    merchant: str
    store: str


@transaction.atomic
def watch(*, at: datetime) -> int:
    """Looks at what was sealed since the last time; says how many new alerts there are. To be called every minute.

    Two queries, and for each rule one; each rule that something was found for costs five more.
    """
    watched = locks.watch()
    now = head().number
    if now <= watched.number:
        return 0
    made = 0
    for rule in AlertRule.objects.filter(active=True).order_by("code"):
        if found := incidents(rule, seen=watched.number, until=now):
            made += _keep(rule, found, at)
    watched.number = now
    watched.save()
    return made


def incidents(rule: AlertRule, *, seen: int, until: int) -> list[Incident]:
    """What the rule finds in the lines after `seen`. One query."""
    kind, _, name = rule.group.partition(":")
    sql = _INCIDENTS.format(
        group="coalesce(after ->> %(fact)s, '')" if kind == "fact" else _GROUPS[kind],
        weight=_WEIGHTS[rule.measure],
        unit=", after ->> 'unit'" if rule.measure == "amount" else "",
    )
    asked: dict[str, Any] = {
        "seen": seen,
        "head": until,
        "deeds": rule.deeds,
        "window": timedelta(seconds=rule.seconds),
        "kind": rule.actor_kind,
        "facts": json.dumps(rule.facts),
        "fact": name,
        "threshold": rule.threshold,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return [Incident(*row) for row in cursor.fetchall()]


def _keep(rule: AlertRule, found: Sequence[Incident], at: datetime) -> int:
    """Goes on with alerts that are there, and makes the others with a letter for each recipient."""
    window = timedelta(seconds=rule.seconds)
    known = list(Alert.objects.filter(rule=rule, about__in={one.about for one in found}).order_by("last_at"))
    fresh: list[tuple[Alert, Incident]] = []
    for one in found:
        going_on = [
            a
            for a in known
            if a.about == one.about and a.first_at <= one.last_at + window and a.last_at >= one.first_at - window
        ]
        if going_on:
            alert = going_on[-1]
            alert.first_at, alert.last_at = min(alert.first_at, one.first_at), max(alert.last_at, one.last_at)
            alert.measured = max(alert.measured, one.measured)
        else:
            fresh.append((_alert(rule, one, at), one))
    Alert.objects.bulk_update(known, ["first_at", "last_at", "measured"])
    Alert.objects.bulk_create(alert for alert, _ in fresh)
    Letter.objects.bulk_create(letters_for([(alert, one.actor) for alert, one in fresh], at=at))
    return len(fresh)


def _alert(rule: AlertRule, one: Incident, at: datetime) -> Alert:
    return Alert(
        id=new_id(at),
        rule=rule,
        about=one.about,
        actor_name=one.actor_name,
        merchant=one.merchant,
        store=one.store,
        first_at=one.first_at,
        last_at=one.last_at,
        measured=one.measured,
        made_at=at,
    )
