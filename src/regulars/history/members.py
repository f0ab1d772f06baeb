"""A list of known people: all that is read of it here is who they are."""

from collections.abc import Sequence
from pathlib import Path

import ibis.expr.types as ir

from regulars.basics.errors import RegularsError
from regulars.history.engine import Engine
from regulars.history.headings import meanings
from regulars.history.moves import NotRead, RawTable
from regulars.history.sources import raw_tables


class NoMemberColumn(RegularsError):
    """No column of the list says who the people are."""

    code = "no-member-column"


def known_people(path: Path, *, engine: Engine, work: Path) -> ir.Table:
    """customer: the distinct, trimmed ids of a list of people, from the column named as one names customers.

    Raises NoMemberColumn, NoSuchFile.
    """
    tables = list(raw_tables([path], engine=engine, work=work))
    queries = [_ids(table) for table in tables if isinstance(table, RawTable)]
    if not queries:
        why = "; ".join(table.why for table in tables if isinstance(table, NotRead))
        raise NoMemberColumn(f"{path} is no list of people: {why or 'it is empty'}.")
    everyone = " UNION ALL ".join(queries)
    named = f"SELECT DISTINCT trim(id) AS customer FROM ({everyone}) WHERE trim(id) != ''"
    return engine.keep("known_people", engine.view("people_read", named))


def _ids(table: RawTable) -> str:
    column = _best(table.headings or ())
    if column is None:
        have = ", ".join(table.headings or ()) or "no heading at all"
        raise NoMemberColumn(
            f"{table.name}: name the column with the customer or card number 'customer'; it has {have}.",
            file=table.name,
        )
    # A spreadsheet turns a card number into 12345.0.
    return f"SELECT regexp_replace(c{column}::VARCHAR, '\\.0$', '') AS id FROM ({table.query})"


def _best(headings: Sequence[str]) -> int | None:
    weights = {place: meanings(heading).get("customer", 0.0) for place, heading in enumerate(headings)}
    chosen = max(weights, key=lambda place: weights[place], default=None)
    return chosen if chosen is not None and weights[chosen] > 0 else None
