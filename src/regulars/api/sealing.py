"""Keyed hashes and encryption of what the API keeps, under the installation's secret (which is not in the database)."""

import hashlib
import hmac
from typing import Final

from regulars.access import sealing

SecretLost = sealing.SecretLost
_ROOM: Final = "regulars.api."


def hashes(purpose: str, *parts: bytes) -> list[bytes]:
    """Keyed hashes of the parts, under each secret. Parts are told apart by their lengths."""
    text = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return [hmac.digest(key, text, hashlib.sha256) for key in sealing.keys_for(_ROOM + purpose)]


def seal(text: bytes, *, purpose: str, beside: bytes) -> bytes:
    """Encrypted and bound to `beside`, so that it cannot be moved to another row."""
    return sealing.seal(text, purpose=_ROOM + purpose, beside=beside)


def unseal(sealed: bytes, *, purpose: str, beside: bytes) -> bytes:
    """What was sealed."""
    return sealing.unseal(sealed, purpose=_ROOM + purpose, beside=beside)
