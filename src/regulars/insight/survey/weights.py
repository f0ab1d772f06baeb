"""How much each question counts in weighted satisfaction."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from regulars.insight.survey.answers import Answers
from regulars.insight.survey.columns import item_named
from regulars.insight.survey.errors import WrongSurvey
from regulars.insight.survey.found import Importance


def stated_shares(answers: Answers, given: Mapping[str, float] | None) -> tuple[dict[str, float] | None, str]:
    """Shares that add up to 1, and where they come from: "stated" by the shop or "asked" of respondents.

    Raises WrongSurvey for a name that is no question, or weights that are none.
    """
    if given:
        return _normalised({_known(name, answers): weight for name, weight in given.items()}, answers), "stated"
    asked = {item: float(np.nanmean(v)) for item, v in answers.importance.items() if np.isfinite(v).any()}
    if asked and len(asked) == len(answers.items):
        return _normalised(asked, answers), "asked"
    return None, ""


def chosen_weights(
    answers: Answers, stated: Mapping[str, float] | None, basis: str, derived: Importance | None
) -> tuple[dict[str, float], str]:
    """Stated before asked before derived before equal."""
    if stated is not None:
        return dict(stated), basis
    if derived is not None:
        rows: list[dict[str, Any]] = derived.table.to_pylist()
        return {row["item"]: row["derived"] for row in rows}, "derived"
    return dict.fromkeys(answers.items, 1 / max(1, len(answers.items))), "equal"


def _known(name: str, answers: Answers) -> str:
    item = item_named(name, list(answers.items))
    if item is None:
        raise WrongSurvey(f"There is no question {name!r} to weigh; there are {', '.join(answers.items)}.", item=name)
    return item


def _normalised(weights: Mapping[str, float], answers: Answers) -> dict[str, float]:
    total = sum(weights.values())
    if not np.isfinite(total) or total <= 0 or min(weights.values()) < 0:
        raise WrongSurvey("Weights must be numbers of 0 or more, and not all 0.")
    return {item: weights.get(item, 0.0) / total for item in answers.items}
