"""Campaigns with a known truth."""

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.insight.uplift.moves import Trial

FROM_ON, UNTIL_ON = date(2025, 3, 1), date(2025, 3, 28)
Floats = npt.NDArray[np.float64]


def spends(people: int, random: np.random.Generator, days: int = 28) -> tuple[Floats, Floats]:
    """Spend in minor units before and after of customers who differ: many nothing, some much."""
    rate = random.gamma(0.6, 1.6, people)
    size = np.exp(random.normal(7.0, 0.6, people))
    before, after = (random.poisson(rate * days / 28) * size * np.exp(random.normal(0, 0.3, people)) for _ in range(2))
    return before.astype(np.float64), after.astype(np.float64)


def lines_of(amounts: dict[str, tuple[list[str], date, list[int]]]) -> pa.Table:
    """One line per customer with an amount above 0, on the day of its part."""
    customer, day, amount = [], [], []
    for names, on, values in amounts.values():
        for name, value in zip(names, values, strict=True):
            if value > 0:
                customer.append(name)
                day.append(on)
                amount.append(value)
    return pa.table(
        {"customer": customer, "sold_at": pa.array(day, pa.date32()), "amount_minor": pa.array(amount, pa.int64())}
    )


def campaign(
    people: int, *, seed: int, lift: float = 0.0, control_share: float = 0.5
) -> tuple[pa.Table, pa.Table, float]:
    """assigned, lines, and the mean that the campaign added per treated customer (minor units)."""
    random = np.random.default_rng(seed)
    before, after = spends(people, random)
    treated = random.random(people) >= control_share
    extra = np.round(after * lift)
    after = np.round(after) + np.where(treated, extra, 0)
    names = [f"C{n:06d}" for n in range(people)]
    days = {
        "before": (names, FROM_ON - timedelta(days=20), [int(v) for v in before]),
        "after": (names, FROM_ON + timedelta(days=9), [int(v) for v in after]),
    }
    strata = np.where(random.random(people) < 0.3, "gold", "plain")
    assigned = pa.table(
        {
            "customer": names,
            "arm": np.where(treated, "treated", "control"),
            "stratum": strata,
            "control_share": np.full(people, control_share),
        }
    )
    return assigned, lines_of(days), float(extra.mean())


def trial(people: int, *, seed: int, effect_where: float = 0.0, effect: float = 0.0) -> Trial:
    """Yes/no outcomes: a base rate of 5 %, `effect` for all, `effect_where` more for those with x0 above 0."""
    random = np.random.default_rng(seed)
    features = np.column_stack([random.normal(size=people), random.normal(size=people), random.integers(0, 4, people)])
    treated = random.random(people) < 0.5
    chance = 0.05 + 0.03 * (features[:, 1] > 0) + treated * (effect + effect_where * (features[:, 0] > 0))
    return Trial(features, ("x0", "x1", "x2"), treated, (random.random(people) < chance).astype(float))
