"""From a customer table with a column that says who left to a judged model and a score for every customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.basics.progress import Progress, silent
from regulars.history.engine import Engine
from regulars.insight.scoring.learning import learn
from regulars.insight.scoring.moves import Examples, Flags, Floats, Ints, Learned
from regulars.insight.scoring.reading import numbers
from regulars.insight.tables.errors import NoSuchColumn, NotACustomerTable
from regulars.insight.tables.guard import gives_away, within_range
from regulars.insight.tables.leaving import (
    DEFAULT_KIND,
    KINDS,
    find_target,
    kinds_of,
    matches,
    names_leaving,
    target_of,
    there,
)
from regulars.insight.tables.moves import CustomerTable, Decision, Meaning, Study, Target
from regulars.insight.tables.people import contact_columns, customers_of, each_once, find_id, find_value
from regulars.insight.tables.reading import as_features, newest_day

_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user said about the table; what is not said is found."""

    target: str | None = None
    leavers: Sequence[str] = ()
    id: str | None = None
    reason: str | None = None  # column with why they left
    kinds: Mapping[str, str] = field(default_factory=dict)  # reason → kind, where words do not tell
    kind: str = DEFAULT_KIND
    status: str | None = None
    normal: Sequence[str] = ()
    value: str | None = None
    value_min: float | None = None  # in the unit of the value column
    families: Sequence[str] = ("linear", "logistic", "tree", "additive")
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Population:
    """Who is scored, who is learned from, who left; and what was decided on the way."""

    looked_at: Flags
    known: Flags
    left: Flags
    decisions: Sequence[Decision]


def study(table: CustomerTable, asked: Asked | None = None, *, engine: Engine, progress: Progress = silent) -> Study:
    """Finds the columns, leaves out what gives the answer away, learns, judges in folds, and scores every customer.

    Raises UnclearTarget, UnclearLevels, NoSuchColumn, NotACustomerTable, TooFewOutcomes.
    """
    asked = asked or Asked()
    table = each_once(table, asked.id)
    wanted = target_of(table, asked.target or find_target(table), asked.leavers)
    identity = find_id(table, asked.id)
    value_column = asked.value or find_value(table)
    if asked.value_min is not None and value_column is None:
        raise NoSuchColumn("--value-min needs --value COLUMN: no column is plainly what a customer is worth per month.")
    value = amounts(table, value_column, engine) if value_column else None
    target, people = _population(table, wanted, asked, value)
    aside = dict(_aside(table, target, identity, asked))
    meanings, features, decisions, as_of = _features(table, people, aside, asked.seed, engine)
    customers = customers_of(table, identity)
    rows = np.flatnonzero(people.known)
    examples = Examples(
        features=features.take(rows),
        outcome=people.left[rows],
        customers=customers.take(_places(rows)),
        periods=np.zeros(len(rows), np.int64),
    )
    learned = learn(examples, seed=asked.seed, families=asked.families, progress=progress)
    scored = np.flatnonzero(people.looked_at)
    unseen = _unseen(learned)
    return Study(
        subject="table",
        sources=((table.name, table.sha256),),
        target=target,
        rows=table.texts.num_rows,
        learned_from=len(rows),
        left=int(people.left[rows].sum()),
        decisions=[*people.decisions, *decisions],
        learned=learned,
        customers=customers.take(_places(scored)),
        features=features.take(scored),
        probability=learned.model.probability(features.take(scored)),
        value=value.take(_places(scored)) if value is not None else None,
        value_column=value_column or "",
        contact=table.texts.select([c for c in contact_columns(table) if c != identity]).take(scored),
        judged=examples.features.take(unseen["row"]),
        judged_outcome=examples.outcome[unseen["row"].to_numpy()],
        judged_probability=unseen["probability"].to_numpy(),
        judged_value=value.take(_places(rows[unseen["row"].to_numpy()])) if value is not None else None,
        gone=matches(table.texts[target.column], target.leavers).take(_places(scored)),
        meanings=meanings,
        as_of=as_of,
        id_column=identity,
    )


def _unseen(learned: Learned) -> pa.Table:
    assert learned.unseen is not None, "learn always says what was foretold unseen"
    return learned.unseen


def amounts(table: CustomerTable, column: str, engine: Engine) -> "pa.Array[Any]":
    """The column as exact amounts with two decimals. Raises NoSuchColumn."""
    there(table, column, "--value")
    meaning = Meaning(column, "number", table.meaning(column).decimal_comma)
    found = numbers(as_features(table.texts, [meaning], engine=engine, as_of=None)[column])
    exact = [None if np.isnan(v) else Decimal(repr(float(v))).quantize(_CENT, ROUND_HALF_EVEN) for v in found]
    return pa.array(exact, pa.decimal128(18, 2))


