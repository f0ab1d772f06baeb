"""Buyers and spenders drawn from the models themselves, with known truth."""

from typing import Any

import numpy as np

TRUTH = {
    "BGNBD": {"r": 0.6, "alpha": 6.0, "a": 0.8, "b": 2.4},
    "MBGNBD": {"r": 0.8, "alpha": 6.0, "a": 0.7, "b": 1.8},
    "ParetoNBD": {"r": 0.7, "alpha": 8.0, "s": 0.7, "beta": 12.0},
}


def buyers(model: str, customers: int, *, seed: int, beyond: float | None = None) -> Any:
    """frequency, recency, age in weeks (whole days), ages 26 … 104; with `beyond`, also purchases that long after."""
    rng = np.random.default_rng(seed)
    truth = list(TRUTH[model].values())
    rate = rng.gamma(truth[0], 1 / truth[1], customers)
    age = rng.integers(26 * 7, 104 * 7, customers) / 7
    stop = age + (beyond or 0.0)
    if model == "ParetoNBD":
        death, chance = rng.exponential(1 / rng.gamma(truth[2], 1 / truth[3], customers)), np.zeros(customers)
    else:
        death, chance = np.full(customers, np.inf), rng.beta(truth[2], truth[3], customers)
    alive = np.ones(customers, bool) if model != "MBGNBD" else rng.uniform(size=customers) >= chance
    now, x, last, later = (np.zeros(customers) for _ in range(4))
    with np.errstate(divide="ignore"):
        while alive.any():
            now = now + rng.exponential(size=customers) / rate
            alive &= (now <= stop) & (now <= death)
            before = alive & (now <= age)
            x += before
            last = np.where(before, now, last)
            later += alive & (now > age)
            alive &= rng.uniform(size=customers) >= chance
    return (x, last, age) if beyond is None else (x, last, age, later)


def spenders(customers: int, *, seed: int, p: float = 6.0, q: float = 4.0, v: float = 15.0) -> Any:
    """frequency and mean spend."""
    rng = np.random.default_rng(seed)
    x = rng.geometric(0.3, customers)
    own_rate = rng.gamma(q, 1 / v, customers)
    return x, rng.gamma(p * x, 1 / own_rate) / x
