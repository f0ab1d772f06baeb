"""A night of the programme among a million members: levels reviewed, units expired; beside the bare SQL of the same.

python -m benchmarks.bench_programme --members 1000000

A database of its own with the settings of every installation. Every member has six entries of the year that count
towards a ladder and one lot of units. It is the last night of a calendar year, on which every level there is ends: of
three of ten members (a half of them keep it, the others fall); and the lots of one of ten expire. The jobs are the
worker's own, one batch after another in one process. The bare SQL adds up the same windows, writes the same standings
and history, and the same transfers, links, lots and balances, each as one statement, and is rolled back.
"""

import argparse
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from benchmarks.measuring import DATA

PLACE = DATA / "programme-bench"
HOME = UUID("019b76da-a800-7000-8000-0000000000aa")
JOINED = datetime(2026, 1, 1, tzinfo=UTC)
NIGHT = datetime(2027, 1, 1, tzinfo=UTC)
LEVELS = [{"code": "blue"}, {"code": "silver", "reach": [{"miles": 600}]}, {"code": "gold", "reach": [{"miles": 900}]}]
Figure = dict[str, object]

FUNCTIONS = """
create or replace function pg_temp.made(kind int, n bigint) returns uuid language sql immutable as
$$ select ('019b76daa8007000800' || kind || lpad(to_hex(n), 12, '0'))::uuid $$"""
FILL = (
    """
insert into members_member (id, organisation, root_id, state, source, enrolled_at, created_at, sex, language, country,
    town, name_grams, name_key)
select pg_temp.made(2, h), %(home)s, pg_temp.made(2, h), 'active', 'till', %(joined)s, %(joined)s, '', '', '', '', '{}',
    0 from generate_series(1, %(members)s) h""",
    # Three of ten had a level; with 70 to 129 miles an entry about a half of them have again what keeps it.
    """
insert into programme_qualifying (organisation, member, own, occasion, measure, amount, effective_at, recorded_at)
select %(home)s, pg_temp.made(2, h), pg_temp.made(2, h), pg_temp.made(4, h * 6 + k), 'miles',
    70 + (h %% 1000 * 7919) %% 60, at, at
from generate_series(1, %(members)s) h, generate_series(0, 5) k,
    lateral (select timestamptz '2026-01-15 12:00Z' + k * interval '50 days') as m(at)""",
    """
insert into programme_standing (member, ladder, organisation, joined_at, level, since, qualified_at, because,
    valid_until, review_at, floor, held, landed, shown_level, shown_since, shown_until, shown_because, decided_at,
    due_at)
select pg_temp.made(2, h), 'miles', %(home)s, %(joined)s, level, at, at, why, ends, ends, '', '{}', false, level, at,
    ends, why, at, ends
from generate_series(1, %(members)s) h, lateral (select case h %% 10 when 0 then 'gold' when 1 then 'silver'
    when 2 then 'silver' else 'blue' end) as l(level),
    lateral (select %(joined)s::timestamptz, case level when 'blue' then 'start' else 'reached' end,
        case level when 'blue' then null else %(night)s::timestamptz end) as m(at, why, ends)""",
    """
insert into ledger_unit (code, name, kind, scale, currency, zone, may_expire)
values ('points', 'Points', 'points', 0, '', 'UTC', true) on conflict do nothing""",
    """
insert into ledger_account (id, unit, role, scope, floor, held, owed, opened_at)
select pg_temp.made(9, n), 'points', role, '', 0, 0, 0, %(joined)s
from (values (1, 'issued'), (2, 'expired')) as v(n, role)""",
    """
insert into ledger_account (id, unit, owner, role, scope, floor, balance, held, owed, opened_at)
select pg_temp.made(1, h), 'points', pg_temp.made(2, h), 'main', '', 0, 100, 0, 0, %(joined)s
from generate_series(1, %(members)s) h""",
    """
insert into ledger_transfer (id, kind, unit, giver, taker, owner, amount, effective_at, recorded_at, source,
    external_id, reason, merchant, store, funder, rule, actor, request_id)
select pg_temp.made(3, h), 'earn', 'points', pg_temp.made(9, 1), pg_temp.made(1, h), pg_temp.made(2, h), 100,
    %(joined)s, %(joined)s, '', '', '', '', '', '', '', 'key_bench', '' from generate_series(1, %(members)s) h""",
    """
insert into ledger_lot (id, account, unit, transfer, amount, remaining, held, earned_at, starts_at, expires_at,
    usable_from, is_open)
select pg_temp.made(5, h), pg_temp.made(1, h), 'points', pg_temp.made(3, h), 100, 100, 0, %(joined)s, %(joined)s,
    case h %% 10 when 5 then %(night)s::timestamptz else %(night)s::timestamptz + interval '1 year' end, %(joined)s,
    true from generate_series(1, %(members)s) h""",
)
BARE_REVIEW = """
with due as (
    select s.member, s.ladder, s.level from programme_standing s where s.due_at <= %(night)s for no key update
), summed as (
    select d.member, d.ladder, d.level, sum(q.amount) as miles from due d join programme_qualifying q
    on q.member = d.member and q.effective_at >= %(begun)s and q.effective_at < %(night)s
    and (q.amount > 0 or q.recorded_at <= %(night)s) and q.measure = 'miles' group by 1, 2, 3
), judged as (
    select member, ladder, level as before, case when miles >= case level when 'gold' then 900 else 600 end then level
        when level = 'gold' then 'silver' else 'blue' end as level from summed
), changed as (
    update programme_standing s set level = j.level, qualified_at = %(night)s, shown_level = j.level,
        because = case when j.level = j.before then 'kept' else 'fell' end,
        shown_because = case when j.level = j.before then 'kept' else 'fell' end,
        since = case when j.level = j.before then s.since else %(night)s end,
        shown_since = case when j.level = j.before then s.since else %(night)s end,
        valid_until = case j.level when 'blue' then null else %(next)s::timestamptz end,
        review_at = case j.level when 'blue' then null else %(next)s::timestamptz end,
        shown_until = case j.level when 'blue' then null else %(next)s::timestamptz end,
        due_at = case j.level when 'blue' then null else %(next)s::timestamptz end, decided_at = %(night)s
    from judged j where s.member = j.member and s.ladder = j.ladder
    returning s.organisation, s.member, s.ladder, s.level, s.since, s.valid_until, s.because
)
insert into programme_standing_change (organisation, member, ladder, at, recorded_at, level, since, valid_until,
    because)
select organisation, member, ladder, %(night)s, %(night)s, level, since, valid_until, because from changed"""
BARE_EXPIRY = """
with due as (
    select l.id, l.account, l.remaining, a.owner, gen_random_uuid() as transfer, l.expires_at
    from ledger_lot l join ledger_account a on a.id = l.account
    where l.is_open and l.remaining > 0 and l.expires_at <= %(night)s for no key update of a
), moved as (
    insert into ledger_transfer (id, kind, unit, giver, taker, owner, amount, effective_at, recorded_at, source,
        external_id, reason, merchant, store, funder, rule, actor, request_id)
    select transfer, 'expire', 'points', account, %(expired)s, owner, remaining, expires_at, %(night)s, '', '', '', '',
        '', '', '', 'ledger.expire', '' from due
), used as (
    insert into ledger_lot_use (transfer, lot, account, amount, effective_at)
    select transfer, id, account, remaining, expires_at from due
), emptied as (
    update ledger_lot l set remaining = 0, is_open = false from due d where l.id = d.id
)
update ledger_account a set balance = a.balance - d.remaining from due d where a.id = d.account"""


