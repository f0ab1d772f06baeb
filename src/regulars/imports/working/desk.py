"""Where an import is worked at: its row, its folder, its engine, and how it says how far it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final
from uuid import UUID

from babel.core import get_global
from django.conf import settings

from regulars.access.models import Merchant
from regulars.basics.ids import typed
from regulars.history.engine import Engine
from regulars.imports import folders
from regulars.imports.models import Import
from regulars.imports.moves import PREFIX, Wish
from regulars.journal.moves import Actor
from regulars.journal.statements import run

EVERY: Final = 0.7  # seconds between two words of how far it is
_SAY: Final = "UPDATE imports_import SET doing = %s, part = %s, whole = %s WHERE id = %s AND claim = %s RETURNING 1"


class Overtaken(Exception):
    """Another worker has the import."""


@dataclass(slots=True)
class Desk:
    """What the steps share."""

    row: Import
    claim: UUID
    at: datetime
    _said_at: float = field(default=0.0)

    @property
    def id(self) -> UUID:
        return self.row.id

    @property
    def text(self) -> str:
        return typed(PREFIX, self.row.id)

    @property
    def organisation(self) -> UUID:
        return self.row.organisation

    @property
    def folder(self) -> Path:
        return folders.folder_of(self.row.id)

    @property
    def actor(self) -> Actor:
        """Who asked for it."""
        return Actor(self.row.actor_kind, self.row.actor, self.row.actor_name)

    @property
    def wish(self) -> Wish:
        return Wish(**(self.row.wish | {"merchant": UUID(self.row.wish["merchant"])}))

    def say(self, what: str, done: int = 0, total: int = 0) -> None:
        """How far it is, now and then. Raises Overtaken."""
        if monotonic() - self._said_at >= EVERY:
            self.look_up(what, done, total)

    def look_up(self, what: str, done: int = 0, total: int = 0) -> None:
        """As `say`, at once."""
        if not run(_SAY, [what, done, total, self.id, self.claim]):
            raise Overtaken
        self._said_at = monotonic()

    def keep(self, *fields: str) -> None:
        """These fields of the row."""
        self.row.save(update_fields=fields)

    def tell(self, **figures: Any) -> None:
        self.row.told = {**self.row.told, **figures}
        self.keep("told")


@contextmanager
def engine_of(desk: Desk) -> Iterator[Engine]:
    scratch = desk.folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    with Engine(memory=settings.IMPORTS_MEMORY, threads=1, scratch=scratch) as engine:
        yield engine


def region_of(zone: str) -> str | None:
    """The country of a time zone: how its phone numbers are read.

    >>> region_of("Asia/Shanghai"), region_of("UTC")
    ('CN', None)
    """
    found = get_global("zone_territories").get(zone)
    return str(found) if found and found != "001" else None


def merchant_of(desk: Desk) -> Merchant:
    """Whose purchases these are."""
    return Merchant.objects.get(pk=desk.wish.merchant, organisation=desk.organisation)
