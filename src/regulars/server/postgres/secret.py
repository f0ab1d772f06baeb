"""A secret in a file that only its owner reads."""

import os
from contextlib import suppress
from pathlib import Path


def keep_secret(path: Path, text: str) -> None:
    """Writes a new file, whole or not at all; an old one stays, also when two write at the same instant."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    half = path.with_name(f"{path.name}.{os.getpid()}.part")
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            path.hardlink_to(half)
    finally:
        half.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
