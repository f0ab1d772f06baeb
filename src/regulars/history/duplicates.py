"""Duplicates: the same receipt arriving again, or the same receipt and line number.

A receipt is known by its basket (store, receipt number and day; without a number: customer, store and moment). Lines
without receipt number and without customer are never duplicates. Within a file a receipt *arrives* once per block of
adjacent lines, where the file keeps receipts together at all and the block has much of the receipt and little that is
new; what else comes later belongs to the first arrival. In a file sorted otherwise, the whole file is one arrival.

Of each distinct line of a receipt the lake keeps as many copies as the arrival that has most of them: equal lines of
one receipt stay, a receipt sent twice is counted once. A line with a number of its own counts once per number.

The n-th copy of a line belongs to the first file that has n copies; what later files bring again is set aside, so that
it comes back when the first file is forgotten. What is kept therefore depends on the files alone, not on their order.
"""

from dataclasses import dataclass
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa

from regulars.history.arrivals import Blocks, Longs, blocks_of, spots_of
from regulars.history.moves import Staged
from regulars.history.parts import staged_lines

# What makes two lines of a receipt equal. Names and categories describe a product; they may be missing in one export.
FACTS: Final = (
    "sold_at",
    "customer",
    "receipt",
    "receipt_line",
    "store",
    "product",
    "quantity",
    "amount_minor",
    "discount_minor",
    "cost_minor",
    "kind",
)
_KNOWN: Final = "(receipt IS NOT NULL OR customer IS NOT NULL)"
_KEY: Final = f"hash({', '.join(FACTS)})"
_ROWS_AT_ONCE: Final = 12_000_000
_TOGETHER: Final = 0.95  # share of many-line receipts in one block, from which on a block is an arrival
_SAMPLE: Final = 20_000
_RUN: Final = 3  # receipts in a row that must come again before nameless days are called a second arrival


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Finds duplicates in one DuckDB session; each answer is a temporary table of line numbers."""

    connection: duckdb.DuckDBPyConnection

    def within(self, staged: Staged) -> int:
        """Names the surplus lines of one file in table `repeated`; says how many there are.

        Free of hashing and joins where no receipt comes in two blocks and no line number twice.
        """
        self._run("CREATE OR REPLACE TEMP TABLE repeated (line BIGINT)")
        lines = staged_lines(staged.files, 0)
        blocks = blocks_of(staged)
        again = self._without_anonymous(lines, blocks.repeated())
        by_block = len(again) > 0 and self._kept_together(staged, lines, blocks, again)
        if not by_block:
            again = again[:0]
        numbered = self._numbered(lines)
        if numbered:
            again = np.union1d(again, self._numbers_again(lines))
        if not len(again):
            return 0
        self._spots(staged, again)
        block = "spots.block" if by_block else "0"
        if numbered:  # each line is an arrival of its own: one number, one line
            block = f"CASE WHEN receipt_line IS NULL THEN {block} ELSE -line END"
        self._run(
            f"CREATE OR REPLACE TEMP TABLE keyed AS SELECT line, l.basket, {block} AS block, {_KEY} AS key, "
            f"receipt IS NULL AS nameless FROM ({lines}) l JOIN spots USING (line) WHERE {_KNOWN}"
        )
        if by_block:
            self._join_continued()
        if by_block and not staged.has_time:
            self._believe_only_runs()
        return self._in_batches(
            "repeated",
            "SELECT line FROM (SELECT *, row_number() OVER (PARTITION BY basket, key, block ORDER BY line) AS copy "
            "FROM keyed WHERE {batch}) QUALIFY row_number() OVER (PARTITION BY basket, key, copy ORDER BY line) > 1",
        )

    def across(self, lines: str, existing: str, first_on: str, last_on: str) -> int:
        """Names in table `met` the lines of a new file that other files brought; says how many there are.

        `lines` is a query of the new file without its own surplus, `existing` of all lines, kept and set aside, of the
        other files; they are compared within the days given, which both have.
        """
        self._run("CREATE OR REPLACE TEMP TABLE met (line BIGINT)")
        shared = f"sold_at >= DATE '{first_on}' AND sold_at < DATE '{last_on}' + 1 AND {_KNOWN}"
        self._run(
            f"CREATE OR REPLACE TEMP TABLE common AS SELECT DISTINCT basket FROM ({lines}) WHERE {shared} "
            f"AND basket IN (SELECT basket FROM ({existing}) WHERE {shared})"
        )
        if not self._count("common"):
            return 0
        for name, query in (("ours", lines), ("keyed", existing)):
            self._run(
                f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT file, line, basket, {_KEY} AS key FROM ({query}) "
                f"SEMI JOIN common USING (basket) WHERE {shared}"
            )
        copy = "row_number() OVER (PARTITION BY file, basket, key ORDER BY line) AS copy"
        return self._in_batches(
            "met",
            f"SELECT line FROM (SELECT line, basket, key, {copy} FROM ours WHERE {{batch}}) SEMI JOIN "
            f"(SELECT basket, key, {copy} FROM keyed WHERE {{batch}}) USING (basket, key, copy)",
        )

    def given_back(self, kept: str, aside: str, gone: str) -> int:
        """Names in table `back` (file, line) the lines set aside that nobody else brings once `gone` is gone.

        `kept` and `aside` are queries of the files that stay, `gone` of all lines of the file that goes.
        """
        self._run("CREATE OR REPLACE TEMP TABLE back (file INTEGER, line BIGINT)")
        self._run(
            f"CREATE OR REPLACE TEMP TABLE common AS SELECT DISTINCT basket FROM ({aside}) "
            f"WHERE basket IN (SELECT basket FROM ({gone}))"
        )
        if not self._count("common"):
            return 0
        self._run(
            f"CREATE OR REPLACE TEMP TABLE keyed AS SELECT file, line, basket, {_KEY} AS key, set_aside FROM "
            f"(SELECT *, false AS set_aside FROM ({kept}) UNION ALL SELECT *, true AS set_aside FROM ({aside})) "
            f"SEMI JOIN common USING (basket) WHERE {_KNOWN}"
        )
        return self._in_batches(
            "back",
            "SELECT file, line FROM (SELECT *, row_number() OVER (PARTITION BY file, basket, key ORDER BY line) "
            "AS copy FROM keyed WHERE {batch}) "
            "QUALIFY set_aside AND file = min(file) OVER (PARTITION BY basket, key, copy)",
        )

    def _without_anonymous(self, lines: str, again: Longs) -> Longs:
        """Baskets less those of lines with neither receipt number nor customer."""
        if not len(again):
            return again
        self._given("again", again)
        return np.setdiff1d(
            again,
            self._baskets(f"SELECT DISTINCT basket FROM ({lines}) WHERE NOT {_KNOWN} AND basket IN (FROM again)"),
            assume_unique=True,
        )

    def _kept_together(self, staged: Staged, lines: str, blocks: Blocks, again: Longs) -> bool:
        """Whether the file keeps receipts together, so that a second block is a second arrival.

        A receipt in several blocks is no argument against it when one block has every line that the others have: that
        is what a file appended to itself looks like. Judged on a sample, since baskets are hashes.
        """
        self._spots(staged, again[:: 1 + len(again) // _SAMPLE])
        ((repeats,),) = self.connection.execute(
            f"WITH seen AS (SELECT spots.basket, block, {_KEY} AS key FROM ({lines}) l JOIN spots USING (line)), "
            "blocks AS (SELECT basket, count(DISTINCT key) AS kinds FROM seen GROUP BY basket, block), "
            "receipts AS (SELECT basket, count(DISTINCT key) AS kinds FROM seen GROUP BY basket) "
            "SELECT avg((most = kinds)::INTEGER) FROM receipts JOIN "
            "(SELECT basket, max(kinds) AS most FROM blocks GROUP BY basket) USING (basket)"
        ).fetchall()
        whole = blocks.whole(again)
        together: bool = whole + repeats * len(again) >= _TOGETHER * (whole + len(again))
        return together

    def _join_continued(self) -> None:
        """A later block is the receipt again when it has half of the receipt or more, and half of it was there before.

        Else the receipt goes on there, after another till has written in between.
        """
        self._run(
            "CREATE OR REPLACE TEMP TABLE parted AS WITH kinds AS (SELECT DISTINCT basket, block, key FROM keyed "
            "WHERE block >= 0), known AS (SELECT *, min(block) OVER (PARTITION BY basket, key) AS since, "
            "min(block) OVER (PARTITION BY basket) AS first FROM kinds), blocks AS (SELECT basket, block, first, "
            "count(*) AS here, count(*) FILTER (since = block) AS fresh FROM known GROUP BY ALL), "
            "receipts AS (SELECT *, sum(fresh) OVER (PARTITION BY basket) AS in_all FROM blocks) "
            "SELECT basket, block, first FROM receipts "
            "WHERE block > first AND (fresh * 2 > here OR here * 2 < in_all)"
        )
        self._join_parted()

    def _believe_only_runs(self) -> None:
        """Without receipt numbers and hours, somebody who comes twice a day looks like a receipt that comes twice.

        So a second block counts as an arrival only within a run of blocks that come again in the same order; else it
        is taken for a part of the first.
        """
        self._run(
            "CREATE OR REPLACE TEMP TABLE parted AS WITH shifted AS (SELECT basket, block, "
            "min(block) OVER (PARTITION BY basket) AS first FROM (SELECT DISTINCT basket, block FROM keyed "
            "WHERE nameless AND block >= 0)), runs AS (SELECT *, block - first AS shift, "
            "block - row_number() OVER (PARTITION BY block - first ORDER BY block) AS run FROM shifted "
            "WHERE block > first) SELECT basket, block, first FROM runs "
            f"QUALIFY count(*) OVER (PARTITION BY shift, run) < {_RUN}"
        )
        self._join_parted()

    def _join_parted(self) -> None:
        """Takes blocks for a part of their receipt's first."""
        self._run(
            "UPDATE keyed SET block = parted.first FROM parted "
            "WHERE keyed.basket = parted.basket AND keyed.block = parted.block"
        )

    def _numbered(self, lines: str) -> bool:
        """Whether lines carry numbers within their receipt: a column that always says the same numbers nothing."""
        ((found,),) = self.connection.execute(
            f"SELECT min(receipt_line) <> max(receipt_line) FROM ({lines})"
        ).fetchall()
        return bool(found)

    def _numbers_again(self, lines: str) -> Longs:
        """Baskets in which a line number comes more than once, rising."""
        number = f"hash(basket, receipt_line)::UBIGINT AS number FROM ({lines}) WHERE receipt_line IS NOT NULL"
        reader = self.connection.sql(f"SELECT {number}").to_arrow_reader(1_000_000)
        rising = np.sort(np.concatenate([np.empty(0, np.uint64), *(b.column(0).to_numpy() for b in reader)]))
        again = np.unique(rising[1:][rising[1:] == rising[:-1]])
        if not len(again):
            return np.empty(0, np.int64)
        self._given("again", again)
        return self._baskets(f"SELECT DISTINCT basket FROM (SELECT basket, {number}) WHERE number IN (FROM again)")

    def _baskets(self, query: str) -> Longs:
        found: Longs = self.connection.sql(query).to_arrow_table().column("basket").to_numpy()
        return np.sort(found)

    def _spots(self, staged: Staged, baskets: Longs) -> None:
        self.connection.register("spots_in_order", spots_of(staged, baskets))
        self._run("CREATE OR REPLACE TEMP TABLE spots AS SELECT * FROM spots_in_order")
        self.connection.unregister("spots_in_order")

    def _given(self, name: str, values: "np.ndarray[tuple[int], np.dtype[np.generic]]") -> None:
        self.connection.register("given_values", pa.table({"given": values}))
        self._run(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM given_values")
        self.connection.unregister("given_values")

    def _in_batches(self, answer: str, query: str) -> int:
        """Fills the answer from `keyed` in slices of baskets that fit in memory."""
        slices = 1 + self._count("keyed") // _ROWS_AT_ONCE
        for number in range(slices):
            self._run(f"INSERT INTO {answer} {query.format(batch=f'abs(basket % {slices}) = {number}')}")
        return self._count(answer)

    def _count(self, table: str) -> int:
        ((rows,),) = self.connection.execute(f"SELECT count(*) FROM {table}").fetchall()
        return int(rows)

    def _run(self, statement: str) -> None:
        self.connection.execute(statement)
