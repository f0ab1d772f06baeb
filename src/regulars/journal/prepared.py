"""The short way to a statement that psycopg has already prepared on its connection.

A cursor of psycopg costs some 20 microseconds of a processor for what goes around a statement; a checkout has ten of
them. What is prepared, under which name and for how long stays with psycopg: whatever it does not know goes by its
cursor. Its register of names is not public, so `tests/journal/test_prepared.py` holds that this way is taken.
"""

from collections.abc import Sequence
from threading import local
from typing import Any, Final, cast

import psycopg
from psycopg.adapt import AdaptersMap, PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.types.datetime import TimestamptzLoader

Raw = psycopg.Connection[Any]
Rows = list[tuple[Any, ...]]
_FORMATS: Final = tuple([PyFormat.AUTO] * 100)
_HERE: Final = local()  # the way of this thread: it speaks over one connection at a time


class Way:
    """To one connection: how values go there and come back."""

    __slots__ = ("adapters", "connection", "turning")

    def __init__(self, raw: Raw) -> None:
        self.connection = raw
        self.adapters = AdaptersMap(raw.adapters)
        # Moments as psycopg reads them: a tenth of the time that Django's way takes.
        self.adapters.register_loader("timestamptz", TimestamptzLoader)
        self.turning = Transformer(self)

    def rows(self, text: bytes, given: Sequence[object]) -> Rows | None:
        """Of a statement; None where it has to go by a cursor."""
        raw, turning = self.connection, self.turning
        if raw.pgconn.transaction_status != TransactionStatus.INTRANS or len(given) > len(_FORMATS):
            return None  # a cursor begins the transaction, and tells what is wrong with it
        values = turning.dump_sequence(given, _FORMATS[: len(given)])
        key = (text, turning.types or ())
        names = raw._prepared._names
        name = names.get(key)
        if name is None:
            return None
        names.move_to_end(key)
        result = raw.pgconn.exec_prepared(name, cast(Any, values), turning.formats)  # nothing is a value too
        if result.status == ExecStatus.COMMAND_OK:
            return []
        if result.status != ExecStatus.TUPLES_OK:
            if raw.pgconn.status == ConnStatus.BAD:  # whoever waits for the database knows this one
                raise psycopg.OperationalError(result.get_error_message())
            raise psycopg.errors.error_from_result(result, encoding=raw.info.encoding)
        turning.set_pgresult(result)
        return turning.load_rows(0, result.ntuples, tuple)


def rows(raw: Raw, text: bytes, given: Sequence[object]) -> Rows | None:
    """What a statement gives, if it is prepared on this connection and a transaction is open; else None, and nothing is
    done. Raises what psycopg raises."""
    way: Way | None = getattr(_HERE, "way", None)
    if way is None or way.connection is not raw:
        way = _HERE.way = Way(raw)
    return way.rows(text, given)
