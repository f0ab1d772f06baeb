"""What a copy holds: a table of contents with sizes and digests, so that a damaged copy is known before it is used."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from regulars.basics.progress import Progress, silent
from regulars.server.backup.errors import BackupDamaged

NAME: Final = "backup.json"
DUMP: Final = "database.dump"
LAKE: Final = "lake"
LAKES: Final = "lakes"
ERASED: Final = "erased.json"
FORM: Final = 1
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class File:
    """One file of the copy, by its path within it."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What was copied, when, from what; `rows` by table and `heads` of both chains are of the dump's own instant."""

    release: str
    at: str
    postgres: int  # major
    rows: Mapping[str, int]
    heads: Mapping[str, str]
    keys: Mapping[str, str]  # fingerprints of the secrets it was made with
    files: Mapping[str, File]
    form: int = FORM

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Contents":
        """Raises BackupDamaged."""
        try:
            told = json.loads((folder / NAME).read_text(encoding="utf-8"))
            if told["form"] != FORM:
                raise BackupDamaged(f"{folder} is a copy of form {told['form']}; this release reads form {FORM}.")
            return cls(**{**told, "files": {name: File(**file) for name, file in told["files"].items()}})
        except FileNotFoundError as missing:
            raise BackupDamaged(f"{folder} is no backup: it has no {NAME}.") from missing
        except (KeyError, TypeError, ValueError) as broken:
            raise BackupDamaged(f"{folder / NAME} cannot be read ({broken}). Take another copy.") from broken


def listed(folder: Path) -> dict[str, File]:
    """Every file in a folder but its contents, digested."""
    return {str(path.relative_to(folder)): File(path.stat().st_size, digest(path)) for path in _files(folder)}


def check(folder: Path, contents: Contents, progress: Progress = silent) -> None:
    """That every file is there as it was written. Raises BackupDamaged."""
    for number, (name, file) in enumerate(contents.files.items()):
        progress("looking at the copy", number, len(contents.files))
        path = folder / name
        if not path.is_file() or path.stat().st_size != file.size or digest(path) != file.sha256:
            raise BackupDamaged(f"{path} is missing or not as it was written. Take another copy.", file=name)


def digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != NAME)
