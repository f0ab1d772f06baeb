"""Who owns the database's files: PostgreSQL refuses to run as root, which hands it to a user with no other rights."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from regulars.server.postgres.errors import DatabaseWontStart

USER: Final = "regulars-db"
HOME: Final = Path("/var/lib/regulars")  # of what root may not keep in a folder of its own


@dataclass(frozen=True, slots=True)
class Owner:
    """The user that PostgreSQL runs as; `switched` if it is not the one we are."""

    uid: int
    gid: int
    switched: bool

    @classmethod
    def here(cls) -> "Owner":
        """Ourselves, or for root the user USER, made if need be. Raises DatabaseWontStart."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), False)
        try:
            found = pwd.getpwnam(USER)
        except KeyError:
            found = _made()
        return cls(found.pw_uid, found.pw_gid, True)

    def run(
        self, command: list[str | Path], *, log: Path | None = None, log_from: int = 0, seconds: float = 120
    ) -> str:
        """Runs a command as this user and gives what it said. Raises DatabaseWontStart where it fails.

        The refusal ends with the last lines of `log` from byte `log_from` on.
        """
        asked = [str(part) for part in command]
        as_user = {"user": self.uid, "group": self.gid, "extra_groups": ()} if self.switched else {}
        try:
            done = subprocess.run(  # type: ignore[call-overload]
                asked, capture_output=True, text=True, timeout=seconds, cwd="/", env=_plain(), **as_user
            )
        except subprocess.TimeoutExpired as late:
            raise DatabaseWontStart(f"{asked[0]} did not end within {seconds:.0f} seconds.") from late
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            told = f"{said}\n{_end_of(log, log_from)}".strip()
            raise DatabaseWontStart(f"{Path(asked[0]).name} failed:\n{told}", command=asked[0])
        return str(done.stdout)

    def take(self, folder: Path) -> None:
        """Makes a folder that only this user enters (and root, who enters any)."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.switched:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


def _made() -> pwd.struct_passwd:
    tool = shutil.which("useradd") or "/usr/sbin/useradd"
    if not Path(tool).exists():
        raise DatabaseWontStart(
            f"PostgreSQL does not run as root, and there is no useradd to make the user {USER}. "
            "Make that user, run Regulars as another user, or set DATABASE_URL to a server of your own."
        )
    asked = [tool, "--system", "--no-create-home", "--home-dir", str(HOME), "--shell", "/usr/sbin/nologin", USER]
    done = subprocess.run(asked, capture_output=True, text=True)
    try:
        return pwd.getpwnam(USER)  # also where another start made it at the same instant
    except KeyError as missing:
        raise DatabaseWontStart(f"The user {USER} could not be made: {done.stderr.strip()}") from missing


def _plain() -> dict[str, str]:
    """An environment in which nothing but the command line decides; texts sort the same everywhere."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _end_of(log: Path | None, start: int, lines: int = 12) -> str:
    if log is None or not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(start)
        text = file.read().decode("utf-8", errors="replace")
    return "\n".join(text.splitlines()[-lines:])
