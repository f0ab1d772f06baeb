"""`regulars backup`: database, lake and the table of contents into one folder; the keys into another."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from regulars import __version__
from regulars.basics.progress import Progress, silent
from regulars.history import custody
from regulars.history.manifest import NAME as MANIFEST
from regulars.server.backup import counting, dumping, keys, noting
from regulars.server.backup.contents import DUMP, ERASED, LAKE, LAKES, Contents, listed
from regulars.server.backup.erased import write_erased
from regulars.server.backup.errors import BackupRefused
from regulars.server.place import Place


@dataclass(frozen=True, slots=True)
class Made:
    """Where a copy is, and what it holds."""

    folder: Path
    contents: Contents
    keys: int


def make(place: Place, into: Path, keys_into: Path, *, at: datetime, progress: Progress = silent) -> Made:
    """A folder of its own under `into`, named by the moment; whole or not at all. The system goes on working.

    The database is of one instant, and so are the counts in the table of contents. Raises BackupRefused.
    """
    name = f"regulars-{at:%Y%m%dT%H%M%SZ}"
    final, half = into / name, into / f".{name}.part"
    _refuse(place, into, keys_into, final)
    try:
        half.mkdir(parents=True)
        contents = _copied(place, half, at, progress)
        contents.write(half)
        count = keys.copy(place.secrets, keys_into)
        half.rename(final)
    except OSError as failure:
        raise BackupRefused(f"The copy could not be written to {into}: {failure.strerror or failure}.") from failure
    finally:
        with suppress(FileNotFoundError):
            shutil.rmtree(half)
    noting.note_made(place, final, contents)
    return Made(final, contents, count)


def _refuse(place: Place, into: Path, keys_into: Path, final: Path) -> None:
    if final.exists():
        raise BackupRefused(f"{final} is there already.")
    if keys_into.resolve().is_relative_to(into.resolve()):
        raise BackupRefused(
            f"The keys would lie in {keys_into}, beside the copy that they open. Choose another place for --keys: "
            "another disk, another owner."
        )
    if into.resolve().is_relative_to(place.data):
        raise BackupRefused(f"{into} lies in the data folder itself, and would be lost with it. Choose another place.")


def _copy_lake(lake: Path, into: Path) -> None:
    """As of one generation, though the worker may add to it meanwhile: nothing that the manifest copied first names is
    swept away under a reader. It is never older than the database, which was copied before."""
    into.mkdir(parents=True)
    with custody.Reading(lake):
        shutil.copyfile(lake / MANIFEST, into / MANIFEST)
        ours = shutil.ignore_patterns(MANIFEST, "*.new", custody.INCOMING)
        shutil.copytree(lake, into, ignore=ours, dirs_exist_ok=True)


def _copied(place: Place, half: Path, at: datetime, progress: Progress) -> Contents:
    with psycopg.connect(dumping.url_of(place)) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert snapshot is not None
        major = dumping.major_of(connection)
        progress("copying the database", 0, 0)
        dumping.dump(dumping.url_of(place), half / DUMP, major=major, snapshot=snapshot[0])
        progress("counting what it holds", 0, 0)
        rows, heads = counting.rows(connection), counting.heads(connection)
        write_erased(connection, half / ERASED)
    if place.lake.is_dir():
        progress("copying the lake", 0, 0)
        shutil.copytree(place.lake, half / LAKE)
    for lake in sorted(path.parent for path in place.lakes.glob(f"*/*/{MANIFEST}")):
        progress("copying the lakes of what tills sell", 0, 0)
        _copy_lake(lake, half / LAKES / lake.relative_to(place.lakes))
    progress("digesting the copy", 0, 0)
    known = keys.fingerprints(place.secrets)
    return Contents(__version__, at.isoformat(), major, rows, heads, known, listed(half))
