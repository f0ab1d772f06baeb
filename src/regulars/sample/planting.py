"""From what was planted to the truth: tables that tests can hold an analysis against."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from regulars.sample.baskets import Baskets
from regulars.sample.goods import Goods
from regulars.sample.lines import NOBODY, Fault, Kind, Lines
from regulars.sample.people import BRANDED, HABITS, KINDS, LOYAL, People
from regulars.sample.seasons import SECONDS
from regulars.sample.tills import Export
from regulars.sample.visits import Ints, Visits
from regulars.sample.vocabulary import CATEGORIES, CATEGORY_PAIRS, PAIRS


def customers_table(people: People, visits: Visits, lines: Lines, first_on: date) -> pa.Table:
    """One row a customer. `spend_minor` is what the files can show: clean lines, less returns, without fees."""
    count = len(people.card)
    known = visits.customer >= 0
    at, customer = visits.at[known], visits.customer[known]
    first, last = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    np.minimum.at(first, customer, at)
    np.maximum.at(last, customer, at)
    came = last >= 0  # someone arriving on the last day may be rounded out of it
    paid = lines[(lines["customer"] >= 0) & (lines["customer"] < count)]
    paid = paid[(paid["kind"] != Kind.FEE) & (paid["fault"] == Fault.NONE)]
    spend = np.bincount(paid["customer"], weights=paid["amount"], minlength=count).astype(np.int64)  # exact to 2**53
    left = np.isin(np.arange(count), visits.leavers)
    steady = np.isin(np.arange(count), visits.steady)
    names = [kind.name for kind in KINDS]
    return pa.table(
        {
            "customer": people.card,
            "kind": [names[kind] for kind in people.kind],
            "loyal": people.kind == LOYAL,
            "mean_gap_days": people.gap_days,
            "shape": people.shape,
            "arrived_on": _days(first, came, first_on),
            "last_on": _days(last, came, first_on),
            "left_on": _days(last, came & left, first_on),
            "steady": steady,
            "visits": np.bincount(customer, minlength=count),
            "spend_minor": spend,
        }
    )


def visits_table(people: People, visits: Visits, first_on: date) -> pa.Table:
    known = visits.customer >= 0
    at, customer = visits.at[known], visits.customer[known]
    order = np.lexsort((at, customer))
    moment = np.datetime64(first_on, "s") + at[order].astype("timedelta64[s]")
    cards = pa.DictionaryArray.from_arrays(customer[order].astype(np.int32), people.card)
    return pa.table({"customer": cards.cast(pa.string()), "visited_at": pa.array(moment.astype("datetime64[us]"))})


def habits_table(people: People) -> pa.Table:
    count = len(people.card)
    categories = [CATEGORIES[number].name for number in BRANDED]
    return pa.table(
        {
            "customer": np.repeat(np.array(people.card), len(BRANDED)),
            "category": np.tile(np.array(categories), count),
            "habit": np.array(HABITS)[people.habit.ravel()],
        }
    )


def cycles_table(people: People, baskets: Baskets, goods: Goods) -> pa.Table:
    cycles = baskets.cycles
    return pa.table(
        {
            "customer": [people.card[number] for number in cycles.customer],
            "product": [goods.code[number] for number in cycles.product],
            "product_name": [goods.name[number] for number in cycles.product],
            "cycle_days": cycles.days,
        }
    )


def pairs_table(baskets: Baskets, visits: Visits, goods: Goods) -> pa.Table:
    """The planted pairs with the lift that came out."""
    rows = []
    for left_name, right_name, _ in PAIRS:
        left, right = goods.number(left_name), goods.number(right_name)
        rows.append(
            {
                "left": goods.code[left],
                "right": goods.code[right],
                "left_name": left_name,
                "right_name": right_name,
                "left_chinese": goods.chinese[left],
                "right_chinese": goods.chinese[right],
                "lift": _lift(baskets.product == left, baskets.product == right, baskets.visit, len(visits.at)),
            }
        )
    return pa.Table.from_pylist(rows)


def category_pairs_table(baskets: Baskets, visits: Visits, goods: Goods) -> pa.Table:
    names = [category.name for category in CATEGORIES]
    category = goods.category[baskets.product]
    rows = []
    for left_name, right_name, _ in CATEGORY_PAIRS:
        left, right = names.index(left_name), names.index(right_name)
        rows.append(
            {
                "left": left_name,
                "right": right_name,
                "lift": _lift(category == left, category == right, baskets.visit, len(visits.at)),
            }
        )
    return pa.Table.from_pylist(rows)


def files_table(exports: Iterable[Export], customers: int) -> pa.Table:
    """One row a file: how many rows, and how many of them are what."""
    rows = [{"name": export.name, "copy_of": export.copy_of, **_counted(export, customers)} for export in exports]
    names = pa.schema(
        [("name", pa.string()), ("copy_of", pa.string())] + [(key, pa.int64()) for key in list(rows[0])[2:]]
    )
    return pa.Table.from_pylist(rows, schema=names)


def odd_accounts(lines: Lines, names: Sequence[str], customers: int) -> dict[str, int]:
    return {name: int((lines["customer"] == customers + number).sum()) for number, name in enumerate(names)}


def _counted(export: Export, customers: int) -> dict[str, int]:
    """`overlap` rows are counted here and again in the next file; refused rows only as refused."""
    lines = export.lines
    sound = lines["fault"] == Fault.NONE
    whole = lines[sound]
    return {
        "rows": len(lines) + export.footers + export.cut_rows,
        "overlap": export.overlap,
        "overlap_sound": int(sound[len(lines) - export.overlap :].sum()),
        "broken_date": int((lines["fault"] == Fault.DATE).sum()),
        "missing_amount": int((lines["fault"] == Fault.AMOUNT).sum()),
        "footers": export.footers,
        "cut_rows": export.cut_rows,
        "absurd": int((lines["fault"] == Fault.ABSURD).sum()),
        "anonymous": int((whole["customer"] == NOBODY).sum()),
        "odd_account": int((whole["customer"] >= customers).sum()),
        "returns": int((whole["kind"] == Kind.RETURN).sum()),
        "fees": int((whole["kind"] == Kind.FEE).sum()),
        "zero_price": int(((whole["amount"] == 0) & (whole["kind"] != Kind.FEE)).sum()),
    }


def _lift(left: Any, right: Any, visit: Ints, visits: int) -> float:
    has_left, has_right = np.unique(visit[left]), np.unique(visit[right])
    both = np.intersect1d(has_left, has_right, assume_unique=True)
    return len(both) * visits / max(1, len(has_left) * len(has_right))


def _days(seconds: Ints, known: Any, first_on: date) -> Any:
    days = np.datetime64(first_on, "D") + np.where(known, seconds, 0) // SECONDS
    return pa.array(days, mask=~known)
