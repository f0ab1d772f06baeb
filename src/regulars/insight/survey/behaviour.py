"""From satisfaction to what people then did: the curve of the shop's own customers, raw and adjusted.

Satisfaction alone is no loyalty: the curve shows what an answer went with, the table of attitude beside behaviour how
many were content and stayed away all the same.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.significance import holm
from regulars.insight.survey.answers import Answers
from regulars.insight.survey.found import Behaviour, Estimate
from regulars.insight.survey.intervals import Z, mean_of, share_of
from regulars.insight.survey.purchases import Around, Flags, around, linked, span, until
from regulars.insight.survey.reading import Days, Floats
from regulars.insight.survey.regression import adjusted_means, difference, monotone
from regulars.insight.survey.shapes import floats

AFTER_DAYS: Final = 90
AFTER_FEWEST: Final = 14
BEFORE_DAYS: Final = 365
FEWEST: Final = 30  # linked customers
FEWEST_OF_ANSWER: Final = 5


@dataclass(frozen=True, slots=True)
class Linked:
    """Respondents found in the lines with a complete time after their answer, each customer once, the last time."""

    chosen: Flags  # among all respondents
    around: Around  # of the chosen
    after_days: int
    before_days: int
    distinct: int  # customers found in the lines at all


def link(
    answers: Answers,
    days: ir.Table,
    engine: Engine,
    *,
    cut_off: date,
    names: ir.Table | None,
    after_days: int | None = None,
) -> Linked | str:
    """Whose answers and purchases go together; or the code of the reason why none do."""
    if answers.customers is None:
        return "no-customer-column"
    seen = until(days, cut_off)
    history = span(seen, engine)
    if history is None:
        return "no-purchases"
    on = _days_of(answers, history[0], cut_off)
    if on is None:
        return "no-answer-date"
    people = linked(answers.customers, seen, engine, names, "survey")
    room = (np.datetime64(cut_off, "D") - on).astype(np.float64)
    room[np.isnat(on)] = np.nan
    wanted = after_days or AFTER_DAYS
    # Shorter rather than nobody: half of the respondents at least should have a complete time after.
    length = int(min(wanted, np.nanquantile(room, 0.5))) if np.isfinite(room).any() else 0
    if length < min(AFTER_FEWEST, wanted):
        return "too-short-after"
    complete = room >= length
    earliest = np.datetime64(history[0], "D")
    before = int(min(BEFORE_DAYS, max(1, np.nanmin((on[complete] - earliest).astype(np.float64)) + 1)))
    found = around(people, on, seen, engine, before_days=before, after_days=length, name="survey")
    chosen = found.known & complete & _last_of_each(answers.customers, on, complete)
    known = len(set(answers.customers.filter(pa.array(found.known)).to_pylist()))
    return Linked(chosen, found.of(chosen), length, before, known)


def behaviour_of(answers: Answers, link_found: Linked, index: Floats | None, *, seed: int) -> Behaviour | str:
    """The curve and its tests; or the code of the reason why there is none."""
    overall = answers.factor_answers.get("satisfaction")
    if overall is None:
        return "no-overall"
    value = overall[link_found.chosen]
    known = np.isfinite(value)
    if known.sum() < FEWEST:
        return "too-few-linked"
    level, past = value[known], link_found.around.of(known)
    outcomes = {"rebuy": (past.visits_after > 0).astype(np.float64), "visits": past.visits_after}
    top, following = answers.factor_scales["satisfaction"][1], answers.factor_scales["satisfaction"][1] - 1
    bought = outcomes["rebuy"] > 0
    ours = index[link_found.chosen][known] if index is not None else np.full(len(level), np.nan)
    return Behaviour(
        heading=answers.factors["satisfaction"],
        after_days=link_found.after_days,
        before_days=link_found.before_days,
        customers=int(known.sum()),
        curve=_curve(level, past, outcomes),
        tests=compared_answers(level, past, outcomes, top, following, seed),
        top_answer=top,
        next_answer=following,
        rebuy_ratio=_ratio(level, bought, top, following),
        gap=_gap(level >= following, bought),
        index_bought=mean_of(ours[bought]),
        index_stayed_away=mean_of(ours[~bought]),
    )


def _days_of(answers: Answers, first: date, cut_off: date) -> Days | None:
    """Days of the answers; those outside the history have none."""
    if answers.answered_on is None:
        return None
    on = answers.answered_on.copy()
    outside = (on < np.datetime64(first, "D")) | (on > np.datetime64(cut_off, "D"))
    on[outside] = np.datetime64("NaT", "D")
    return None if np.isnat(on).all() else on


def _last_of_each(customers: Any, on: Days, complete: Flags) -> Flags:
    """The last complete answer of each customer."""
    texts = np.array(customers.to_pylist(), dtype=object)
    last = np.zeros(len(on), dtype=bool)
    order = [at for at in np.argsort(on, kind="stable") if complete[at] and texts[at] is not None]
    last[list({texts[at]: at for at in order}.values())] = True
    return last


def _curve(level: Floats, past: Around, outcomes: dict[str, Floats]) -> pa.Table:
    adjusted = {name: adjusted_means(level, past.covariates, y) for name, y in outcomes.items()}
    distinct = np.unique(level)
    counts = np.array([(level == at).sum() for at in distinct], dtype=np.float64)
    rising = {
        name: monotone(np.array([y[level == at].mean() for at in distinct]), counts) for name, y in outcomes.items()
    }
    rows = []
    for place, at in enumerate(distinct):
        inside = level == at
        share = share_of(int(outcomes["rebuy"][inside].sum()), int(inside.sum()))
        visits, spend = mean_of(outcomes["visits"][inside]), mean_of(past.spend_after[inside])
        assert visits is not None
        assert spend is not None
        row: dict[str, object] = {"answer": int(at), "customers": int(inside.sum())}
        row |= {"rebuy": share.value, "rebuy_low": share.low, "rebuy_high": share.high}
        row |= {"visits": visits.value, "visits_low": max(0.0, visits.low), "visits_high": visits.high}
        row |= {"spend_minor": spend.value, "spend_low_minor": spend.low, "spend_high_minor": spend.high}
        for name in outcomes:
            ends = adjusted[name][float(at)]
            floor, ceiling = (0.0, 1.0) if name == "rebuy" else (0.0, np.inf)
            for end, figure in zip(("", "_low", "_high"), ends, strict=True):
                row[f"{name}_adjusted{end}"] = float(np.clip(figure, floor, ceiling))
            row[f"{name}_monotone"] = float(rising[name][place])
        rows.append(row)
    return pa.Table.from_pylist(rows)


_TESTS: Final = pa.schema(
    [
        ("outcome", pa.string()),
        *floats(("top", "next", "difference", "low", "high", "p_value", "p_adjusted")),
        ("by", pa.string()),
    ]
)


def compared_answers(
    level: Floats, past: Around, outcomes: dict[str, Floats], top: int, following: int, seed: int
) -> pa.Table:
    """Do those who gave the best answer differ from those one step below? Given what they bought before."""
    both = (level == top) | (level == following)
    best = (level[both] == top).astype(np.float64)
    if min(best.sum(), len(best) - best.sum()) < FEWEST_OF_ANSWER:
        return _TESTS.empty_table()
    before, rows = past.of(both).covariates, []
    for name, values in outcomes.items():
        y = values[both]
        found, low, high, p_value, by = difference(best, before, y, seed=seed)
        row = {"outcome": name, "top": float(y[best > 0].mean()), "next": float(y[best == 0].mean())}
        rows.append(row | {"difference": found, "low": low, "high": high, "p_value": p_value, "by": by})
    for row, corrected in zip(rows, holm(np.array([row["p_value"] for row in rows]), len(rows)), strict=True):
        row["p_adjusted"] = float(corrected)
    return pa.Table.from_pylist(rows, schema=_TESTS)


def _ratio(level: Floats, bought: Flags, top: int, following: int) -> Estimate | None:
    """How many times as often the best answer went with buying again (Katz et al. 1978, on the logarithm)."""
    a, n = int(bought[level == top].sum()), int((level == top).sum())
    b, m = int(bought[level == following].sum()), int((level == following).sum())
    if not a or not b:
        return None
    ratio, error = (a / n) / (b / m), float(np.sqrt(1 / a - 1 / n + 1 / b - 1 / m))
    return Estimate(ratio, ratio * float(np.exp(-Z * error)), ratio * float(np.exp(Z * error)), n + m)


def _gap(satisfied: Flags, bought: Flags) -> pa.Table:
    rows = [
        {"satisfied": content, "bought": came, "customers": int(((satisfied == content) & (bought == came)).sum())}
        for content in (True, False)
        for came in (True, False)
    ]
    return pa.Table.from_pylist([row | {"share": row["customers"] / len(bought)} for row in rows])
