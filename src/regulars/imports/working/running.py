"""An import from where it is to where it waits for somebody, or to its end, whichever end that is."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Final, Self
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from regulars.basics.errors import RegularsError
from regulars.history.custody import LakeBusy
from regulars.imports import locks
from regulars.imports.errors import ImportBroken, ImportGivenUp
from regulars.imports.models import Import, State
from regulars.imports.services.asking import forget_when
from regulars.imports.working import booking, looking, undoing
from regulars.imports.working.desk import Desk, Overtaken
from regulars.journal.moves import Deed
from regulars.journal.services import record

TRIES: Final = 5  # so often a worker may die of it
DOING: Final[Mapping[str, Callable[[Desk], None]]] = {
    State.READING: looking.look,
    State.BOOKING: booking.book,
    State.UNDOING: undoing.undo,
}


def work(number: UUID, claim: UUID, *, at: datetime) -> None:
    """A refusal ends it; a worker that dies does not."""
    desk = Desk(Import.objects.get(pk=number), claim, at)
    with _Ending(desk):
        if desk.row.tries > TRIES:
            raise ImportGivenUp(f"It was begun {TRIES} times, and its worker died each time.")
        DOING[desk.row.state](desk)


class _Ending:
    """What becomes of an import when its work stops."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        match error:
            case None | Overtaken():
                return error is not None
            case OperationalError() | InterfaceError():
                return False  # the database went away: the next worker goes on
            case LakeBusy():
                return True  # somebody changes that lake just now: the next turn goes on
            case RegularsError():
                self._failed(error.code, str(error))
                return True
            case Exception():
                self._failed(ImportBroken.code, f"{type(error).__name__}: {error}"[:400])
                return False  # our own bug: the log tells where
            case _:
                return False  # the worker was stopped

    @transaction.atomic
    def _failed(self, code: str, detail: str) -> None:
        row = self.desk.row
        if not locks.held(row.id, self.desk.claim):
            return
        row.state, row.code, row.detail, row.doing = State.FAILED, code, detail, ""
        row.forget_at = forget_when(self.desk.at)
        self.desk.keep("state", "code", "detail", "doing", "forget_at")
        record([Deed("imports.failed", self.desk.text, after={"code": code})], actor=self.desk.actor, at=self.desk.at)
