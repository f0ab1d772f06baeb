"""What every channel can do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from regulars.outreach.rendering import Rendered


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message that is ready to go."""

    id: UUID
    organisation: UUID
    to: str  # the address; empty where the channel has none of its own
    said: Rendered
    made_at: Any  # datetime: when it was asked for
    setting: Mapping[str, Any] = field(default_factory=dict)  # of the organisation for this channel


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a parcel. `problem` says why it did not go, and never names an address."""

    id: UUID
    sent: bool
    problem: str = ""
    permanent: bool = False  # trying again is of no use
    bounced: bool = False  # the address is no good: nothing goes there any more


class Away(Exception):
    """The channel cannot be reached at all: nothing more is tried now, and no message is blamed; but for the one `over`
    which it went, so that what it always goes away over is not tried first for ever."""

    def __init__(self, why: str, *, over: UUID | None = None) -> None:
        super().__init__(why)
        self.over = over


class Channel(Protocol):
    """A way out of the house."""

    name: str

    def missing(self) -> str:
        """What has to be set before anything goes, in words; empty where nothing."""

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Outcome]:
        """Each outcome as soon as it is certain. Raises Away; what was told before holds."""
