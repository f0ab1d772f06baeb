"""Where a run is worked at: its folder, its engine, what it reads, and how it says how far it is."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from threading import get_ident
from time import monotonic
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from regulars.basics.ids import typed
from regulars.history.engine import Engine
from regulars.insight.analysis import prepared
from regulars.insight.settings import Settings
from regulars.insight.work import Work
from regulars.insight.working import LINES, NAMES, Working
from regulars.journal.moves import Actor
from regulars.journal.statements import run as asked
from regulars.scorebook.errors import ScoresCancelled
from regulars.scorebook.moves import PREFIX, ModelCard

EVERY: Final = 1.0  # seconds between two looks whether somebody asked for an end
ASIDE: Final = "scorebook_aside"  # numbers of accounts that are no person
_SAY: Final = (
    "UPDATE scorebook_run SET doing = %s, part = %s, whole = %s"
    " WHERE id = %s AND claim = %s AND state = 'running' RETURNING cancel_at"
)


@dataclass(slots=True)
class Desk:
    """What the steps of a run share. Tables that a step keeps in the engine are there again after a new beginning."""

    run: UUID
    claim: UUID
    organisation: UUID
    cut_off: date
    actor: Actor
    at: datetime
    engine: Engine
    folder: Path
    currency: str = ""
    left_out: dict[str, str] = field(default_factory=dict)
    cards: list[ModelCard] = field(default_factory=list)
    _work: Work | None = None
    _said_at: float = 0.0
    _thread: int = field(default_factory=get_ident)

    @property
    def lakes(self) -> Path:
        """The organisation's lakes, one for each currency."""
        found: Path = settings.PLACE.lakes / typed("org", self.organisation)
        return found

    def say(self, what: str, done: int = 0, total: int = 0) -> None:
        """How far it is. Raises ScoresCancelled where somebody asked for an end, or another worker has the run."""
        if get_ident() != self._thread or monotonic() - self._said_at < EVERY:
            return
        self.look_up(what, done, total)

    def look_up(self, what: str, done: int = 0, total: int = 0) -> None:
        """As `say`, at once."""
        rows = asked(_SAY, [what, done, total, self.run, self.claim])
        self._said_at = monotonic()
        if not rows or rows[0][0] is not None:
            raise ScoresCancelled("The run was cancelled.")

    @property
    def work(self) -> Work:
        """Facts and days of everybody, as the step that made them left them."""
        if self._work is None:
            working = Working(self.engine, self.engine.named(LINES), self.engine.named(NAMES))
            aside = self.engine.connection.execute(f"SELECT number FROM {ASIDE}").fetchall()
            numbers = [number for (number,) in aside]
            self._work = prepared(working, numbers, self.cut_off, self.settings, self.currency, self.say)
        # Chapters leave word here of what they could not say; a step is done with what it said itself.
        self._work.begun = 0
        return self._work

    @work.setter
    def work(self, work: Work) -> None:
        self._work = work

    @property
    def settings(self) -> Settings:
        return Settings(cut_off=self.cut_off)

    def keep(self, name: str, table: Any) -> None:
        """An Arrow table into the engine's file."""
        self.engine.register("scorebook_given", table)
        self.engine.connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM scorebook_given")
        self.engine.connection.unregister("scorebook_given")

    def forget(self, *names: str) -> None:
        """What a step that was stopped half-way may have left."""
        for name in names:
            self.engine.connection.execute(f"DROP TABLE IF EXISTS {name}")


def folder_of(number: UUID) -> Path:
    found: Path = settings.PLACE.data / "scorebook" / typed(PREFIX, number)
    return found


def swept(kept: UUID) -> None:
    """Takes away what runs left that nobody will go on with."""
    parent = folder_of(kept).parent
    known = {typed(PREFIX, number) for (number,) in asked("SELECT id FROM scorebook_run WHERE state = 'running'")}
    for folder in parent.iterdir() if parent.exists() else ():
        if folder.name not in known:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def engine_of(folder: Path) -> Iterator[Engine]:
    folder.mkdir(parents=True, exist_ok=True)
    memory = settings.SCORES_MEMORY
    with Engine(memory=memory, scratch=folder / "scratch", file=folder / "work.duckdb") as engine:
        yield engine
