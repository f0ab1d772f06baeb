"""Where the files of an import lie: in the data folder, for their worker, until they are forgotten."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from regulars.basics.ids import typed
from regulars.imports.moves import PREFIX

COMING: Final = ".coming"  # files on their way
_LOOKS: Final = "looks.json"  # rows for a person's eyes
REFUSED: Final = "refused.csv"
_BYTES: Final = 200  # of a name: file systems take 255, and more is written before and after it


def home() -> Path:
    found: Path = settings.PLACE.data / "imports"
    return found


def coming() -> Path:
    """Where uploads are written, on the disk where they stay."""
    folder = home() / COMING
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def folder_of(number: UUID) -> Path:
    return home() / typed(PREFIX, number)


def files_of(number: UUID) -> Path:
    return folder_of(number) / "files"


def take(number: UUID, files: Iterable[tuple[str, Path]]) -> int:
    """Moves files in, under names that none has twice; how many bytes they have."""
    folder, size = files_of(number), 0
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, path in files:
        target, again = folder / plain_name(name), 1
        while target.exists():
            again += 1
            target = folder / f"{again}-{plain_name(name)}"
        shutil.move(path, target)
        target.chmod(0o600)
        size += target.stat().st_size
    return size


def plain_name(name: str) -> str:
    """A name that leads nowhere else, and that every file system takes: of a long one its end, within so many bytes.

    >>> plain_name("../../etc/passwd"), plain_name("C:\\\\tills\\\\三月.csv"), plain_name("..")
    ('passwd', '三月.csv', 'file')
    >>> len(plain_name("三月的销售" * 60 + ".csv").encode())
    199
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(sign for sign in last if sign.isprintable()).strip(". ")[-120:]
    return kept.encode()[-_BYTES:].decode(errors="ignore") or "file"


def keep_looks(number: UUID, looks: dict[str, Any]) -> None:
    path = folder_of(number) / _LOOKS
    path.write_text(json.dumps(looks, ensure_ascii=False), encoding="utf-8")
    path.chmod(0o600)


def looks_of(number: UUID) -> dict[str, Any]:
    """Example rows by the name of their table; none where the files are gone."""
    path = folder_of(number) / _LOOKS
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def forget(number: UUID) -> None:
    shutil.rmtree(folder_of(number), ignore_errors=True)
