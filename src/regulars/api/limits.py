"""How many requests a key may send: a bucket that refills as time passes, one row a key, one statement a request."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection

from regulars.api.errors import TooManyRequests

_SPEND: Final = """
INSERT INTO api_budget AS b (key, tokens, at) VALUES (%(key)s, %(burst)s - 1, %(at)s)
ON CONFLICT (key) DO UPDATE
SET tokens = LEAST(%(burst)s, b.tokens + %(rate)s * GREATEST(0, EXTRACT(EPOCH FROM %(at)s - b.at))) - 1, at = %(at)s
WHERE LEAST(%(burst)s, b.tokens + %(rate)s * GREATEST(0, EXTRACT(EPOCH FROM %(at)s - b.at))) >= 1
RETURNING tokens
"""


def spend_request(key: UUID, *, at: datetime) -> None:
    """Takes one request from the key's bucket. One query. Raises TooManyRequests, and then takes nothing."""
    per_minute: int = settings.API_REQUESTS_PER_MINUTE
    if per_minute == 0:  # no limit
        return
    wanted: dict[str, UUID | datetime | float] = {
        "key": key,
        "at": at,
        "rate": per_minute / 60,
        "burst": float(max(per_minute, 1)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, wanted)
        if cursor.fetchone() is not None:
            return
    wait = max(1, -(-60 // per_minute))
    raise TooManyRequests(
        f"This key may send {per_minute} requests a minute.",
        headers={"Retry-After": str(wait)},
        per_minute=per_minute,
        retry_after=wait,
    )
