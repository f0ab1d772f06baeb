"""Texts of the room, sealed with the keys of personal values (members/keyring) and bound to their row."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from regulars.basics.ids import new_id
from regulars.care.models import CareText
from regulars.members.keys import keyring


def text_context(text: UUID) -> str:
    return f"care|{text}"


def write(about: UUID, texts: Sequence[tuple[str, str]], *, actor: str, at: datetime) -> None:
    """Parts and their texts; empty ones are passed over. One query."""
    newest = keyring().newest
    rows = []
    for part, text in texts:
        if text.strip():
            number = new_id(at)
            sealed = newest.seal(text.strip(), text_context(number))
            rows.append(
                CareText(
                    id=number, about=about, part=part, sealed=sealed, key=newest.number, actor=actor, recorded_at=at
                )
            )
    CareText.objects.bulk_create(rows)


def opened(row: CareText) -> str:
    """Raises KeysMissing, WrongKeys."""
    return keyring().open(row.key, bytes(row.sealed), text_context(row.id))
