"""Refusals: each carries a stable code, a sentence for people, and the facts for programs."""

from typing import ClassVar


class RegularsError(Exception):
    """Something the user can mend. `code` is stable, the sentence may change; `facts` are for programs.

    Our own mistakes are never a RegularsError: they are assertions and show a traceback.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.facts: dict[str, object] = facts


def descendants(kind: type[RegularsError]) -> set[type[RegularsError]]:
    """Every class below `kind`, at any depth: the house tests that each is documented."""
    below = set(kind.__subclasses__())
    return below | {deeper for child in below for deeper in descendants(child)}
