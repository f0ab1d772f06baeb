"""Values handed in and out of the room."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NewAudience:
    """An audience as it shall be. `version`: the one it was made from; None where it is new, or none is minded."""

    organisation: UUID
    code: str
    name: str
    document: Mapping[str, Any]
    merchant: UUID | None = None
    store: UUID | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of it. `fresh`: a version was made; the same conditions again make none."""

    id: UUID
    version: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class Why:
    """One condition, asked of one person: whether it holds, and the fact that says so."""

    pointer: str
    sentence: str
    holds: bool
    fact: Any


@dataclass(frozen=True, slots=True)
class Reasons:
    """Whether somebody is in an audience, and each condition with its fact. `standing`: why they could be in none."""

    member: UUID  # the root
    inside: bool
    standing: str  # "", or closed, erased, frozen, elsewhere
    conditions: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison: how many are in, entered, left."""

    audience: UUID
    inside: int
    entered: int
    left: int
    at: datetime


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """A template as it shall be. `version`: the one it was made from; None where it is new, or none is minded."""

    organisation: UUID
    code: str
    name: str
    document: Mapping[str, Any]
    version: int | None = None


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message that somebody asks to send. Either a service of the closed list, or marketing with a purpose."""

    key: str  # asked once: asked again it gets the same answer, or a newer one while it waits
    member: UUID
    channel: str
    purpose: str = ""
    service: str = ""
    campaign: str = ""
    holdout_share: int = 0  # of the campaign, in ten thousandths
    priority: int = 0
    template: str = ""  # what it says; "": whoever asks sends it themselves
    version: int = 0  # of the template; 0: the newest at this moment
    values: Mapping[str, Any] = field(default_factory=dict)  # what the template is told besides the facts
    address: UUID | None = None  # the identifier it should go to, where it is theirs and in use


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """A campaign as it shall be. `version`: the one it was made from; None where it is new, or none is minded."""

    organisation: UUID
    code: str
    name: str
    document: Mapping[str, Any]
    version: int | None = None
