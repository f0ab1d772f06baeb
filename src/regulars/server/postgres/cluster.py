"""One PostgreSQL in a folder: made, started, found running, stopped."""

import hashlib
import os
import secrets
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from regulars.server.postgres.binaries import NEWEST, binaries
from regulars.server.postgres.errors import DatabaseWontStart
from regulars.server.postgres.owner import HOME, Owner

SOCKET_MOST: Final = 107  # bytes of a socket's whole path
USER: Final = "regulars"
DATABASE: Final = "regulars"
PORT: Final = 5432  # only a part of the socket's name: nothing listens on the network
START_TRIES: Final = 20  # half a second apart: after a kill -9 the old processes take some seconds to go
# Small enough for a laptop, large enough for a counter; a server of one's own is tuned by its owner.
SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "''",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "password_encryption": "scram-sha-256",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """The database of one data folder. `data` is ours; PostgreSQL's own files lie in `files`."""

    data: Path
    major: int = NEWEST

    @property
    def home(self) -> Path:
        """Where PostgreSQL's files are: in the data folder, or for root where another user may keep them."""
        if os.geteuid() != 0:
            return self.data / "postgres"
        return HOME / hashlib.sha256(str(self.data.resolve()).encode()).hexdigest()[:12]

    @property
    def files(self) -> Path:
        return self.home / f"data-{self.major}"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def sockets(self) -> Path:
        """A folder that only the owner enters, with a path short enough for a socket."""
        near = self.home / "socket"
        if len(os.fsencode(near / f".s.PGSQL.{PORT}")) <= SOCKET_MOST:
            return near
        name = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"regulars-{name}"

    @property
    def password_file(self) -> Path:
        return self.data / "secrets" / "database"

    def url(self) -> str:
        """As DATABASE_URL has it. Raises FileNotFoundError before the cluster was made."""
        password = self.password_file.read_text(encoding="ascii").strip()
        return f"postgresql://{USER}:{password}@/{DATABASE}?host={self.sockets}&port={PORT}"

    def made(self) -> bool:
        return (self.files / "PG_VERSION").exists()

    def make(self, settings: Mapping[str, str] | None = None) -> None:
        """initdb with a secret password; nothing happens where it was made before. Raises DatabaseWontStart."""
        if self.made():
            return
        owner = Owner.here()
        keep_secret(self.password_file, secrets.token_urlsafe(32))
        if owner.switched:
            HOME.mkdir(parents=True, exist_ok=True)
        owner.take(self.home)
        handed = self.home / "password"
        handed.write_text(self.password_file.read_text(encoding="ascii"), encoding="ascii")
        handed.chmod(0o600)
        if owner.switched:
            os.chown(handed, owner.uid, owner.gid)
        try:
            self._initdb(owner, handed)
        finally:
            handed.unlink()
        lines = [f"{name} = {value}\n" for name, value in {**SETTINGS, **(settings or {})}.items()]
        with (self.files / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(["\n# Regulars\n", *lines])

    def _initdb(self, owner: Owner, password: Path) -> None:
        half = self.files.with_name(f"{self.files.name}.part")
        if half.exists():
            owner.run(["/bin/rm", "-rf", half])
        # The C.UTF-8 order of texts is the same on every machine and version, so an index never goes stale.
        options = ["--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8", "--locale=C.UTF-8"]
        tool = binaries(owner, self.major) / "initdb"
        owner.run([tool, "-D", half, "-U", USER, f"--pwfile={password}", *options, "--no-instructions"])
        half.rename(self.files)

    def start(self, *, pause: float = 0.5) -> None:
        """Makes it where it is not, starts it unless it runs, and makes the database. Raises DatabaseWontStart."""
        self.make()
        owner = Owner.here()
        owner.take(self.sockets)
        control = binaries(owner, self.major) / "pg_ctl"
        options = f"-k {self.sockets} -p {PORT}"
        for number in range(START_TRIES):
            if self.running():
                break
            try:
                owner.run(
                    [control, "-D", self.files, "-l", self.log, "-o", options, "-w", "-t", "60", "start"], log=self.log
                )
            except DatabaseWontStart:
                if number + 1 == START_TRIES:
                    raise
                time.sleep(pause)
        self._make_database()

    def running(self) -> bool:
        """Whether it takes connections."""
        owner = Owner.here()
        try:
            owner.run(
                [binaries(owner, self.major) / "pg_isready", "-q", "-h", self.sockets, "-p", str(PORT)], seconds=10
            )
        except DatabaseWontStart:
            return False
        return True

    def stop(self, *, at_once: bool = False) -> None:
        """Ends open sessions and stops it; `at_once` is what a power cut does. Nothing where it does not run."""
        if not self.made():
            return
        owner = Owner.here()
        mode = "immediate" if at_once else "fast"
        try:
            owner.run(
                [binaries(owner, self.major) / "pg_ctl", "-D", self.files, "-m", mode, "-w", "stop"], log=self.log
            )
        except DatabaseWontStart:
            if self.running():
                raise

    def _make_database(self) -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url().replace(f"/{DATABASE}?", "/postgres?"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def keep_secret(path: Path, text: str) -> None:
    """Writes a new file that only its owner reads, whole or not at all; an old one stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    if path.exists():
        return
    half = path.with_name(f"{path.name}.part")
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)
