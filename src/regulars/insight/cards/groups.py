"""Whom a model serves badly, and how it treats people by age, sex and town.

All figures are of rows that the model had not seen. Flagged: among the tenth with the highest probability. Calibration
of a group is its mean foretold probability less its leave rate; with it stands the 95 % interval of the leave rate
(Wilson), so that a small group is not taken for a badly served one. "Bad for" lists the groups whose leave rate differs
from what was foretold by more than chance explains (|z| above 3, some forty groups being looked at), worst first.
"""

from collections.abc import Iterator, Mapping
from math import sqrt
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.history.headings import tokens
from regulars.insight.scoring.moves import Flags, Floats
from regulars.insight.scoring.reading import kind_of, numbers, texts
from regulars.insight.scoring.rules import wilson

GROUP_LEAST: Final = 50  # rows; fewer say nothing
FLAGGED: Final = 0.1
SURE: Final = 3.0
_LEVELS_MOST: Final = 12
_WORST: Final = 8
_AGE_BANDS: Final = (25.0, 35.0, 45.0, 55.0, 65.0)
_YEAR: Final = 365.25
_SENSITIVE: Final[Mapping[str, frozenset[str]]] = {
    "age": frozenset(
        ("age", "senior", "seniorcitizen", "birth", "dob", "birthday", "birthdate", "born", "年龄", "生日", "出生日期")
    ),
    "sex": frozenset(["sex", "gender", "性别"]),
    "town": frozenset(["town", "city", "province", "state", "region", "district", "城市", "省份", "地区", "区县"]),
}

Group = dict[str, Any]


def fairness(table: pa.Table, outcome: Flags, probability: Floats) -> list[Group]:
    """Groups by age band, sex and town, where the table has such columns: flagged share, leave rate, calibration."""
    flagged = _flagged(probability)
    found = []
    for name in table.column_names:
        role = sensitive(name)
        if role:
            bands = _AGE_BANDS if role == "age" else None
            for label, rows, ends in _parts(table, name, bands):
                found.append({"role": role, **_group(name, label, rows, outcome, probability, flagged), **ends})
    return found


def bad_for(table: pa.Table, outcome: Flags, probability: Floats) -> list[Group]:
    """The groups, by any column at hand, that the model is farthest off for; worst first, at most eight."""
    flagged = _flagged(probability)
    groups = [
        _group(name, label, rows, outcome, probability, flagged) | ends
        for name in table.column_names
        for label, rows, ends in _parts(table, name, None)
    ]
    off = [group for group in groups if abs(group["z"]) > SURE]
    return sorted(off, key=lambda group: -abs(group["foretold"] - group["rate"]))[:_WORST]


def sensitive(heading: str) -> str:
    """age, sex or town where a heading says so; else nothing."""
    words = {*tokens(heading), "".join(tokens(heading))}
    return next((role for role, named in _SENSITIVE.items() if words & named), "")


def _flagged(probability: Floats) -> Flags:
    count = max(1, round(FLAGGED * len(probability)))
    flagged = np.zeros(len(probability), np.bool_)
    flagged[np.argsort(-probability, kind="stable")[:count]] = True
    return flagged


def _parts(table: pa.Table, name: str, bands: tuple[float, ...] | None) -> Iterator[tuple[str, Flags, Group]]:
    """Label, rows and ends (low, high) of each large enough group of a column: levels, age bands or quarters."""
    kind = kind_of(name, table.schema.field(name).type)
    if kind == "number":
        yield from _numbered(numbers(table[name]), bands)
    elif kind == "levels":
        indices, levels = texts(table[name])
        counted = np.bincount(indices[indices >= 0], minlength=len(levels))
        for place in np.argsort(-counted, kind="stable")[:_LEVELS_MOST]:
            if counted[place] >= GROUP_LEAST:
                yield levels[place], indices == place, {"low": None, "high": None}


def _numbered(values: Floats, bands: tuple[float, ...] | None) -> Iterator[tuple[str, Flags, Group]]:
    known = values[~np.isnan(values)]
    if not len(known):
        return
    if bands is not None and np.quantile(known, 0.9) > 150:  # days since birth
        values, known = values / _YEAR, known / _YEAR
    edges = bands or tuple(np.unique(np.quantile(known, (0.25, 0.5, 0.75))).tolist())
    place = np.searchsorted(np.asarray(edges), values, side="left")
    for number in range(len(edges) + 1):
        rows = (place == number) & ~np.isnan(values)
        if rows.sum() >= GROUP_LEAST:
            low = edges[number - 1] if number else None
            high = edges[number] if number < len(edges) else None
            said = (f"> {low:g}" if low is not None else "", f"≤ {high:g}" if high is not None else "")
            yield ", ".join(filter(None, said)), rows, {"low": low, "high": high}


def _group(name: str, label: str, rows: Flags, outcome: Flags, probability: Floats, flagged: Flags) -> Group:
    count, yes = int(rows.sum()), int(outcome[rows].sum())
    foretold = float(probability[rows].mean())
    spread = float(np.sum(probability[rows] * (1 - probability[rows])))
    brier = float(np.square(probability[rows] - outcome[rows]).mean())
    rate = yes / count
    return {
        "column": name,
        "group": label,
        "customers": count,
        "rate": rate,
        "rate_interval": list(wilson(yes, count)),
        "foretold": foretold,
        "z": (yes - count * foretold) / sqrt(spread) if spread > 0 else 0.0,
        "brier": brier,
        "brier_of_rate": rate * (1 - rate),
        "flagged": float(flagged[rows].mean()),
        "flagged_interval": list(wilson(int(flagged[rows].sum()), count)),
    }
