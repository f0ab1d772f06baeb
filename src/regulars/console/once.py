"""Each form of the console is done once: it carries a key, and a key that was used answers as it did then."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from regulars.console.errors import FormUnfit
from regulars.console.models import Sent
from regulars.journal.statements import run

KEPT: Final = timedelta(days=2)


def key_of(text: str) -> UUID:
    """Raises FormUnfit."""
    try:
        return UUID(text)
    except ValueError as wrong:
        raise FormUnfit("This form carries no key. Load the page again.") from wrong


def claim(key: UUID, *, staff: UUID, page: str, at: datetime) -> str | None:
    """None: the key is new, and the caller's from now on. Else where its first sender went. Two queries at most.

    Waits for whoever sends the same key this very moment. Raises FormUnfit for another's key, or another form's.
    """
    made = run(
        "INSERT INTO console_sent (key, staff, page, went, at) VALUES (%s, %s, %s, '', %s)"
        " ON CONFLICT DO NOTHING RETURNING key",
        [key, staff, page, at],
    )
    if made:
        return None
    first = Sent.objects.get(pk=key)
    if (first.staff, first.page) != (staff, page):
        raise FormUnfit("This form was used before for something else. Load the page again.")
    return first.went


def keep(key: UUID, went: str) -> None:
    """Where the sender goes on; told again to whoever sends it again. One query."""
    Sent.objects.filter(pk=key).update(went=went)


def sweep(*, at: datetime) -> int:
    """Forgets keys long past; says how many. One query."""
    return Sent.objects.filter(at__lt=at - KEPT).delete()[0]
