"""From paths to raw tables: files, folders and archives, each read by what it is."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from regulars.basics.errors import RegularsError
from regulars.basics.progress import Progress, silent
from regulars.history.archives import NO_ROOM, ArchiveLimits, Member, Unpacker, is_rubbish
from regulars.history.delimited import read_delimited
from regulars.history.engine import Engine
from regulars.history.kinds import Foreign, Kind, kind_of
from regulars.history.moves import NotRead, RawTable
from regulars.history.parquet_source import read_parquet
from regulars.history.spreadsheets import read_workbook

ARCHIVES_DEEP: Final = 3  # a .csv.gz in a zip in a zip; no deeper


class NoSuchFile(RegularsError):
    """A path that was given leads nowhere, or to something that may not be read."""

    code = "no-such-file"


class NoRoom(RegularsError):
    """The disk of the working folder is full."""

    code = "no-room"


def raw_tables(
    paths: Sequence[Path],
    *,
    engine: Engine,
    work: Path,
    progress: Progress = silent,
    limits: ArchiveLimits = ArchiveLimits(),  # noqa: B008 - frozen
) -> Iterator[RawTable | NotRead]:
    """Every table in the given files and folders, in sorted order, and every file left out, with the reason.

    Unpacked and split files go into `work` and must stay there as long as the tables' queries are used. `engine` runs
    nothing here: it is the session in which those queries will be run. Raises NoSuchFile before anything is read, and
    NoRoom when the disk is full.
    """
    found = list(_discovered(paths))
    unpacker = Unpacker(work, limits, progress)
    for one in found:
        if isinstance(one, NotRead):
            yield one
        else:
            try:
                yield from _read(one, unpacker, progress)
            except OSError as problem:
                if problem.errno not in NO_ROOM:
                    raise NoSuchFile(f"{one.name} could not be read: {problem}.", path=str(one.path)) from problem
                raise NoRoom(
                    f"No room left at {work} while reading {one.name}; free some, or choose another."
                ) from problem


def _read(member: Member, unpacker: Unpacker, progress: Progress) -> Iterator[RawTable | NotRead]:
    name, path = member.name, member.path
    keep = False
    try:
        match kind_of(path):
            case Kind.EMPTY:
                yield NotRead(name, "empty", "nothing in it")
            case Kind.TEXT:
                table = read_delimited(path, name, unpacker.fresh(), progress=progress)
                yield table if table.rows + table.refused_rows else NotRead(name, "empty", "a heading without rows")
            case Kind.PARQUET:
                keep = True  # it is read where it lies
                if str(path) != _in_letters(str(path)):
                    yield NotRead(name, "damaged", "its name or folder holds bytes that are no letters; rename it")
                    return
                yield read_parquet(path, name, progress=progress)
            case Kind.WORKBOOK:
                left_out = unpacker.check_workbook(member)
                if left_out is not None:
                    yield left_out
                else:
                    yield from read_workbook(path, name, unpacker.fresh(), progress=progress)
            case (Kind.GZIP | Kind.ZIP) as kind:
                yield from _opened(member, kind, unpacker, progress)
            case Foreign(looks_like):
                yield NotRead(name, "not-a-table", f"looks like {looks_like}")
    finally:
        if member.unpacked and not keep:
            path.unlink(missing_ok=True)


def _opened(member: Member, kind: Kind, unpacker: Unpacker, progress: Progress) -> Iterator[RawTable | NotRead]:
    """What is in an archive. Each member is read before the next is unpacked, so that only one lies in `work`."""
    if member.depth >= (ARCHIVES_DEEP if kind is Kind.GZIP else ARCHIVES_DEEP - 1):
        yield NotRead(
            member.name, "archive-limit", "an archive within an archive within an archive; unpack it yourself"
        )
        return
    for one in [unpacker.open_gzip(member)] if kind is Kind.GZIP else unpacker.open_zip(member):
        if isinstance(one, NotRead):
            yield one
        else:
            yield from _read(one, unpacker, progress)


def _discovered(paths: Sequence[Path]) -> Iterator[Member | NotRead]:
    """Each file once, under a name that no other has."""
    listed: list[tuple[str, Path, Path]] = []  # name, name if that is taken, path
    seen: set[str] = set()
    for given in paths:
        if not given.exists():
            raise NoSuchFile(f"There is no file or folder {given}. Check the spelling.", path=str(given))
        if not given.is_dir() and not given.is_file():
            raise NoSuchFile(
                f"{given} is a pipe or a device; write what it gives into a file and name that.", path=str(given)
            )
        for name, path in _files_in(given) if given.is_dir() else [(given.name, given)]:
            if (real := os.path.realpath(path)) not in seen:  # unlike Path.resolve, at ease with a circle of links
                seen.add(real)
                listed.append((name, path, given))
        if given.is_dir() and not any(path.is_relative_to(given) for _, path, _ in listed):
            yield NotRead(str(given), "empty", "a folder without files")
    taken = Counter(name for name, _, _ in listed)
    for name, path, given in listed:
        if taken[name] > 1:
            name = path.as_posix().lstrip("./")
        if given.is_dir() and is_rubbish(path.relative_to(given).as_posix()):
            yield NotRead(_in_letters(name), "rubbish", "a hidden file or one that the system left there")
        elif not path.is_file():
            yield NotRead(_in_letters(name), "rubbish", "not a file: a pipe, a device or a link that leads nowhere")
        elif not os.access(path, os.R_OK):
            raise NoSuchFile(f"{path} may not be read: its permissions forbid it.", path=str(path))
        else:
            yield Member(_in_letters(name), path)


def _in_letters(name: str) -> str:
    """Names of files are bytes; those that are no letters are shown as numbers."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _files_in(folder: Path) -> list[tuple[str, Path]]:
    """Every file below the folder, by its path within; links to folders are not followed, so there is no circle."""
    found = []
    for above, folders, files in os.walk(folder, onerror=_not_allowed):
        folders.sort()
        found += [(Path(above, file).relative_to(folder).as_posix(), Path(above, file)) for file in files]
    return sorted(found)


def _not_allowed(problem: OSError) -> None:
    """A folder that cannot be listed must not pass for an empty one."""
    raise NoSuchFile(f"{problem.filename} may not be read: {problem.strerror}.", path=str(problem.filename))
