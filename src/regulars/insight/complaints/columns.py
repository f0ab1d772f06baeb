"""A file of complaints understood: who, when, about what, content with the answer, and how many were told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.history.headings import meanings
from regulars.insight.survey.errors import WrongSurvey
from regulars.insight.survey.reading import Days, Floats, days, numbers, once

_WORDS: Final = {
    "content": ("content", "satisfied with", "happy with", "resolved to", "满意"),
    "told": ("told", "how many people", "告诉", "告知", "转告"),
    "open": ("open", "status", "状态", "是否结案"),
    "on": ("complained on", "complaint date", "date", "投诉日期", "投诉时间", "日期", "时间"),
    "about": ("about", "topic", "subject", "reason", "category", "投诉内容", "原因", "类别", "主题"),
}
_DAY_OF_COMPLAINT: Final = ("compl", "投诉")
_SOLD: Final = {"amount", "unit_price", "quantity"}
_YES: Final = ("yes", "y", "true", "content", "satisfied", "happy", "是", "满意", "1")
_NO: Final = ("no", "n", "false", "discontent", "dissatisfied", "unhappy", "否", "不满意", "0")
_OPEN: Final = ("open", "yes", "true", "pending", "new", "未结", "未处理", "处理中", "待处理")


@dataclass(frozen=True, slots=True)
class Complaints:
    """Entries go together, one per complaint. `content` is 1, 0 or NaN (not said); `open` None where nothing says."""

    customers: Any  # Arrow texts
    on: Days
    about: Sequence[str | None]
    content: Floats
    told: Floats
    open: np.ndarray[Any, np.dtype[np.bool_]] | None
    repeated: int = 0  # rows that repeat another to the last cell, and are left out


def complaints_in(table: pa.Table, engine: Engine) -> Complaints:
    """Raises WrongSurvey where customer or day have no column."""
    columns = _columns(table.column_names)
    missing = [name for name in ("customer", "on") if name not in columns]
    if missing:
        raise WrongSurvey(
            f"Complaints need a column for the customer and one for the day, not only {', '.join(table.column_names)}.",
            found=table.column_names,
        )
    if not _tells_of_complaints(columns, table.column_names):
        raise WrongSurvey(
            f"Nothing in {', '.join(table.column_names)} says that these are complaints. Name a column by what they "
            "are about, whether the answer was to the customer’s content, or how many people were told.",
            found=table.column_names,
        )
    table, given = once(table, columns["customer"]), table.num_rows
    rows = table.num_rows
    content = _content(table[columns["content"]], engine) if "content" in columns else np.full(rows, np.nan)
    return Complaints(
        customers=table[columns["customer"]].combine_chunks(),
        on=days(table[columns["on"]], engine),
        about=table[columns["about"]].to_pylist() if "about" in columns else [None] * rows,
        content=content,
        told=_told(table[columns["told"]], engine) if "told" in columns else np.full(rows, np.nan),
        open=_open(table, columns, content),
        repeated=given - rows,
    )


def _tells_of_complaints(columns: Mapping[str, str], headings: Sequence[str]) -> bool:
    """A customer and a day are in every file; a category with them is in files of sales too, beside what was paid."""
    if columns.keys() & {"content", "told", "open"} or any(word in columns["on"].lower() for word in _DAY_OF_COMPLAINT):
        return True
    return "about" in columns and not any(meanings(heading).keys() & _SOLD for heading in headings)


def _columns(headings: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for role, words in _WORDS.items():
        for heading in headings:
            plain = " ".join(heading.replace("_", " ").lower().split())
            if heading not in found.values() and any(word in plain for word in words):
                found[role] = heading
                break
    weights = {h: meanings(h).get("customer", 0.0) for h in headings if h not in found.values()}
    best = max(weights, key=lambda heading: weights[heading], default=None)
    if best is not None and weights[best] > 0:
        found["customer"] = best
    return found


def _told(cells: Any, engine: Engine) -> Floats:
    """How many people; fewer than nobody is no answer."""
    count = numbers(cells, engine)
    return np.where(count < 0, np.nan, count)


def _content(cells: Any, engine: Engine) -> Floats:
    """Yes or no, in words; or a scale, where its upper two fifths are content."""
    plain = np.array([str(cell).strip().lower() if cell is not None else "" for cell in cells.to_pylist()])
    said = np.where(np.isin(plain, _YES), 1.0, np.where(np.isin(plain, _NO), 0.0, np.nan))
    scale = numbers(cells, engine)
    if np.isfinite(scale).any() and np.nanmax(scale) > 1:
        highest = 5 if np.nanmax(scale) <= 5 else 10
        said = np.where(np.isfinite(scale), (scale >= highest * 0.8).astype(np.float64), said)
    return said


def _open(table: pa.Table, columns: dict[str, str], content: Floats) -> np.ndarray[Any, np.dtype[np.bool_]] | None:
    if "open" in columns:
        cells = table[columns["open"]].to_pylist()
        return np.array([str(cell).strip().lower() in _OPEN for cell in cells], dtype=bool)
    unknown = np.isnan(content)
    return unknown if "content" in columns and unknown.any() else None
