"""What messages are told, and what members write back: sealed with the keys of personal values, bound to their row."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from regulars.members.keys import keyring
from regulars.outreach.models import Content


def content_context(message: UUID) -> str:
    return f"message|{message}"


def reply_context(reply: UUID) -> str:
    return f"reply|{reply}"


def keep(told: Iterable[tuple[UUID, Mapping[str, Any]]]) -> None:
    """What messages are told, by their ids; nothing is kept of those that are told nothing. One query."""
    newest = keyring().newest
    Content.objects.bulk_create(
        Content(id=message, sealed=newest.seal(json.dumps(values), content_context(message)), key=newest.number)
        for message, values in told
        if values
    )


def kept(messages: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """What messages were told; empty where nothing. One query. Raises KeysMissing, WrongKeys."""
    keys = keyring()
    rows = Content.objects.filter(id__in=messages).values_list("id", "key", "sealed")
    return {
        message: json.loads(keys.open(key, bytes(sealed), content_context(message))) for message, key, sealed in rows
    }
