"""A shop whose leavers are known, small and quickly made: customers with a pace, some of whom stop at any time."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.facts import facts
from regulars.insight.visits import days

FIRST_ON, CUT_OFF = date(2023, 1, 1), date(2024, 12, 31)
SPAN = (CUT_OFF - FIRST_ON).days + 1


@dataclass(frozen=True)
class Given:
    """The lines, and the last day each customer would come (by number); SPAN for who stays."""

    lines: pa.Table
    until: Any
    pace: Any


def given_shop(customers: int, *, seed: int = 1, unsteady: float = 0.5) -> Given:
    """Half of the customers come for the discount and leave soon, the others stay: what a rhythm alone cannot see.

    Each comes by Gamma(2) gaps of 8 to 40 days on average, from a day of the first year on.
    """
    random = np.random.default_rng(seed)
    pace = random.uniform(8, 40, customers)
    fickle = random.random(customers) < unsteady
    start = random.uniform(0, 0.6 * SPAN, customers)
    until = np.where(fickle, start + random.exponential(150, customers) + 30, SPAN)
    steps = random.gamma(2.0, pace[:, None] / 2, (customers, 120)).cumsum(axis=1) + start[:, None]
    there = (steps < until[:, None]) & (steps < SPAN)
    customer, _ = np.nonzero(there)
    day = steps[there].astype(np.int64)
    amount = random.integers(500, 5000, len(day))
    off = np.where(fickle[customer], random.integers(200, 2000, len(day)), random.integers(0, 300, len(day)))
    origin = np.datetime64(FIRST_ON, "D")
    lines = pa.table(
        {
            "customer": pa.array([f"C{number:05d}" for number in customer]),
            "sold_at": pa.array((origin + day).astype("datetime64[D]")),
            "amount_minor": amount,
            "discount_minor": off,
        }
    )
    return Given(lines, until, pace)


def tables(engine: Engine, lines: Any, cut_off: date = CUT_OFF) -> tuple[Any, Any, Any]:
    """Lines, facts and days as an analysis keeps them."""
    named = engine.register("given_lines", lines)
    kept_days = engine.keep("given_days", days(named))
    return named, engine.keep("given_facts", facts(named, cut_off=cut_off, days=kept_days)), kept_days


def line(customer: str, day: date, amount_minor: int, **more: Any) -> dict[str, Any]:
    return {"customer": customer, "sold_at": day, "amount_minor": amount_minor, **more}


def lines_of(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows))


def after(day: date, days_later: int) -> date:
    return day + timedelta(days=days_later)
