"""A night's scores of a million members: the last day's bills into the history, every model, and all of it present.

python -m benchmarks.bench_scorebook --members 1000000

A database of its own with the settings of every installation, and the worker's own job in one process. Members buy by
rhythms of their own, twenty lines each over two years, of 400 products; every fourth one stops at some time. The past
but for its last day is in the lake already and summed up, as it is on any night; bills of the last day wait in the
outbox. The bare SQL copies the very rows that the run wrote into tables of the same form, and is rolled back.
"""

import argparse
import json
import os
import resource
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from benchmarks.measuring import DATA

PLACE = DATA / "scorebook-bench"
HOME = UUID("019b76da-a800-7000-8000-0000000000aa")
DAYS, LINES = 730, 20
FIRST = date(2025, 1, 1)
NIGHT = datetime(2027, 1, 1, 1, tzinfo=UTC)
LAST_DAY = datetime(2026, 12, 31, tzinfo=UTC)
Figure = dict[str, object]

FUNCTIONS = """
create or replace function pg_temp.made(kind int, n bigint) returns uuid language sql immutable as
$$ select ('019b76daa8007000800' || kind || lpad(to_hex(n), 12, '0'))::uuid $$"""
PEOPLE = (
    "insert into access_organisation (id, name, zone, created_at) values (%(home)s, 'Bench', 'UTC', %(night)s)",
    """
insert into members_member (id, organisation, root_id, state, source, enrolled_at, created_at, sex, language, country,
    town, name_grams, name_key)
select pg_temp.made(2, h), %(home)s, pg_temp.made(2, h), 'active', 'till', %(night)s, %(night)s, '', '', '', '', '{}',
    0 from generate_series(1, %(members)s) h""",
)
# Ten bills of two lines each on average, a member's gaps as even as they are regular.
BILLS = (
    """
create temp table bill as select row_number() over () as n, h, at from generate_series(1, %(members)s::bigint) h,
    lateral (select (5 + (h * 7919) %% 11)::int as bills, (h * 104729) %% 60 as begins,
        (case h %% 4 when 0 then 200 + (h * 31) %% 400 else 730 end)::int as ends) as m,
    lateral generate_series(0, bills - 1) k,
    lateral (select date '2025-01-01' + (begins + (670.0 / bills) * (k + random()))::int as day) as d,
    lateral (select day::timestamp at time zone 'UTC' + interval '8 hours' + random() * interval '10 hours') as t(at)
where day < date '2025-01-01' + ends and day <= date '2026-12-31'""",
    """
insert into sales_sale (id, organisation, source, external_id, channel, state, member, currency, amount, discount, tax,
    returned, effective_at, recorded_at, actor)
select pg_temp.made(4, n), %(home)s, 'till-1', n::text, '', 'complete', pg_temp.made(2, h), 'EUR', 1000, 0, 0, 0, at,
    at, 'key_bench' from bill""",
    """
insert into sales_line (sale_id, number, item, name, quantity, amount, discount, tax, category, brand, vendor, marks,
    returned_quantity)
select pg_temp.made(4, n), l, 'item ' || p, '', 1000, 100 + p * 7 %% 900, 0, 0, 'category ' || p %% 20,
    'brand ' || p %% 50, '', '{}', 0
from bill, generate_series(1, 2) l, lateral (select case l when 1 then ((h * 13) %% 400)::int
    else floor(400 * power(random(), 2) + 0 * n)::int end) as q(p)""",
    """
insert into sales_outbox (kind, subject) select 'sale', pg_temp.made(4, n) from bill
where at {when} %(last_day)s order by at""",
)
BARE = (
    "create table bare_score (like scorebook_score including all)",
    "create table bare_bought (like scorebook_bought including all)",
)
BARE_COPIES = (
    "insert into bare_score select * from scorebook_score where run = %(run)s",
    "insert into bare_bought select * from scorebook_bought where on_day >= %(last_day)s",
)


def begin() -> None:
    os.environ |= {"REGULARS_DATA": str(PLACE), "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
    os.environ.pop("DATABASE_URL", None)
    from regulars.server.postgres import Cluster

    Cluster(PLACE).start()
    import django

    django.setup()


def fill(members: int) -> None:
    """Members, and the bills of two years; those before the last day go into the lake and the sums."""
    from django.db import connection, transaction

    from regulars.sales import batches

    values: dict[str, Any] = {"home": HOME, "night": NIGHT, "members": members, "last_day": LAST_DAY}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("select setseed(0.7)")
        cursor.execute(FUNCTIONS)
        for statement in (*PEOPLE, *BILLS):
            cursor.execute(statement.replace("{when}", "<"), values)
    batches.MOST = 1_000_000  # type: ignore[misc]  # the past comes in at once
    work(LAST_DAY + timedelta(hours=1), models=False)
    batches.MOST = 50_000  # type: ignore[misc]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "insert into sales_outbox (kind, subject) select 'sale', id from sales_sale where effective_at >= %s",
            [LAST_DAY],
        )
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")


def work(at: datetime, *, models: bool) -> UUID:
    """One run by the worker's own job; the first one, which only brings the past in, without the models."""
    from regulars.journal.moves import Actor
    from regulars.scorebook import sending, services
    from regulars.scorebook.computing import running

    actor = Actor.job("bench")
    every: dict[str, Any] = running.DOING  # type: ignore[assignment]
    kept = dict(every)
    if not models:
        every.update({name: lambda desk: {} for name in ("future", "leaving", "due", "next")})
    number = services.ask(organisation=HOME, cut_off=at.date() - timedelta(days=1), actor=actor, at=at)
    sending.run_due(actor=actor, at=at.replace(hour=1))
    every.update(kept)
    return number


def bare(run: UUID) -> float:
    """Seconds in which plain SQL copies the rows that the night wrote, with their indexes; rolled back."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for statement in BARE:
            cursor.execute(statement)
        began = time.perf_counter()
        for statement in BARE_COPIES:
            cursor.execute(statement, {"run": run, "last_day": LAST_DAY.date()})
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    return seconds


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
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fill(members)
    from regulars.sales.models import SaleLine
    from regulars.scorebook.models import Run, Step

    began = time.perf_counter()
    number = work(NIGHT, models=True)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    row = Run.objects.get(pk=number)
    if row.state != "done":
        raise SystemExit(f"the run is {row.state}: {row.code} {row.detail}")
    steps = {one.name: one for one in Step.objects.filter(run=number)}
    took = {name: (one.ended_at - one.begun_at).total_seconds() for name, one in steps.items()}  # type: ignore[operator]
    plain = bare(number)
    written = took["write"] + took["bought"]
    return {
        "name": f"scorebook: a night of {members:,} members",
        "seconds": round(seconds, 1),
        "members": row.members,
        "lines": SaleLine.objects.count(),
        "steps": {name: round(one, 1) for name, one in took.items()},
        "left_out": row.left_out,
        "written_seconds": round(written, 1),
        "bare_sql_seconds": round(plain, 1),
        "written_to_bare_sql": round(written / plain, 2),
        "peak_mb": peak,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    for figure in run(parser.parse_args().members):
        print(json.dumps(figure))


if __name__ == "__main__":
    main()
