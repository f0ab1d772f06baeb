"""Settings chosen for this shop, and the lists checked on baskets that came later."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import ibis.expr.types as ir
import pyarrow as pa

from regulars.basics.progress import Progress, silent
from regulars.history.engine import Engine
from regulars.insight.future import TooFewCustomers
from regulars.insight.lines import as_of, complete
from regulars.insight.nextbasket.baskets import Ints
from regulars.insight.nextbasket.examples import examples_of
from regulars.insight.nextbasket.found import NextBasketFound
from regulars.insight.nextbasket.later import Split, later_days, split
from regulars.insight.nextbasket.measures import BASELINES, LENGTH, baselines, by_customer, difference, means
from regulars.insight.nextbasket.model import NextBasket
from regulars.insight.nextbasket.search import Chosen, search
from regulars.insight.nextbasket.shop import Bought, day_number, keep_bought
from regulars.insight.recommend.also_bought import also_bought

MODEL: Final = "model"
CUSTOMERS_MIN: Final = 100
CUSTOMERS_MAX: Final = 20_000
ALSO: Final = 5  # others by product, for the page
_MEASURES: Final = ("recall_10", "recall_20", "ndcg_10", "hit_10", "repeat_recall_10", "new_recall_10")


def evaluate(
    lines: ir.Table,
    engine: Engine,
    *,
    cut_off: date,
    customers_max: int = CUSTOMERS_MAX,
    tries_max: int = 12,
    seed: int = 7,
    clock: Callable[[], float] | None = None,
    seconds_max: float = 180.0,
    bought: Bought | None = None,
    progress: Progress = silent,
) -> NextBasketFound:
    """Chooses settings and checks the lists of `lines` (the LINES contract), see `judge`; with what others also bought.

    `bought`: what `keep_bought` made of these lines, if it was made already. Raises TooShort, TooFewCustomers,
    NoProducts, WrongColumns.
    """
    bought = bought or keep_bought(lines, engine, cut_off=cut_off)
    found = judge(
        bought,
        customers_max=customers_max,
        tries_max=tries_max,
        seed=seed,
        clock=clock,
        seconds_max=seconds_max,
        progress=progress,
    )
    also = also_bought(as_of(complete(lines), cut_off), engine, n=ALSO)
    return replace(found, also=also, names={**found.names, **_names_of(also, bought)})


def judge(
    bought: Bought,
    *,
    customers_max: int = CUSTOMERS_MAX,
    tries_max: int = 12,
    seed: int = 7,
    clock: Callable[[], float] | None = None,
    seconds_max: float = 180.0,
    progress: Progress = silent,
) -> NextBasketFound:
    """Settings by the baskets of the last period but one, then one look at those of the last period.

    Of more than `customers_max` customers an even part is looked at. The lists may be used if their Recall@10 is above
    that of every plain list, the 95 % interval of the paired difference excluding 0. Otherwise `used` names the plain
    list that was best on the validation baskets. Raises TooShort, TooFewCustomers.
    """
    later = later_days(bought.first_on, bought.cut_off)
    until = bought.cut_off - timedelta(days=later)
    names, customer, product, day = bought.rows(0, parts := -(-bought.customers // customers_max))
    trial, last = (
        split(names, bought.products, customer, product, day, until=day_number(until) - back, later=later)
        for back in (later, 0)
    )
    for part in (trial, last):
        if len(part.rows) < CUSTOMERS_MIN:
            raise TooFewCustomers(
                f"{len(part.rows)} customers came back within {later} days; {CUSTOMERS_MIN} are needed to check lists."
            )
    chosen = search(
        trial.before,
        trial.rows,
        trial.truth,
        as_of=trial.as_of,
        tries_max=tries_max,
        seed=seed,
        clock=clock,
        seconds_max=seconds_max,
        progress=progress,
    )
    model = chosen.model(seed=seed).fit(last.before, as_of=last.as_of)
    lists = {MODEL: model.ranked(last.rows, LENGTH), **baselines(last.before, last.rows)}
    gains = _gains(lists, last)
    usable = all(row["low"] > 0 for row in gains.to_pylist())
    examples = examples_of(model, last, seed)
    return NextBasketFound(
        calibration_until=until,
        later_days=later,
        customers=len(last.rows),
        sampled=1 / parts,
        settings=chosen.settings,
        tried=chosen.tried.num_rows,
        scores=_scores(lists, last),
        gains=gains,
        usable=usable,
        used=MODEL if usable else _best_plain(trial),
        why_not="" if usable else "not-better-than-baseline",
        repeat_share=means(lists[MODEL], last.truth)["repeat_share"],
        examples=examples,
        names=_names_of(examples, bought),
    )


def _scores(lists: Mapping[str, Ints], last: Split) -> pa.Table:
    rows: list[dict[str, Any]] = []
    for name, ranked in lists.items():
        measured = means(ranked, last.truth)
        rows.append({"method": name, **{measure: measured[measure] for measure in _MEASURES}})
    return pa.Table.from_pylist(rows)


def _gains(lists: Mapping[str, Ints], last: Split) -> pa.Table:
    ours = by_customer(lists[MODEL], last.truth)["recall_10"]
    rows: list[dict[str, Any]] = []
    for name in BASELINES:
        gain, low, high = difference(ours, by_customer(lists[name], last.truth)["recall_10"])
        rows.append({"baseline": name, "gain": gain, "low": low, "high": high})
    return pa.Table.from_pylist(rows)


def _best_plain(trial: Split) -> str:
    """By validation baskets, not by those that the lists are judged on."""
    plain = baselines(trial.before, trial.rows)
    reached = {name: float(by_customer(ranked, trial.truth)["recall_10"].mean()) for name, ranked in plain.items()}
    return max(reached, key=lambda name: reached[name])


def _names_of(table: pa.Table, bought: Bought) -> dict[str, str]:
    columns = [name for name in ("product", "reason_product", "other") if name in table.column_names]
    shown = {str(code) for column in columns for code in table[column].to_pylist() if code}
    return {
        str(code): str(name)
        for code, name in zip(bought.products, bought.names, strict=True)
        if code in shown and name != code
    }


def chosen_model(found: NextBasketFound, *, seed: int = 7, **fixed: Any) -> NextBasket:
    """An unfitted model with the settings that were found."""
    return Chosen(found.settings, 0.0, pa.table({}), 0).model(seed=seed, **fixed)
