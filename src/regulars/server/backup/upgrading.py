"""`regulars upgrade`: a filled embedded database goes over to the newest PostgreSQL that Regulars brings.

The new one is filled beside the old one and compared with it before it takes its place by one renaming; stopped at any
instant, the old one is as it was, and the command can be given again.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import psycopg

from regulars.basics.progress import Progress, silent
from regulars.server.backup import counting, dumping
from regulars.server.backup.errors import RestoreDiffers
from regulars.server.backup.restoring import compare
from regulars.server.place import Place
from regulars.server.postgres import Cluster
from regulars.server.postgres.binaries import MAJORS
from regulars.server.postgres.cluster import SETTINGS
from regulars.server.postgres.owner import Owner

_DUMP = "upgrade.dump"


@dataclass(frozen=True, slots=True)
class Upgraded:
    """From which major to which; `before` holds the old files until they are deleted by hand."""

    was: int
    now: int
    before: Path


class _Rising(Cluster):
    """The new database while it is being filled, under a name that nothing starts."""

    __slots__ = ()

    @property
    def files(self) -> Path:
        return self.home / f"data-{self.major}.rising"

    def fill(self) -> None:
        """An empty database, started. Raises DatabaseWontStart."""
        self._initdb(Owner.here(), SETTINGS)
        self.start()


def upgrade_database(place: Place, *, progress: Progress = silent) -> Upgraded | None:
    """None where there is nothing to do. Nobody else may work with the database meanwhile.

    Raises DatabaseWontStart, BackupRefused, RestoreDiffers.
    """
    newest = place.cluster
    if newest is None or newest.made():
        return None
    old = next((one for one in _olders(newest) if one.made()), None)
    if old is None:
        return None
    dumped, rows, heads = _dumped(old, progress)
    rising = _Rising(newest.data, newest.major)
    _forget(rising)
    try:
        progress(f"filling PostgreSQL {rising.major}", 0, 0)
        rising.fill()
        dumping.bring_back(rising.url(), dumped, major=rising.major)
        with psycopg.connect(rising.url()) as connection:
            compare("rows", rows, counting.rows(connection))
            compare("heads of the chains", heads, counting.heads(connection))
    except RestoreDiffers:
        rising.stop()
        raise
    rising.stop()
    rising.files.rename(newest.files)
    before = old.files.with_name(f"{old.files.name}.before-upgrade")
    old.files.rename(before)
    dumped.unlink()
    return Upgraded(old.major, newest.major, before)


def _olders(newest: Cluster) -> list[Cluster]:
    """The newest first."""
    return [Cluster(newest.data, major) for major in sorted(MAJORS, reverse=True) if major < newest.major]


def _dumped(old: Cluster, progress: Progress) -> tuple[Path, dict[str, int], dict[str, str]]:
    """The old database in one file, with what it holds; it is stopped when this returns."""
    file = old.data / _DUMP
    progress(f"copying the database of PostgreSQL {old.major}", 0, 0)
    old.start()
    try:
        with psycopg.connect(old.url()) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
            assert snapshot is not None
            dumping.dump(old.url(), file, major=old.major, snapshot=snapshot[0])
            return file, counting.rows(connection), counting.heads(connection)
    finally:
        old.stop()


def _forget(rising: Cluster) -> None:
    """What an earlier try, stopped half-way, left behind."""
    rising.stop(at_once=True)
    if rising.files.exists():
        Owner.here().run(["/bin/rm", "-rf", rising.files])
        shutil.rmtree(rising.files, ignore_errors=True)
