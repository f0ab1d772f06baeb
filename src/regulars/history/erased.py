"""Customers who asked to be forgotten: their lines stay in the totals, their name leaves the lake for good.

Beside the manifest lie a list of digests (`erased.json`) and the key they were made with (`erased.key`, readable by the
owner only). A customer on the list becomes an anonymous sale: in every part there is, and in whatever is added later.
"""

import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from regulars.basics.errors import RegularsError
from regulars.history.manifest import sync_folder

LIST: Final = "erased.json"
KEY: Final = "erased.key"
_VERSION: Final = 1
_BETWEEN: Final = r"[\s().\-]+"  # what people write into numbers, in Python's and in DuckDB's words
_LENGTH: Final = 32  # letters of a digest


class OtherKey(RegularsError):
    """Two lakes that should forget the same people know them under different keys."""

    code = "lake-other-key"


def plain(value: str) -> str:
    """A number, mail address or code without what writers vary.

    >>> plain("0171 555-0199"), plain("Ann.Lee@Example.com")
    ('01715550199', 'annlee@examplecom')
    """
    return re.sub(_BETWEEN, "", value).lower()


@dataclass(frozen=True, slots=True)
class Erased:
    """The list of one lake."""

    key: str
    codes: frozenset[str]

    def of(self, values: Iterable[str]) -> set[str]:
        """The digests of what a person may be called in this lake."""
        return {_digest(self.key, value) for value in values if plain(value)}

    def is_one(self, expression: str) -> str:
        """SQL: whether a text is a customer on the list."""
        listed = ", ".join(quoted(code) for code in sorted(self.codes))
        return f"coalesce({self._digested(expression)} IN ({listed}), false)"

    @property
    def is_in_row(self) -> str:
        """SQL: whether a refused row, as it was written, has a cell that is a customer on the list."""
        cells = 'regexp_split_to_array(concat_ws(\',\', "row", "value"), \'[,;|\t"]\')'
        listed = ", ".join(quoted(code) for code in sorted(self.codes))
        return f"list_has_any(list_transform({cells}, lambda cell: {self._digested('cell')}), [{listed}]::VARCHAR[])"

    def without(self, query: str) -> str:
        """The query of lines with those customers left out of them; nothing changes while the list is empty."""
        if not self.codes:
            return query
        customer = f"CASE WHEN {self.is_one('customer')} THEN NULL ELSE customer END"
        return f"SELECT * REPLACE ({customer} AS customer) FROM ({query})"

    def without_rows(self, query: str) -> str:
        """The query of refused rows without what would name those customers."""
        if not self.codes:
            return query
        cut = ", ".join(f'CASE WHEN {self.is_in_row} THEN NULL ELSE "{one}" END AS "{one}"' for one in ("row", "value"))
        return f"SELECT * REPLACE ({cut}) FROM ({query})"

    def _digested(self, expression: str) -> str:
        spelled = f"lower(regexp_replace({expression}, '{_BETWEEN}', '', 'g'))"
        return f"left(sha256({quoted(self.key)} || {spelled}), {_LENGTH})"


def quoted(text: str) -> str:
    """A text as an SQL literal. (Not the engine's: this file is read by web processes, which load no engine.)"""
    return "'" + text.replace("'", "''") + "'"


def _digest(key: str, value: str) -> str:
    return hashlib.sha256(f"{key}{plain(value)}".encode()).hexdigest()[:_LENGTH]


def read(folder: Path) -> Erased:
    """The list of a lake; without one an empty list under a key that is made when the first is written."""
    path, key = folder / LIST, folder / KEY
    codes = json.loads(path.read_text(encoding="utf-8"))["codes"] if path.exists() else []
    return Erased(key.read_text(encoding="ascii") if key.exists() else "", frozenset(codes))


def make_key(folder: Path) -> Erased:
    """The list with its key, made once."""
    if not (folder / KEY).exists():
        _write(folder / KEY, secrets.token_hex(32))
    return read(folder)


def add(folder: Path, codes: Iterable[str]) -> Erased:
    """Puts customers on the list, on the disk before anything is rewritten; nobody ever leaves it."""
    now = make_key(folder)
    more = now.codes | set(codes)
    if more != now.codes:
        _write(folder / LIST, json.dumps({"version": _VERSION, "codes": sorted(more)}, indent=1))
    return read(folder)


def follow(folder: Path, first: Path) -> None:
    """Lets a lake know whom another one knows: the same key and all of its list. Raises OtherKey."""
    for each in (first, folder):
        each.mkdir(parents=True, exist_ok=True)
    known = make_key(first)
    if not (folder / KEY).exists():
        _write(folder / KEY, known.key)
    if read(folder).key != known.key:
        raise OtherKey(
            f"{first / KEY} and {folder / KEY} differ, so that who is erased in one lake would stay in the other. "
            "Put back the first one from a copy."
        )
    if not known.codes <= read(folder).codes:
        add(folder, known.codes)


def _write(path: Path, text: str) -> None:
    """Whole or not at all, for its owner alone."""
    half = path.with_name(f"{path.name}.new")
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)
    sync_folder(path.parent)
