"""The text of an API key: a mark that leak scanners can find, a prefix to look it up by, and the secret."""

import re
import secrets
from typing import Final

from django.conf import settings
from django.utils.crypto import salted_hmac

MARK: Final = "rgk"
_SHAPE: Final = re.compile(r"rgk_([a-z0-9]{12})_[A-Za-z0-9_-]{43}")
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"


def new_text() -> str:
    """A key nobody has: 60 bits to find it by, 256 to keep it secret."""
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return f"{MARK}_{prefix}_{secrets.token_urlsafe(32)}"


def prefix_of(text: str) -> str:
    """By what the key is looked up; of a text that is no key a prefix that none has."""
    found = _SHAPE.fullmatch(text)
    return found[1] if found else ""


def digest_of(text: str) -> bytes:
    """What is kept of a key: keyed with the installation's secret, so that a stolen database tests no guesses."""
    return keyed("regulars.access.key", text)


def keyed(purpose: str, text: str) -> bytes:
    """A keyed hash for one purpose."""
    return salted_hmac(purpose, text, secret=settings.SECRET_KEY, algorithm="sha256").digest()
