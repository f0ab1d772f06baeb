"""What stands in each column of a sample: the content half of understanding a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.history import dates, numbers
from regulars.history.dates import Reading
from regulars.history.engine import Engine
from regulars.history.headings import meanings
from regulars.history.moves import RawTable
from regulars.history.probe import BLANKS, SAMPLE_ROWS, among, as_text, column_types, take_sample

_FIRST_EPOCH_YEAR = 1990  # counted in seconds, small numbers are prices, not the seventies
_SHAPES = 40  # commonest writings looked at per column
_CELLS = "cells_in_hand"  # x: a filled cell of the column in hand; n: how often
_FACTS = """
    WITH told AS (SELECT x, n AS w, CAST({value} AS DOUBLE) AS v FROM cells_in_hand),
    ranked AS (
        SELECT v, sum(w) OVER (ORDER BY v) AS upto, sum(w) OVER () AS total FROM told WHERE v IS NOT NULL
    )
    SELECT coalesce(sum(w), 0) AS filled, count(*) AS distinct_values,
        coalesce(sum(w) FILTER (v IS NOT NULL), 0) AS numeric,
        coalesce(sum(w) FILTER (v = floor(v)), 0) AS whole, coalesce(sum(w) FILTER (v < 0), 0) AS negative,
        coalesce(sum(w) FILTER (v = 1), 0) AS ones, min(v) AS low, max(v) AS high,
        (SELECT min(v) FROM ranked WHERE 2 * upto >= total) AS middle,
        coalesce(sum(w) FILTER (regexp_matches(x, '\\p{{L}}')), 0) AS letters,
        min(length(x)) = max(length(x)) AS same_length,
        list_sort(list_distinct(flatten(list(regexp_extract_all(upper(x),
            'RMB|CNY|USD|EUR|GBP|JPY|HKD|TWD|HK\\$|NT\\$|[¥￥$€£₩₹元圆圓円]')) FILTER (v IS NOT NULL)))) AS signs
    FROM told
"""


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column of the sample. Shares are of the filled cells, between 0 and 1."""

    position: int
    heading: str
    means: Mapping[str, float]  # field → weight, from the heading
    rows: int
    filled: int
    distinct: int
    numbers: float
    whole: float  # share of whole numbers
    negative: float
    ones: float
    low: float
    high: float
    middle: float
    letters: float  # share of cells with a letter
    same_length: bool
    day_length: bool  # holds only times of the day
    dates: float
    readings: tuple[Reading, ...]  # as good as each other, best first
    clock: tuple[str, ...]
    decimal_comma: bool  # more cells can only be read with a decimal comma than with a point …
    decimal_point: bool  # … or the other way round
    signs: tuple[str, ...]  # currency signs and codes seen
    typed: str

    @property
    def is_number(self) -> bool:
        return self.numbers >= 0.5 and self.filled > 0

    @property
    def is_decimal(self) -> bool:
        return self.numbers >= 0.9 and self.whole < 0.98

    @property
    def is_id_like(self) -> bool:
        """Codes or whole numbers that repeat, and are neither dates nor amounts."""
        return (
            self.filled > 0 and self.distinct > 1 and self.dates < 0.9 and not self.is_decimal and not self.day_length
        )

    @property
    def unique(self) -> bool:
        return self.filled > 1 and self.distinct >= 0.999 * self.filled

    def mean(self, field: str) -> float:
        return self.means.get(field, 0.0)


def text_of(position: int, types: Mapping[str, str]) -> str:
    return as_text(f"c{position}", types[f"c{position}"])


def look_at(
    raw: RawTable, engine: Engine, *, positions: Sequence[int] | None = None, rows: int = SAMPLE_ROWS
) -> list[ColumnFacts]:
    """Evidence for every column, or those asked for, from one sample of the table."""
    table = take_sample(raw, engine, rows=rows)
    types = column_types(table, engine)
    seen = int(_one(engine, f"SELECT count(*) AS rows FROM {table}")["rows"])
    wanted = range(raw.width) if positions is None else positions
    return [_look_at_column(raw, engine, table, types, position, seen) for position in wanted]


def heading_of(raw: RawTable, position: int) -> str:
    if raw.headings is not None and position < len(raw.headings) and raw.headings[position].strip():
        return raw.headings[position]
    return f"column {position + 1}"


