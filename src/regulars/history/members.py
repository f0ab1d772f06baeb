"""A list of known people: who they are, and what was asked of them at enrolment."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import ibis.expr.types as ir

from regulars.basics.errors import RegularsError
from regulars.history.engine import Engine
from regulars.history.headings import folded, meanings
from regulars.history.moves import NotRead, RawTable
from regulars.history.sources import raw_tables

TOLD: Final[Mapping[str, frozenset[str]]] = {
    "town": frozenset(["town", "city", "place", "城市", "市", "所在城市", "居住城市"]),
    "sex": frozenset(["sex", "gender", "性别", "性別"]),
    "birth_year": frozenset(
        [
            "birthyear",
            "yearofbirth",
            "born",
            "birthdate",
            "dateofbirth",
            "dob",
            "birthday",
            "出生年",
            "出生年份",
            "出生日期",
            "生日",
        ]
    ),
}


class NoMemberColumn(RegularsError):
    """No column of the list says who the people are."""

    code = "no-member-column"


def known_people(path: Path, *, engine: Engine, work: Path) -> ir.Table:
    """customer, town, sex, birth_year: one row per distinct, trimmed id of a list of people.

    The id is in the column named as one names customers; the others are null where no column is named so. A date of
    birth gives its year. Raises NoMemberColumn, NoSuchFile.
    """
    tables = list(raw_tables([path], engine=engine, work=work))
    queries = [_told(table) for table in tables if isinstance(table, RawTable)]
    if not queries:
        why = "; ".join(table.why for table in tables if isinstance(table, NotRead))
        raise NoMemberColumn(f"{path} is no list of people: {why or 'it is empty'}.")
    everyone = " UNION ALL ".join(queries)
    facts = ", ".join(f"max({name}) AS {name}" for name in TOLD)
    named = f"SELECT trim(id) AS customer, {facts} FROM ({everyone}) WHERE trim(id) != '' GROUP BY trim(id)"
    return engine.keep("known_people", engine.view("people_read", named))


def _told(table: RawTable) -> str:
    headings = table.headings or ()
    column = _best(headings)
    if column is None:
        have = ", ".join(headings) or "no heading at all"
        raise NoMemberColumn(
            f"{table.name}: name the column with the customer or card number 'customer'; it has {have}.",
            file=table.name,
        )
    # A spreadsheet turns a card number into 12345.0.
    parts = [f"regexp_replace(c{column}::VARCHAR, '\\.0$', '') AS id"]
    for name, words in TOLD.items():
        place = next((at for at, heading in enumerate(headings) if folded(heading) in words), None)
        text = "NULL" if place is None else f"nullif(trim(c{place}::VARCHAR), '')"
        year = f"TRY_CAST(regexp_extract({text}, '(19|20)[0-9][0-9]') AS INTEGER)"
        parts.append(f"{year if name == 'birth_year' else f'{text}::VARCHAR'} AS {name}")
    return f"SELECT {', '.join(parts)} FROM ({table.query})"


def _best(headings: Sequence[str]) -> int | None:
    weights = {place: meanings(heading).get("customer", 0.0) for place, heading in enumerate(headings)}
    chosen = max(weights, key=lambda place: weights[place], default=None)
    return chosen if chosen is not None and weights[chosen] > 0 else None
