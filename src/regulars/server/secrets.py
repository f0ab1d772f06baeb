"""Secrets of an installation: made once, each in a file that only its owner reads."""

import secrets as chance
from pathlib import Path

from regulars.server.postgres.secret import keep_secret


def make_secret(path: Path, *, nbytes: int = 48) -> str:
    """The secret in this file, made if there is none."""
    if not path.exists():
        keep_secret(path, chance.token_urlsafe(nbytes))
    return path.read_text(encoding="ascii").strip()


def secret_if_made(path: Path) -> str:
    """The secret in this file; before the installation is set up one that nobody else will ever see."""
    return path.read_text(encoding="ascii").strip() if path.exists() else chance.token_urlsafe(48)
