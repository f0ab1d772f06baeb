"""A survey understood: who answered what, on which scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.survey.columns import FACTORS, Roles, factors_by_words, item_named, roles
from regulars.insight.survey.errors import WrongSurvey
from regulars.insight.survey.reading import Days, Floats, days, numbers, once

Scale = tuple[int, int]

_MOST: Final = 10  # a scale ends here
_WHOLE: Final = 0.95  # of the filled cells of a column of answers
_STRAY: Final = 0.005  # of all answers: so few beyond a scale are slips of the pen, not a longer scale
_NO_ANSWER: Final = (-1, -8, -9, -99, 77, 88, 97, 98, 99, 888, 998, 999)  # "do not know", as survey programs write it
_LEVELS_MOST: Final = 12  # of a column that tells respondents apart


@dataclass(frozen=True, slots=True)
class Answers:
    """Columns go together, one entry per respondent; NaN where nothing, or nothing on the scale, was answered."""

    respondents: int
    customers: Any | None  # Arrow texts
    answered_on: Days | None
    wave: Sequence[str | None] | None
    items: Mapping[str, Floats]  # heading → answers, on `scale`
    scale: Scale
    factors: Mapping[str, str]  # factor → heading
    factor_answers: Mapping[str, Floats]
    factor_scales: Mapping[str, Scale]
    importance: Mapping[str, Floats]  # item → how important each respondent calls it
    segments: Mapping[str, Sequence[str | None]]
    left_out: Mapping[str, int]

    @property
    def matrix(self) -> Floats:
        """Respondents × items."""
        return np.column_stack(list(self.items.values())) if self.items else np.empty((self.respondents, 0))

    def shared(self, factor: str) -> Floats | None:
        """Answers to a factor's question as 0 … 1 of its scale."""
        if factor not in self.factor_answers:
            return None
        low, high = self.factor_scales[factor]
        return (self.factor_answers[factor] - low) / (high - low)


def understood(
    table: pa.Table,
    engine: Engine,
    *,
    factors: Mapping[str, str] | None = None,
    scale: Scale | None = None,
    reverse: Sequence[str] = (),
) -> Answers:
    """`factors` name questions by hand; `reverse` those where a high answer is bad. Raises WrongSurvey."""
    if table.num_rows == 0:
        raise WrongSurvey("The survey has no rows.")
    parts = roles(table.column_names)
    table, given = once(table, parts.customer), table.num_rows
    named = _factors(parts, table.column_names, factors or {})
    raw = {h: numbers(table[h], engine) for h in dict.fromkeys([*parts.others, *parts.importance, *named.values()])}
    asked = [h for h in parts.others if h not in named.values() and _is_answer(raw[h], table[h])]
    together = [h for h in [*asked, *(h for f, h in named.items() if f != "recommend")] if _fits(raw[h], scale)]
    whole = scale or _scale_of([raw[h] for h in together or list(named.values())])
    if not asked and not any(np.isfinite(raw[h]).any() for h in named.values()):
        raise WrongSurvey(
            f"No column holds answers on a scale up to {_MOST}; there are {', '.join(table.column_names)}. Name the "
            "overall question with --factor satisfaction=COLUMN.",
            found=table.column_names,
        )
    left = {"repeated": given - table.num_rows} if table.num_rows < given else {}
    scales = {f: whole if f != "recommend" or scale else _own_scale(raw[h], whole) for f, h in named.items()}
    on = {h: _on_scale(raw[h], whole, left) for h in asked}
    by_factor = {f: _on_scale(raw[h], scales[f], left) for f, h in named.items()}
    for heading in reverse:
        _turn(heading, on, by_factor, named, whole, scales)
    segments = [h for h in parts.others if h not in asked and h not in named.values() and _is_segment(table[h])]
    importance = {item: raw[h] for h, rest in parts.importance.items() if (item := item_named(rest, asked))}
    return Answers(
        respondents=table.num_rows,
        customers=table[parts.customer].combine_chunks() if parts.customer else None,
        answered_on=days(table[parts.answered_on], engine) if parts.answered_on else None,
        wave=table[parts.wave].to_pylist() if parts.wave else None,
        items=on,
        scale=whole,
        factors=named,
        factor_answers=by_factor,
        factor_scales=scales,
        importance=importance,
        segments={h: table[h].to_pylist() for h in segments},
        left_out=left,
    )


def _factors(parts: Roles, headings: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    for factor, heading in given.items():
        if factor not in FACTORS:
            raise WrongSurvey(f"There is no factor {factor!r}; there are {', '.join(FACTORS)}.", factor=factor)
        if heading not in headings:
            raise WrongSurvey(f"There is no column {heading!r}; there are {', '.join(headings)}.", column=heading)
    found = {f: h for f, h in factors_by_words(parts.others).items() if h not in given.values()} | dict(given)
    return {name: found[name] for name in FACTORS if name in found}


def _is_answer(values: Floats, cells: Any) -> bool:
    """Whole numbers up to ten that go beyond 2: not a yes and no, nor a column of texts."""
    filled = len(cells) - cells.null_count - int(np.isin(values, _NO_ANSWER).sum())
    good = values[(values == np.rint(values)) & (values >= 0) & (values <= _MOST)]
    return filled > 0 and len(good) >= _WHOLE * filled and bool(good.max() >= 3)


def _fits(values: Floats, scale: Scale | None) -> bool:
    return scale is None or bool(np.isfinite(values).any())


def _scale_of(columns: Sequence[Floats]) -> Scale:
    """1–5, 1–7, 1–10 or 0–10, or the same from 0: the smallest that holds the answers up to ten."""
    whole = np.concatenate(columns) if columns else np.array([1.0, 5.0])
    good = whole[np.isfinite(whole) & (whole >= 0) & (whole <= _MOST)]
    if not len(good):
        return (1, 5)
    highest = next(end for end in (5, 7, _MOST) if (good > end).mean() <= _STRAY)
    return (0 if good.min() < 1 else 1, highest)


def _own_scale(values: Floats, whole: Scale) -> Scale:
    own = _scale_of([values])
    return whole if own[1] <= whole[1] and own[0] >= whole[0] else own


def _on_scale(values: Floats, scale: Scale, left: dict[str, int]) -> Floats:
    wrong = np.isfinite(values) & ((values < scale[0]) | (values > scale[1]) | (values != np.rint(values)))
    if wrong.any():
        left["off-scale"] = left.get("off-scale", 0) + int(wrong.sum())
    return np.where(wrong, np.nan, values)


def _turn(
    heading: str,
    items: dict[str, Floats],
    by_factor: dict[str, Floats],
    named: Mapping[str, str],
    whole: Scale,
    scales: Mapping[str, Scale],
) -> None:
    factor = next((f for f, h in named.items() if h == heading), None)
    if factor is not None:
        by_factor[factor] = sum(scales[factor]) - by_factor[factor]
    elif heading in items:
        items[heading] = sum(whole) - items[heading]
    else:
        raise WrongSurvey(f"There is no question {heading!r} to reverse.", column=heading)


def _is_segment(cells: Any) -> bool:
    levels = len(cells.drop_null().unique())
    return 2 <= levels <= _LEVELS_MOST and cells.null_count < len(cells) / 2
