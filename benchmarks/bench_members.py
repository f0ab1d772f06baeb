"""Recognition inside the server among a million members, beside pgbench's own look-up of one row by its key.

python -m benchmarks.bench_members --members 1000000

Each member has a phone, a mail address, a till's number and a card, as the room itself writes them (sealed, blinded),
loaded by COPY. Then codes of all four kinds, known and unknown, are looked up one after another through
`regulars.members.selectors.recognise`, in one process and over one connection, with as many cold caches as a shop that
just opened has: none are warmed by hand, the first look-ups count. pgbench runs `select abalance from pgbench_accounts`
by primary key, with 1,000,000 rows, one client, prepared, on the same server in the same run. The same row is asked for
in turn with each look-up over the same connection (`one_row_…`): what the machine's other work costs both, it shows.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from regulars.members.moves import Presented

SHOP = UUID(int=1)
AT = datetime(2026, 5, 4, tzinfo=UTC)
BLOCK = 50_000  # members sealed and copied at a time
LOOKUPS = 20_000
KINDS = ("phone", "email", "external", "card")
Figure = dict[str, object]


def value_of(kind: str, number: int) -> str:
    """The same for the loader and the look-ups; numbers of unknown members go on where the known ones end."""
    from regulars.members.keys import card_secret
    from regulars.members.numbers import number_of

    match kind:
        case "phone":
            return f"+49151{number:08d}"
        case "email":
            return f"member{number}@example.com"
        case "external":
            return f"K{number:09d}"
        case _:
            return number_of("2700", number, 8, card_secret())


def load(members: int) -> float:
    """Writes members, cards and identifiers by COPY; gives the seconds, index included."""
    from django.db import connection, transaction

    from regulars.journal.moves import Actor
    from regulars.members.services.cards import make_range

    began = time.perf_counter()
    card_range = make_range(
        organisation=SHOP,
        programme="club",
        name="Club",
        prefix="2700",
        serial_digits=8,
        actor=Actor.job("bench"),
        at=AT,
    )
    for start in range(0, members, BLOCK):
        with transaction.atomic():
            _load_block(range(start, min(start + BLOCK, members)), card_range)
    with connection.cursor() as cursor:
        for table in ("members_member", "members_identifier", "members_card"):
            cursor.execute(f"ANALYZE {table}")
    return time.perf_counter() - began


def _load_block(numbers: range, card_range: UUID) -> None:
    from django.db import connection

    from regulars.basics.ids import new_id

    ids = [(number, new_id(AT), new_id(AT)) for number in numbers]
    with connection.cursor() as cursor:
        with cursor.copy(
            "COPY members_member (id, organisation, root_id, state, source, enrolled_at, created_at, sex, language,"
            " country, town, name_grams, name_key) FROM STDIN"
        ) as copy:
            for _, member, _ in ids:
                copy.write_row((member, SHOP, member, "active", "till", AT, AT, "", "de", "DE", "Kiel", [], 0))
        with cursor.copy(
            "COPY members_card (id, organisation, range_id, serial, form, member_id, state, reason, level, issued_at)"
            " FROM STDIN"
        ) as copy:
            for number, member, card in ids:
                copy.write_row((card, SHOP, card_range, number, "plastic", member, "active", "", "", AT))
        with cursor.copy(
            "COPY members_identifier (id, organisation, member_id, card_id, kind, source, sealed, key, blind, tail,"
            " recognises, state, reason, origin, effective_at, recorded_at) FROM STDIN"
        ) as copy:
            for number, member, card in ids:
                for row in _identifiers(number, member, card):
                    copy.write_row(row)


def _identifiers(number: int, member: UUID, card: UUID) -> Iterator[tuple[object, ...]]:
    from regulars.members.intake import sealed_identifier
    from regulars.members.keys import keyring

    for kind in KINDS:
        source = "till" if kind == "external" else ""
        row = sealed_identifier(kind, source, value_of(kind, number), organisation=SHOP, keys=keyring(), at=AT)
        of_card = card if kind == "card" else None
        found_by = (row.sealed, row.key, row.blind, row.tail, True)
        yield (row.id, SHOP, member, of_card, kind, source, *found_by, "active", "", "till", AT, AT)


def asked(members: int, lookups: int) -> list["Presented"]:
    """Codes of all kinds at random; one in ten is of nobody."""
    from regulars.members.moves import Presented

    chance = random.Random(11)
    wanted = []
    for _ in range(lookups):
        kind = chance.choice(KINDS)
        number = chance.randrange(members) + (members if chance.random() < 0.1 else 0)
        wanted.append(Presented(kind, value_of(kind, number), "till" if kind == "external" else ""))
    return wanted


def look_up(wanted: list["Presented"]) -> tuple[list[float], list[float], int]:
    """Milliseconds of each, those of a row by its key asked for in between, and how many codes were known."""
    from django.db import connection

    from regulars.members.selectors import recognise

    chance, known, times, plain = random.Random(12), 0, [], []
    for one in wanted:
        began = time.perf_counter()
        found = recognise(one, organisation=SHOP, region="DE")
        between = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute("select abalance from pgbench_accounts where aid = %s", [chance.randint(1, 1_000_000)])
            cursor.fetchall()
        times.append((between - began) * 1000)
        plain.append((time.perf_counter() - between) * 1000)
        known += found is not None
    return times, plain, known


def pgbench(url: str, programs: Path, *options: str) -> str:
    """What pgbench said."""
    return subprocess.run([programs / "pgbench", *options, url], capture_output=True, text=True, check=True).stdout


def one_row_by_pgbench(url: str, programs: Path, seconds: int) -> float:
    """Milliseconds of a look-up by primary key among a million rows, on this server."""
    said = pgbench(url, programs, "-S", "-n", "-M", "prepared", "-c", "1", "-T", str(seconds))
    line = next(line for line in said.splitlines() if line.startswith("latency average"))
    return float(line.split("=")[1].split()[0])


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def run(members: int = 1_000_000, lookups: int = LOOKUPS, seconds: int = 10) -> list[Figure]:
    """Makes an installation in a folder of its own, fills it, measures, and throws it away."""
    from regulars.server.postgres import Cluster
    from regulars.server.postgres.binaries import binaries
    from regulars.server.postgres.owner import Owner

    folder = Path(tempfile.mkdtemp(prefix="regulars-bench-"))
    cluster = Cluster(folder)
    # Only loading is hurried; what is measured reads.
    cluster.make({"synchronous_commit": "off", "max_wal_size": "4GB"})
    cluster.start()
    try:
        os.environ |= {"REGULARS_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
        os.environ.pop("DATABASE_URL", None)
        return _measured(members, lookups, cluster.url(), binaries(Owner.here()), seconds)
    finally:
        cluster.stop(at_once=True)
        shutil.rmtree(cluster.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _measured(members: int, lookups: int, url: str, programs: Path, seconds: int) -> list[Figure]:
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    loaded = load(members)
    pgbench(url, programs, "-i", "-q", "-s", "10")
    times, plain, known = look_up(asked(members, lookups))
    connections.close_all()
    connections["default"].close_pool()  # type: ignore[attr-defined]
    peer = one_row_by_pgbench(url, programs, seconds)
    assert known > lookups * 0.8, "most of the codes are known"
    figure: Figure = {
        "name": "recognition",
        "members": members,
        "identifiers": members * len(KINDS),
        "lookups": lookups,
        "known": known,
        "load_seconds": round(loaded, 1),
        "median_ms": round(statistics.median(times), 3),
        "p99_ms": round(percentile(times, 0.99), 3),
        "worst_ms": round(max(times), 3),
        "one_row_median_ms": round(statistics.median(plain), 3),
        "one_row_p99_ms": round(percentile(plain, 0.99), 3),
        "pgbench_one_row_ms": peer,
        "median_ratio": round(statistics.median(times) / peer, 1),
    }
    return [figure]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--lookups", type=int, default=LOOKUPS)
    for one in run(parser.parse_args().members, parser.parse_args().lookups):
        print(json.dumps(one))
