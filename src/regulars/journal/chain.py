"""What a seal is: SHA-256 over the seal before it and the line as canonical JSON. Pure.

Whoever changes a sealed line would have to make every later seal anew, and then the head differs from an anchor
that was kept elsewhere.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

BEGINNING: Final = bytes(32)  # what the first line is sealed onto
# The order of columns as read; the JSON sorts its keys, so that it does not depend on it.
SEALED: Final = (
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "request_id",
    "address",
    "what",
    "subject",
    "merchant",
    "store",
    "before",
    "after",
    "reason",
)


def line_of(row: Sequence[object]) -> dict[str, object]:
    """A line from its columns as the database gives them, in the order of SEALED; JSON comes as text."""
    line = dict(zip(SEALED, row, strict=True))
    return line | {name: facts(str(line[name])) for name in ("before", "after")}


def canonical(line: Mapping[str, object], number: int) -> bytes:
    """The one way to write a line: keys sorted, no blanks, UTF-8, moments in UTC with six decimals.

    >>> from datetime import timezone
    >>> canonical({"at": datetime(2026, 5, 4, 9, 30, tzinfo=timezone.utc), "after": {"b": 1, "a": "€"}}, 7).decode()
    '{"after":{"a":"€","b":1},"at":"2026-05-04T09:30:00.000000+00:00","number":7}'
    """
    told = {**line, "number": number}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return text.encode("utf-8", "surrogatepass")


def seal(before: bytes, line: bytes) -> bytes:
    """The seal of a line onto the one before it."""
    return hashlib.sha256(before + line).digest()


def facts(text: str) -> object:
    """What a line's `before` and `after` hold, with every digit of a number that is not whole."""
    return json.loads(text, parse_float=Decimal)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    assert isinstance(value, datetime)
    return value.astimezone(UTC).isoformat(timespec="microseconds")
