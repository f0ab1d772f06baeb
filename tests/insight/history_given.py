"""Histories with a known truth, for tests of stages and lists: gamma renewals, some of which stop."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

FIRST_ON = date(2022, 7, 1)
CUT_OFF = date(2024, 6, 30)
DAYS = (CUT_OFF - FIRST_ON).days
OWN_GAPS_AWAY = 6


@dataclass(frozen=True)
class Given:
    lines: pa.Table
    left: frozenset[str]
    stayed: frozenset[str]


def given_history(
    customers: int, *, seed: int, shape: float = 3.0, leave_share: float = 0.0, once_share: float = 0.0
) -> Given:
    """Customers with typical gaps around 20 days; leavers went at least OWN_GAPS_AWAY own gaps before the end."""
    random = np.random.default_rng(seed)
    rows: list[tuple[str, date, int]] = []
    left: set[str] = set()
    stayed: set[str] = set()
    for number in range(customers):
        name, gap = f"C{number:05d}", float(20 * np.exp(0.4 * random.standard_normal()))
        kind = random.random()
        leaves = leave_share > kind
        once = leave_share <= kind < leave_share + once_share
        latest = max(DAYS - OWN_GAPS_AWAY * gap, 0.4 * DAYS)
        until = random.uniform(0.4 * DAYS, latest) if leaves else DAYS
        at = float(random.uniform(-5 * gap, 0 if leaves else 0.6 * DAYS))
        came: set[int] = set()
        while at <= until and not (once and came):
            if at >= 0:
                came.add(int(at))
            at += max(1.0, random.gamma(shape, gap / shape))
        rows += [(name, FIRST_ON + timedelta(days=day), int(random.integers(500, 3000))) for day in came]
        if came:
            (left if leaves else set() if once else stayed).add(name)
    names = ("customer", "sold_at", "amount_minor")
    return Given(pa.table(dict(zip(names, zip(*rows, strict=True), strict=True))), frozenset(left), frozenset(stayed))
