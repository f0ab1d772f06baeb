"""Recognition inside the server among a million members, beside pgbench's own look-up of one row by its key.

python -m benchmarks.bench_members --members 1000000

Each member has a phone, a mail address, a till's number and a card, as the room itself writes them (sealed, blinded),
loaded by COPY. Then codes of all four kinds, known and unknown, are looked up one after another through
`regulars.members.selectors.recognise`, in one process and over one connection, with as many cold caches as a shop that
just opened has: none are warmed by hand, the first look-ups count. pgbench runs `select abalance from pgbench_accounts`
by primary key, with 1,000,000 rows, one client, prepared, on the same server in the same run. The same row is asked for
in turn with each look-up over the same connection (`one_row_…`): what the machine's other work costs both, it shows.
With `--folder` the first run fills an installation and the next ones measure it.
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
    from regulars.server.postgres import Cluster

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
        with transaction.atomic(), connection.cursor() as cursor:
            # The rows are right by how they are made; looking up each reference would take most of the time.
            cursor.execute("SET LOCAL session_replication_role = replica")
            _load_block(range(start, min(start + BLOCK, members)), card_range)
    with connection.cursor() as cursor:
        for table in ("members_member", "members_identifier", "members_card"):
            cursor.execute(f"VACUUM ANALYZE {table}")
    return time.perf_counter() - began


def _load_block(numbers: range, card_range: UUID) -> None:
    from regulars.basics.ids import new_ids
    from regulars.members.copying import copy_in

    at, many = AT.isoformat(), len(numbers)
    ids = list(zip(numbers, new_ids(AT, many), new_ids(AT, many), strict=True))
    copied = ("", "de", "DE", "Kiel", None, None, "{}", 0)
    copy_in("members_member", ((m, SHOP, m, "active", "till", at, at, *copied) for _, m, _ in ids))
    copy_in(
        "members_card",
        ((card, SHOP, card_range, n, "plastic", m, "active", "", "", at, at) for n, m, card in ids),
    )
    copy_in("members_identifier", (row for one in ids for row in _identifiers(*one, at)))


def _identifiers(number: int, member: UUID, card: UUID, at: str) -> Iterator[tuple[object, ...]]:
    """As the room itself writes them: sealed, blinded, with their last digits."""
    from regulars.basics.ids import new_ids
    from regulars.members.identifying import tail
    from regulars.members.intake import identifier_context
    from regulars.members.keys import keyring
    from regulars.members.selectors.recognition import blind_parts

    newest = keyring().newest
    for kind, one in zip(KINDS, new_ids(AT, len(KINDS)), strict=True):
        source, value = "till" if kind == "external" else "", value_of(kind, number)
        last = tail(kind, value)
        blinds = (
            newest.blind(*blind_parts(SHOP, kind, source, value)),
            newest.blind(str(SHOP), "tail", last) if last else None,
        )
        sealed = newest.seal(value, identifier_context(one))
        head = (one, SHOP, member, card if kind == "card" else None, kind, source)
        yield (*head, sealed, newest.number, *blinds, True, "active", "", "till", at, at)


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
    folder = Path(tempfile.mkdtemp(prefix="regulars-bench-"))
    try:
        fill(folder, members)
        return measure(folder, lookups, seconds)
    finally:
        _throw_away(folder)


def fill(folder: Path, members: int) -> float:
    """A new installation with so many members; how long it took."""
    import django
    from django.core.management import call_command

    cluster = _cluster(folder)
    # Only loading is hurried; what is measured reads.
    cluster.make({"synchronous_commit": "off", "max_wal_size": "4GB"})
    cluster.start()
    try:
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        seconds = load(members)
        pgbench(cluster.url(), _programs(), "-i", "-q", "-s", "10")
        (folder / "filled.json").write_text(json.dumps({"members": members, "load_seconds": round(seconds, 1)}))
        return seconds
    finally:
        _let_go()
        cluster.stop()


def measure(folder: Path, lookups: int = LOOKUPS, seconds: int = 10) -> list[Figure]:
    """Of an installation that `fill` made."""
    import django

    cluster = _cluster(folder)
    cluster.start()
    try:
        django.setup()
        return _measured(json.loads((folder / "filled.json").read_text()), lookups, cluster.url(), seconds)
    finally:
        _let_go()
        cluster.stop(at_once=True)


def _cluster(folder: Path) -> "Cluster":
    from regulars.server.postgres import Cluster

    os.environ |= {"REGULARS_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
    os.environ.pop("DATABASE_URL", None)
    return Cluster(folder)


def _programs() -> Path:
    from regulars.server.postgres.binaries import binaries
    from regulars.server.postgres.owner import Owner

    return binaries(Owner.here())


def _let_go() -> None:
    from django.db import connections

    connections.close_all()
    connections["default"].close_pool()  # type: ignore[attr-defined]


def _throw_away(folder: Path) -> None:
    shutil.rmtree(_cluster(folder).home, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _measured(filled: Figure, lookups: int, url: str, seconds: int) -> list[Figure]:
    members = int(str(filled["members"]))
    times, plain, known = look_up(asked(members, lookups))
    _let_go()
    peer = one_row_by_pgbench(url, _programs(), seconds)
    assert known > lookups * 0.8, "most of the codes are known"
    figure: Figure = {
        "name": "recognition",
        "members": members,
        "identifiers": members * len(KINDS),
        "lookups": lookups,
        "known": known,
        "load_seconds": filled["load_seconds"],
        "median_ms": round(statistics.median(times), 3),
        "p99_ms": round(percentile(times, 0.99), 3),
        "worst_ms": round(max(times), 3),
        "one_row_median_ms": round(statistics.median(plain), 3),
        "one_row_p99_ms": round(percentile(plain, 0.99), 3),
        "pgbench_one_row_ms": peer,
        "median_ratio": round(statistics.median(times) / peer, 1),
    }
    return [figure]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--lookups", type=int, default=LOOKUPS)
    parser.add_argument("--folder", type=Path, help="an installation to keep: filled where it is not there yet")
    given = parser.parse_args()
    if given.folder is None:
        figures = run(given.members, given.lookups)
    elif not (given.folder / "filled.json").exists():
        given.folder.mkdir(parents=True, exist_ok=True)
        fill(given.folder, given.members)
        return
    else:
        figures = measure(given.folder, given.lookups)
    for one in figures:
        print(json.dumps(one))


if __name__ == "__main__":
    main()
