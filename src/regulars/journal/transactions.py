"""One transaction for a deed that is made of several verbs: all of it or nothing, and no statement more than needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.db import transaction

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
