"""What customers said: a survey whose answers go with what they did next, and complaints."""

from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.sample.people import ONE_TIME, People
from regulars.sample.seasons import SECONDS
from regulars.sample.visits import Ints, Visits

ASPECTS: Final = ("Quality", "Price", "Service", "Range", "Freshness")
# How much each aspect weighs in the overall answer; service leads.
WEIGHTS: Final = (0.25, 0.10, 0.40, 0.05, 0.20)
TOPICS: Final = ("Queue at the till", "Wrong price", "Stale goods", "Unfriendly", "Out of stock", "Delivery late")
SURVEY_AT: Final = 0.75  # of the span
_ASKED_SHARE: Final = 0.09  # of all customers, among those still coming
_COMPLAINTS_SHARE: Final = 0.03
_LEAVERS_WHO_COMPLAIN: Final = 0.20
_MOOD_USUAL, _MOOD_SPREAD = -0.2, 0.5  # of the logarithm of visits made over visits expected
_TOLD_CONTENT, _TOLD_DISCONTENT = 4.5, 9.5

Floats = npt.NDArray[np.float64]


def survey_table(visits: Visits, people: People, first_on: date, days: int, random: np.random.Generator) -> pa.Table:
    """Answers of some customers, 1 … 5 (Recommend 0 … 10), on one day, when a quarter of the span is still to come.

    Who will come more often than their rhythm promises is more content; who leaves is less. So satisfaction says
    something about what follows, and fives more than fours.
    """
    day = round(SURVEY_AT * days)
    known = visits.customer >= 0
    customer, at = visits.customer[known], visits.at[known]
    before = np.bincount(customer[at < day * SECONDS], minlength=len(people.card))
    after = np.bincount(customer[at >= day * SECONDS], minlength=len(people.card))
    able = np.flatnonzero((before >= 2) & (people.kind != ONE_TIME) & _seen_lately(customer, at, day, people))
    asked = np.sort(random.choice(able, size=min(len(able), round(_ASKED_SHARE * len(people.card))), replace=False))
    expected = (days - day) / people.gap_days[asked]
    mood = np.log((after[asked] + 0.5) / (expected + 0.5))
    mood = np.clip((mood - _MOOD_USUAL) / _MOOD_SPREAD, -2.5, 2.5) * 0.8 + 0.6 * random.standard_normal(len(asked))
    aspects = 3.9 + 0.75 * mood[:, None] * 0.8 + 0.8 * random.standard_normal((len(asked), len(ASPECTS)))
    overall = aspects @ np.array(WEIGHTS) + 0.35 * random.standard_normal(len(asked))
    columns: dict[str, Any] = {"customer": [people.card[number] for number in asked]}
    columns["answered_on"] = [first_on + timedelta(days=day)] * len(asked)
    columns |= {name: _steps(aspects[:, place], 1, 5) for place, name in enumerate(ASPECTS)}
    columns["Overall"] = _steps(overall, 1, 5)
    columns["Buy more"] = _steps(overall - 0.3 + 0.6 * random.standard_normal(len(asked)), 1, 5)
    columns["Come again"] = _steps(overall + 0.2 + 0.5 * random.standard_normal(len(asked)), 1, 5)
    columns["Stay if others are cheaper"] = _steps(overall - 0.5 + 0.7 * random.standard_normal(len(asked)), 1, 5)
    columns["Recommend"] = _steps(2.2 * (overall - 1) + 1.0 * random.standard_normal(len(asked)), 0, 10)
    return pa.table(columns)


def complaints_table(
    visits: Visits, people: People, first_on: date, days: int, random: np.random.Generator
) -> pa.Table:
    """One row a complaint: when, about what, was the answer satisfactory, how many were told of it.

    A fifth of those who leave complain at their last visit, mostly without a good answer.
    """
    known = visits.customer >= 0
    customer, at = visits.customer[known], visits.at[known]
    last = np.zeros(len(people.card), dtype=np.int64)
    np.maximum.at(last, customer, at)
    angry = visits.leavers[random.random(len(visits.leavers)) < _LEAVERS_WHO_COMPLAIN]
    some = random.choice(len(customer), size=round(_COMPLAINTS_SHARE * len(people.card)), replace=False)
    some = some[~np.isin(customer[some], visits.leavers)]
    who = np.concatenate((angry, customer[some]))
    when = np.concatenate((last[angry], at[some])) // SECONDS
    content = random.random(len(who)) < np.where(np.arange(len(who)) < len(angry), 0.15, 0.70)
    told = random.poisson(np.where(content, _TOLD_CONTENT, _TOLD_DISCONTENT))
    order = np.lexsort((who, when))
    topics = random.integers(0, len(TOPICS), len(who))
    return pa.table(
        {
            "customer": [people.card[who[place]] for place in order],
            "complained_on": [first_on + timedelta(days=int(when[place])) for place in order],
            "about": [TOPICS[topics[place]] for place in order],
            "content": content[order],
            "told": told[order],
        }
    )


def _seen_lately(customer: Ints, at: Ints, day: int, people: People) -> npt.NDArray[np.bool_]:
    """Seen within the 90 days before."""
    lately = (at < day * SECONDS) & (at >= (day - 90) * SECONDS)
    seen = np.zeros(len(people.card), dtype=bool)
    seen[customer[lately]] = True
    return seen


def _steps(values: Floats, low: int, high: int) -> Ints:
    rounded: Ints = np.clip(np.rint(values), low, high).astype(np.int64)
    return rounded