def _one(engine: Engine, query: str) -> dict[str, Any]:
    cursor = engine.connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    row = cursor.fetchone()
    assert row is not None
    return dict(zip(names, row, strict=True))


def _look_at_column(
    raw: RawTable, engine: Engine, table: str, types: Mapping[str, str], position: int, rows: int
) -> ColumnFacts:
    kind = types[f"c{position}"]
    # Most columns say the same few things over and over: each is looked at once, with its count n.
    engine.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_CELLS} AS SELECT x, count(*) AS n"
        f" FROM (SELECT {text_of(position, types)} AS x FROM {table}) WHERE x IS NOT NULL"
        f" GROUP BY x HAVING NOT {among('lower(x)', BLANKS)}"
    )
    shapes = engine.connection.execute(
        f"SELECT {dates.shape('x')} AS s, min(x), sum(n) AS n, min(length(x)), max(length(x))"
        f" FROM {_CELLS} GROUP BY s ORDER BY n DESC, s LIMIT {_SHAPES}"
    ).fetchall()
    comma = _one(
        engine,
        f"SELECT coalesce(sum(n) FILTER ({numbers.says_comma('x')}), 0) AS comma,"
        f" coalesce(sum(n) FILTER ({numbers.says_point('x')}), 0) AS point"
        f" FROM {_CELLS} WHERE {numbers.like_a_number('x')}",
    )
    decimal_comma = comma["comma"] > comma["point"]
    facts = _one(engine, _FACTS.format(value=numbers.number("x", decimal_comma=decimal_comma, kind=numbers.WIDE)))
    found, share = _date_readings(engine, shapes, kind, facts["filled"])
    clock = dates.clock_formats(str(row[1]) for row in shapes) if kind in ("VARCHAR", "TIME", "BIGINT") else ()
    total = max(facts["filled"], 1)
    heading = heading_of(raw, position)
    return ColumnFacts(
        position=position,
        heading=heading,
        means=meanings(heading) if raw.headings is not None else {},
        rows=rows,
        filled=facts["filled"],
        distinct=facts["distinct_values"],
        numbers=facts["numeric"] / total,
        whole=facts["whole"] / max(facts["numeric"], 1),
        negative=facts["negative"] / max(facts["numeric"], 1),
        ones=facts["ones"] / max(facts["numeric"], 1),
        low=facts["low"] or 0.0,
        high=facts["high"] or 0.0,
        middle=facts["middle"] or 0.0,
        letters=facts["letters"] / total,
        same_length=bool(facts["same_length"]),
        day_length=bool(clock) and any(":" in str(row[1]) for row in shapes),
        dates=share,
        readings=found,
        clock=clock,
        decimal_comma=decimal_comma,
        decimal_point=comma["point"] > comma["comma"],
        signs=tuple(facts["signs"] or ()),
        typed=kind,
    )


def _date_readings(
    engine: Engine, shapes: list[tuple[Any, ...]], kind: str, count: int
) -> tuple[tuple[dates.Reading, ...], float]:
    """The ways to read the column as dates that no cell speaks against more than against another way."""
    if count == 0:
        return (), 0.0
    if kind.startswith(("TIMESTAMP", "DATE")):
        return (dates.Reading("as written", (dates.ISO,)),), 1.0
    proposals = dates.readings((str(row[0]), str(row[1])) for row in shapes)
    if not proposals:
        return (), 0.0
    row = [_hits(engine, reading.spelled) for reading in proposals]
    best = max(row)
    good = tuple(reading for reading, hits in zip(proposals, row, strict=True) if hits == best and best > 0)
    return good, best / count


def _hits(engine: Engine, spelled: str) -> int:
    """How many cells of the column in hand are dates, read so."""
    read = dates.plausible(dates.moment("x", spelled))
    if spelled in (dates.EPOCH_S, dates.EPOCH_MS):
        read += f" AND {dates.moment('x', spelled)} >= TIMESTAMP '{_FIRST_EPOCH_YEAR}-01-01'"
    return int(_one(engine, f"SELECT coalesce(sum(n) FILTER ({read}), 0) AS hits FROM {_CELLS}")["hits"])
