"""Where this installation's keys are: in the data folder's secrets, each in a file that only its owner reads."""

import os
from base64 import urlsafe_b64encode
from functools import lru_cache
from pathlib import Path
from secrets import token_bytes

from django.conf import settings

from regulars.members.errors import KeysMissing
from regulars.members.keyring import Keyring, keyring_in, secret_of


def folder() -> Path:
    """Keys of personal values, a file a generation."""
    return settings.PLACE.secrets / "personal"


def cards_file() -> Path:
    """The key that signs card numbers. It never changes: printed cards live for years."""
    return settings.PLACE.secrets / "cards"


def keyring() -> Keyring:
    """The keys in use. Raises KeysMissing."""
    return keyring_in(folder())


def card_secret() -> bytes:
    """Raises KeysMissing."""
    return _card_secret(cards_file())


@lru_cache(maxsize=8)
def _card_secret(path: Path) -> bytes:
    if not path.exists():
        raise KeysMissing(f"The key that signs cards is not there: {path}.")
    return secret_of(path)


def make_key(path: Path) -> None:
    """A new secret of 32 bytes in a file of its own, whole or not at all; one that is there stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        return
    half = path.with_name(f"{path.name}.part")
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(urlsafe_b64encode(token_bytes(32)))
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)
