"""Who bought: columns that may hold the customer."""

from regulars.history.engine import Engine
from regulars.history.evidence import ColumnFacts, text_of
from regulars.history.finding import Finding
from regulars.history.probe import column_types

_SURE = 0.65


def customer_candidates(finding: Finding, engine: Engine, table: str) -> list[ColumnFacts]:
    """The columns that may be the customer, best first; one when name or content settles it."""
    if not finding.open("customer"):
        return []
    named = [f for f in finding.free() if f.mean("customer") > 0 and f.filled > 0 and not f.is_decimal]
    # A bare "id" may number the rows: it names customers only where it comes back.
    named = [f for f in named if f.mean("customer") >= _SURE or not f.unique]
    if named:
        best = max(f.mean("customer") for f in named)
        rivals = [f for f in named if f.mean("customer") > best - 0.05]
    else:
        rivals = [f for f in finding.free() if _could_be_a_customer(f)]
    return _one_of_twins(rivals, engine, table)


def _could_be_a_customer(facts: ColumnFacts) -> bool:
    """By content alone: codes that come back, but not so few that they are towns or kinds of things."""
    if facts.means or not facts.is_id_like or facts.unique:
        return False
    few = facts.rows >= 200 and facts.distinct < 0.005 * facts.rows
    small_counts = facts.numbers > 0.99 and facts.middle <= 12 and facts.ones > 0.05
    long_text = facts.letters > 0.5 and facts.distinct < 2
    return not few and not small_counts and not long_text


def _one_of_twins(rivals: list[ColumnFacts], engine: Engine, table: str) -> list[ColumnFacts]:
    """Of two columns that number the same people, the first."""
    kept: list[ColumnFacts] = []
    for facts in rivals:
        if not any(_one_to_one(known, facts, engine, table) for known in kept):
            kept.append(facts)
    return kept


def _one_to_one(a: ColumnFacts, b: ColumnFacts, engine: Engine, table: str) -> bool:
    types = column_types(table, engine)
    left, right = text_of(a.position, types), text_of(b.position, types)
    row = engine.connection.execute(
        f"SELECT count(DISTINCT a), count(DISTINCT b), count(DISTINCT (a, b)) FROM (SELECT {left} AS a, {right} AS b"
        f" FROM {table}) WHERE a IS NOT NULL AND b IS NOT NULL AND a != '' AND b != ''"
    ).fetchone()
    assert row is not None
    pairs = row[2]
    return bool(pairs > 0 and row[0] == pairs and row[1] == pairs)
