"""`regulars restore`: a copy into an empty place, added up again from zero before anybody works with it."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from regulars.basics.progress import Progress, silent
from regulars.server.backup import counting, dumping, keys
from regulars.server.backup.contents import DUMP, LAKE, LAKES, Contents, check
from regulars.server.backup.erased import Erased, erased_in, lists_beside
from regulars.server.backup.errors import BackupRefused, RestoreDiffers, RestoreRefused
from regulars.server.place import Place


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back; `erased_again` people had been erased since the copy was made."""

    contents: Contents
    erased_again: int
    verified: dict[str, int]  # what `ledger verify` and `journal verify` looked at


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What is done once Django runs on the new place: tables of this release, erasures, adding up."""

    install: Callable[[], None]
    erase: Callable[[Sequence[Erased]], int]
    verify: Callable[[], dict[str, int]]  # raises RestoreDiffers


def restore(
    place: Place,
    folder: Path,
    keys_from: Path,
    *,
    afterwards: Callable[[], Afterwards],
    erasures: Sequence[Path] = (),
    progress: Progress = silent,
) -> Restored:
    """Looks at the copy and the keys first, then writes; into an empty database and folder only.

    The embedded database runs when this returns. `erasures`: further lists of who was erased since.
    Raises BackupDamaged, BackupRefused, RestoreRefused, RestoreDiffers.
    """
    contents = Contents.read(folder)
    check(folder, contents, progress)
    keys.check(keys_from, contents.keys)
    known = erased_in([*lists_beside(folder), *erasures])
    _refuse_full(place)
    try:
        keys.copy(keys_from, place.secrets)
    except BackupRefused as other:
        raise RestoreRefused(
            f"{place.secrets} holds keys of another installation. Restore into a new folder."
        ) from other
    _bring_back(place, folder, contents, progress)
    then = afterwards()
    progress("tables of this release", 0, 0)
    then.install()
    progress("erasing again who was erased since", 0, 0)
    again = then.erase(known)
    progress("adding everything up again", 0, 0)
    return Restored(contents, again, then.verify())


def _refuse_full(place: Place) -> None:
    cluster = place.cluster
    if cluster is not None:
        if cluster.made():
            raise RestoreRefused(f"There is a database in {cluster.files} already. Restore into a new folder: --data.")
        for lake in (place.lake, place.lakes):
            if lake.exists() and any(lake.iterdir()):
                raise RestoreRefused(f"There is a lake in {lake} already. Restore into a new folder: --data.")
        return
    with psycopg.connect(dumping.url_of(place)) as connection:
        if counting.rows(connection):
            raise RestoreRefused("The database of DATABASE_URL holds tables already. Restore into an empty one.")


def _bring_back(place: Place, folder: Path, contents: Contents, progress: Progress) -> None:
    if place.cluster is not None:
        progress("making a database", 0, 0)
        place.cluster.start()
    url = dumping.url_of(place)
    progress("bringing the database back", 0, 0)
    with psycopg.connect(url) as connection:
        major = dumping.major_of(connection)
    if major < contents.postgres:
        raise RestoreRefused(
            f"The copy is of PostgreSQL {contents.postgres}, the database here is {major}. Use one that is no older."
        )
    dumping.bring_back(url, folder / DUMP, major=major)
    with psycopg.connect(url) as connection:
        compare("rows", contents.rows, counting.rows(connection))
        compare("heads of the chains", contents.heads, counting.heads(connection))
    if (folder / LAKE).is_dir():
        progress("bringing the lake back", 0, 0)
        shutil.copytree(folder / LAKE, place.lake, dirs_exist_ok=True)
    if (folder / LAKES).is_dir():
        shutil.copytree(folder / LAKES, place.lakes, dirs_exist_ok=True)


def compare(what: str, copied: Mapping[str, object], found: Mapping[str, object]) -> None:
    """Raises RestoreDiffers."""
    other = sorted(name for name in copied.keys() | found.keys() if copied.get(name) != found.get(name))
    if other:
        told = "; ".join(f"{name}: {copied.get(name)} copied, {found.get(name)} here" for name in other[:5])
        raise RestoreDiffers(f"What was brought back has other {what} than the copy: {told}.")
