"""gz and zip, unpacked with suspicion.

Nothing an archive says of itself is believed: sizes are measured while unpacking, and a member's name is only ever
shown, never used as a path (members become numbered files of ours). So a bomb stops at its limit and
"../../etc/passwd" is just an odd name.
"""

import errno
import gzip
import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, Final

from regulars.basics.progress import Progress
from regulars.history.moves import NotRead
from regulars.history.sizes import SheetExtent, words_of

_CHUNK: Final = 1024 * 1024
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile, ValueError, OSError)


NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How much archives may unpack to. Generous: a year of a big chain passes; a bomb does not.

    `ratio` is unpacked bytes over packed bytes, asked only past `ratio_from_bytes`: sales files pack at 5 to 50 to one,
    a bomb at up to 1,032 a layer.
    """

    total_bytes: int = 200 * 1024**3  # of everything unpacked in one reading
    member_bytes: int = 100 * 1024**3
    members: int = 10_000  # of one archive
    ratio: int = 200
    ratio_from_bytes: int = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class Member:
    """A file to read: one of the user's own, or one unpacked into `work`."""

    name: str
    path: Path
    unpacked: bool = False
    depth: int = 0  # archives around it


class _TooBig(Exception):
    """A limit was met; the text says which."""


class Unpacker:
    """Unpacks archives of one reading into numbered files of `work`, all under the same limits."""

    def __init__(self, work: Path, limits: ArchiveLimits, progress: Progress) -> None:
        self.work = work
        self.limits = limits
        self.progress = progress
        self._numbers = count(1)
        self._total = 0

    def open_gzip(self, member: Member) -> Member | NotRead:
        """The one file in a .gz."""
        try:
            with gzip.open(member.path) as packed:
                path = self._unpack(packed, member.name, member.path.stat().st_size)
        except _TooBig as limit:
            return _over(member.name, limit)
        except _DAMAGED as problem:
            return _damaged(member.name, problem)
        return Member(member.name, path, unpacked=True, depth=member.depth + 1)

    def open_zip(self, member: Member) -> Iterator[Member | NotRead]:
        """The files in a .zip, each unpacked when its turn comes."""
        try:
            archive = zipfile.ZipFile(member.path)
        except (*_DAMAGED, NotImplementedError, RuntimeError) as problem:
            yield _damaged(member.name, problem)
            return
        with archive:
            entries = archive.infolist()
            if len(entries) > self.limits.members:
                yield _over(member.name, _TooBig(f"holds {len(entries):,} files, more than {self.limits.members:,}"))
                return
            # Overlapping members can each have a modest ratio: the whole counts as well.
            before, packed_size = self._total, member.path.stat().st_size
            for entry in entries:
                if entry.is_dir():
                    continue
                name = f"{member.name}/{shown_name(entry)}"
                if (left_out := _unwanted(entry, name)) is not None:
                    yield left_out
                elif self._over_ratio(self._total - before, packed_size):
                    yield _over(name, _TooBig(f"its archive unpacks to more than {self.limits.ratio} times its size"))
                else:
                    yield self._zip_entry(archive, entry, name, member.depth)

    def _zip_entry(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, depth: int) -> Member | NotRead:
        try:
            with archive.open(entry) as packed:
                path = self._unpack(packed, name, max(1, entry.compress_size))
        except _TooBig as limit:
            return _over(name, limit)
        except NotImplementedError:
            return NotRead(name, "damaged", "packed in a way that is not known here; pack it again as plain zip")
        except RuntimeError:  # what zipfile raises when a password is wanted
            return _encrypted(name)
        except _DAMAGED as problem:
            return _damaged(name, problem)
        return Member(name, path, unpacked=True, depth=depth + 1)

    def check_workbook(self, member: Member) -> NotRead | None:
        """An xlsx or ods is a zip that another library opens whole: measured first, nothing kept.

        A sheet is also asked how far out its last cell lies: one cell in the last corner would mean 17 thousand million
        empty ones in memory.
        """
        if not zipfile.is_zipfile(member.path):
            return None
        measured = 0
        try:
            with zipfile.ZipFile(member.path) as archive:
                for entry in archive.infolist():
                    extent = SheetExtent()
                    with archive.open(entry) as packed:
                        while chunk := packed.read(_CHUNK):
                            measured += len(chunk)
                            if entry.filename.startswith("xl/worksheets/"):
                                extent.add(chunk)
                            if measured > min(self.limits.total_bytes, 4 * 1024**3):
                                return _over(member.name, _TooBig(f"unpacks to more than {words_of(measured)}"))
                            if self._over_ratio(measured, member.path.stat().st_size):
                                return _over(
                                    member.name, _TooBig(f"unpacks to more than {self.limits.ratio} times its size")
                                )
                    if extent.is_sparse:
                        return NotRead(member.name, "not-a-table", extent.why)
        except RuntimeError:
            return _encrypted(member.name)
        except _DAMAGED as problem:
            return _damaged(member.name, problem)
        return None

    def fresh(self) -> Path:
        """A path in `work` that nothing stands at."""
        self.work.mkdir(parents=True, exist_ok=True)
        return next(path for number in self._numbers if not (path := self.work / f"{number:06d}.part").exists())

    def _over_ratio(self, unpacked: int, packed: int) -> bool:
        return unpacked > self.limits.ratio_from_bytes and unpacked > packed * self.limits.ratio

    def _unpack(self, packed: IO[bytes] | gzip.GzipFile, name: str, packed_size: int) -> Path:
        path, size, whole = self.fresh(), 0, False
        try:
            with path.open("xb") as file:
                while chunk := packed.read(_CHUNK):
                    size += len(chunk)
                    self._total += len(chunk)
                    self._check(size, packed_size)
                    file.write(chunk)
                    self.progress(f"unpacking {name}", size, 0)
            whole = True
        finally:
            if not whole:
                path.unlink(missing_ok=True)
        return path

    def _check(self, size: int, packed_size: int) -> None:
        limits = self.limits
        if size > limits.member_bytes:
            raise _TooBig(f"unpacks to more than {words_of(limits.member_bytes)}")
        if self._total > limits.total_bytes:
            raise _TooBig(f"all archives together unpack to more than {words_of(limits.total_bytes)}")
        if self._over_ratio(size, packed_size):
            raise _TooBig(f"unpacks to more than {limits.ratio} times its size")