def _population(
    table: CustomerTable, target: Target, asked: Asked, value: "pa.Array[Any] | None"
) -> tuple[Target, Population]:
    texts = table.texts
    counted = {"row-refused": table.refused_rows, "row-repeated": table.repeated_rows}
    decisions = [Decision(what, table.name, rows) for what, rows in counted.items() if rows]
    looked_at = np.ones(texts.num_rows, np.bool_)
    if asked.status is not None:
        normal = _flags(matches(there(table, asked.status, "--status"), asked.normal))
        decisions.append(Decision("not-normal", asked.status, int((~normal).sum()), ", ".join(asked.normal)))
        looked_at &= normal
    if asked.value_min is not None and value is not None:
        least: Any = pa.scalar(Decimal(repr(asked.value_min)))
        reached: Any = pc.greater_equal(value, least)
        enough = _flags(pc.fill_null(reached, False))
        decisions.append(Decision("below-value", "", int((looked_at & ~enough).sum()), f"{asked.value_min:g}"))
        looked_at &= enough
    left = _flags(matches(texts[target.column], target.leavers))
    known = looked_at & (left | _flags(matches(texts[target.column], target.stayers)))
    if (looked_at & ~known).any():
        decisions.append(Decision("target-unknown", target.column, int((looked_at & ~known).sum())))
    if asked.reason is not None:
        target, left, known, typed = _typed(table, target, asked, left, known)
        decisions += typed
    return target, Population(looked_at, known, left, decisions)


def _typed(
    table: CustomerTable, target: Target, asked: Asked, left: Flags, known: Flags
) -> tuple[Target, Flags, Flags, list[Decision]]:
    """Only leaving of the wanted kind is an outcome; who left otherwise is counted and not learned from."""
    assert asked.reason is not None
    reasons = there(table, asked.reason, "--reason")
    given = np.array(reasons.to_pylist(), object)
    stated = sorted({str(text) for text in given[left] if text is not None})
    kinds = kinds_of(stated, asked.kinds, asked.reason)
    wanted = tuple(kind for kind in KINDS if kind == asked.kind or kind.startswith(asked.kind + "-"))
    levels = [level for level, kind in kinds.items() if kind in wanted]
    ours = left & _flags(matches(reasons, levels))
    decisions = []
    for kind in sorted(set(kinds.values()) - set(wanted)):
        others = left & known & _flags(matches(reasons, [level for level, k in kinds.items() if k == kind]))
        decisions.append(Decision("left-otherwise", kind, int(others.sum())))
    silent_ones = left & known & _flags(pc.is_null(reasons))
    if silent_ones.any():
        decisions.append(Decision("reason-unknown", asked.reason, int(silent_ones.sum())))
    return Target(target.column, target.leavers, target.stayers, wanted), ours, known & (ours | ~left), decisions


def _aside(table: CustomerTable, target: Target, identity: str | None, asked: Asked) -> list[tuple[str, str]]:
    """Columns no model may see, each with the code of why."""
    named = [(column, "names-leaving") for column in table.texts.column_names if names_leaving(column)]
    known = [(asked.reason, "is-the-reason"), (asked.status, "is-the-status"), (identity, "is-the-id")]
    return [*named, *((c, code) for c, code in known if c is not None), (target.column, "is-the-target")]


def _features(
    table: CustomerTable, people: Population, aside: Mapping[str, str], seed: int, engine: Engine
) -> tuple[list[Meaning], pa.Table, list[Decision], Any]:
    """Meanings of the columns that models may see, the columns, what was decided about the others, the newest day."""
    decisions = [Decision(code, column) for column, code in aside.items() if code != "is-the-target"]
    decisions += [Decision("empty", m.column) for m in table.meanings if m.kind == "empty" and m.column not in aside]
    wanted = [m for m in table.meanings if m.column not in aside and m.kind != "empty"]
    if not wanted:
        raise NotACustomerTable(f"{table.name} has nothing but {', '.join(aside)}: there is nothing to learn from.")
    as_of = newest_day(table.texts, wanted, engine)
    plain = as_features(table.texts, wanted, engine=engine, as_of=as_of)
    meanings = []
    for meaning in wanted:
        limited, outside = (
            within_range(meaning, numbers(plain[meaning.column])) if meaning.kind == "number" else (meaning, 0)
        )
        meanings.append(limited)
        if outside:
            decisions.append(Decision("out-of-range", meaning.column, outside, _between(limited)))
    kept = as_features(table.texts, meanings, engine=engine, as_of=as_of)
    rows = np.flatnonzero(people.known)
    telling = gives_away(kept.take(rows), people.left[rows], seed) if len(rows) else {}
    decisions += [Decision("gives-away", column, 0, f"{alone:.3f}") for column, alone in telling.items()]
    meanings = [meaning for meaning in meanings if meaning.column not in telling]
    if not meanings:
        left_out = ", ".join(decision.subject for decision in decisions if decision.code != "out-of-range")
        raise NotACustomerTable(f"{table.name}: no column is left to learn from; left out were {left_out or 'none'}.")
    return meanings, kept.select([meaning.column for meaning in meanings]), decisions, as_of


def _between(meaning: Meaning) -> str:
    low = "" if meaning.low is None else f"{meaning.low:g}"
    high = "" if meaning.high is None else f"{meaning.high:g}"
    return f"{low}…{high}"


def _places(rows: Ints) -> Any:
    return pa.array(rows, pa.int64())


def _flags(array: Any) -> Flags:
    found: Flags = np.asarray(
        array.to_numpy(zero_copy_only=False) if not hasattr(array, "chunks") else array.to_numpy(), bool
    )
    return found


def expected_loss(probability: Floats, value: "pa.Array[Any]") -> Floats:
    """Probability × value; 0 where the value is not known, so that nobody is first in a list for want of a number."""
    worth = np.nan_to_num(np.array(value.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64))
    found: Floats = probability * np.maximum(worth, 0.0)
    return found
