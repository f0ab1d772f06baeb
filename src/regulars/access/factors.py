"""The second factor: codes of an app on a phone (TOTP, RFC 6238), and recovery codes on paper. Pure."""

import hmac
import secrets
from base64 import b32encode
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SECONDS: Final = 30
DIGITS: Final = 6
DRIFT: Final = 1  # steps that a phone's clock may be before or behind ours
RECOVERY_CODES: Final = 10
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_HALF: Final = 5


def new_secret() -> bytes:
    """What the app and we share: 160 bits, as RFC 4226 wants it."""
    return secrets.token_bytes(20)


def step_of(at: datetime) -> int:
    return int(at.timestamp()) // SECONDS


def code_of(secret: bytes, step: int) -> str:
    """The code of one step of 30 seconds.

    >>> code_of(b"12345678901234567890", 59 // SECONDS)  # RFC 6238, appendix B
    '287082'
    """
    return _totp(secret).generate(step * SECONDS).decode()


def matching_step(secret: bytes, code: str, at: datetime) -> int | None:
    """The step whose code this is, of those that a phone may be at; the newest of them."""
    now = step_of(at)
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):  # all of them, always
        if hmac.compare_digest(code_of(secret, step).encode(), code.encode()):
            found = step
    return found


def address_of(secret: bytes, *, who: str, whose: str) -> str:
    """What the QR code says to the app."""
    return _totp(secret).get_provisioning_uri(who, whose)


def spelled(secret: bytes) -> str:
    """The secret as it is typed where no camera is.

    >>> spelled(b"12345678901234567890")
    'GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ'
    """
    text = b32encode(secret).decode()
    return " ".join(text[n : n + 4] for n in range(0, len(text), 4))


def new_recovery_codes() -> list[str]:
    """Each of 50 bits, and for one log-in."""
    halves = ["".join(secrets.choice(_LETTERS) for _ in range(_HALF)) for _ in range(2 * RECOVERY_CODES)]
    return [f"{one}-{two}" for one, two in zip(halves[::2], halves[1::2], strict=True)]


def bare(typed: str) -> str:
    """A code without what people put between its parts.

    >>> bare(" 287 082"), bare("ABCDE-12345")
    ('287082', 'abcde12345')
    """
    return "".join(typed.split()).replace("-", "").lower()


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), SECONDS)
