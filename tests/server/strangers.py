"""Running something as an ordinary user, where the tests run as root."""

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAME = "nobody"


def a_python_for(name: str = NAME) -> list[str]:
    """A Python of this very version that an ordinary user may run, with this environment. Skips where there is none."""
    if os.geteuid() != 0:
        return [sys.executable]
    short = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for tried in (sys.executable, f"/usr/bin/{short}", f"/usr/local/bin/{short}"):
        if _as_user([tried, "-c", "import psycopg"], name).returncode == 0:
            return [tried]
    pytest.skip("no Python that an ordinary user may run; starting as one was NOT tried")


def run_as_stranger(program: str, *arguments: str, name: str = NAME) -> subprocess.CompletedProcess[str]:
    return _as_user([*a_python_for(name), "-c", program, *arguments], name)


def paths() -> str:
    """Where Python finds what this one finds."""
    return os.pathsep.join([str(ROOT / "src"), *(path for path in sys.path[1:] if "site-packages" in path)])


def _as_user(command: list[str], name: str) -> subprocess.CompletedProcess[str]:
    known = {"PATH": "/usr/bin:/bin", "PYTHONPATH": paths()}
    as_user = {"user": pwd.getpwnam(name).pw_uid, "extra_groups": []} if os.geteuid() == 0 else {}
    try:
        return subprocess.run(  # type: ignore[call-overload, no-any-return]
            command, capture_output=True, text=True, cwd="/", env=known, timeout=120, **as_user
        )
    except PermissionError:
        return subprocess.CompletedProcess(command, 126, "", "may not be run")
