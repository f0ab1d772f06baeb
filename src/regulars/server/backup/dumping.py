"""PostgreSQL's own tools, of the server's age: a newer dump says things that an older server does not know."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import psycopg

from regulars.server.backup.errors import BackupRefused
from regulars.server.place import Place, parts_of
from regulars.server.postgres.binaries import MAJORS, binaries
from regulars.server.postgres.owner import Owner

_FILTERED: Final = ("PGPASSWORD", "PGPASSFILE", "PGSERVICE", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE")


def url_of(place: Place) -> str:
    """The address of the installation's database."""
    cluster = place.cluster
    return place.own_url or (cluster.url() if cluster else "")


def major_of(connection: "psycopg.Connection[Any]") -> int:
    return connection.info.server_version // 10_000


def dump(url: str, file: Path, *, major: int, snapshot: str) -> None:
    """Everything of one snapshot into a file. Raises BackupRefused with what the tool said."""
    asked = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={file}"]
    _run("pg_dump", asked, url, major)


def bring_back(url: str, file: Path, *, major: int, jobs: int = 2) -> None:
    """A dump into an empty database; all of it, or an error. Raises BackupRefused with what the tool said."""
    name = str(parts_of(url)["NAME"])
    asked = ["--no-owner", "--no-privileges", "--exit-on-error", f"--jobs={jobs}", f"--dbname={name}", str(file)]
    _run("pg_restore", asked, url, major)
    with psycopg.connect(url) as connection:
        # Transactions are numbered anew here: what waits for the lake was all written before any that is to come.
        if connection.execute("SELECT to_regclass('sales_outbox')").fetchone() != (None,):
            connection.execute("UPDATE sales_outbox SET written_by = pg_current_xact_id()")


def _run(tool: str, asked: Sequence[str], url: str, major: int) -> None:
    parts = parts_of(url)
    ourselves = Owner(os.geteuid(), os.getegid(), switched=False)
    program = binaries(ourselves, min(known for known in MAJORS if known >= min(major, max(MAJORS)))) / tool
    # By the environment, so that no list of processes shows the password.
    settings = {
        "PGHOST": parts["HOST"],
        "PGPORT": parts["PORT"],
        "PGUSER": parts["USER"],
        "PGPASSWORD": parts.get("PASSWORD", ""),
        "PGDATABASE": parts["NAME"],
        **{f"PG{name.upper()}": value for name, value in dict(parts["OPTIONS"]).items()},  # type: ignore[call-overload]
    }
    inherited = {name: value for name, value in os.environ.items() if name not in _FILTERED}
    environment = inherited | {name: str(value) for name, value in settings.items() if value}
    done = subprocess.run([program, *asked], capture_output=True, text=True, env=environment)
    if done.returncode:
        raise BackupRefused(f"{tool} failed: {done.stderr.strip()[-2000:]}")
