"""One transaction for a deed that is made of several verbs: all of it or nothing, and no statement more than needed.
And deeds that are each for themselves: what is wrong with one is no reason for the others to wait."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Final, Self, TypeVar

from django.db import InterfaceError, OperationalError, transaction

Row = TypeVar("Row")
Made = TypeVar("Made")
_BEGUN: Final[ContextVar[bool]] = ContextVar("regulars.whole", default=False)


@contextmanager
def whole() -> Iterator[None]:
    """As `transaction.atomic`, but within another one without a savepoint, which would cost two statements each time.

    So whoever goes on after a refusal of what is done within needs a `transaction.atomic` of their own around that.
    """
    if _BEGUN.get():
        yield
        return
    begun = _BEGUN.set(True)
    try:
        with transaction.atomic():
            yield
    finally:
        _BEGUN.reset(begun)


class Apart:
    """Around what is done for one of several: what goes wrong within, a fault of our own too, is kept in `failure` for
    whoever goes on with the others, and who raises or logs it. That the database went away, or that two stood in each
    other's way, is nothing that is wrong with one, and goes through."""

    failure: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        match error:
            case OperationalError() | InterfaceError():
                return False
            case Exception():
                self.failure = error
                return True
        return False  # all went well, or the worker was stopped


def first_done(doing: Iterable[Callable[[], int]]) -> int:
    """The first of these that finds something to do: how much that was; 0 where none does. Each is a transaction of its
    own. One that fails keeps none behind it waiting; its failure is raised once there is nothing else to do."""
    first: Exception | None = None
    for one in doing:
        done = 0
        with Apart() as apart:
            done = one()
        if done:
            return done
        first = first or apart.failure
    if first is not None:
        raise first
    return 0


def by_halves(
    rows: Sequence[Row], doing: Callable[[Sequence[Row]], Iterable[Made]], blame: Callable[[Row, Exception], None]
) -> list[Made]:
    """What is done for all of them together. Where that fails, for one half and then the other, down to the row that is
    at fault, which is blamed, so that the others stand. `doing` does all or nothing."""
    made: list[Made] = []
    if not rows:
        return made
    with Apart() as apart:
        made = list(doing(rows))
    if apart.failure is None:
        return made
    if len(rows) == 1:
        blame(rows[0], apart.failure)
        return []
    half = len(rows) // 2
    return [*by_halves(rows[:half], doing, blame), *by_halves(rows[half:], doing, blame)]
