"""Parts of addresses that are typed ids: for the pages of staff and of members."""

from uuid import UUID

from regulars.basics.ids import WrongId, typed, untyped


def id_in_path(prefix: str) -> type:
    """A converter of Django's for a path part; anything else than such an id leads nowhere."""

    class Typed:
        regex = f"{prefix}_[0-9a-z]{{26}}"

        def to_python(self, text: str) -> UUID:
            try:
                return untyped(prefix, text)
            except WrongId as wrong:
                raise ValueError(text) from wrong

        def to_url(self, number: UUID | str) -> str:
            return number if isinstance(number, str) else typed(prefix, number)

    return Typed
