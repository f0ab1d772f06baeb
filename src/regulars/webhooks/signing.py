"""Secrets of endpoints and signatures by them, as Standard Webhooks has them."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from secrets import token_bytes
from typing import Final
from uuid import UUID

from standardwebhooks import Webhook

from regulars.access.sealing import seal, unseal

PREFIX: Final = "whsec_"
_BYTES: Final = 32


def new_secret() -> str:
    """256 bits, as the receiver's library takes them."""
    return PREFIX + base64.b64encode(token_bytes(_BYTES)).decode()


_PURPOSE: Final = "regulars.api.webhook"  # never renamed: what was sealed for it opens for nothing else


def sealed(secret: str, endpoint: UUID) -> bytes:
    return seal(secret.encode(), purpose=_PURPOSE, beside=endpoint.bytes)


def unsealed(kept: bytes, endpoint: UUID) -> str:
    return unseal(kept, purpose=_PURPOSE, beside=endpoint.bytes).decode()


def signed(message: str, body: bytes, secrets: Sequence[str], *, at: datetime) -> dict[str, str]:
    """The three headers: a signature by each secret, so that a receiver who knows one of them is content.

    >>> at = datetime.fromtimestamp(1614265330, UTC)
    >>> secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    >>> head = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', [secret], at=at)
    >>> head["webhook-signature"], head["webhook-timestamp"]
    ('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=', '1614265330')
    """
    assert secrets, "an endpoint has a secret"
    text = body.decode()
    signatures = [Webhook(secret).sign(msg_id=message, timestamp=at.astimezone(UTC), data=text) for secret in secrets]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
