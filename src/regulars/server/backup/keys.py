"""The keys of an installation, copied apart: whoever has the copy alone reads no phone, mail or address."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from regulars.server.backup.errors import BackupRefused, RestoreRefused

# Of one machine alone: the password of its embedded database, and who may read its figures.
_LOCAL: Final = {"database", "metrics"}


def fingerprints(secrets: Path) -> dict[str, str]:
    """By file; tells keys apart and gives nothing away."""
    return {name: _fingerprint(secrets / name) for name in _names(secrets)}


def copy(secrets: Path, into: Path) -> int:
    """Adds the keys to a folder that only its owner enters; how many. Other keys there are never written over.

    Raises BackupRefused where the folder holds keys of another installation.
    """
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    into.chmod(0o700)
    names = _names(secrets)
    other = [
        name for name in names if (into / name).exists() and _fingerprint(into / name) != _fingerprint(secrets / name)
    ]
    if other:
        raise BackupRefused(
            f"{into} holds other keys already ({', '.join(other)}). Give the keys a folder of their own."
        )
    for name in names:
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(secrets / name, target)
        target.chmod(0o600)
    return len(names)


def check(keys: Path, wanted: Mapping[str, str]) -> None:
    """That these are the keys a copy was made with, before anything is brought back. Raises RestoreRefused."""
    wrong = [
        name for name, known in wanted.items() if not (keys / name).is_file() or _fingerprint(keys / name) != known
    ]
    if wrong:
        raise RestoreRefused(
            f"{keys} does not hold the keys that this copy was made with: {', '.join(sorted(wrong))}. Without them no "
            "phone, mail or address in it can be read. Give the folder of keys that was written with it.",
            missing=sorted(wrong),
        )


def _names(secrets: Path) -> list[str]:
    files = (path for path in sorted(secrets.rglob("*")) if path.is_file() and not path.name.endswith(".part"))
    return [str(path.relative_to(secrets)) for path in files if str(path.relative_to(secrets)) not in _LOCAL]


def _fingerprint(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), person=b"regulars-backup", digest_size=16).hexdigest()
