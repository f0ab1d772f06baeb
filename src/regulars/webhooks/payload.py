"""What a webhook says: an event of the journal as JSON. Made anew for each try from a line that never changes, so that
every try says the same; nothing is in it that the journal would not keep of a person.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from regulars.basics.ids import new_id, typed
from regulars.basics.periods import moment_text
from regulars.journal.moves import Line
from regulars.webhooks.kinds import PING


def event_id(line: Line) -> UUID:
    """The same whenever it is asked for, so that a receiver knows an event that comes again.

    >>> from datetime import UTC
    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> event_id(Line(7, at, "", "", "", "", "", "ledger.post", "", "", "", {}, {}, "", 3))
    UUID('019b76da-a800-7555-8f96-a47a396256e2')
    """
    assert line.number is not None
    digest = hashlib.blake2b(line.number.to_bytes(8, "big"), digest_size=10, person=b"regulars-event")
    return new_id(line.at, chance=digest.digest())


def event(line: Line) -> dict[str, Any]:
    """A line as the outside sees it. Who did it is a kind and an id: no name, no network address; what staff wrote as a
    reason stays inside."""
    return {
        "id": typed("evt", event_id(line)),
        "type": line.what,
        "timestamp": moment_text(line.at),
        "data": {
            "subject": line.subject or None,
            "merchant": line.merchant or None,
            "store": line.store or None,
            "actor": {"kind": line.actor_kind, "id": line.actor_id},
            "request": line.request_id or None,
            "before": plain(line.before),
            "after": plain(line.after),
        },
    }


def ping(number: UUID, webhook: UUID, at: datetime) -> dict[str, Any]:
    """A test event."""
    data = {"subject": typed("whk", webhook), "merchant": None, "store": None}
    return {"id": typed("evt", number), "type": PING, "timestamp": moment_text(at), "data": data}


def plain(value: Any) -> Any:
    """Facts as JSON numbers: those that are not whole are no amounts."""
    match value:
        case Decimal():
            return float(value)
        case Mapping():
            return {name: plain(one) for name, one in value.items()}
        case list() | tuple():
            return [plain(one) for one in value]
    return value


def body_of(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
