"""How many requests a key may send: a bucket that refills as time passes, one row a key, one statement a request.

Every answer to a key says how much is left, in the fields RateLimit-Policy and RateLimit of the IETF's draft
(draft-ietf-httpapi-ratelimit-headers-10): the quota `q` in a window of `w` seconds; the remaining `r`, and `t`, the
seconds until the whole quota is there again.
"""

from collections.abc import Mapping
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


def headers(per_minute: int, left: float) -> Mapping[str, str]:
    """
    >>> headers(6000, 5399.2)["RateLimit-Policy"], headers(6000, 5399.2)["RateLimit"]
    ('"key";q=6000;w=60', '"key";r=5399;t=7')
    """
    full_in = -(-(per_minute - int(left)) * 60 // per_minute)
    return {
        "RateLimit-Policy": f'"key";q={per_minute};w=60',
        "RateLimit": f'"key";r={int(left)};t={full_in}',
    }


def spend_request(key: UUID, *, at: datetime) -> Mapping[str, str]:
    """Takes one request from the key's bucket; the headers that say what is left. One query.

    Raises TooManyRequests, and then takes nothing.
    """
    per_minute: int = settings.API_REQUESTS_PER_MINUTE
    if per_minute == 0:  # no limit
        return {}
    wanted: dict[str, UUID | datetime | float] = {
        "key": key,
        "at": at,
        "rate": per_minute / 60,
        "burst": float(max(per_minute, 1)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, wanted)
        if (found := cursor.fetchone()) is not None:
            return headers(per_minute, found[0])
    wait = max(1, -(-60 // per_minute))
    raise TooManyRequests(
        f"This key may send {per_minute} requests a minute.",
        headers={**headers(per_minute, 0), "Retry-After": str(wait)},
        per_minute=per_minute,
        retry_after=wait,
    )
