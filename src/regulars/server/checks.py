"""What is right and what is wrong with an installation, each with what to do about it."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psycopg

from regulars.server.place import Place, WrongDatabaseUrl
from regulars.server.postgres.errors import DatabaseWontStart
from regulars.server.postgres.folder import name_of, refuse_strangers

OK: Final = "ok"
WARNING: Final = "warning"
WRONG: Final = "wrong"
OLDEST: Final = 15
SPACE_LEAST: Final = 200 * 1024 * 1024
SPACE_GOOD: Final = 2 * 1024**3
CLOCK_MOST: Final = 2.0  # seconds between our clock and the database's


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was looked at."""

    what: str
    state: str
    told: str
    advice: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def of_folder(place: Place) -> Iterator[Found]:
    """The data folder, its owner, the space, and the modes of the secrets."""
    if not place.data.exists():
        yield Found("folder", WARNING, f"{place.data} is not there yet.", "The first `regulars serve` makes it.")
        return
    yield _owner(place.data)
    folders = {place.data, place.cluster.home} if place.cluster else {place.data}
    for folder in sorted(folders):
        if folder.exists() and os.access(folder, os.R_OK):
            yield _space(folder)
    yield from _secrets(place.secrets)


def _owner(data: Path) -> Found:
    if os.access(data, os.W_OK | os.X_OK):
        return Found("folder", OK, f"{data} can be written.")
    owner = name_of(data.stat().st_uid)
    return Found("folder", WRONG, f"{data} cannot be written by this user.", f"It belongs to {owner}: run as {owner}.")


def _space(folder: Path) -> Found:
    free = shutil.disk_usage(folder).free
    told = f"{free / 1024**3:.1f} GB are free in {folder}."
    if free < SPACE_LEAST:
        return Found("space", WRONG, told, "Free some space; the database stops where there is none.")
    return Found("space", OK if free >= SPACE_GOOD else WARNING, told, "" if free >= SPACE_GOOD else "Free some space.")


def _secrets(folder: Path) -> Iterator[Found]:
    if not folder.exists():
        yield Found("secrets", WARNING, "There are no secrets yet.", "The first `regulars serve` makes them.")
        return
    if not os.access(folder, os.R_OK | os.X_OK):
        yield Found("secrets", WRONG, f"{folder} may not be read.", f"Run as {name_of(folder.stat().st_uid)}.")
        return
    open_ones = [path for path in [folder, *sorted(folder.rglob("*"))] if path.stat().st_mode & 0o077]
    for path in open_ones:
        mode = stat.filemode(path.stat().st_mode)
        yield Found("secrets", WRONG, f"{path} can be read by others ({mode}).", f"chmod -R go= {folder}")
    if not open_ones:
        yield Found("secrets", OK, f"Only their owner reads the secrets in {folder}.")


def of_database(place: Place, *, now: Callable[[], datetime] | None = None) -> Iterator[Found]:
    """Reachability first; where that fails nothing else can be said."""
    try:
        url = place.own_url or _embedded(place)
        settings = place.database()
    except (WrongDatabaseUrl, DatabaseWontStart) as wrong:
        yield Found("database", WRONG, str(wrong))
        return
    if url is None:
        yield Found(
            "database", WARNING, "The embedded database is not made yet.", "The first `regulars serve` makes it."
        )
        return
    try:
        with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
            yield Found("database", OK, f"{settings['NAME']} answers.")
            yield from _inside(connection, now)
    except psycopg.OperationalError as failure:
        yield Found("database", WRONG, f"The database cannot be reached: {_first(failure)}", _advice(place, failure))


def _embedded(place: Place) -> str | None:
    assert place.cluster
    refuse_strangers(place.data, place.cluster.home)
    return place.cluster.url() if place.cluster.made() and place.cluster.password_file.exists() else None


def _first(failure: psycopg.OperationalError) -> str:
    return str(failure).strip().splitlines()[-1].strip() if str(failure).strip() else type(failure).__name__


def _advice(place: Place, failure: psycopg.OperationalError) -> str:
    said = str(failure)
    if place.own_url is None:
        return "Start it with `regulars serve`."
    if "password" in said or "authentication" in said or "no pg_hba" in said:
        return "Check the name and password in DATABASE_URL, and that the server lets this machine in (pg_hba.conf)."
    if "does not exist" in said:
        return "Make it on the server: CREATE DATABASE regulars OWNER your_user ENCODING 'UTF8' TEMPLATE template0;"
    return "Check host and port in DATABASE_URL, and that the server runs and listens there."


