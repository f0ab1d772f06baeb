"""Coupons: 100,000 signed codes issued, beside a bare COPY of the same rows; and codes redeemed one after another.

python -m benchmarks.bench_coupons --coupons 100000

A database of its own with the settings of every installation. Issuing is the verb that the API calls: the series is
read, numbers are taken, rows copied, the trail written, codes made and answered. The bare COPY puts the very text of
these rows into a table with the same columns, indexes and constraints, and nothing else. Both commit.
"""

import argparse
import json
import os
import shutil
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from benchmarks.measuring import DATA

PLACE = DATA / "coupons-bench"
HOME = UUID(int=1)
AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
ROUNDS = 3
REDEEMED = 2_000
TENTH = {"benefit": {"type": "percent", "permille": 100}, "conditions": {"who": {"anyone": True}}}
Figure = dict[str, object]


def begin() -> None:
    os.environ |= {"REGULARS_DATA": str(PLACE), "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
    os.environ.pop("DATABASE_URL", None)
    from regulars.server.postgres import Cluster

    cluster = Cluster(PLACE)
    if PLACE.exists():
        cluster.stop(at_once=True)
        shutil.rmtree(cluster.home, ignore_errors=True)
        shutil.rmtree(PLACE)
    cluster.start()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def run(coupons: int) -> Iterator[Figure]:
    """One dict per figure."""
    begin()
    from regulars.journal.moves import Actor
    from regulars.programme.coupons.terms import SERIES
    from regulars.programme.services.coupons_issuing import issue
    from regulars.programme.services.terms import publish

    actor = Actor.job("bench")
    limits = [{"most": 1_000_000, "per": "all"}]
    document = {"name": "Spring", "offer": TENTH, "limits": limits}
    publish(SERIES, "spring", document, organisation=HOME, actor=actor, at=AT)
    ours, bare, codes = [], [], set()
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        made = issue("spring", coupons, organisation=HOME, actor=actor, at=AT)
        ours.append(time.perf_counter() - begun)
        codes |= {one.code for one in made.coupons}
        bare.append(_copied(made.batch))
    assert len(codes) == ROUNDS * coupons, "a code twice"
    mine, peer = statistics.median(ours), statistics.median(bare)
    yield {
        "name": f"coupons_issue_{coupons}_seconds", "ours": round(mine, 2), "peer": round(peer, 2),
        "ratio": round(mine / peer, 2), "per_second": round(coupons / mine),
        "peer_is": "a bare COPY of the same rows into the same table",
        "runs": [[round(a, 2), round(b, 2)] for a, b in zip(ours, bare, strict=True)],
    }  # fmt: skip
    yield _redeemed([str(one.code) for one in made.coupons[:REDEEMED]])


def _copied(batch: UUID) -> float:
    """The seconds of a bare COPY of a batch's rows."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        with cursor.copy(f"COPY (SELECT * FROM programme_coupon WHERE batch = '{batch}' ORDER BY id) TO STDOUT") as out:
            text = b"".join(bytes(part) for part in out)
        cursor.execute("DROP TABLE IF EXISTS bare; CREATE TABLE bare (LIKE programme_coupon INCLUDING ALL)")
    begun = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy("COPY bare FROM STDIN") as into:
        into.write(text)
    return time.perf_counter() - begun


def _redeemed(codes: list[str]) -> Figure:
    """One basket after another, each with a code of a series that has a limit: priced, taken, written, committed."""
    from regulars.basics.ids import new_id
    from regulars.journal.moves import Actor
    from regulars.programme.coupons.moves import Basket
    from regulars.programme.services.coupons_using import checkout
    from regulars.rules.occasion import Line, Occasion

    actor = Actor.job("bench")
    lines = tuple(Line(number, f"item{number}", 100 * number, category="food") for number in range(1, 11))
    taken = []
    for code in codes:
        basket = Basket(new_id(AT), Occasion(AT, currency="GBP", lines=lines), codes=[code])
        begun = time.perf_counter()
        (told,) = checkout([basket], organisation=HOME, actor=actor, at=AT)
        taken.append(time.perf_counter() - begun)
        assert told.priced.discount == 550
    ordered = sorted(taken)
    return {
        "name": "coupons_redeem_one_ms", "ours": round(statistics.median(taken) * 1000, 2), "peer": None, "ratio": None,
        "p99_ms": round(ordered[len(ordered) * 99 // 100] * 1000, 2), "coupons": len(codes),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--coupons", type=int, default=100_000)
    asked = parser.parse_args()
    for figure in run(asked.coupons):
        print(json.dumps(figure))


if __name__ == "__main__":
    main()
