"""What was copied, noted in the data folder, so that the pages can tell when the last copy was made and looked at."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from regulars.console.state import CopyTold
from regulars.server.backup.contents import Contents
from regulars.server.place import Place

NAME: Final = "backups.jsonl"
SHOWN: Final = 10
_TAIL: Final = 64 * 1024  # bytes: more than a hundred notes


def note_made(place: Place, folder: Path, contents: Contents) -> None:
    """A line for a copy that is whole."""
    size = sum(file.size for file in contents.files.values())
    rows = sum(contents.rows.values())
    _add(place, {"made": contents.at, "folder": str(folder), "size": size, "rows": rows, "release": contents.release})


def note_verified(place: Place, folder: Path, contents: Contents, *, at: datetime) -> None:
    """A line for a copy whose files were all read again, and are as they were written."""
    _add(place, {"verified": at.isoformat(), "folder": str(folder.resolve()), "of": contents.at})


def copies(place: Place) -> Sequence[CopyTold]:
    """The newest first, each with when it was last looked at. What is no note is passed over."""
    lines = list(_lines(place.data / NAME))
    looked = {str(one["of"]): datetime.fromisoformat(str(one["verified"])) for one in lines if "verified" in one}
    made = [one for one in lines if "made" in one]
    return [_told(one, looked.get(str(one["made"]))) for one in reversed(made[-SHOWN:])]


def _told(line: Mapping[str, Any], verified_at: datetime | None) -> CopyTold:
    at = datetime.fromisoformat(str(line["made"]))
    return CopyTold(at, str(line["folder"]), int(line["size"]), int(line["rows"]), str(line["release"]), verified_at)


def _add(place: Place, line: Mapping[str, Any]) -> None:
    """A copy is no worse for not being noted: the folder may be of somebody else, or full."""
    with suppress(OSError), (place.data / NAME).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    with suppress(OSError), path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        for raw in file.read().decode("utf-8", "replace").splitlines():
            with suppress(ValueError):
                found = json.loads(raw)
                if isinstance(found, dict) and {"folder"} <= found.keys():
                    yield found