def begin() -> None:
    os.environ |= {"REGULARS_DATA": str(PLACE), "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
    os.environ.pop("DATABASE_URL", None)
    from regulars.server.postgres import Cluster

    Cluster(PLACE).start()
    import django

    django.setup()


def fill(members: int) -> None:
    """Rows as a year would have left them, made inside the database."""
    from django.db import connection, transaction

    from regulars.journal.moves import Actor
    from regulars.programme.services.terms import publish

    publish(
        "ladder", "miles", {"levels": LEVELS}, organisation=HOME, begins_at=JOINED, actor=Actor.job("bench"), at=JOINED
    )
    values: dict[str, Any] = {"home": HOME, "joined": JOINED, "night": NIGHT, "members": members}
    with transaction.atomic(), connection.cursor() as cursor:
        # The rows are right by how they are made; looking up each reference would take most of the time.
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(FUNCTIONS)
        for statement in FILL:
            cursor.execute(statement, values)
        cursor.execute("insert into programme_ladder_begun select id, begins_at from programme_terms")
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")


def bare(statement: str) -> float:
    """Seconds of one statement that does it all, rolled back."""
    from django.db import connection, transaction

    from regulars.ledger.models import Account

    expired = Account.objects.get(owner=None, role="expired").id
    values: dict[str, Any] = {"night": NIGHT, "begun": JOINED, "next": NIGHT.replace(year=2028), "expired": expired}
    with transaction.atomic(), connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(statement, values)
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    return seconds


def night(step: Callable[[], int]) -> tuple[float, int]:
    """Seconds of a job until nothing is due, and how much there was."""
    began, done = time.perf_counter(), 0
    while some := step():
        done += some
    return time.perf_counter() - began, done


def run(members: int) -> Iterator[Figure]:
    from regulars.server.postgres import Cluster

    cluster = Cluster(PLACE)
    try:
        begin()
        yield measured(members)
    finally:
        cluster.stop(at_once=True)
        shutil.rmtree(cluster.home, ignore_errors=True)
        shutil.rmtree(PLACE)


def measured(members: int) -> Figure:
    """One night. The bare SQL comes first, and leaves nothing."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    fill(members)
    from regulars.journal.moves import Actor
    from regulars.ledger.services.expiry import expire_due
    from regulars.programme.services.reviewing import begin_due, review_due

    actor = Actor.job("bench")
    plain = {"review": bare(BARE_REVIEW), "expiry": bare(BARE_EXPIRY)}
    with connection.cursor() as cursor:
        cursor.execute("vacuum programme_standing, ledger_lot, ledger_account, ledger_transfer, ledger_lot_use")
    begin_due(actor=actor, at=NIGHT)
    reviewed = night(lambda: review_due(actor=actor, at=NIGHT))
    expired = night(lambda: expire_due(actor=actor, at=NIGHT))
    return {
        "name": f"programme: a night of {members:,} members",
        "seconds": round(reviewed[0] + expired[0], 1),
        "reviewed": reviewed[1],
        "review_seconds": round(reviewed[0], 1),
        "review_bare_sql_seconds": round(plain["review"], 1),
        "review_to_bare_sql": round(reviewed[0] / plain["review"], 2),
        "expired_lots": expired[1],
        "expiry_seconds": round(expired[0], 1),
        "expiry_bare_sql_seconds": round(plain["expiry"], 1),
        "expiry_to_bare_sql": round(expired[0] / plain["expiry"], 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    for figure in run(parser.parse_args().members):
        print(json.dumps(figure))


if __name__ == "__main__":
    main()
