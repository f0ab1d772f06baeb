"""Who was erased, as ids that say nothing: kept beside every copy, so that bringing back an older one erases again."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg

from regulars.server.backup.contents import ERASED, NAME
from regulars.server.backup.errors import BackupDamaged

_ASKED = "SELECT member_id::text, root::text, deed::text, erased_at FROM members_erasure ORDER BY erased_at, member_id"


@dataclass(frozen=True, slots=True, order=True)
class Erased:
    """One person's id that was erased; `root` is whom it belonged to."""

    at: str
    root: str
    member: str
    deed: str


def write_erased(connection: "psycopg.Connection[Any]", file: Path) -> None:
    """All erasures a database knows."""
    found = [
        Erased(at.isoformat(), root, member, deed) for member, root, deed, at in connection.execute(_ASKED).fetchall()
    ]
    file.write_text(json.dumps([asdict(one) for one in found]) + "\n", encoding="utf-8")


def erased_in(files: Iterable[Path]) -> list[Erased]:
    """What these lists say together, in the order of time. Raises BackupDamaged."""
    found: dict[str, Erased] = {}
    for file in files:
        try:
            rows = json.loads(file.read_text(encoding="utf-8"))
            found.update({row["member"]: Erased(**row) for row in rows})
        except (OSError, KeyError, TypeError, ValueError) as broken:
            raise BackupDamaged(f"{file} is no list of erasures ({broken}).") from broken
    return sorted(found.values())


def lists_beside(folder: Path) -> list[Path]:
    """The lists of a copy and of every other one beside it: later ones know of later erasures."""
    return [near / ERASED for near in sorted(folder.resolve().parent.iterdir()) if (near / NAME).is_file()]
