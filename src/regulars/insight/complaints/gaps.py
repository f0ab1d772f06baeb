"""How much oftener complainers did a thing than their matches, with an interval that knows how often each match served.

Few customers may be the matches of many complaints; their chance then counts as often as they do. The error is that of
Abadie & Imbens (2006, for the treated, matched with replacement); complaints of one customer go together.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import t as student

from regulars.insight.survey.found import Estimate
from regulars.insight.survey.purchases import Flags
from regulars.insight.survey.reading import Floats


@dataclass(frozen=True, slots=True)
class Pairs:
    """A complaint and one of its matches, each; entries go together."""

    complaint: Any  # place among the complaints
    match: Any  # number of the customer it is held against
    outcomes: dict[str, Floats]  # what the match did: 0 or 1


def mean_of_matches(pairs: Pairs, outcome: str, complaints: int) -> Floats:
    """What the matches of each complaint did on average; NaN where it has none."""
    many = np.bincount(pairs.complaint, minlength=complaints)
    total = np.bincount(pairs.complaint, pairs.outcomes[outcome], complaints)
    found: Floats = np.divide(total, many, out=np.full(complaints, np.nan), where=many > 0)
    return found


def gap_of(did: Floats, pairs: Pairs, outcome: str, customers: Any, inside: Flags) -> Estimate | None:
    """Share of the complaints `inside` that did it less that of their matches, −1 … 1; None where none has a match.

    `did` (0 or 1) and `customers` (a number) go with the complaints.
    """
    apart = did - mean_of_matches(pairs, outcome, len(did))
    used = inside & np.isfinite(apart)
    n = int(used.sum())
    if not n:
        return None
    gap = float(apart[used].mean())
    _, who = np.unique(customers[used], return_inverse=True)
    own = np.bincount(who, apart[used] - gap)
    if len(own) < 2:
        return Estimate(gap, -1.0, 1.0, n)
    squares = float((own**2).sum()) * len(own) / (len(own) - 1) + _of_shared(pairs, outcome, used)
    error = np.sqrt(max(squares / n**2, _least(did[used])))
    half = float(student.ppf(0.975, len(own) - 1) * error)
    return Estimate(gap, max(-1.0, gap - half), min(1.0, gap + half), n)


def _of_shared(pairs: Pairs, outcome: str, used: Flags) -> float:
    """What matches that serve several complaints add: Σ (weight of the customer squared − Σ weights squared) × σ²."""
    here = used[pairs.complaint]
    complaint, values = pairs.complaint[here], pairs.outcomes[outcome][here]
    many = np.bincount(complaint, minlength=len(used))
    weight = 1 / many[complaint]
    mean = np.bincount(complaint, values, len(used)) / np.maximum(many, 1)
    square = np.bincount(complaint, (values - mean[complaint]) ** 2, len(used))
    spread = np.divide(square, many - 1, out=np.full(len(used), values.var()), where=many > 1)
    _, match = np.unique(pairs.match[here], return_inverse=True)
    times, whole = np.bincount(match), np.bincount(match, weight)
    sigma = np.bincount(match, spread[complaint]) / times
    return float(((whole**2 - np.bincount(match, weight**2)) * sigma).sum())


def _least(did: Floats) -> float:
    """Squared error of the complainers' own share as if two more had done it and two had not (Agresti & Coull 1998).

    Where hardly anybody did it, what was counted shows no spread, and would seem certain.
    """
    n = len(did) + 4
    share = (float(did.sum()) + 2) / n
    return share * (1 - share) / n
