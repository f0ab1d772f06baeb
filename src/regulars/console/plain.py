"""Whether numbers, days and amounts are written plainly, for a program to read, or as people read them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

MARK: Final = "\u2063"  # between an amount and its currency; seen nowhere
_plain: ContextVar[bool] = ContextVar("regulars.console.plain", default=False)


@contextmanager
def plainly() -> Iterator[None]:
    """What is shown within is written plainly."""
    token = _plain.set(True)
    try:
        yield
    finally:
        _plain.reset(token)


def plain() -> bool:
    return _plain.get()
