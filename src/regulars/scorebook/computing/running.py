"""A run from its first unfinished step to its end, whichever end that is."""

import json
import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from regulars.basics.errors import RegularsError
from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import run as asked
from regulars.scorebook.computing import ahead, bought, bringing, pictures, writing
from regulars.scorebook.computing.desk import Desk, engine_of, folder_of, swept
from regulars.scorebook.errors import ScoresBroken, ScoresCancelled, ScoresGivenUp
from regulars.scorebook.models import Run, RunState
from regulars.scorebook.moves import PREFIX, STEPS

TRIES: Final = 5  # so often a worker may die of it
DOING: Final[Mapping[str, Callable[[Desk], dict[str, Any]]]] = {
    "history": bringing.history,
    "facts": bringing.facts,
    "stages": ahead.stages,
    "future": ahead.future,
    "leaving": ahead.leaving,
    "due": ahead.due,
    "next": ahead.next_products,
    "pictures": pictures.pictures,
    "bought": bought.sums,
    "write": writing.write,
}
_BEGUN: Final = "UPDATE scorebook_step SET begun_at = clock_timestamp() WHERE run = %s AND number = %s"
_ENDED: Final = (
    "UPDATE scorebook_step SET ended_at = clock_timestamp(), told = %s::jsonb WHERE run = %s AND number = %s"
)
_CARD: Final = (
    "INSERT INTO scorebook_card (run, model, usable, why_not, card) VALUES (%s, %s, %s, %s, %s::jsonb)"
    " ON CONFLICT (run, model) DO UPDATE SET usable = excluded.usable, why_not = excluded.why_not,"
    " card = excluded.card"
)
_LEFT_OUT: Final = "UPDATE scorebook_run SET left_out = %s::jsonb, currency = %s WHERE id = %s"
_OVER: Final = (
    "UPDATE scorebook_run SET state = %s, code = %s, detail = %s, ended_at = clock_timestamp(), doing = ''"
    " WHERE id = %s AND claim = %s AND state = 'running' RETURNING 1"
)


def work(number: UUID, claim: UUID, *, actor: Actor, at: datetime) -> None:
    """Goes on with a run after the last step that was finished. A refusal ends it; a worker that dies does not."""
    row = Run.objects.get(pk=number)
    folder = folder_of(number)
    swept(number)
    with _Ending(row, claim, actor, at):
        if row.tries > TRIES:
            raise ScoresGivenUp(f"It was begun {TRIES} times, and its worker died each time.")
        done = _done(row, whole=(folder / "work.duckdb").exists())
        with engine_of(folder) as engine:
            desk = Desk(
                number, claim, row.organisation, row.cut_off, actor, at, engine, folder, row.currency, row.left_out
            )
            for place, name in enumerate(STEPS, 1):
                if place not in done:
                    _step(desk, place, name)
    shutil.rmtree(folder, ignore_errors=True)


def _done(row: Run, *, whole: bool) -> set[int]:
    """The steps that need not be done again: none where their tables are gone."""
    if not whole:
        asked("UPDATE scorebook_step SET begun_at = NULL, ended_at = NULL WHERE run = %s", [row.id])
        row.left_out = {}
    rows = asked("SELECT number FROM scorebook_step WHERE run = %s AND ended_at IS NOT NULL", [row.id])
    return {number for (number,) in rows}


def _step(desk: Desk, place: int, name: str) -> None:
    desk.look_up(name)
    asked(_BEGUN, [desk.run, place])
    desk.cards = []
    told = DOING[name](desk)
    with transaction.atomic():
        for card in desk.cards:
            asked(_CARD, [desk.run, card.model, card.usable, card.why_not, json.dumps(card.card)])
        asked(_LEFT_OUT, [json.dumps(desk.left_out), desk.currency, desk.run])
        asked(_ENDED, [json.dumps(told), desk.run, place])


class _Ending:
    """What becomes of a run when its work stops: done, cancelled, failed with a reason, or left to the next worker."""

    def __init__(self, row: Run, claim: UUID, actor: Actor, at: datetime) -> None:
        self.row, self.claim, self.actor, self.at = row, claim, actor, at

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        match error:
            case None:
                return False  # the last step said so itself
            case ScoresCancelled():
                self._over(RunState.CANCELLED, "", "")
            case OperationalError() | InterfaceError():
                return False  # the database went away: the next worker goes on
            case RegularsError():
                self._over(RunState.FAILED, error.code, str(error))
            case Exception():
                self._over(RunState.FAILED, ScoresBroken.code, f"{type(error).__name__}: {error}"[:400])
                return False  # our own bug: the log tells where
            case _:
                return False  # the worker was stopped
        return True

    @transaction.atomic
    def _over(self, state: RunState, code: str, detail: str) -> None:
        if not asked(_OVER, [state, code, detail, self.row.id, self.claim]):
            return
        told = {"run": typed(PREFIX, self.row.id)}
        if state is RunState.FAILED:
            about = typed("org", self.row.organisation)
            record([Deed("scores.failed", about, after=told | {"code": code})], actor=self.actor, at=self.at)


assert tuple(DOING) == STEPS
