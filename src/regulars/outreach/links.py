"""Addresses in messages: where a reader says no to them without logging in, and the member's own pages.

A link carries a message's id in disguise, signed (a synthetic initialisation vector, as in RFC 5297): it tells nothing,
is nobody's guess, and holds as long as the key, which is made of the one that signs cards and never changes.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.conf import settings

from regulars.members.keyring import derived
from regulars.members.keys import card_secret

_BYTES: Final = 16
_TOKEN: Final = 43  # letters


def token_of(message: UUID) -> str:
    """What a link of this message carries."""
    return write(message, _secret())


def message_of(token: str) -> UUID | None:
    """The message of a genuine token; None for any other text."""
    return read(token, _secret())


def unsubscribe_url(message: UUID) -> str:
    return f"{pages_url()}unsubscribe/{token_of(message)}"


def pages_url() -> str:
    """Where the member's pages begin."""
    return f"{settings.PUBLIC_URL}/my/"


def _secret() -> bytes:
    return _derived(card_secret())


@lru_cache(4)
def _derived(secret: bytes) -> bytes:
    return derived(secret, "unsubscribe")


def write(message: UUID, secret: bytes) -> str:
    """
    >>> write(UUID(int=7), b"secret")
    'LHXZu6jZXt-muUR5fEsDxSEXTELHQSgix0g6b2MXYAo'
    """
    tag = hmac.digest(secret, message.bytes, "sha256")[:_BYTES]
    return urlsafe_b64encode(tag + _disguised(message.bytes, tag, secret)).rstrip(b"=").decode()


def read(token: str, secret: bytes) -> UUID | None:
    """
    >>> read(write(UUID(int=7), b"secret"), b"secret"), read("A" * 43, b"secret"), read("é", b"secret")
    (UUID('00000000-0000-0000-0000-000000000007'), None, None)
    """
    if len(token) != _TOKEN or not token.isascii():
        return None
    try:
        whole = urlsafe_b64decode(token + "=")
    except Error:
        return None
    tag, number = whole[:_BYTES], _disguised(whole[_BYTES:], whole[:_BYTES], secret)
    right = hmac.digest(secret, number, "sha256")[:_BYTES]
    return UUID(bytes=number) if hmac.compare_digest(right, tag) else None


def _disguised(number: bytes, tag: bytes, secret: bytes) -> bytes:
    mask = hmac.digest(secret, b"disguise" + tag, "sha256")[:_BYTES]
    return bytes(one ^ other for one, other in zip(number, mask, strict=True))
