"""What a quarter would have cost under other terms: a million purchases of 200,000 members decided again on both sides.

python -m benchmarks.bench_previews --bills 1000000

A database of its own. Two lines a bill; an earning rule with a multiplier for a level, a second one with a limit a
month for each member, a promotion on a fifth of the goods, and what points pay. Asked of three drafts: the rule
doubled, the promotion doubled, and a sample of a tenth.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from benchmarks import measuring
from benchmarks.checkout_shop import BEGUN, begin
from benchmarks.measuring import DATA

PLACE: Final = DATA / "previews-bench"
MEMBERS: Final = 200_000
LAST: Final = date(2026, 9, 30)
Figure = dict[str, object]
BASE: Final[dict[str, Any]] = {
    "unit": "points", "currency": "CNY", "award": {"type": "per-amount", "units": 1, "per": 1000},
    "multipliers": [{"permille": 2000, "conditions": {"who": {"tiers": ["status/gold"]}}}],
}  # fmt: skip
VISIT: Final[dict[str, Any]] = {
    "unit": "points", "award": {"type": "fixed", "units": 5}, "limits": [{"most": 2, "every": "month"}],
}  # fmt: skip
TEA: Final[dict[str, Any]] = {
    "name": "A tenth off tea",
    "offer": {"benefit": {"type": "percent", "permille": 100}, "what": {"categories": ["tea"]}},
}
TERMS: Final = [
    ("ladder", "status", {"levels": [{"code": "green"}, {"code": "gold", "reach": [{"points": 400}]}]}),
    ("earn", "base", BASE), ("earn", "visit", VISIT), ("promotion", "tea", TEA),
    ("points-payment", "points", {"unit": "points", "currency": "CNY", "points": 1, "worth": 10}),
]  # fmt: skip
FUNCTIONS: Final = """
create or replace function pg_temp.made(kind int, n bigint) returns uuid language sql immutable as
$$ select ('019b76daa8007000800' || kind || lpad(to_hex(n), 12, '0'))::uuid $$"""
_EACH: Final = """from generate_series(%(from)s::bigint, %(upto)s::bigint) n, lateral (select
    timestamptz '2026-07-03 00:00Z' + n * (interval '89 days' / %(bills)s)) as m(at),
    lateral (select pg_temp.made(1, n), pg_temp.made(2, (n * 7919) %% %(members)s)) as i(sale, member)"""
FILL: Final = (
    f"""insert into sales_sale (id, organisation, merchant, store, source, external_id, channel, state, member,
    currency, amount, discount, tax, returned, effective_at, recorded_at, actor)
select sale, %(home)s, %(merchant)s, null, 'till-1', n::text, 'till', 'complete', member, 'CNY', 2500 + n %% 700,
    case n %% 5 when 0 then 125 + n %% 35 else 0 end, 0, 0, at, at, 'key_bench' {_EACH}""",
    f"""insert into sales_line (sale_id, number, item, name, quantity, amount, discount, tax, category, brand, vendor,
    marks, returned_quantity) select sale, l, 'item-' || (n * 31 + l) %% 5000, '', 1000, 1250 + n %% 350,
    case when n %% 5 = 0 and l = 1 then (1250 + n %% 350) / 10 else 0 end, 0,
    case when n %% 5 = 0 and l = 1 then 'tea' else 'food' end, '', '', '{{}}', 0 {_EACH}, generate_series(1, 2) l""",
    f"""insert into programme_checkout (sale, organisation, member, shown, facts, parts, gains, told, given, paid)
