"""Sealing: transfers are bound into a hash chain seconds after they were posted, off the tills' path.

Each link digests the transfers with numbers above the last link's, in the order of their numbers. A transaction may
commit a lower number after a higher one, so only numbers are sealed that no open transaction can still write.
"""

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from regulars.journal.statements import column, run

# What a seal covers: every column, in this order. Never changed; a new column makes a new form beside this one.
FORM: Final = 1
SEALED: Final = (
    "number", "id", "kind", "unit", "giver", "taker", "owner", "other", "amount", "effective_at", "recorded_at", "deed",
    "reverses", "shown", "source", "external_id", "reason", "merchant", "store", "funder", "rule", "actor",
    "request_id", "details",
)  # fmt: skip
# PostgreSQL's binary notation of a row: every field with its type and length, so that no two rows have the same.
LEAF: Final = f"sha256(record_send(ROW({', '.join(f't.{name}' for name in SEALED)})))"
BATCH: Final = 5_000  # numbers to a link
AT_ONCE: Final = 50  # links to a statement
BACKLOG: Final = 200_000  # from here on the index of numbers is brought up to date first
NOTHING: Final = bytes(32)
_LOCK: Final = 0x6C656467  # of the sealers, among PostgreSQL's advisory locks


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of the chain. Kept elsewhere, it shows whether the chain was rewritten since."""

    number: int
    upto: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.digest.hex()}"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What came of a sealing. `waiting`: open transactions that may still write a lower number than others wrote."""

    head: Head
    transfers: int
    links: int
    waiting: int = 0
    elsewhere: bool = False  # another sealer is at work; nothing was done


@dataclass(frozen=True, slots=True)
class Root:
    """What the transfers of one link come to."""

    transfers: int
    digest: bytes
    leaves: bytes


def seal(*, at: datetime, patience: float = 2.0) -> Sealed:
    """Seals what has been posted by now. Call it every few seconds, from as many places as you like: one works.

    Waits up to `patience` seconds for transactions that were open when it came; while they last nothing newer is
    sealed, and the answer says so. Each link is there whole or not at all; a crash loses none.
    """
    transfers = links = 0
    target, waiting = drawn(), 0
    if target > head().upto:
        waiting = _wait(holders(), patience)
    while not waiting:
        with transaction.atomic():
            if not run("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])[0][0]:
                return Sealed(head(), transfers, links, elsewhere=True)
            last = head()
            if last.upto >= target:
                break
            made = _add(last, target, at)
        transfers += sum(root.transfers for root in made)
        links += len(made)
    return Sealed(head(), transfers, links, waiting)


def head() -> Head:
    """One query."""
    rows = run("SELECT number, upto, digest FROM ledger_seal ORDER BY number DESC LIMIT 1")
    return Head(*rows[0]) if rows else Head(0, 0, NOTHING)


def drawn() -> int:
    """The highest number given to a transfer so far, written or not."""
    ((last, used),) = run("SELECT last_value, is_called FROM ledger_transfer_number")
    return int(last) if used else 0


def holders() -> set[str]:
    """Other transactions that may have drawn a number and not ended: they hold the table's lock from before to after.

    PostgreSQL makes a transaction's rows visible before it lets go of its locks, so who is gone from here is seen.
    """
    rows = run(
        "SELECT DISTINCT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock'"
        " AND relation = 'ledger_transfer'::regclass AND pid <> pg_backend_pid() AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return {name for (name,) in rows}


def roots(bounds: list[int], *, leaves: bool) -> list[Root]:
    """What the transfers between each two bounds (above the first, up to the second) come to. One query.

    Without their leaves it is a quarter faster.
    """
    parts = "string_agg(substring(leaf FROM 1 FOR 8), ''::bytea ORDER BY number, id)" if leaves else "''::bytea"
    rows = run(
        f"SELECT b, count(*), sha256(string_agg(leaf, ''::bytea ORDER BY number, id)),"
        f" {parts} FROM (SELECT width_bucket(t.number - 1, %s::bigint[]) AS b, t.number, t.id, {LEAF} AS leaf"
        "       FROM ledger_transfer t WHERE t.number > %s AND t.number <= %s) AS leaves GROUP BY b",
        [column(bounds), bounds[0], bounds[-1]],
    )
    found = {bucket: Root(count, digest, eights) for bucket, count, digest, eights in rows}
    empty = Root(0, hashlib.sha256().digest(), b"")
    return [found.get(bucket, empty) for bucket in range(1, len(bounds))]


def linked(previous: bytes, number: int, upto: int, root: Root) -> bytes:
    """The digest of a link: what came before it, its place, how far it goes, how many transfers, and what they are."""
    facts = b"%d:%d:%d:%d:" % (FORM, number, upto, root.transfers)
    return hashlib.sha256(previous + facts + root.digest).digest()


def _wait(others: set[str], patience: float) -> int:
    """How many of these transactions are still open after `patience` seconds at most."""
    until = time.monotonic() + patience
    while others and time.monotonic() < until:
        time.sleep(0.005)
        others &= holders()
    return len(others)


def _add(last: Head, target: int, at: datetime) -> list[Root]:
    """Some links, by one statement that digests and one that writes."""
    if target - last.upto > BACKLOG:
        run("SELECT brin_summarize_new_values('ledger_transfer_numbers')")
    bounds = list(_bounds(last.upto, target))
    made = roots(bounds, leaves=True)
    if not any(root.transfers for root in made):
        return _leap(last, target, at)
    rows, digest = [], last.digest
    for step, (root, upto) in enumerate(zip(made, bounds[1:], strict=True), 1):
        digest = linked(digest, last.number + step, upto, root)
        rows.append((last.number + step, FORM, upto, root.transfers, digest, root.leaves, at))
    _write(rows)
    return made


def _leap(last: Head, target: int, at: datetime) -> list[Root]:
    """Over numbers that no transfer has (refused postings, a server that fell): one empty link up to the next."""
    ((following,),) = run(
        "SELECT min(number) FROM ledger_transfer WHERE number > %s AND number <= %s", [last.upto, target]
    )
    upto = target if following is None else following - 1
    root = Root(0, hashlib.sha256().digest(), b"")
    number = last.number + 1
    _write([(number, FORM, upto, 0, linked(last.digest, number, upto, root), b"", at)])
    return [root]


def _bounds(low: int, target: int) -> Iterator[int]:
    yield low
    for _ in range(AT_ONCE):
        low = min(low + BATCH, target)
        yield low
        if low == target:
            return


def _write(rows: Sequence[tuple[object, ...]]) -> None:
    names = "number, form, upto, transfers, digest, leaves, sealed_at"
    one = "(%s, %s, %s, %s, %s, %s, %s)"
    values = [value for row in rows for value in row]
    run(f"INSERT INTO ledger_seal ({names}) VALUES {', '.join([one] * len(rows))}", values)
