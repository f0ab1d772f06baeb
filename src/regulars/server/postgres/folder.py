"""Where a data folder's database lies, noted in the folder itself, so that moving the folder loses nothing."""

import errno
import hashlib
import json
import os
import pwd
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from regulars.server.postgres.errors import DatabaseWontStart
from regulars.server.postgres.owner import HOME, Owner

NOTE: Final = "database.json"
NEAR: Final = "postgres"  # in the data folder, for everybody but root
SOCKET_MOST: Final = 107  # bytes of a socket's whole path
_DISK: Final = {
    errno.ENOSPC: "The disk is full",
    errno.EDQUOT: "The quota of disk space is used up",
    errno.EROFS: "The file system can only be read",
    errno.EACCES: "This user may not write there",
    errno.EPERM: "This user may not write there",
}


@dataclass(frozen=True, slots=True)
class Note:
    """What the data folder says of its database: where its files are, and whether they were ever complete."""

    home: Path
    made: bool


def note_of(data: Path) -> Note | None:
    """Nothing before the first start. Raises DatabaseWontStart where it may not be read."""
    try:
        told = json.loads((data / NOTE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except PermissionError as refused:
        raise DatabaseWontStart(f"{data / NOTE} may not be read. {_belongs(data)}") from refused
    return Note(data / told["files"], bool(told["made"]))  # an absolute path stays as it is


def write_note(data: Path, note: Note) -> None:
    """Whole or not at all. Raises DatabaseWontStart where the disk refuses."""
    inside = note.home.is_relative_to(data)
    told = {"files": str(note.home.relative_to(data) if inside else note.home), "made": note.made}
    half = data / f"{NOTE}.part"
    try:
        data.mkdir(parents=True, exist_ok=True)
        half.write_text(json.dumps(told) + "\n", encoding="utf-8")
        half.rename(data / NOTE)
    except OSError as failure:
        raise on_disk(data, failure) from failure


def home_of(data: Path) -> Path:
    """As noted; before the first start where it would be: in the folder, for root where another user may keep it."""
    if found := note_of(data):
        return found.home
    if os.geteuid() != 0:
        return data / NEAR
    return HOME / hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:12]


def choose_home(data: Path) -> Path:
    """A place for a new database, noted: never one that an older folder of the same name left behind."""
    if found := note_of(data):
        return found.home
    home = home_of(data)
    if home.parent == HOME:
        home = home.with_name(f"{home.name}-{secrets.token_hex(4)}")
    write_note(data, Note(home, made=False))
    return home


def refuse_strangers(data: Path, home: Path) -> None:
    """A database made by another user is never taken, nor a second one made beside it. Raises DatabaseWontStart."""
    near, me = data / NEAR, os.geteuid()
    if me == 0 and near.exists() and near.stat().st_uid != 0:
        raise DatabaseWontStart(f"The database of {data} was made by another user than root. {_belongs(near)}")
    if me != 0 and home.parent == HOME:
        raise DatabaseWontStart(
            f"The database of {data} was made by root. Run Regulars as root, or use another folder."
        )
    if me != 0 and home.exists() and home.stat().st_uid != me:
        raise DatabaseWontStart(f"The database in {home} belongs to another user. {_belongs(home)}")


def on_disk(where: Path, failure: OSError) -> DatabaseWontStart:
    """A refusal in words for what the disk said."""
    reason = _DISK.get(failure.errno or 0, failure.strerror or "The disk refused")
    return DatabaseWontStart(
        f"{reason}: {failure.filename or where}. Nothing is lost; mend it and start again.", path=str(where)
    )


def socket_folder(home: Path, port: int) -> Path:
    """Beside the files; where that path is too long for a socket, in a folder of /tmp that only we enter."""
    near = home / "socket"
    if len(os.fsencode(near / f".s.PGSQL.{port}")) <= SOCKET_MOST:
        return near
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    # Not tempfile.gettempdir(): each command must find the same folder, whatever its TMPDIR says.
    return Path("/tmp") / f"regulars-{os.geteuid()}-{name}"


def take_socket_folder(folder: Path, owner: Owner) -> None:
    """Anybody may make a folder in /tmp before us: one that is not ours alone is refused. Raises DatabaseWontStart."""
    if folder.parent != Path("/tmp"):
        owner.take(folder)
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise DatabaseWontStart(f"{folder} belongs to somebody else. Use a data folder with a shorter path.")
    folder.chmod(0o700)


def _belongs(path: Path) -> str:
    name = name_of(path.stat().st_uid)
    return f"It belongs to {name}: run Regulars as {name}, or choose another data folder."


def name_of(uid: int) -> str:
    """Of a user; the number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
