"""Files of another product as tables: whatever `regulars analyze` reads, and JSON with one object a line."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from regulars.history.engine import Engine
from regulars.history.kinds import Foreign, kind_of
from regulars.history.moves import NotRead, RawTable
from regulars.history.sources import NoSuchFile, raw_tables
from regulars.programme.errors import WrongMoveIn
from regulars.programme.moving.moves import Refused

Line = tuple[int, Sequence[str | None]]  # a line, and what stands in its columns
_JSON: Final = Foreign("JSON")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a file. `refused`: rows that would not split into columns."""

    name: str
    headings: tuple[str, ...]
    rows: int
    lines: Callable[[], Iterator[Line]]
    refused: tuple[Refused, ...] = ()


def tables(path: Path, *, engine: Engine, work: Path) -> list[Table]:
    """Raises NoSuchFile, WrongMoveIn."""
    if not path.is_file():
        raise NoSuchFile(f"There is no file {path}. Check the spelling.", path=str(path))
    if kind_of(path) == _JSON:
        return [_json_lines(path)]
    found = list(raw_tables([path], engine=engine, work=work))
    read = [one for one in found if isinstance(one, RawTable)]
    if not read:
        why = "; ".join(one.why for one in found if isinstance(one, NotRead))
        raise WrongMoveIn(f"{path.name} is no table: {why or 'it is empty'}.", file=path.name)
    return [_table(one, engine) for one in read]


def _table(table: RawTable, engine: Engine) -> Table:
    if table.headings is None:
        raise WrongMoveIn(f"{table.name} has no headings. Put a line with them on top.", file=table.name)
    cells = ", ".join(f"c{place}::VARCHAR" for place in range(len(table.headings)))

    def lines() -> Iterator[Line]:
        found = engine.connection.execute(f"SELECT line, {cells} FROM ({table.query}) ORDER BY line")
        while some := found.fetchmany(5_000):
            yield from ((int(line), values) for line, *values in some)

    return Table(table.name, table.headings, table.rows, lines, tuple(_unsplit(table, engine)))


def _unsplit(table: RawTable, engine: Engine) -> Iterator[Refused]:
    if table.refused is not None and table.refused_rows:
        query = "SELECT line, coalesce(\"column\", ''), reason FROM read_parquet(?) ORDER BY line"
        for line, column, reason in engine.connection.execute(query, [str(table.refused)]).fetchall():
            yield Refused(table.name, int(line), column, reason)


def _json_lines(path: Path) -> Table:
    """Each line an object of texts, numbers and truth values; its names are the headings. Two passes."""
    headings: dict[str, None] = {}
    refused, rows = [], 0
    for line, found in _objects(path):
        if isinstance(found, str):
            refused.append(Refused(path.name, line, "", found))
        else:
            headings |= dict.fromkeys(found)
            rows += 1
    names = tuple(headings)
    if not names:
        raise WrongMoveIn(f"{path.name} has no lines with a JSON object each.", file=path.name)

    def lines() -> Iterator[Line]:
        for line, found in _objects(path):
            if not isinstance(found, str):
                yield line, [found.get(name) for name in names]

    return Table(path.name, names, rows, lines, tuple(refused))


def _objects(path: Path) -> Iterator[tuple[int, Mapping[str, str | None] | str]]:
    """Lines that are not blank, numbered from 1: an object, or why it is none."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            if raw.strip():
                yield number, _object(raw)


def _object(raw: bytes) -> Mapping[str, str | None] | str:
    try:
        found = json.loads(raw.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError:
        return "bad-encoding"
    except ValueError:
        return "not-json"
    if not isinstance(found, dict) or any(isinstance(value, list | dict) for value in found.values()):
        return "not-plain"
    return {name: _text(value) for name, value in found.items()}


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
