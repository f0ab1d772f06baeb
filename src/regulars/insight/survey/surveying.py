"""The whole survey: `survey_of`."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.survey.answers import Answers, Scale, understood
from regulars.insight.survey.behaviour import behaviour_of, link
from regulars.insight.survey.found import Behaviour, Estimate, Importance, LoyaltyIndex, Nps, SurveyFound
from regulars.insight.survey.importance import importance_of
from regulars.insight.survey.index import index_of, index_values
from regulars.insight.survey.intervals import mean_of
from regulars.insight.survey.reading import Days, Floats, answers_table
from regulars.insight.survey.reliability import reliability
from regulars.insight.survey.scores import item_table, nps_of, per_respondent
from regulars.insight.survey.waves import segments_of, waves_of
from regulars.insight.survey.weights import chosen_weights, stated_shares
from regulars.insight.visits import days as purchase_days


def survey_of(
    given: Path | Any,
    lines: ir.Table | None,
    engine: Engine,
    cut_off: date | None,
    *,
    work: Path | None = None,
    days: ir.Table | None = None,
    names: ir.Table | None = None,
    weights: Mapping[str, float] | None = None,
    index_weights: Mapping[str, float] | None = None,
    factors: Mapping[str, str] | None = None,
    reverse: Sequence[str] = (),
    scale: Scale | None = None,
    after_days: int | None = None,
    seed: int = 7,
) -> SurveyFound:
    """What a survey says, and what the same customers then bought.

    `given`: a path (with `work`, a folder) or a table, a row per respondent. `lines` in the LINES contract, or None;
    `days` is the kept table of `regulars.insight.visits.days` where there is one. `names` (customer, number) where the
    lines hold numbers in the place of names. `weights`: question → importance; `factors`: factor → question.
    Nothing after `cut_off` is looked at. Raises WrongSurvey, WrongColumns, NoSuchFile.
    """
    answers = understood(answers_table(given, engine, work), engine, factors=factors, scale=scale, reverse=reverse)
    stated, basis = stated_shares(answers, weights)
    derived = importance_of(answers, stated=stated, seed=seed) if answers.items else None
    shares, basis = chosen_weights(answers, stated, basis, derived)
    simple, weighted = _respondents(answers, shares)
    index_found, index_each = index_of(answers, weights=index_weights, seed=seed), index_values(answers, index_weights)
    nps = _nps(answers)
    purchased = days if days is not None else purchase_days(lines) if lines is not None else None
    behaviour, linked_customers = _behaviour(answers, purchased, engine, cut_off, names, after_days, index_each, seed)
    alpha, omega = reliability(answers.matrix, seed=seed)
    first_on, last_on = _period(answers.answered_on)
    bounds = (float(answers.scale[0]), float(answers.scale[1]))
    return SurveyFound(
        respondents=answers.respondents,
        linked=linked_customers,
        first_on=first_on,
        last_on=last_on,
        scale=answers.scale,
        left_out=answers.left_out,
        overall=_overall(answers),
        simple=mean_of(simple, bounds=bounds) if answers.items else None,
        weighted=mean_of(weighted, bounds=bounds) if answers.items else None,
        weights=shares,
        weights_basis=basis,
        items=item_table(answers),
        nps=nps,
        index=index_found,
        items_alpha=alpha,
        items_omega=omega,
        importance=derived,
        waves=waves_of(answers, weighted),
        segments=segments_of(answers, weighted),
        behaviour=None if isinstance(behaviour, str) else behaviour,
        attitude=_attitude(answers),
        unsaid=_unsaid(answers, derived, index_found, nps, behaviour),
    )


def _nps(answers: Answers) -> Nps | None:
    recommend = answers.factor_answers.get("recommend")
    return None if recommend is None else nps_of(recommend, answers.factor_scales["recommend"])


def _unsaid(
    answers: Answers,
    importance: Importance | None,
    index: LoyaltyIndex | None,
    nps: Nps | None,
    behaviour: Behaviour | str,
) -> dict[str, str]:
    """Why what is missing is missing."""
    unsaid = {"behaviour": behaviour} if isinstance(behaviour, str) else {}
    if importance is None:
        unsaid["importance"] = "too-few-answers" if "satisfaction" in answers.factors else "no-overall"
    if index is None:
        unsaid["index"] = "too-few-factors"
    if nps is None:
        unsaid["nps"] = "no-recommendation"
    return unsaid


def _respondents(answers: Answers, shares: Mapping[str, float]) -> tuple[Floats, Floats]:
    """Each respondent's simple and weighted satisfaction; the overall answer where no other question was asked."""
    if not answers.items:
        overall = answers.factor_answers.get("satisfaction", np.full(answers.respondents, np.nan))
        return overall, overall
    weights = np.array([shares[item] for item in answers.items])
    matrix = answers.matrix
    return per_respondent(matrix, np.full(len(weights), 1.0)), per_respondent(matrix, weights)


def _behaviour(
    answers: Answers,
    days: ir.Table | None,
    engine: Engine,
    cut_off: date | None,
    names: ir.Table | None,
    after_days: int | None,
    index: Floats | None,
    seed: int,
) -> tuple[Behaviour | str, int]:
    if days is None or cut_off is None:
        return "no-purchases", 0
    found = link(answers, days, engine, cut_off=cut_off, names=names, after_days=after_days)
    if isinstance(found, str):
        return found, 0
    return behaviour_of(answers, found, index, seed=seed), found.distinct


def _overall(answers: Answers) -> Estimate | None:
    values = answers.factor_answers.get("satisfaction")
    if values is None:
        return None
    low, high = answers.factor_scales["satisfaction"]
    return mean_of(values, bounds=(float(low), float(high)))


def _period(on: Days | None) -> tuple[date | None, date | None]:
    known = on[~np.isnat(on)] if on is not None else np.empty(0, dtype="datetime64[D]")
    return (known.min().item(), known.max().item()) if len(known) else (None, None)


def _attitude(answers: Answers) -> pa.Table | None:
    """What each customer thinks, their last answer; None where nobody's name or mind is known."""
    content, recommends = answers.shared("satisfaction"), answers.shared("recommend")
    if answers.customers is None or (content is None and recommends is None):
        return None
    blank = np.full(answers.respondents, np.nan)
    mind = content if content is not None else recommends
    assert mind is not None
    on = (
        answers.answered_on if answers.answered_on is not None else np.full(answers.respondents, "NaT", "datetime64[D]")
    )
    names = answers.customers.to_pylist()
    last = {
        names[at]: int(at) for at in np.argsort(on, kind="stable") if names[at] is not None and mind[at] == mind[at]
    }
    order = pa.array(list(last.values()), pa.int64())
    told = recommends if recommends is not None else blank
    table = pa.table(
        {
            "customer": answers.customers,
            "attitude": pa.array(mind, from_pandas=True),
            "recommends": pa.array(told, from_pandas=True),
            "answered_on": pa.array(on),
        }
    )
    return table.take(order).sort_by("customer")
