"""Contract customers by month: who was here at a cut-off, what was known of them, and who left in the months after.

Everything is as of the end of a month. At a cut-off T the features come from months up to T alone: months since
joining, each activity summed over the observed months, its change on as many months before, and months since there was
any. The outcome is a leaving in the months T + 1 … T + outcome. Several cut-offs, an outcome apart, are learned from;
the last outcome window is kept apart to check on. Columns that the file does not date: texts (card, town) are taken as
standing, numbers are left out, since a sum of today would tell of months after the cut-off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.basics.progress import Progress, silent
from regulars.history import numbers
from regulars.history.engine import Engine
from regulars.insight.scoring.learning import learn
from regulars.insight.scoring.moves import Examples
from regulars.insight.tables.errors import NoStatusEvents
from regulars.insight.tables.eventfiles import Activity, Events, as_activity, as_events, quoted_name
from regulars.insight.tables.leaving import matches, statuses_of_leaving
from regulars.insight.tables.moves import CustomerTable, Decision, Meaning, Study, Target
from regulars.insight.tables.study import Asked

CUT_OFFS_MOST: Final = 4
_STANDING: Final = "standing"  # table of this session: what is known of a customer without a date


@dataclass(frozen=True, slots=True)
class Months:
    """Months of one run, as whole numbers; all cut-offs are the ends of their months."""

    last: int
    later: int
    training: Sequence[int]  # rising
    observe: int
    outcome: int


def month_name(month: int) -> str:
    """A month as people write it.

    >>> month_name(2018 * 12 + 11)
    '2018-12'
    """
    return f"{month // 12:04}-{month % 12 + 1:02}"


def months_of(first: int, last: int, *, observe: int, outcome: int) -> Months:
    """Cut-offs that the months from `first` to `last` carry. Raises NoStatusEvents where not one to learn from fits.

    >>> found = months_of(0, 23, observe=3, outcome=3)
    >>> found.later, list(found.training)
    (20, [8, 11, 14, 17])
    """
    later = last - outcome
    training = [later - outcome * back for back in range(1, CUT_OFFS_MOST + 1)]
    training = sorted(month for month in training if month - observe + 1 >= first)
    if not training:
        raise NoStatusEvents(
            f"{last - first + 1} months do not hold {observe} to observe and twice {outcome} of outcome: one window to "
            "learn from and one to check. Give more months, or shorter windows (--observe, --outcome)."
        )
    return Months(last, later, tuple(training), observe, outcome)


def contract_study(
    tables: Sequence[CustomerTable],
    asked: Asked | None = None,
    *,
    engine: Engine,
    observe: int = 3,
    outcome: int = 3,
    progress: Progress = silent,
) -> Study:
    """Learns from status events and activity who leaves, checks it on the last months, and scores those still here.

    Raises NoStatusEvents, UnclearLevels, TooFewOutcomes.
    """
    asked = asked or Asked()
    events, activity, decisions = _recognised(tables, asked)
    target, undated = _kept_events(events, asked, engine)
    decisions += [Decision("event-undated", events.table.name, undated)] if undated else []
    standing, left_out = _standing(events, engine)
    decisions += left_out
    months = months_of(*_span(activity, engine), observe=observe, outcome=outcome)
    parts = {
        month: _as_of(month, months, activity, standing, engine)
        for month in (*months.training, months.later, months.last)
    }
    examples = _examples([parts[month] for month in months.training])
    later, now = _examples([parts[months.later]]), parts[months.last]
    learned = learn(examples, later=later, seed=asked.seed, families=asked.families, progress=progress)
    assert learned.unseen is not None, "learn always says what was foretold unseen"
    features = _features(now)
    value = _value(asked.value, features, months)
    judged_rows = learned.unseen["row"]
    return Study(
        subject="events",
        sources=[(table.name, table.sha256) for table in tables],
        target=target,
        rows=len(examples) + len(later),
        learned_from=len(examples),
        left=int(examples.outcome.sum()),
        decisions=decisions,
        learned=learned,
        customers=now["customer"].combine_chunks(),
        features=features,
        probability=learned.model.probability(features),
        value=value,
        value_column=asked.value or "",
        contact=pa.table({"customer": now["customer"]}).select([]),
        judged=later.features.take(judged_rows),
        judged_outcome=later.outcome,
        judged_probability=learned.unseen["probability"].to_numpy(),
        judged_value=_value(asked.value, later.features, months),
        gone=pa.array(np.zeros(now.num_rows, np.bool_)),
        meanings=[
            Meaning(name, "number" if pa.types.is_floating(features.schema.field(name).type) else "levels")
            for name in features.column_names
        ],
        as_of=None,
        id_column=events.customer,
        cut_offs=[month_name(month) for month in (*months.training, months.later)],
        windows={"observation": observe, "outcome": outcome},
    )


def _recognised(tables: Sequence[CustomerTable], asked: Asked) -> tuple[Events, Activity | None, list[Decision]]:
    events: Events | None = None
    activity: Activity | None = None
    decisions = []
    for table in tables:
        found = as_events(table, asked.id)
        doing = as_activity(table, asked.id) if found is None else None
        if found is not None and events is None:
            events = found
        elif doing is not None and activity is None:
            activity = doing
        else:
            decisions.append(Decision("file-set-aside", table.name))
    if events is None:
        raise NoStatusEvents(
            "None of the files says since when a customer had which status. Needed: customer, status and since; "
            "or a row per customer with the month of joining and that of leaving.",
            files=[table.name for table in tables],
        )
    return events, activity, decisions


def _kept_events(events: Events, asked: Asked, engine: Engine) -> tuple[Target, int]:
    """Keeps `status_events` (customer, month, leaves); gives what leaving means, and how many events have no month."""
    engine.register("event_texts", events.table.texts)
    customer = quoted_name(events.customer)
    if events.status and events.since is not None:
        texts = events.table.texts[events.status]
        leavers = statuses_of_leaving(events.table, events.status, asked.leavers)
        leaving = matches(texts, leavers)
        engine.register("event_texts", events.table.texts.append_column("leaving now", pa.chunked_array([leaving])))
        query = f'SELECT {customer} AS customer, {events.since.sql} AS month, "leaving now" AS leaves FROM event_texts'
        target = Target(events.status, leavers, ())
    else:
        assert events.joined is not None
        assert events.left is not None
        query = (
            f"SELECT {customer} AS customer, {events.joined.sql} AS month, false AS leaves FROM event_texts UNION ALL "
            f"SELECT {customer}, {events.left.sql}, true FROM event_texts WHERE {events.left.sql} IS NOT NULL"
        )
        target = Target(events.left.columns[0], (events.left.columns[0],), ())
    engine.connection.execute(f"CREATE OR REPLACE TABLE status_events AS {query}")
    undated = engine.connection.execute(
        "SELECT count(*) FROM status_events WHERE month IS NULL OR customer IS NULL"
    ).fetchall()
    engine.connection.execute("DELETE FROM status_events WHERE month IS NULL OR customer IS NULL")
    return target, int(undated[0][0])


def _standing(events: Events, engine: Engine) -> tuple[list[str], list[Decision]]:
    """Texts of a row per customer, kept beside them; numbers and days without a date are left out."""
    others = [meaning for meaning in events.table.meanings if meaning.column not in events.used]
    if events.status:
        return [], [Decision("undated", meaning.column) for meaning in others if meaning.kind != "empty"]
    kept = [meaning.column for meaning in others if meaning.kind == "levels"]
    columns = "".join(f", any_value({quoted_name(name)}) AS {quoted_name(name)}" for name in kept)
    customer = quoted_name(events.customer)
    engine.connection.execute(
        f"CREATE OR REPLACE TABLE {_STANDING} AS SELECT {customer} AS customer{columns} FROM event_texts"
        f" WHERE {customer} IS NOT NULL GROUP BY 1"
    )
    return kept, [Decision("undated", m.column) for m in others if m.kind not in ("levels", "empty")]


def _span(activity: Activity | None, engine: Engine) -> tuple[int, int]:
    """First and last month; keeps `month_activity` (customer, month, numbers) where there is activity."""
    source = "status_events"
    if activity is not None:
        engine.register("activity_texts", activity.table.texts)
        sums = "".join(f", sum({_number(activity, name)}) AS {quoted_name(name)}" for name in activity.counted)
        engine.connection.execute(
            f"CREATE OR REPLACE TABLE month_activity AS SELECT {quoted_name(activity.customer)} AS customer,"
            f" {activity.month.sql} AS month{sums} FROM activity_texts GROUP BY ALL"
        )
        engine.connection.execute("DELETE FROM month_activity WHERE month IS NULL OR customer IS NULL")
        source = "month_activity"
    ((first, last),) = engine.connection.execute(f"SELECT min(month), max(month) FROM {source}").fetchall()
    if first is None:
        raise NoStatusEvents("No row has a month that can be read.")
    return int(first), int(last)


def _number(activity: Activity, name: str) -> str:
    comma = activity.table.meaning(name).decimal_comma
    return f"CAST({numbers.number(quoted_name(name), decimal_comma=comma, kind=numbers.WIDE)} AS DOUBLE)"


def _as_of(month: int, months: Months, activity: Activity | None, standing: Sequence[str], engine: Engine) -> pa.Table:
    """customer, period, leaves, then the features, of everybody here at the end of `month`; one row each, in order."""
    here = (
        f"SELECT customer, {month} - min(month) AS joined FROM status_events WHERE month <= {month} GROUP BY customer"
        " HAVING NOT arg_max(leaves, month * 2 + leaves::BIGINT)"
    )
    gone = (
        "SELECT DISTINCT customer FROM status_events"
        f" WHERE leaves AND month > {month} AND month <= {month + months.outcome}"
    )
    spelled = ['CAST(here.joined AS DOUBLE) AS "months since joining"']
    joins = [f"LEFT JOIN ({gone}) AS gone USING (customer)"]
    if activity is not None:
        joins.append(f"LEFT JOIN ({_done(month, months, activity)}) AS done USING (customer)")
        spelled += [f"done.{quoted_name(name)}" for name in _activity_names(activity, months)]
    if standing:
        joins.append(f"LEFT JOIN {_STANDING} USING (customer)")
        spelled += [f"{_STANDING}.{quoted_name(name)}" for name in standing]
    answer = engine.connection.sql(
        f"SELECT customer, {month} AS period, gone.customer IS NOT NULL AS leaves, {', '.join(spelled)}"
        f" FROM ({here}) AS here {' '.join(joins)} ORDER BY customer"
    )
    assert answer is not None
    table: pa.Table = answer.to_arrow_table()
    return table


def _activity_names(activity: Activity, months: Months) -> list[str]:
    names = [name for column in activity.counted for name in _pair(column, months)]
    return [*names, "months since any activity"]


def _pair(column: str, months: Months) -> tuple[str, str]:
    return f"{column}, last {months.observe} months", f"{column}, change on the {months.observe} months before"


def _done(month: int, months: Months, activity: Activity) -> str:
    """SQL: activity of each customer up to `month`, nothing after it."""
    recent = f"FILTER (month > {month - months.observe})"
    before = f"FILTER (month <= {month - months.observe})"
    spelled = []
    for column in activity.counted:
        name, change = _pair(column, months)
        cell = quoted_name(column)
        spelled.append(f"sum({cell}) {recent} AS {quoted_name(name)}")
        spelled.append(f"sum({cell}) {recent} - sum({cell}) {before} AS {quoted_name(change)}")
    busy = " OR ".join(f"{quoted_name(column)} > 0" for column in activity.counted)
    inside = f"SELECT * FROM month_activity WHERE month <= {month} AND month > {month - 2 * months.observe}"
    last = (
        f"SELECT customer, CAST({month} - max(month) FILTER ({busy}) AS DOUBLE) AS quiet FROM month_activity"
        f" WHERE month <= {month} GROUP BY customer"
    )
    return (
        f"SELECT * FROM (SELECT customer, {', '.join(spelled)} FROM ({inside}) GROUP BY customer)"
        f' FULL JOIN (SELECT customer, quiet AS "months since any activity" FROM ({last})) USING (customer)'
    )


def _features(part: pa.Table) -> pa.Table:
    return part.drop_columns(["customer", "period", "leaves"])


def _examples(parts: Sequence[pa.Table]) -> Examples:
    whole = pa.concat_tables(parts)
    return Examples(
        features=_features(whole),
        outcome=np.asarray(whole["leaves"].to_numpy(), bool),
        customers=whole["customer"].combine_chunks(),
        periods=np.asarray(whole["period"].to_numpy(), np.int64),
    )


def _value(column: str | None, features: pa.Table, months: Months) -> Any:
    """What a customer brought per month in the observed months; None where not asked for."""
    if column is None:
        return None
    name = _pair(column, months)[0]
    if name not in features.column_names:
        raise NoStatusEvents(f"The activity has no numbers in a column {column!r} to take the value from (--value).")
    sums = features[name].to_pylist()
    exact = [None if total is None else Decimal(repr(round(total / months.observe, 2))) for total in sums]
    return pa.array(exact, pa.decimal128(18, 2))
