"""A file of answers or complaints as columns of texts, and texts as days and numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regulars.history.dates import moment, readings, shape
from regulars.history.engine import Engine
from regulars.history.moves import NotRead, RawTable
from regulars.history.sources import raw_tables
from regulars.history.table_top import unique_names
from regulars.insight.frames import as_arrow
from regulars.insight.survey.errors import WrongSurvey

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]

_EXAMPLES = 40


def answers_table(given: Path | Any, engine: Engine, work: Path | None = None) -> pa.Table:
    """Every column as trimmed text, empty cells null, from a path (CSV or Excel, any encoding) or a table.

    `work`: a folder for what reading leaves; needed for a path. Raises WrongSurvey, NoSuchFile.
    """
    if not isinstance(given, Path):
        table = as_arrow(given)
        spelled = ", ".join(_trimmed(_named(name), name) for name in table.column_names)
        engine.register("answers_given", table)
        return engine.arrow(engine.view("answers_read", f"SELECT {spelled} FROM answers_given"))
    assert work is not None, "a path is read by way of a folder"
    found = list(raw_tables([given], engine=engine, work=work))
    tables = [one for one in found if isinstance(one, RawTable) and one.headings]
    if len(tables) != 1:
        why = "; ".join(f"{one.name}: {one.why}" for one in found if isinstance(one, NotRead))
        said = why or f"it holds {len(tables)} tables with headings, and one is wanted"
        raise WrongSurvey(f"{given.name} cannot be read as answers: {said}.", file=given.name)
    (table_read,) = tables
    assert table_read.headings is not None
    names = unique_names(table_read.headings)
    spelled = ", ".join(_trimmed(f"c{place}", name) for place, name in enumerate(names))
    return engine.arrow(engine.view("answers_read", f"SELECT {spelled} FROM ({table_read.query}) ORDER BY line"))


def once(table: pa.Table, customer: str | None) -> pa.Table:
    """Without rows that repeat another to the last cell: a file joined twice is no second opinion.

    Only where a customer is named: two of the nameless may well say the same.
    """
    if customer is None:
        return table
    place = pa.array(np.arange(table.num_rows))
    alone = pc.if_else(pc.is_null(table[customer].combine_chunks()), place, -1)
    marked = table.append_column("_place", place).append_column("_alone", alone)
    firsts = marked.group_by([*table.column_names, "_alone"], use_threads=False).aggregate([("_place", "min")])
    return table.take(np.sort(firsts["_place_min"].to_numpy()))


def numbers(column: Any, engine: Engine) -> Floats:
    """Numbers of a column of texts; what is none is NaN. A decimal comma is understood."""
    plain = "TRY_CAST(replace(v, ',', '.') AS DOUBLE)"
    return np.asarray(_each(column, plain, engine).to_numpy(zero_copy_only=False), dtype=np.float64)


def days(column: Any, engine: Engine) -> Days:
    """Days of a column of texts; NaT where there is none.

    Between readings that differ in the order of day and month the one that reads most cells is taken, day first where
    they read alike.
    """
    pairs = engine.connection.execute(
        f"SELECT {shape('v')} AS s, min(v) FROM (SELECT unnest(?::VARCHAR[]) AS v) WHERE v IS NOT NULL "
        f"GROUP BY s ORDER BY count(*) DESC, s LIMIT {_EXAMPLES}",
        [column.to_pylist()],
    ).fetchall()
    best = np.full(len(column), np.datetime64("NaT", "D"))
    for reading in readings([(str(written), str(example)) for written, example in pairs]):
        read = _each(column, f"({moment('v', reading.spelled)})::DATE", engine)
        found = np.asarray(read.to_numpy(zero_copy_only=False), dtype="datetime64[D]")
        if (~np.isnat(found)).sum() > (~np.isnat(best)).sum():
            best = found
    return best


def _each(column: Any, expression: str, engine: Engine) -> Any:
    """The expression over every cell v, in order."""
    texts = pa.table({"v": column.cast(pa.string()), "place": pa.array(np.arange(len(column)))})
    engine.register("answers_column", texts)
    view = engine.view("answers_cells", f"SELECT {expression} AS v FROM answers_column ORDER BY place")
    return engine.arrow(view)["v"].combine_chunks()


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _trimmed(cell: str, name: str) -> str:
    # A spreadsheet turns a card number, and a 4, into 12345.0 and 4.0.
    text = f"regexp_replace(trim({cell}::VARCHAR), '^([0-9]+)\\.0$', '\\1')"
    return f"nullif({text}, '') AS {_named(name)}"
