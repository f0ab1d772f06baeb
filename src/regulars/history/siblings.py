"""Files of one till: with the same headings they are understood together, and each is checked against the answer.

Together they tell more than one alone: a January whose days all pass for months is no riddle beside the other months.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from hashlib import sha256

from regulars.history import dates
from regulars.history.engine import Engine
from regulars.history.evidence import look_at, text_of
from regulars.history.moves import FileMapping, RawTable
from regulars.history.probe import column_types, drop_sample, take_sample

_MONEY = ("amount", "price", "quantity", "cost", "discount")
_CHECKED_ROWS = 4_000


def families(raws: Iterable[RawTable]) -> list[list[RawTable]]:
    """The files in groups that can be understood as one; a file without a heading, or with types, is on its own."""
    groups: dict[Hashable, list[RawTable]] = {}
    for raw in raws:
        alone = raw.headings is None or raw.typed or raw.ragged
        key: Hashable = raw.name if alone else (raw.headings, raw.width, raw.delimiter)
        groups.setdefault(key, []).append(raw)
    return list(groups.values())


def together(family: Sequence[RawTable]) -> RawTable:
    """All files of a family as one table, under the first one's name."""
    first = family[0]
    if len(family) == 1:
        return first
    return replace(
        first,
        sha256=sha256("|".join(raw.sha256 for raw in family).encode()).hexdigest(),
        query=" UNION ALL BY NAME ".join(f"(SELECT * FROM ({raw.query}))" for raw in family),
        rows=sum(raw.rows for raw in family),
    )


def fits(raw: RawTable, mapping: FileMapping, engine: Engine) -> bool:
    """Whether a file shows nothing against the mapping of its family: its dates read no worse, its decimals alike."""
    money = [mapping.columns[field] for field in _MONEY if field in mapping.columns]
    try:
        if not _dates_fit(raw, mapping, engine):
            return False
        seen = look_at(raw, engine, positions=money, rows=_CHECKED_ROWS)
        return not any(facts.decimal_point if mapping.decimal_comma else facts.decimal_comma for facts in seen)
    finally:
        drop_sample(raw, engine, even_if_dear=True, rows=_CHECKED_ROWS)


def _dates_fit(raw: RawTable, mapping: FileMapping, engine: Engine) -> bool:
    day = mapping.columns.get("sold_at")
    if day is None or mapping.date_format is None:
        return True
    (facts,) = look_at(raw, engine, positions=[day], rows=_CHECKED_ROWS)
    if not facts.readings:
        return True
    table = take_sample(raw, engine, rows=_CHECKED_ROWS)
    text = text_of(day, column_types(table, engine))
    counted = [
        f"count(*) FILTER ({dates.plausible(dates.moment('x', spelled))})"
        for spelled in (mapping.date_format, facts.readings[0].spelled)
    ]
    row = engine.connection.execute(f"SELECT {', '.join(counted)} FROM (SELECT {text} AS x FROM {table})").fetchone()
    assert row is not None
    return bool(row[0] >= row[1])
