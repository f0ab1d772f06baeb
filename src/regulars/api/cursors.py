"""Opaque cursors: where a list goes on, signed, so that nobody can make one up or take one to another list."""

from typing import Any

from django.core.signing import BadSignature, Signer

from regulars.api.errors import WrongCursor


def write_cursor(place: str, after: Any) -> str:
    """A cursor of the list at `place`, after an entry: its sort key as plain JSON."""
    return Signer(salt=f"regulars.api.cursor.{place}").sign_object(after)


def read_cursor(place: str, text: str | None) -> Any:
    """Where the list goes on; None at its start. Raises WrongCursor."""
    if text is None:
        return None
    try:
        return Signer(salt=f"regulars.api.cursor.{place}").unsign_object(text)
    except (BadSignature, ValueError) as wrong:
        raise WrongCursor("This list handed out no such cursor; begin again without one.") from wrong
