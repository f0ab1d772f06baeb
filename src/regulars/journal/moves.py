"""Values handed in and out of the journal."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from regulars.journal.errors import WrongAnchor

STAFF: Final = "staff"
KEY: Final = "key"  # an API key: a till, a shop
MEMBER: Final = "member"
SYSTEM: Final = "system"  # a job, a command


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does a deed, and in which request. Every verb that writes takes one, and so does every look at a person."""

    kind: str  # STAFF, KEY, MEMBER or SYSTEM
    id: str  # typed id ("stf_…"), or the name of a job
    name: str = ""
    request_id: str = ""
    address: str = ""  # of the network; empty for jobs

    @classmethod
    def job(cls, name: str) -> "Actor":
        return cls(SYSTEM, name, name)


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the trail. `before` and `after` hold codes and numbers, never a phone, mail, address or name."""

    what: str  # "members.merge", "ledger.adjust", "members.read" …
    subject: str = ""  # typed id of what it was done to
    merchant: str = ""  # typed ids of where, if anywhere
    store: str = ""
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the chain at some moment, to be kept outside the database."""

    number: int
    seal: bytes

    @classmethod
    def read(cls, text: str) -> "Anchor":
        """Raises WrongAnchor.

        >>> Anchor.read("3:" + "ab" * 32) == Anchor(3, bytes([0xAB]) * 32)
        True
        """
        number, _, seal = text.strip().partition(":")
        if not (number.isascii() and number.isdigit() and re.fullmatch("[0-9a-f]{64}", seal)):
            raise WrongAnchor(f"{text.strip()[:80]!r} is no anchor: a number, a colon and 64 letters.")
        return cls(int(number), bytes.fromhex(seal))

    def __str__(self) -> str:
        return f"{self.number}:{self.seal.hex()}"


@dataclass(frozen=True, slots=True)
class Sought:
    """What lines are looked for; what is None is not asked."""

    subject: str | None = None  # typed id of a person, an account, a card …
    actor: str | None = None
    what: str | None = None
    merchant: str | None = None
    store: str | None = None
    since: datetime | None = None  # included
    until: datetime | None = None  # not included


@dataclass(frozen=True, slots=True)
class Seen:
    """Whose lines whoever asks may see, as typed ids. A line that names no place is seen with `everything` alone."""

    everything: bool = False
    merchants: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trail as it is read. `number` is None until it is sealed."""

    id: int
    at: datetime
    actor_kind: str
    actor_id: str
    actor_name: str
    request_id: str
    address: str
    what: str
    subject: str
    merchant: str
    store: str
    before: Mapping[str, object]
    after: Mapping[str, object]
    reason: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, newest first; `next` is where the next page goes on, None at the end."""

    lines: tuple[Line, ...]
    next: tuple[datetime, int] | None
