"""How the installation is. What only the floors above know, they bring along when they start."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StepTold:
    """A step of the worker: when it went well last, when it comes next, why it fails."""

    name: str
    clock: str
    done_at: datetime | None
    seconds: float
    next_at: datetime
    failed_at: datetime | None
    problem: str
    failing: bool
    late: bool


@dataclass(frozen=True, slots=True)
class CopyTold:
    """A backup, as whoever made it noted it here."""

    at: datetime
    folder: str
    size: int
    rows: int
    release: str
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Installed:
    """What it runs on."""

    release: str
    python: str
    postgres: str
    database: int  # bytes
    embedded: bool
    folder: str
    free: int
    whole: int


class Installation(Protocol):
    """What the floor above tells of itself, and does."""

    def steps(self, at: datetime) -> Sequence[StepTold]:
        """What is the matter first. One query."""

    def start(self, step: str, at: datetime) -> bool | None:
        """False where it waits already; None where there is no such step."""

    def copies(self) -> Sequence[CopyTold]:
        """The newest first. No query."""

    def installed(self) -> Installed:
        """One query."""


_checks: list[Callable[[], Mapping[str, str]]] = []


def take_part(check: Callable[[], Mapping[str, str]]) -> None:
    """A check answers each part by name: "ok", or what is the matter. Asked for the page of the state alone."""
    if check not in _checks:
        _checks.append(check)


def state() -> dict[str, str]:
    """All of it. As many queries as the checks ask."""
    return {name: told for check in _checks for name, told in check().items()}


_installations: list[Installation] = []


def is_served_by(installation: Installation) -> None:
    """Said once, when it starts."""
    _installations[:] = [installation]


def installation() -> Installation:
    """The one that serves these pages."""
    return _installations[0]
