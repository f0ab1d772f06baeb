"""Files of a study: every customer's score with its reasons in words, and the list of whom to keep."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine, quoted
from regulars.insight.report.outputs import write_csv
from regulars.insight.report.sentences.conditions import reason_patterns
from regulars.insight.report.words import Words
from regulars.insight.scoring.model import ScoreModel
from regulars.insight.scoring.moves import Floats
from regulars.insight.scoring.reading import kind_of
from regulars.insight.tables.moves import Study
from regulars.insight.tables.study import expected_loss

REASONS: Final = 3
_SHOWN: Final = 10  # of the list, on the page
WRITTEN: Final = ("scores.csv", "scores.parquet", "retention.csv")


def write_scores(found: Study, out: Path, *, words: Words, engine: Engine, top: float) -> dict[str, Any]:
    """scores.csv and .parquet of every customer, retention.csv of the `top` share of those who have not left.

    Retention is by expected loss (probability × value) where a value is known, else by probability.
    Gives `customers`, its length, and `first`, its first rows.
    """
    table = scored_table(
        found.customers,
        found.features,
        found.learned.model,
        words=words,
        engine=engine,
        days=[meaning.column for meaning in found.meanings if meaning.kind == "days"],
        value=found.value,
        contact=found.contact,
        gone=found.gone,
    )
    engine.register("scores_written", table)
    query = "SELECT * FROM scores_written ORDER BY probability DESC, customer"
    write_csv(query, engine, out / "scores.csv")
    engine.connection.execute(f"COPY ({query}) TO {quoted(out / 'scores.parquet')} (FORMAT parquet, COMPRESSION zstd)")
    return _retention(table, found, out, top, engine)


def _retention(table: pa.Table, found: Study, out: Path, top: float, engine: Engine) -> dict[str, Any]:
    by = "expected_loss" if found.value is not None else "probability"
    staying = int(np.sum(~np.asarray(table["already_left"].to_numpy(), bool)))
    count = int(np.ceil(top * staying))
    order = f"{by} DESC, customer"
    query = (
        f"SELECT row_number() OVER (ORDER BY {order}) AS rank, * EXCLUDE (already_left)"
        f" FROM scores_written WHERE NOT already_left ORDER BY {order} LIMIT {count}"
    )
    write_csv(query, engine, out / "retention.csv")
    first = engine.connection.sql(f"{query.removesuffix(str(count))}{min(count, _SHOWN)}")
    assert first is not None
    return {"customers": count, "first": first.to_arrow_table().to_pylist()}


def scored_table(
    customers: Any,
    features: pa.Table,
    model: ScoreModel,
    *,
    words: Words,
    engine: Engine,
    days: Sequence[str] = (),
    value: Any = None,
    contact: pa.Table | None = None,
    gone: Any = None,
) -> pa.Table:
    """customer, contact columns, probability, already_left, value, expected_loss, reason_1 … reason_3 in words."""
    probability = model.probability(features)
    columns: dict[str, Any] = {"customer": customers}
    if contact is not None:
        columns |= {name: contact[name] for name in contact.column_names}
    columns["probability"] = pa.array(probability)
    if gone is not None:
        columns["already_left"] = gone
    if value is not None:
        columns["value"] = value
        columns["expected_loss"] = _cents(expected_loss(probability, value))
    plain = model.reasons(features, top=REASONS)
    worded = _worded(features, plain, words, engine, set(days))
    return pa.table(columns | {f"reason_{place}": worded[f"reason_{place}"] for place in range(1, REASONS + 1)})


def share_caught(found: Study, top: float) -> tuple[float, float | None]:
    """Of those who left, and of the value that left with them, the share in the `top` of the list, foretold unseen.

    The list is ordered as the retention list is. The second is None where no value is known.
    """
    if found.judged_value is None:
        return _caught(found.judged_probability, found.judged_outcome.astype(np.float64), top), None
    order = expected_loss(found.judged_probability, found.judged_value)
    at_stake = expected_loss(np.ones(len(order)), found.judged_value) * found.judged_outcome
    return _caught(order, found.judged_outcome.astype(np.float64), top), _caught(order, at_stake, top)


def _caught(order: Floats, amount: Floats, top: float) -> float:
    first = np.argsort(-order, kind="stable")[: int(np.ceil(top * len(order)))]
    whole = float(amount.sum())
    return float(amount[first].sum()) / whole if whole > 0 else top


def _cents(values: Floats) -> "pa.Array[Any]":
    return pa.array(np.round(values, 2)).cast(pa.decimal128(18, 2), safe=False)


def _worded(features: pa.Table, plain: pa.Table, words: Words, engine: Engine, days: set[str]) -> pa.Table:
    """reason_1 … in words: the database writes them, column by column, never row by row in Python."""
    named = {f"f{place}": name for place, name in enumerate(features.column_names)}
    wide = pa.table({field: features[name] for field, name in named.items()} | {"row_at": np.arange(features.num_rows)})
    engine.register("reason_values", wide)
    numbered = plain.append_column("row_at", pa.array(np.arange(plain.num_rows)))
    engine.register("reason_codes", numbered)
    spelled = []
    for place in range(1, REASONS + 1):
        cases = " ".join(
            f"WHEN {quoted(name)} THEN {_case(field, name, place, features, words, name in days)}"
            for field, name in named.items()
        )
        # A reason is a column of the model, or null; without any column CASE would be empty.
        text = f"CASE CAST(reason_{place} AS VARCHAR) {cases} END" if cases else "NULL::VARCHAR"
        spelled.append(f"{text} AS reason_{place}")
    answer = engine.connection.sql(
        f"SELECT {', '.join(spelled)} FROM reason_codes JOIN reason_values USING (row_at) ORDER BY row_at"
    )
    assert answer is not None
    table: pa.Table = answer.to_arrow_table()
    return table


def _case(field: str, name: str, place: int, features: pa.Table, words: Words, days: bool) -> str:
    raised, lowered, raised_unknown, lowered_unknown = reason_patterns(name, words, days=days)
    number = kind_of(name, features.schema.field(name).type) == "number"
    value = f"regexp_replace(printf('%.2f', {field}), '\\.?0+$', '')" if number else f"CAST({field} AS VARCHAR)"
    up = f"contribution_{place} > 0"

    def around(pattern: str) -> str:
        before, _, after = pattern.rpartition("{value}")
        return f"{quoted(before)} || {value} || {quoted(after)}"

    unknown = f"CASE WHEN {up} THEN {quoted(raised_unknown)} ELSE {quoted(lowered_unknown)} END"
    return f"CASE WHEN {field} IS NULL THEN {unknown} WHEN {up} THEN {around(raised)} ELSE {around(lowered)} END"