select sale, %(home)s, member, member, jsonb_build_object('member', jsonb_build_object('joined_on', '2026-01-01',
    'tiers', jsonb_build_object('status', case n %% 10 when 0 then 'gold' else 'green' end)), 'occasion',
    jsonb_build_object('at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'), 'zone',
    'Asia/Shanghai', 'merchant', %(mrc)s::text, 'store', '', 'channel', 'till', 'currency', 'CNY')), '[]',
    jsonb_build_array(jsonb_build_object('kind', 'earn', 'unit', 'points', 'amount', 2)),
    jsonb_build_object('effects', '[]'::jsonb, 'not_applied', '[]'::jsonb, 'lines', case n %% 5 when 0 then
    jsonb_build_array(jsonb_build_object('number', 1, 'offers', jsonb_build_array(jsonb_build_object('code', 'tea',
    'amount', (1250 + n %% 350) / 10)))) else '[]'::jsonb end), '[2]', '[]' {_EACH}""",
)
BLOCK: Final = 100_000


def fill(bills: int) -> UUID:
    shutil.rmtree(PLACE, ignore_errors=True)
    begin(PLACE)
    from django.core.management import call_command
    from django.db import connection, transaction

    from regulars.access import gate
    from regulars.access.moves import NewMerchant
    from regulars.access.services.places import found_organisation, open_merchants
    from regulars.basics.ids import typed
    from regulars.journal.moves import Actor
    from regulars.ledger.services import define_unit
    from regulars.programme.services.terms import publish

    call_command("migrate", verbosity=0)
    setup, now = Actor.job("bench"), datetime(2026, 10, 1, 1, tzinfo=UTC)
    home = found_organisation("Riverside", zone="Asia/Shanghai", by=gate.HOUSE, actor=setup, at=BEGUN)
    (merchant,) = open_merchants(
        home, [NewMerchant("Market", "Asia/Shanghai", "CNY")], by=gate.HOUSE, actor=setup, at=BEGUN
    )
    define_unit("points", "Points", zone="Asia/Shanghai", actor=setup, at=BEGUN)
    for kind, code, document in TERMS:
        publish(kind, code, document, organisation=home, begins_at=BEGUN, moving_in=True, actor=setup, at=now)
    values: dict[str, Any] = {
        "home": home, "merchant": merchant, "mrc": typed("mrc", merchant), "members": MEMBERS, "bills": bills
    }  # fmt: skip
    for start in range(0, bills, BLOCK):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(FUNCTIONS)
            for statement in FILL:
                cursor.execute(statement, values | {"from": start, "upto": min(start + BLOCK, bills) - 1})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE sales_sale, sales_line, programme_checkout")
    return home


def looked_at(home: UUID, kind: str, code: str, document: dict[str, Any], *, most: int) -> tuple[float, dict[str, Any]]:
    """Seconds, and the answer."""
    from regulars.journal.moves import Actor
    from regulars.programme.models.previews import Preview
    from regulars.programme.previews import working
    from regulars.programme.previews.asking import ask
    from regulars.programme.previews.moves import NewPreview

    days = LAST - timedelta(days=89), LAST
    at = datetime(2026, 10, 1, 1, tzinfo=UTC)
    number, claim = ask(NewPreview(home, kind, code, document, *days), actor=Actor.job("bench"), at=at), uuid4()
    Preview.objects.filter(id=number).update(state="running", claim=claim)
    begun = time.perf_counter()
    working.work(number, claim, most=most)
    return time.perf_counter() - begun, Preview.objects.get(id=number).told


def measured(bills: int) -> Iterator[Figure]:
    home = fill(bills)
    double = {**BASE, "award": {"type": "per-amount", "units": 2, "per": 1000}}
    more = {**TEA, "offer": {**TEA["offer"], "benefit": {"type": "percent", "permille": 200}}}
    asked = [
        ("a rule doubled", "earn", "base", double, bills), ("a promotion doubled", "promotion", "tea", more, bills),
        ("a sample of a tenth", "earn", "base", double, bills // 10),
    ]  # fmt: skip
    for name, kind, code, document, most in asked:
        seconds, told = looked_at(home, kind, code, document, most=most)
        yield {
            "name": f"preview over {bills:,} purchases: {name}", "looked_at": told["replayed"],
            "seconds": round(seconds, 1), "bills_a_second": round(told["replayed"] / seconds),
            "points": told["units"]["points"], "cost": told["cost"],
        }  # fmt: skip


def run(bills: int) -> Iterator[Figure]:
    """In a process of its own: settings are read once in each."""
    done = measuring.run([sys.executable, "-m", "benchmarks.bench_previews", "--bills", str(bills)])
    for line in done.output.splitlines():
        yield json.loads(line) | {"peak_mb": done.peak_mb}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bills", type=int, default=1_000_000)
    asked = parser.parse_args()
    try:
        for figure in measured(asked.bills):
            print(json.dumps(figure), flush=True)
    finally:
        from regulars.server.postgres import Cluster

        Cluster(PLACE).stop()
        shutil.rmtree(PLACE, ignore_errors=True)


if __name__ == "__main__":
    main()
