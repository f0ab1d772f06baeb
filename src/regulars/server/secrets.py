"""Secrets of an installation: made once, each in a file that only its owner reads."""

import hashlib
import secrets as chance
from pathlib import Path
from typing import Final

from regulars.server.place import Place
from regulars.server.postgres.folder import on_disk
from regulars.server.postgres.secret import keep_secret


def make_secret(path: Path, *, nbytes: int = 48) -> str:
    """The secret in this file, made if there is none."""
    if not path.exists():
        keep_secret(path, chance.token_urlsafe(nbytes))
    return path.read_text(encoding="ascii").strip()


def secret_if_made(path: Path) -> str:
    """The secret in this file; before the installation is set up one that nobody else will ever see."""
    return path.read_text(encoding="ascii").strip() if path.exists() else chance.token_urlsafe(48)


OWN: Final = ("signing", "metrics")  # beside the embedded database's password and the keys of personal data
SHARED: Final = ("signing", "cards")  # the same on every machine; personal keys are watched by the room that has them


def make_secrets(place: Place) -> None:
    """Those that are missing. Raises DatabaseWontStart where the disk refuses."""
    try:
        for name in OWN:
            make_secret(place.secrets / name)
    except OSError as failure:
        raise on_disk(place.secrets, failure) from failure


def fingerprints(place: Place) -> dict[str, str]:
    """Of the secrets that all machines of an installation share: tells them apart, gives nothing away."""
    files = {name: place.secrets / name for name in SHARED}
    return {name: _fingerprint(path) for name, path in files.items() if path.exists()}


def _fingerprint(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), person=b"regulars-secret", digest_size=16).hexdigest()
