"""Keyed hashes and encryption of what the API keeps, under the installation's secret (which is not in the database)."""

import hashlib
import hmac
from secrets import token_bytes
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE: Final = 12


class SecretLost(AssertionError):
    """Kept under a secret that the installation no longer has."""


def _keys(purpose: str) -> list[bytes]:
    """Of 32 bytes, the present one first; older ones while SECRET_KEY_FALLBACKS names them."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [hmac.digest(str(s).encode(), b"regulars.api." + purpose.encode(), "sha256") for s in secrets]


def hashes(purpose: str, *parts: bytes) -> list[bytes]:
    """Keyed hashes of the parts, under each secret. Parts are told apart by their lengths."""
    text = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return [hmac.digest(key, text, hashlib.sha256) for key in _keys(purpose)]


def seal(text: bytes, *, purpose: str, beside: bytes) -> bytes:
    """Encrypted and bound to `beside`, so that it cannot be moved to another row."""
    nonce = token_bytes(_NONCE)
    return nonce + AESGCM(_keys(purpose)[0]).encrypt(nonce, text, beside)


def unseal(sealed: bytes, *, purpose: str, beside: bytes) -> bytes:
    for key in _keys(purpose):
        try:
            return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], beside)
        except InvalidTag:
            continue
    raise SecretLost(purpose)
