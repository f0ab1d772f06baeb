"""A kept run on a new table: the same columns in any order, read the same way."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.history.engine import Engine
from regulars.insight.cards.drift import new_levels
from regulars.insight.cards.errors import NotARun, OtherColumns, RunNotUsable
from regulars.insight.cards.runs import Run
from regulars.insight.report.words import Words
from regulars.insight.scoring.reading import kind_of
from regulars.insight.tables.moves import CustomerTable, Meaning
from regulars.insight.tables.outputs import scored_table
from regulars.insight.tables.people import customers_of, find_id
from regulars.insight.tables.reading import as_features, newest_day
from regulars.insight.tables.study import amounts


@dataclass(frozen=True, slots=True)
class Rescored:
    """Scores of a new table, and where it differs from the one the run learned from."""

    table: pa.Table  # customer, probability, value and expected_loss where known, reason_1 … in words
    missing: tuple[str, ...]  # columns the model reads that are not there: unknown for every customer
    new_levels: dict[str, tuple[str, ...]]  # column → values never seen: they count as "other"
    unread: dict[str, int]  # column → filled cells that could not be read as a number or a day


def rescore(run: Run, table: CustomerTable, *, engine: Engine, words: Words, id: str | None = None) -> Rescored:
    """Scores every row. Raises RunNotUsable, OtherColumns (none of the model's columns), NotARun, NoSuchColumn."""
    if not run.card["model"]["usable"]:
        raise RunNotUsable(
            f"Run {run.id} is not usable ({run.card['model']['why_not']}); its card says why.", run=run.id
        )
    meanings, as_of = _reading(run)
    needed = set(run.model.columns)
    used = [meaning for meaning in meanings if meaning.column in needed]
    have = set(table.texts.column_names)
    missing = tuple(meaning.column for meaning in used if meaning.column not in have)
    if used and len(missing) == len(used):
        raise OtherColumns(
            f"{table.name} has none of the columns that run {run.id} reads: {', '.join(missing)}.",
            missing=list(missing),
        )
    newest = newest_day(table.texts, meanings, engine)
    days = max((day for day in (newest, as_of) if day is not None), default=None)
    features = as_features(table.texts, meanings, engine=engine, as_of=days)
    named = id or _reading_text(run, "id")
    identity = named if named in have else find_id(table, id)
    column = _reading_text(run, "value")
    value = amounts(table, column, engine) if column and column in have else None
    scored = scored_table(
        customers_of(table, identity),
        features,
        run.model,
        words=words,
        engine=engine,
        days=[meaning.column for meaning in meanings if meaning.kind == "days"],
        value=value,
    )
    return Rescored(
        scored, missing, new_levels(run.plain["profile"], _levels(features)), _unread(used, table, features)
    )


def _reading(run: Run) -> tuple[list[Meaning], date | None]:
    try:
        meanings = [Meaning.from_plain(plain) for plain in run.reading["meanings"]]
        as_of = run.reading["as_of"]
        return meanings, date.fromisoformat(as_of) if as_of else None
    except (KeyError, TypeError, ValueError) as broken:
        raise NotARun(f"Run {run.id} does not say how its columns are read ({broken}). Learn it again.") from broken


def _reading_text(run: Run, name: str) -> str | None:
    found = run.reading.get(name)
    return str(found) if found else None


def _levels(features: pa.Table) -> dict[str, list[str]]:
    """The values of each text column."""
    texts = [field.name for field in features.schema if kind_of(field.name, field.type) == "levels"]
    return {name: [text for text in pc.unique(features[name]).to_pylist() if text is not None] for name in texts}


def _unread(used: list[Meaning], table: CustomerTable, features: pa.Table) -> dict[str, int]:
    found = {}
    for meaning in used:
        if meaning.kind != "levels" and meaning.column in table.texts.column_names:
            filled = len(table.texts[meaning.column]) - table.texts[meaning.column].null_count
            values: Any = features[meaning.column]
            lost = filled - (len(values) - values.null_count)
            if lost > 0:
                found[meaning.column] = int(np.int64(lost))
    return found