def shown_name(entry: zipfile.ZipInfo) -> str:
    """A member's name for people: in the letters it was meant in, without control characters."""
    name = entry.filename
    if not entry.flag_bits & 0x800:  # not marked as UTF-8: zipfile read the bytes as code page 437
        with suppress(UnicodeEncodeError):
            raw = name.encode("cp437")
            for encoding in ("utf-8", "gb18030"):
                with suppress(UnicodeDecodeError):
                    name = raw.decode(encoding)
                    break
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def is_rubbish(name: str) -> bool:
    """Files that systems leave lying about; `name` may have folders, each of which counts.

    >>> [is_rubbish(name) for name in ("__MACOSX/._a.csv", "sales/Thumbs.db", "sales/march.csv", "~$march.xlsx")]
    [True, True, False, True]
    """
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return any(
        part == "__MACOSX" or part.lower() in ("thumbs.db", "desktop.ini") or part.startswith((".", "~$"))
        for part in parts
    )


def _unwanted(entry: zipfile.ZipInfo, name: str) -> NotRead | None:
    if is_rubbish(entry.filename):
        return NotRead(name, "rubbish", "a hidden file or one that the system left there")
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return NotRead(name, "rubbish", "a link or device, not a file; archives are not followed out of themselves")
    return _encrypted(name) if entry.flag_bits & 0x1 else None


def _encrypted(name: str) -> NotRead:
    return NotRead(name, "encrypted", "locked with a password; unpack it and give the file inside")


def _over(name: str, limit: _TooBig) -> NotRead:
    return NotRead(name, "archive-limit", f"{limit}; unpack it yourself if you trust it")


def _damaged(name: str, problem: BaseException) -> NotRead:
    if isinstance(problem, OSError) and problem.errno in NO_ROOM:
        raise problem  # our disk is full, which says nothing about the archive
    return NotRead(name, "damaged", f"the archive is damaged or cut short ({problem or type(problem).__name__})")
