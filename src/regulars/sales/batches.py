"""Batches of what goes into the lake: cut once, then the same for ever, so that one half done is done again alike.

A row is cut only when no transaction that is still running can have written one before it. A batch reads what is never
changed (see `models`), so that a second try makes the same file; when that is in the lake, the rows go and the batch
is done, in one transaction.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import connection

from regulars.journal.statements import column, run

MOST: Final = 50_000  # documents of a batch
FORM: Final = 1  # of the rows below: another form is another file
_MINE: Final = 0x73616C6B  # of who takes batches, among PostgreSQL's advisory locks
_CUT: Final = """
WITH due AS (
    SELECT o.id, s.organisation, s.currency FROM sales_outbox o
    LEFT JOIN sales_return r ON o.kind = 'return' AND r.id = o.subject
    JOIN sales_sale s ON s.id = coalesce(r.sale_id, o.subject)
    WHERE o.batch IS NULL AND o.written_by < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY o.id LIMIT %s
), made AS (
    INSERT INTO sales_batch (organisation, currency, number, documents, cut_at)
    SELECT d.organisation, d.currency, 1 + coalesce((SELECT max(b.number) FROM sales_batch b
        WHERE b.organisation = d.organisation AND b.currency = d.currency), 0), count(*), %s
    FROM due d GROUP BY d.organisation, d.currency ORDER BY d.organisation, d.currency
    RETURNING id, organisation, currency
), told AS (
    UPDATE sales_outbox o SET batch = made.id FROM due JOIN made USING (organisation, currency)
    WHERE o.id = due.id RETURNING 1
) SELECT count(*) FROM told
"""
_NEXT: Final = (
    "SELECT id, organisation, currency, number FROM sales_batch WHERE done_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE"
)
_DONE: Final = """
WITH gone AS (DELETE FROM sales_outbox WHERE batch = %s)
UPDATE sales_batch SET done_at = %s, lines = %s WHERE id = %s
"""
_ALONE: Final = """
INSERT INTO sales_batch (organisation, currency, number, documents, cut_at)
SELECT %(o)s::uuid, %(c)s::varchar, 1 + coalesce(max(number), 0), %(n)s::int, %(at)s::timestamptz FROM sales_batch
WHERE organisation = %(o)s::uuid AND currency = %(c)s::varchar RETURNING id
"""
_GIVEN_UP: Final = """
WITH gone AS (DELETE FROM sales_outbox WHERE batch = %s)
UPDATE sales_batch SET done_at = %s, lines = 0 WHERE id = %s AND done_at IS NULL RETURNING 1
"""
# A store's own clock; without a store the merchant's, without one the organisation's. What came back names the receipt
# that it was bought with; it is a basket of its own. The cost of a part of a line is that part of the line's cost.
_PLACED: Final = """
    {moment} AT TIME ZONE coalesce(st.zone, m.zone, g.zone, 'UTC') AS sold_at, s.member,
    s.source || '/' || s.external_id AS receipt, {place}.store, {place}.merchant, s.channel,
    l.item, l.name, l.category, l.brand, l.marks"""
_SHOPS: Final = """
    LEFT JOIN access_organisation g ON g.id = s.organisation
    LEFT JOIN access_merchant m ON m.id = {place}.merchant LEFT JOIN access_store st ON st.id = {place}.store"""
_ROWS: Final = f"""
WITH parts AS (
    SELECT o.id, l.number, s.id AS basket, l.number::text AS receipt_line, 'sale' AS kind, l.quantity,
        l.amount - l.discount AS amount, l.discount, l.cost,
        {_PLACED.format(moment="s.effective_at", place="s")}
    FROM sales_outbox o JOIN sales_sale s ON s.id = o.subject JOIN sales_line l ON l.sale_id = s.id
    {_SHOPS.format(place="s")} WHERE o.kind = 'sale' AND o.batch = {{batch}}
    UNION ALL
    SELECT o.id, l.number, r.id, l.number::text, 'return', -b.quantity, -b.amount, NULL,
        -round(l.cost::numeric * b.quantity / l.quantity)::bigint,
        {_PLACED.format(moment="r.effective_at", place="r")}
    FROM sales_outbox o JOIN sales_return r ON r.id = o.subject JOIN sales_sale s ON s.id = r.sale_id
    JOIN sales_return_line b ON b.return_id = r.id JOIN sales_line l ON l.sale_id = s.id AND l.number = b.number
    {_SHOPS.format(place="r")} WHERE o.kind = 'return' AND o.batch = {{batch}}
) SELECT row_number() OVER (ORDER BY id, number) AS line, sold_at, member, receipt, receipt_line, basket, store,
    merchant, nullif(channel, '') AS channel, item, nullif(name, '') AS name, nullif(category, '') AS category,
    nullif(brand, '') AS brand, quantity, amount, discount, cost, array_to_string(marks, ' ') AS marks, kind
