"""The files of an import as tables; where somebody named their encoding, they are written anew in UTF-8 first."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from regulars.history.engine import Engine
from regulars.history.moves import NotRead, RawTable
from regulars.history.sources import raw_tables
from regulars.imports import folders
from regulars.imports.errors import FilesGone
from regulars.imports.working.desk import Desk

_PIECE = 1 << 20


def tables(desk: Desk, engine: Engine) -> Iterator[RawTable | NotRead]:
    """Every table, in one order for ever. Raises FilesGone."""
    folder = folders.files_of(desk.id)
    paths = sorted(folder.iterdir()) if folder.exists() else []
    if not paths:
        raise FilesGone("The files of this import are no longer kept: bring them again.")
    work = desk.folder / "split"
    work.mkdir(exist_ok=True)
    said: dict[str, Any] = desk.row.corrected
    read = [_in_utf8(path, said.get(path.name, {}).get("encoding", ""), desk.folder / "recoded") for path in paths]
    yield from raw_tables(read, engine=engine, work=work, progress=desk.say)


def _in_utf8(path: Path, encoding: str, folder: Path) -> Path:
    if not encoding:
        return path
    folder.mkdir(exist_ok=True, mode=0o700)
    target = folder / path.name
    with (
        path.open(encoding=encoding, errors="replace", newline="") as old,
        target.open("w", encoding="utf-8", newline="") as new,
    ):
        while piece := old.read(_PIECE):
            new.write(piece)
    return target
