"""Values handed in and out of the programme."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NewTerms:
    """A version to be published. `begins_at` None: at once; it replaces the version before from then on."""

    kind: str
    code: str
    document: Mapping[str, Any]
    begins_at: datetime | None = None
    ends_at: datetime | None = None  # not included; None: until replaced or retired


@dataclass(frozen=True, slots=True)
class Version:
    """A published version: valid from `begins_at` up to, not including, `ends_at`. `terms` is of the kind's type."""

    id: UUID
    kind: str
    code: str
    version: int
    begins_at: datetime
    ends_at: datetime | None
    terms: Any

    def holds(self, moment: datetime) -> bool:
        """Whether it is the promise at that moment."""
        return self.begins_at <= moment and (self.ends_at is None or moment < self.ends_at)
