"""A PostgreSQL of one's own for tests: the oldest version that is served, on a port of this machine, if it is here."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from tests.server.installation import free_port

from regulars.server.postgres.owner import Owner

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


@dataclass(frozen=True)
class OwnServer:
    port: int

    def url(self, database: str = "regulars", *, user: str = "regulars", password: str = "given") -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def do(self, *statements: str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database, user="boss", password="boss"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """Skips, saying so, where PostgreSQL 15 is not installed."""
    if not (PROGRAMS / "initdb").exists():
        pytest.skip("PostgreSQL 15 is not here (Debian: postgresql-15); a server of one's own was NOT tried")
    owner, folder = Owner.here(), Path(tempfile.mkdtemp(prefix="regulars-own-"))
    owner.take(folder)
    data, port = folder / "data", free_port()
    password = folder / "password"
    password.write_text("boss")
    password.chmod(0o644)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    try:
        owner.run([PROGRAMS / "initdb", "-D", data, "-U", "boss", "-A", "scram-sha-256", f"--pwfile={password}"])
        owner.run([PROGRAMS / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start"])
        server = OwnServer(port)
        server.do("CREATE USER regulars PASSWORD 'given'", "CREATE DATABASE regulars OWNER regulars ENCODING 'UTF8'")
        yield server
    finally:
        if (data / "postmaster.pid").exists():
            owner.run([PROGRAMS / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])
        shutil.rmtree(folder)
