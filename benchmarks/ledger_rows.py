"""Books of any size, made inside the database: rows as postings would have left them, in minutes instead of hours.

Every holder earns six times and spends four times 50, each spend from one lot; one holder of fifty has an open hold of
10. Transfers lie in the order of their numbers, as in a real table; that `verify` agrees is the test that all is right.
"""

from typing import Any

from django.db import connection

EARNS, SPENDS = 6, 4
ROUNDS = EARNS + SPENDS
TABLES = ("transfer", "lot", "lot_use", "account", "hold", "hold_lot", "unit", "key", "seal", "pending", "closed_day")
# Ids of version 7 by time: milliseconds of the moment, then a digit for what they are of, then a number.
FUNCTIONS = """
create or replace function pg_temp.moment(k int, h bigint) returns timestamptz language sql immutable as
$$ select timestamptz '2026-01-01 00:00Z' + k * interval '10 days' + h * interval '100 ms' $$;
create or replace function pg_temp.made(at timestamptz, kind int, n bigint) returns uuid language sql immutable as
$$ select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7000800' || kind
    || lpad(to_hex(n), 12, '0'))::uuid $$;
create or replace function pg_temp.fixed(kind int, n bigint) returns uuid language sql immutable as
$$ select ('019b76daa8007000800' || kind || lpad(to_hex(n), 12, '0'))::uuid $$;
"""
HOUSES = """
insert into ledger_account (id, unit, role, scope, floor, held, owed, opened_at)
select pg_temp.fixed(9, n), 'points', role, '', 0, 0, 0, pg_temp.moment(0, 0)
from (values (1, 'issued'), (2, 'redeemed')) as v(n, role)"""
HOLDERS = f"""
insert into ledger_account (id, unit, owner, role, scope, floor, balance, held, owed, opened_at)
select pg_temp.fixed(1, h), 'points', pg_temp.fixed(2, h), 'main', '', 0,
    {EARNS} * (100 + h % 50) - {SPENDS} * 50, case when h % 50 = 0 then 10 else 0 end, 0, pg_temp.moment(0, 0)
from generate_series(1, %(holders)s) h"""
TRANSFERS = """
insert into ledger_transfer (id, kind, unit, giver, taker, owner, amount, effective_at, recorded_at, source,
    external_id, reason, merchant, store, funder, rule, actor, request_id)
select pg_temp.made(at, 3, (%(step)s - 1)::bigint * %(holders)s + h), %(kind)s, 'points',
    case when %(earning)s then pg_temp.fixed(9, 1) else pg_temp.fixed(1, h) end,
    case when %(earning)s then pg_temp.fixed(1, h) else pg_temp.fixed(9, 2) end, pg_temp.fixed(2, h),
    case when %(earning)s then 100 + h %% 50 else 50 end, at, at, 'till-' || h %% 40,
    '2026/' || %(step)s || '/' || h, '',
    'mrc_01kdvdna00e008000000000000', 'str_01kdvdna00e00800000000000' || h %% 9, '', %(rule)s,
    'key_01kdvdna00e008000000000000', 'req_' || h
from generate_series(1, %(holders)s) h, lateral (select pg_temp.moment(%(step)s, h)) as m(at)"""
LOTS = f"""
insert into ledger_lot (id, account, unit, transfer, amount, remaining, held, earned_at, starts_at, expires_at,
    usable_from, is_open)
select pg_temp.made(at, 5, n), pg_temp.fixed(1, h), 'points', pg_temp.made(at, 3, n), 100 + h %% 50,
    100 + h %% 50 - case when k <= {SPENDS} then 50 when k = 5 and h %% 50 = 0 then 10 else 0 end,
    case when k = 5 and h %% 50 = 0 then 10 else 0 end, at, at, at + interval '400 days', at, true
from generate_series(1, {EARNS}) k, generate_series(1, %(holders)s) h,
    lateral (select pg_temp.moment(k, h), (k - 1)::bigint * %(holders)s + h) as m(at, n)"""