def _inside(connection: psycopg.Connection[Any], now: Callable[[], datetime] | None) -> Iterator[Found]:
    version = connection.info.server_version // 10_000
    if version < OLDEST:
        yield Found("version", WRONG, f"The server is PostgreSQL {version}.", f"Regulars needs {OLDEST} or newer.")
    else:
        yield Found("version", OK, f"The server is PostgreSQL {version}.")
    yield _encoding(connection)
    yield _rights(connection)
    yield _zone(connection)
    yield _durable(connection)
    if now:
        yield _clock(connection, now)


def _one(connection: psycopg.Connection[Any], statement: Any) -> Any:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def _encoding(connection: psycopg.Connection[Any]) -> Found:
    name = _one(connection, "SHOW server_encoding")
    if name == "UTF8":
        return Found("encoding", OK, "Texts are kept in UTF-8.")
    make = "Make a database with ENCODING 'UTF8' TEMPLATE template0, and take it instead."
    return Found("encoding", WRONG, f"The database keeps texts in {name}.", make)


def _rights(connection: psycopg.Connection[Any]) -> Found:
    user = connection.info.user
    if _one(connection, "SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)"):
        return Found("rights", OK, f"{user} may make tables.")
    grant = f"As the database's owner: GRANT CREATE ON SCHEMA public TO {user};"
    return Found("rights", WRONG, f"{user} may not make tables.", grant)


def _zone(connection: psycopg.Connection[Any]) -> Found:
    zone = _one(connection, "SELECT setting FROM pg_settings WHERE name = 'TimeZone'")
    told = f"The server's time zone is {zone}; Regulars keeps moments in UTC in its own sessions."
    known = _one(connection, "SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = 'Asia/Shanghai')")
    if known:
        return Found("zone", OK, told)
    return Found("zone", WRONG, "The server knows no time zones.", "Install the system's time zones (tzdata) there.")


def _durable(connection: psycopg.Connection[Any]) -> Found:
    off = [name for name in ("fsync", "full_page_writes") if _one(connection, f"SHOW {name}") != "on"]
    if not off:
        return Found("durable", OK, "What is acknowledged survives a power cut.")
    return Found("durable", WARNING, f"{' and '.join(off)} is off: a power cut can ruin the data.", "Switch it on.")


def _clock(connection: psycopg.Connection[Any], now: Callable[[], datetime]) -> Found:
    before = now()
    theirs: datetime = _one(connection, "SELECT clock_timestamp()")
    apart = abs((theirs - before).total_seconds())
    if apart <= CLOCK_MOST:
        return Found("clock", OK, "This machine and the database agree on the time.")
    return Found("clock", WRONG, f"This machine and the database are {apart:.0f} s apart.", "Set both by NTP.")


def clock() -> datetime:
    """This machine's, for the doctor."""
    from django.utils import timezone

    return timezone.now()


def of_tables(place: Place) -> Iterator[Found]:
    """What needs this release itself: its migrations, its secrets, its queue."""
    import django

    django.setup()
    from regulars.basics.errors import RegularsError
    from regulars.server.health import missing_migrations, queue_state
    from regulars.server.installing import check_secrets

    missing = missing_migrations()
    if missing:
        told = f"{len(missing)} changes of the tables are not made yet ({missing[0]} …)."
        yield Found("migrations", WARNING, told, "The next `regulars serve` makes them.")
        return
    yield Found("migrations", OK, "The tables are of this release.")
    try:
        check_secrets(place)
        yield Found("keys", OK, "The keys are those the database was made with.")
    except RegularsError as refusal:
        yield Found("keys", WRONG, str(refusal))
    yield from sealing(at=clock())
    queue = queue_state()
    advice = {"no worker": "Start `regulars serve` or `regulars worker`.", "late": "Start more workers."}
    yield Found("queue", OK if queue == "ok" else WARNING, f"The queue: {queue}.", advice.get(queue, ""))


def sealing(*, at: datetime) -> Iterator[Found]:
    """Whether a transaction left open keeps transfers from being sealed."""
    from regulars.ledger.held_up import holding

    found = holding(at=at)
    for one in found:
        told = (
            f"A transaction of {one} ({one.program or 'it does not say its name'}) keeps transfers from being sealed."
        )
        yield Found("sealing", WARNING, told, f"End it in the database: SELECT pg_terminate_backend({one.pid});")
    if not found:
        yield Found("sealing", OK, "No transaction left open holds up the sealing of transfers.")
