"""The lake's manifest: which files it holds, and in which parts. What is not named here is not in the lake."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal, Self

from regulars.basics.errors import RegularsError
from regulars.basics.money import UNSTATED
from regulars.history.moves import Staged

VERSION: Final = 1
NAME: Final = "manifest.json"
FORMAT: Final = "regulars-lake"

Room = Literal["lines", "aside", "refused"]


class BrokenLake(RegularsError):
    """The manifest, or a part that it names, is not what it should be."""

    code = "lake-broken"


class NewerLake(RegularsError):
    """The lake was written by a later version of Regulars."""

    code = "lake-newer"


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file of the lake, never overwritten. `path` is relative to the lake."""

    room: Room
    path: str
    month: str  # YYYY-MM; "" for refused rows
    rows: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One source file in the lake. rows_read = rows_kept + rows_refused, whatever else is in the lake."""

    number: int  # never used again, also after the file was forgotten
    name: str
    sha256: str
    size_bytes: int
    rows_read: int
    rows_kept: int
    refused_by_reason: Mapping[str, int]
    notes: Mapping[str, int]
    first_on: str
    last_on: str
    has_time: bool
    has_receipt: bool
    currency: str
    mapping: Mapping[str, Any]  # "columns": field → heading; date_format, decimal_comma, amount_is, options
    parts: tuple[Part, ...]
    stores: tuple[str, ...] | None = None  # a handful of names, else null: not known, or too many to list

    @property
    def rows_refused(self) -> int:
        return sum(self.refused_by_reason.values())

    @property
    def set_aside(self) -> int:
        """Lines another file brought already; they come back when that file is forgotten."""
        return sum(part.rows for part in self.parts_in("aside"))

    def parts_in(self, room: Room) -> list[Part]:
        return [part for part in self.parts if part.room == room]

    def with_parts(self, parts: tuple[Part, ...]) -> Self:
        """The same file in other parts: what was kept and what is a duplicate is counted anew."""
        kept = sum(part.rows for part in parts if part.room == "lines")
        duplicates = self.refused_by_reason.get("duplicate", 0) + self.rows_kept - kept
        reasons = {**self.refused_by_reason, "duplicate": duplicates}
        if not duplicates:
            del reasons["duplicate"]
        return replace(self, parts=parts, rows_kept=kept, refused_by_reason=reasons)

    @classmethod
    def before_adding(cls, number: int, staged: Staged, *, stores: tuple[str, ...] | None) -> Self:
        """The entry of a staged file whose parts are yet to be written."""
        mapping = staged.mapping
        headings = {
            name: mapping.headings[column] if column < len(mapping.headings) else str(column)
            for name, column in mapping.columns.items()
        }
        return cls(
            number=number,
            name=staged.name,
            sha256=staged.sha256,
            size_bytes=staged.size_bytes,
            rows_read=staged.rows_read,
            rows_kept=staged.rows_kept,
            refused_by_reason=dict(staged.refused_by_reason),
            notes=dict(staged.notes),
            first_on=staged.first_on,
            last_on=staged.last_on,
            has_time=staged.has_time,
            has_receipt=staged.has_receipt,
            currency=mapping.currency,
            mapping={
                "columns": headings,
                "date_format": mapping.date_format,
                "decimal_comma": mapping.decimal_comma,
                "amount_is": mapping.amount_is,
                "options": _plain(mapping.options),
            },
            parts=(),
            stores=stores,
        )


def _plain(options: Mapping[str, object]) -> dict[str, Any]:
    """Options as JSON gives them back."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in sorted(options.items())}


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation of the lake."""

    generation: int = 0
    next_file: int = 1
    files: tuple[SourceFile, ...] = field(default=())

    @property
    def currency(self) -> str:
        """The one stated currency of the files, else "XXX"."""
        return next((entry.currency for entry in self.files if entry.currency != UNSTATED), UNSTATED)

    def all_parts(self) -> list[Part]:
        return [part for entry in self.files for part in entry.parts]

    def parts(self, room: Room) -> list[Part]:
        return [part for entry in self.files for part in entry.parts_in(room)]


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a lake, or None where there is none. Raises BrokenLake and NewerLake."""
    path = folder / NAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, UnicodeDecodeError) as error:
        raise _broken(path, str(error)) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT or not isinstance(found.get("version"), int):
        raise _broken(path, "it is not the manifest of a lake")
    if found["version"] > VERSION:
        raise NewerLake(
            f"{path} is version {found['version']}; this Regulars knows up to {VERSION}. Use a newer Regulars.",
            found=found["version"],
            known=VERSION,
        )
    try:
        files = tuple(_source_file(entry) for entry in found["files"])
        manifest = Manifest(int(found["generation"]), int(found["next_file"]), files)
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(path, f"{type(error).__name__}: {error}") from error
    _check_parts(folder, manifest)
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replaces the manifest in one step: after a crash there is the old one or the new one, whole."""
    content = {"format": FORMAT, "version": VERSION, **asdict(manifest)}
    fresh = folder / (NAME + ".new")
    with fresh.open("w", encoding="utf-8") as out:
        json.dump(content, out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(folder / NAME)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Makes names given within a folder outlast a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _source_file(entry: dict[str, Any]) -> SourceFile:
    stores = entry.get("stores")
    held = {**entry, "stores": None if stores is None else tuple(stores)}
    found = SourceFile(**{**held, "parts": tuple(Part(**part) for part in entry["parts"])})
    kept = sum(part.rows for part in found.parts_in("lines"))
    if found.rows_kept != kept or found.rows_read != found.rows_kept + found.rows_refused:
        raise ValueError(f"the counts of {found.name} do not add up")
    return found


def _check_parts(folder: Path, manifest: Manifest) -> None:
    for entry in manifest.files:
        for part in entry.parts:
            try:
                size = (folder / part.path).stat().st_size
            except FileNotFoundError:
                size = -1
            if size != part.size_bytes:
                what = "is missing" if size < 0 else f"has {size} bytes instead of {part.size_bytes}"
                raise BrokenLake(
                    f"{folder / part.path}, a part of {entry.name!r}, {what}. Put it back from a copy, or make "
                    "a new lake from the source files.",
                    part=part.path,
                    file=entry.name,
                )


def _broken(path: Path, what: str) -> BrokenLake:
    return BrokenLake(f"{path} cannot be read: {what}. Put it back from a copy, or make a new lake.", path=str(path))
