"""What stands in each column of a sample: the content half of understanding a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regulars.history import dates, numbers
from regulars.history.dates import Reading
from regulars.history.engine import Engine
from regulars.history.headings import meanings
from regulars.history.moves import RawTable
from regulars.history.probe import as_text, blanks, column_types, take_sample

_SHAPES = 40  # commonest writings looked at per column


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
    decimal_comma: bool
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


def look_at(raw: RawTable, engine: Engine) -> list[ColumnFacts]:
    """Evidence for every column, from one sample of the table."""
    table = take_sample(raw, engine)
    types = column_types(table, engine)
    return [_look_at_column(raw, engine, table, types, position) for position in range(raw.width)]


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


def _look_at_column(raw: RawTable, engine: Engine, table: str, types: Mapping[str, str], position: int) -> ColumnFacts:
    kind = types[f"c{position}"]
    cells = f"(SELECT {text_of(position, types)} AS x FROM {table})"
    filled = f"(SELECT x FROM {cells} WHERE x IS NOT NULL AND lower(x) NOT IN {blanks()})"
    shapes = engine.connection.execute(
        f"SELECT {dates.shape('x')} AS s, any_value(x), count(*) AS n, min(length(x)), max(length(x))"
        f" FROM {filled} GROUP BY s ORDER BY n DESC, s LIMIT {_SHAPES}"
    ).fetchall()
    comma = _one(
        engine,
        f"SELECT count(*) FILTER ({numbers.says_comma('x')}) AS comma,"
        f" count(*) FILTER ({numbers.says_point('x')}) AS point FROM {filled} WHERE {numbers.like_a_number('x')}",
    )
    decimal_comma = comma["comma"] > comma["point"]
    facts = _one(
        engine,
        f"SELECT (SELECT count(*) FROM {table}) AS rows, count(*) AS filled, count(DISTINCT x) AS distinct_values,"
        f" count(n) AS numeric, count(*) FILTER (n = floor(n)) AS whole, count(*) FILTER (n < 0) AS negative,"
        f" count(*) FILTER (n = 1) AS ones, min(n) AS low, max(n) AS high, median(n) AS middle,"
        f" count(*) FILTER (regexp_matches(x, '\\p{{L}}')) AS letters, min(length(x)) = max(length(x)) AS same_length,"
        " list_sort(list_distinct(flatten(list(regexp_extract_all(upper(x),"
        " 'RMB|CNY|USD|EUR|GBP|JPY|HKD|TWD|HK\\$|NT\\$|[¥￥$€£₩₹元圆圓]')) FILTER (n IS NOT NULL)))) AS signs"
        f" FROM (SELECT x, CAST({numbers.number('x', decimal_comma=decimal_comma, kind=numbers.WIDE)} AS DOUBLE) AS n"
        f" FROM {filled})",
    )
    found, share = _date_readings(engine, filled, shapes, kind, facts["filled"])
    clock = dates.clock_formats(str(row[1]) for row in shapes) if kind in ("VARCHAR", "TIME", "BIGINT") else ()
    total = max(facts["filled"], 1)
    heading = heading_of(raw, position)
    return ColumnFacts(
        position=position,
        heading=heading,
        means=meanings(heading) if raw.headings is not None else {},
        rows=facts["rows"],
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
        signs=tuple(facts["signs"] or ()),
        typed=kind,
    )


def _date_readings(
    engine: Engine, filled: str, shapes: list[tuple[Any, ...]], kind: str, count: int
) -> tuple[tuple[dates.Reading, ...], float]:
    """The ways to read the column as dates that no cell speaks against more than against another way."""
    if count == 0:
        return (), 0.0
    if kind.startswith(("TIMESTAMP", "DATE")):
        return (dates.Reading("as written", (dates.ISO,)),), 1.0
    proposals = dates.readings((str(row[0]), str(row[1])) for row in shapes)
    if not proposals:
        return (), 0.0
    counted = ", ".join(
        f"count(*) FILTER ({dates.plausible(dates.moment('x', reading.spelled))})" for reading in proposals
    )
    row = engine.connection.execute(f"SELECT {counted} FROM {filled}").fetchone()
    assert row is not None
    best = max(row)
    good = tuple(reading for reading, hits in zip(proposals, row, strict=True) if hits == best and best > 0)
    return good, best / count
