"""Purchases with a known rhythm: lines of customers who use things up."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from regulars.insight.replenishment.moves import Purchases

FIRST = date(2024, 1, 1)
CUT_OFF = date(2025, 6, 30)
DAYS = (CUT_OFF - FIRST).days


@dataclass(frozen=True)
class Used:
    lines: pa.Table
    cycle: dict[tuple[str, str], float]
    gave_up: set[tuple[str, str]]


def used_up(
    customers: int = 400,
    *,
    seed: int = 3,
    noise: float = 0.15,
    two_packs: float = 0.0,
    give_up: float = 0.0,
    memoryless: bool = False,
) -> Used:
    """Each customer uses two of five products up, each in an own number of days around 30, buying one pack or two."""
    random = np.random.default_rng(seed)
    rows: list[tuple[str, date, str, int, int]] = []
    cycle: dict[tuple[str, str], float] = {}
    gave_up: set[tuple[str, str]] = set()
    for number in range(customers):
        name = f"C{number:05d}"
        for item in random.choice(5, size=2, replace=False):
            product = f"P{item}"
            days = float(30 * np.exp(0.35 * random.standard_normal()))
            cycle[name, product] = days
            at = float(random.uniform(0, 60))
            while at < DAYS:
                packs = 2 if random.random() < two_packs else 1
                rows.append((name, FIRST + timedelta(days=int(at)), product, packs, 500 * packs))
                if random.random() < give_up:
                    gave_up.add((name, product))
                    break
                lasts = days * packs * np.exp(noise * random.standard_normal())
                step = random.exponential(30.0) if memoryless else lasts
                at += max(1.0, float(step))
    names = ("customer", "sold_at", "product", "quantity", "amount_minor")
    return Used(pa.table(dict(zip(names, zip(*rows, strict=True), strict=True))), cycle, gave_up)


def memoryless(seed: int, customers: int = 80, *, items: int = 2, days: int = 200, pace: float = 20.0) -> Purchases:
    """Purchases of customers who all buy at one pace, whenever they bought last; days from 0."""
    random = np.random.default_rng(seed)
    waits = np.maximum(1.0, random.exponential(pace, (customers * items, int(3 * days / pace))))
    at = np.cumsum(waits, axis=1) - random.uniform(0, pace, (len(waits), 1))
    pair, place = np.nonzero((at >= 0) & (at < days))
    pair, day = np.unique([pair, at[pair, place].astype(np.int64)], axis=1)
    people, products = (pa.array([str(n) for n in range(count)]) for count in (customers, items))
    return Purchases(people, products, pair // items, pair % items, day, np.ones(len(day)))
