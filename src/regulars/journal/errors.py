"""What this room refuses."""

from typing import ClassVar

from regulars.basics.errors import RegularsError


class WrongAnchor(RegularsError):
    """A text is no anchor of the journal's chain."""

    code = "wrong-anchor"
    status: ClassVar[int] = 422


class JournalBroken(RegularsError):
    """The chain does not hold: a line was changed, removed or put in behind the program's back."""

    code = "journal-broken"
    status: ClassVar[int] = 409


class KeyReused(RegularsError):
    """A business key was used before for something else."""

    code = "business-key-reused"
    status: ClassVar[int] = 422
