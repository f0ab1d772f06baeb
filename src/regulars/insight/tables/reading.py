"""A customer table of any kind, its cells as texts, and what each column holds; then the columns as models see them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow as pa

from regulars.basics.progress import Progress, silent
from regulars.history import dates, numbers
from regulars.history.engine import Engine
from regulars.history.evidence import ColumnFacts, heading_of, look_at, text_of
from regulars.history.headings import tokens
from regulars.history.moves import NotRead, RawTable
from regulars.history.probe import among, column_types, drop_sample
from regulars.history.sources import raw_tables
from regulars.insight.tables.errors import NotACustomerTable
from regulars.insight.tables.moves import CustomerTable, Meaning

# A cell that says nothing. "None" and "no" are not here: they are answers.
_BLANKS: Final = ("", "null", "nan", "na", "n/a", "#n/a", "?", "-", "--", "\\n", "未知", "不详")
_MOSTLY: Final = 0.95  # of the filled cells must be readable so
_CODES: Final = frozenset(
    [
        "zip",
        "postal",
        "postcode",
        "zipcode",
        "phone",
        "mobile",
        "tel",
        "code",
        "id",
        "邮编",
        "手机",
        "手机号",
        "电话",
        "编码",
    ]
)
_DAY_WORDS: Final = frozenset(
    [
        "date",
        "day",
        "since",
        "joined",
        "join",
        "enrolled",
        "enrolment",
        "enrollment",
        "start",
        "started",
        "begin",
        "birth",
        "dob",
        "birthday",
        "on",
        "at",
        "日期",
        "时间",
        "日",
        "生日",
        "入会日期",
        "注册日期",
        "入网日期",
        "开户日期",
        "入网时间",
        "开户时间",
        "注册时间",
    ]
)
_TO_COME: Final = frozenset(
    ["end", "expiry", "expires", "expiration", "until", "renewal", "due", "到期", "到期日", "截止"]
)
_DIGITS_ONLY: Final = frozenset(("%Y%m%d", "%Y%m%d.0", "%Y%m%d%H%M", "%Y%m%d%H%M%S", *dates.KEYWORDS[1:]))


def tables_in(
    paths: Sequence[Path], *, engine: Engine, work: Path, progress: Progress = silent
) -> tuple[list[CustomerTable], list[NotRead]]:
    """Every table in the files, with what its columns hold, and what was left out. Raises NoSuchFile, NoRoom."""
    found, left = [], []
    for one in raw_tables(paths, engine=engine, work=work, progress=progress):
        if isinstance(one, NotRead):
            left.append(one)
        else:
            found.append(_understood(one, engine))
    return found, left


def read_customer_table(path: Path, *, engine: Engine, work: Path, progress: Progress = silent) -> CustomerTable:
    """The one table in a file. Raises NotACustomerTable, NoSuchFile, NoRoom."""
    found, left = tables_in([path], engine=engine, work=work, progress=progress)
    if len(found) == 1:
        return found[0]
    if found:
        named = ", ".join(table.name for table in found)
        raise NotACustomerTable(f"{path.name} holds several tables: {named}. Give one of them.", tables=named)
    why = "; ".join(f"{one.name}: {one.why}" for one in left) or "it is empty"
    raise NotACustomerTable(f"{path.name} is no customer table ({why}).")


def as_features(table: pa.Table, meanings: Sequence[Meaning], *, engine: Engine, as_of: date | None) -> pa.Table:
    """The columns as models see them: numbers as float64, days as days before `as_of`, levels as texts.

    `table` holds texts; a column that it lacks is all unknown. What cannot be read, or lies outside a meaning's limits,
    is unknown.
    """
    have = set(table.column_names)
    assert meanings, "a table without a column has no rows either"
    numbered = table.append_column("regulars row", pa.array(range(table.num_rows), pa.int64()))
    engine.register("customer_texts", numbered)
    spelled = ", ".join(
        f"{_read(meaning, meaning.column in have, as_of)} AS {_name(meaning.column)}" for meaning in meanings
    )
    query = f'SELECT {spelled} FROM customer_texts ORDER BY "regulars row"'
    return _rows(query, engine)


def newest_day(table: pa.Table, meanings: Sequence[Meaning], engine: Engine) -> date | None:
    """The newest day in the columns of days, those about what is to come aside; None where there is none."""
    asked = [
        meaning
        for meaning in meanings
        if meaning.kind == "days"
        and meaning.column in table.column_names
        and not _TO_COME & set(tokens(meaning.column))
    ]
    if not asked:
        return None
    engine.register("customer_texts", table)
    newest = ", ".join(f"max({_day(meaning)})" for meaning in asked)
    (row,) = engine.connection.execute(f"SELECT {newest} FROM customer_texts").fetchall()
    return max((day for day in row if day is not None), default=None)


def _understood(raw: RawTable, engine: Engine) -> CustomerTable:
    facts = look_at(raw, engine)
    drop_sample(raw, engine, even_if_dear=True)
    headings = _each_once([heading_of(raw, position).strip() for position in range(raw.width)])
    types = column_types(f"({raw.query})", engine)
    cells = ", ".join(
        f"CASE WHEN {among(f'lower({text_of(place, types)})', _BLANKS)} THEN NULL"
        f" ELSE {text_of(place, types)} END AS {_name(heading)}"
        for place, heading in enumerate(headings)
    )
    texts = _rows(f"SELECT {cells} FROM (SELECT * FROM ({raw.query}) ORDER BY line)", engine)
    named = [(fact.means.get("customer", 0.0), heading) for fact, heading in zip(facts, headings, strict=True)]
    customer_like = [heading for weight, heading in sorted(named, key=lambda pair: -pair[0]) if weight > 0]
    meanings = [_meaning(heading, fact) for heading, fact in zip(headings, facts, strict=True)]
    return CustomerTable(raw.name, raw.sha256, texts, meanings, customer_like, raw.refused_rows)


def _rows(query: str, engine: Engine) -> pa.Table:
    answer = engine.connection.sql(query)
    assert answer is not None, "a query that answers nothing"
    table: pa.Table = answer.to_arrow_table()
    return table


def _each_once(headings: Sequence[str]) -> list[str]:
    """Headings with a number behind those that came before, whatever their case."""
    seen: dict[str, int] = {}
    found = []
    for heading in headings:
        seen[heading.lower()] = seen.get(heading.lower(), 0) + 1
        found.append(heading if seen[heading.lower()] == 1 else f"{heading} ({seen[heading.lower()]})")
    return found


def _meaning(heading: str, facts: ColumnFacts) -> Meaning:
    words = set(tokens(heading))
    if not facts.filled:
        return Meaning(heading, "empty")
    if facts.dates >= _MOSTLY and facts.readings and (words & _DAY_WORDS or not _bare(facts)):
        return Meaning(heading, "days", date_format=facts.readings[0].spelled)
    if facts.numbers >= _MOSTLY and facts.distinct > 2 and not words & _CODES:
        return Meaning(heading, "number", decimal_comma=facts.decimal_comma)
    return Meaning(heading, "levels")


def _bare(facts: ColumnFacts) -> bool:
    """Whether the days are written without any mark, so that they might be plain numbers."""
    return all(text in _DIGITS_ONLY for text in facts.readings[0].formats)


def _read(meaning: Meaning, there: bool, as_of: date | None) -> str:
    cell = _name(meaning.column)
    match meaning.kind:
        case "number":
            value = f"CAST({numbers.number(cell, decimal_comma=meaning.decimal_comma, kind=numbers.WIDE)} AS DOUBLE)"
        case "days":
            value = f"CAST(date_diff('day', {_day(meaning)}, DATE '{as_of}') AS DOUBLE)" if as_of else "NULL::DOUBLE"
        case _:
            return cell if there else "NULL::VARCHAR"
    if not there:
        return "NULL::DOUBLE"
    limits = [f"v < {meaning.low!r}"] if meaning.low is not None else []
    limits += [f"v > {meaning.high!r}"] if meaning.high is not None else []
    outside = " OR ".join(limit.replace("v", f"({value})", 1) for limit in limits)
    return f"CASE WHEN {outside} THEN NULL ELSE {value} END" if outside else value


def _day(meaning: Meaning) -> str:
    at = dates.moment(_name(meaning.column), meaning.date_format)
    return f"CAST(CASE WHEN {dates.plausible(at)} THEN {at} END AS DATE)"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