USES = f"""
insert into ledger_lot_use (transfer, lot, account, amount, effective_at)
select pg_temp.made(at, 3, ({EARNS} + k - 1)::bigint * %(holders)s + h),
    pg_temp.made(pg_temp.moment(k, h), 5, (k - 1)::bigint * %(holders)s + h), pg_temp.fixed(1, h), 50, at
from generate_series(1, {SPENDS}) k, generate_series(1, %(holders)s) h,
    lateral (select pg_temp.moment({EARNS} + k, h)) as m(at)"""
HOLDS = """
insert into ledger_hold (id, account, owner, unit, amount, placed_at, lapses_at, captured, role, scope, source,
    external_id, reason, merchant, store, funder, rule)
select pg_temp.fixed(6, h), pg_temp.fixed(1, h), pg_temp.fixed(2, h), 'points', 10, pg_temp.moment(20, 0),
    pg_temp.moment(90, 0), 0, 'redeemed', '', '', '', '', '', '', '', ''
from generate_series(50, %(holders)s, 50) h"""
HOLD_LOTS = """
insert into ledger_hold_lot (hold, lot, account, amount)
select pg_temp.fixed(6, h), pg_temp.made(pg_temp.moment(5, h), 5, 4::bigint * %(holders)s + h), pg_temp.fixed(1, h), 10
from generate_series(50, %(holders)s, 50) h"""
# Holders for posting: their ids can be said in decimal digits, so that pgbench can say them too.
POSTERS = """
insert into ledger_account (id, unit, owner, role, scope, floor, balance, held, owed, opened_at)
select ('00000000000070008002' || lpad(h::text, 12, '0'))::uuid, 'points',
    ('00000000000070008001' || lpad(h::text, 12, '0'))::uuid, 'main', '', 0, 0, 0, 0, pg_temp.moment(0, 0)
from generate_series(100001, 100000 + %(posters)s) h"""


def fill(transfers: int, posters: int = 0) -> None:
    """Empties the ledger and makes so many transfers (a multiple of ten), and holders who have nothing yet."""
    values: dict[str, Any] = {"holders": transfers // ROUNDS, "posters": posters}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"alter table ledger_{table} disable trigger user")
        cursor.execute(f"truncate {', '.join(f'ledger_{table}' for table in TABLES)}, ledger_verification")
        again = _without_indexes(cursor)
        cursor.execute(FUNCTIONS)
        cursor.execute(
            "insert into ledger_unit (code, name, kind, scale, currency, zone, may_expire) values"
            " ('points', 'points', 'points', 0, '', 'UTC', true)"
        )
        cursor.execute("alter sequence ledger_transfer_number restart with 1")
        for statement in (HOUSES, HOLDERS.replace(" % ", " %% "), POSTERS):
            cursor.execute(statement, values)
        for step in range(1, ROUNDS + 1):
            earning = step <= EARNS
            said = {"step": step, "earning": earning, "kind": "earn" if earning else "spend"}
            cursor.execute(TRANSFERS, values | said | {"rule": "rule-3/7" if earning else ""})
        for statement in (LOTS, USES, HOLDS, HOLD_LOTS, *again):
            cursor.execute(statement, values)
        for table in TABLES:
            cursor.execute(f"alter table ledger_{table} enable trigger user")
        cursor.execute("vacuum analyze ledger_transfer, ledger_lot, ledger_lot_use, ledger_account, ledger_hold")


def _without_indexes(cursor: Any) -> list[str]:
    """Drops what is cheaper to build at the end; the statements that build it again."""
    cursor.execute(
        "select indexname, indexdef from pg_indexes where indexname !~ '_pkey$|transfer_numbers'"
        " and tablename in ('ledger_transfer', 'ledger_lot', 'ledger_lot_use')"
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f"drop index {name}")
    return [made.replace("%", "%%") for _, made in found]
