"""One PostgreSQL in a folder: made, started, found running, stopped."""

import os
import secrets
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from regulars.server.postgres import folder, sizing
from regulars.server.postgres.binaries import NEWEST, binaries
from regulars.server.postgres.errors import DatabaseWontStart
from regulars.server.postgres.failing import advised, forget_power_cut, passes, postmaster
from regulars.server.postgres.owner import HOME, Owner
from regulars.server.postgres.secret import keep_secret

USER: Final = "regulars"
DATABASE: Final = "regulars"
PORT: Final = 5432  # only a part of the socket's name: nothing listens on the network
PATIENCE: Final = 30.0  # seconds for old processes to go after a kill -9
RECOVERY: Final = 900.0  # seconds for the log to be read again after a power cut
# Memory is measured out at each start (see `sizing`); a server of one's own is tuned by its owner.
SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "''",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "password_encryption": "scram-sha-256",
    # The log of the database must hold no personal data: no statements, no rows of a refused one.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """The database of one data folder. `data` is ours; PostgreSQL's own files lie in `files`."""

    data: Path
    major: int = NEWEST

    @property
    def home(self) -> Path:
        """Where PostgreSQL's files are: in the data folder, or for root where another user may keep them."""
        return folder.home_of(self.data)

    @property
    def files(self) -> Path:
        return self.home / f"data-{self.major}"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def sockets(self) -> Path:
        """A folder that only the owner enters, with a path short enough for a socket."""
        return folder.socket_folder(self.home, PORT)

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
        folder.refuse_strangers(self.data, self.home)
        if self.made():
            self._refuse_without_password()
            return
        self._refuse_empty_beginning()
        owner = Owner.here()
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            keep_secret(self.password_file, secrets.token_urlsafe(32))
            home = folder.choose_home(self.data)
            if owner.switched:
                HOME.mkdir(parents=True, exist_ok=True)
                HOME.chmod(0o755)
            owner.take(home)
            self._initdb(owner, {**SETTINGS, **(settings or {})})
        except OSError as failure:
            raise folder.on_disk(self.data, failure) from failure
        folder.write_note(self.data, folder.Note(home, made=True))

    def _refuse_without_password(self) -> None:
        if not self.password_file.exists():
            raise DatabaseWontStart(
                f"{self.password_file} is gone: without it nobody enters the database in {self.files}. "
                "Put the folder of secrets back from its backup."
            )

    def _refuse_empty_beginning(self) -> None:
        """Where there was a database before, an empty one in its place would look like a loss of everything."""
        others = sorted(self.home.glob("data-[0-9][0-9]/PG_VERSION"))
        if others:
            raise DatabaseWontStart(
                f"The database in {others[0].parent} is of another major version of PostgreSQL than {self.major}. "
                "Take it over with: regulars upgrade"
            )
        noted = folder.note_of(self.data)
        if noted and noted.made:
            raise DatabaseWontStart(
                f"The database's files were in {self.files}, and are gone. Put them back (in a container: keep "
                f"{noted.home.parent} on a volume, as {self.data} is), or restore a backup into a new data folder."
            )

    def _initdb(self, owner: Owner, settings: Mapping[str, str]) -> None:
        half = self.files.with_name(f"{self.files.name}.part")
        if half.exists():
            shutil.rmtree(half)
        handed = self.home / "password"
        handed.unlink(missing_ok=True)
        keep_secret(handed, self.password_file.read_text(encoding="ascii"))
        if owner.switched:
            os.chown(handed, owner.uid, owner.gid)
        # An order of texts that is the same on every machine and version, so that an index never goes stale.
        order = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        options = ["--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8", "--no-instructions"]
        options += order if self.major >= 17 else ["--locale=C.UTF-8"]
        try:
            tool = binaries(owner, self.major) / "initdb"
            owner.run([tool, "-D", half, "-U", USER, f"--pwfile={handed}", *options])
        except DatabaseWontStart as failure:
            raise advised(failure, self.files) from failure
        finally:
            handed.unlink()
        lines = [f"{name} = {value}\n" for name, value in settings.items()]
        with (half / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(["\n# Regulars\n", sizing.INCLUDE, *lines])
        half.rename(self.files)

    def start(self, *, pause: float = 0.5) -> None:
        """Makes it where it is not, starts it unless it runs, and makes the database. Raises DatabaseWontStart."""
        self.make()
        if not self.running():
            owner = Owner.here()
            folder.take_socket_folder(self.sockets, owner)
            sizing.write(self.files)
            self._start_patiently(owner, pause)
        self._make_database()

    def _start_patiently(self, owner: Owner, pause: float) -> None:
        control = binaries(owner, self.major) / "pg_ctl"
        asked: list[str | Path] = [
            control,
            "-D",
            self.files,
            "-l",
            self.log,
            "-o",
            f"-k {self.sockets} -p {PORT}",
            "-w",
            "-t",
            "60",
        ]
        begun = time.monotonic()
        while not self.running():
            forget_power_cut(self.files, self.sockets / f".s.PGSQL.{PORT}.lock")
            written = self.log.stat().st_size if self.log.exists() else 0
            try:
                owner.run([*asked, "start"], log=self.log, log_from=written)
            except DatabaseWontStart as failure:
                recovering = "did not start in time" in str(failure)
                late = time.monotonic() - begun > (RECOVERY if recovering else PATIENCE)
                if late or not passes(failure):
                    raise advised(failure, self.files) from failure
                time.sleep(pause)

    def process(self) -> int | None:
        """The number of the running server's process; cheap enough to ask every second."""
        return postmaster(self.files)

    def running(self) -> bool:
        """Whether it takes connections."""
        owner = Owner.here()
        asked: list[str | Path] = [
            binaries(owner, self.major) / "pg_isready",
            "-q",
            "-h",
            self.sockets,
            "-p",
            str(PORT),
        ]
        try:
            owner.run(asked, seconds=10)
        except DatabaseWontStart:
            return False
        return True

    def stop(self, *, at_once: bool = False) -> None:
        """Ends open sessions and stops it; `at_once` is what a power cut does. Nothing where it does not run."""
        if not self.made() or self.process() is None:
            return
        owner = Owner.here()
        mode = "immediate" if at_once else "fast"
        control = binaries(owner, self.major) / "pg_ctl"
        try:
            owner.run([control, "-D", self.files, "-m", mode, "-w", "stop"], log=self.log)
        except DatabaseWontStart:
            if self.process() is not None:
                raise

    def _make_database(self) -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url().replace(f"/{DATABASE}?", "/postgres?"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                with suppress(psycopg.errors.DuplicateDatabase):
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