FROM parts ORDER BY line
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """One file of a lake: the `number`-th of its organisation and currency."""

    id: int
    organisation: UUID
    currency: str
    number: int

    @property
    def name(self) -> str:
        return name_of(self.number)


def name_of(number: int) -> str:
    """How a lake calls a batch.

    >>> name_of(17), number_of("tills-00000017"), number_of("may.csv")
    ('tills-00000017', 17, None)
    """
    return f"tills-{number:08d}"


def number_of(name: str) -> int | None:
    """Which batch a file of a lake is, if it is one."""
    digits = name.removeprefix("tills-")
    return int(digits) if digits != name and digits.isdecimal() else None


def cut(*, at: datetime) -> None:
    """New batches of what waits, where all before are done. Three queries."""
    if _mine() and not run(_NEXT):
        run(_CUT, [MOST, at])


def together(subjects: Sequence[UUID], *, organisation: UUID, currency: str, at: datetime) -> int:
    """A batch of these bills and returns alone, which this transaction wrote: a file of the lake that can be taken out
    again. Waits for whoever is at batches. Four queries."""
    assert connection.in_atomic_block
    run("SELECT 1 FROM (SELECT pg_advisory_xact_lock(%s)) AS waited", [_MINE])
    ((number,),) = run(_ALONE, {"o": organisation, "c": currency, "n": len(subjects), "at": at})
    told = run(
        "UPDATE sales_outbox SET batch = %s WHERE subject = ANY(%s::uuid[]) RETURNING 1", [number, column(subjects)]
    )
    assert len(told) == len(subjects), "a bill that no outbox has"
    return int(number)


def give_up(batch: int, *, at: datetime) -> Batch | None:
    """What is not in the lake yet does not go there; the batch where it is there. Waits for whoever is at batches.
    Three queries."""
    assert connection.in_atomic_block
    run("SELECT 1 FROM (SELECT pg_advisory_xact_lock(%s)) AS waited", [_MINE])
    if run(_GIVEN_UP, [batch, at, batch]):
        return None
    rows = run("UPDATE sales_batch SET lines = 0 WHERE id = %s RETURNING id, organisation, currency, number", [batch])
    return Batch(*rows[0]) if rows else None


def take() -> Batch | None:
    """The oldest batch that is not done, under lock, so that they come in order. Two queries."""
    rows = run(_NEXT) if _mine() else []
    return Batch(*rows[0]) if rows else None


def _mine() -> bool:
    """Whether nobody else is at batches until this transaction ends."""
    assert connection.in_atomic_block
    ((mine,),) = run("SELECT pg_try_advisory_xact_lock(%s)", [_MINE])
    return bool(mine)


def write_rows(batch: Batch, file: Path) -> str:
    """The lines of a batch as CSV, and a checksum of what they say. One query, a piece at a time."""
    digest = hashlib.sha256(f"{FORM} {batch.organisation} {batch.name}\n".encode())
    asked = f"COPY ({_ROWS.format(batch=int(batch.id))}) TO STDOUT (FORMAT csv, HEADER)"
    with connection.cursor() as cursor, cursor.copy(asked) as copied, file.open("wb") as out:
        for piece in copied:
            digest.update(piece)
            out.write(piece)
    return digest.hexdigest()


def done(batch: Batch, lines: int, *, at: datetime) -> None:
    """The lake has it. One query."""
    run(_DONE, [batch.id, at, lines, batch.id])
