"""Encryption of what this room keeps secret, under the installation's secret (which is not in the database)."""

import hmac
from secrets import token_bytes
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE: Final = 12


class SecretLost(AssertionError):
    """Kept under a secret that the installation no longer has."""


def keys_for(purpose: str) -> list[bytes]:
    """Of 32 bytes, the present one first; older ones while SECRET_KEY_FALLBACKS names them."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [hmac.digest(str(secret).encode(), purpose.encode(), "sha256") for secret in secrets]


def seal(text: bytes, *, purpose: str, beside: bytes) -> bytes:
    """Encrypted and bound to `beside`, so that it cannot be moved to another row."""
    nonce = token_bytes(_NONCE)
    return nonce + AESGCM(keys_for(purpose)[0]).encrypt(nonce, text, beside)


def unseal(sealed: bytes, *, purpose: str, beside: bytes) -> bytes:
    """What was sealed."""
    for key in keys_for(purpose):
        try:
            return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], beside)
        except InvalidTag:
            continue
    raise SecretLost(purpose)
