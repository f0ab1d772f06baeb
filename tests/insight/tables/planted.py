"""Customer tables whose truth is known: who leaves depends on contract and months, or on nothing."""

import csv
from pathlib import Path

import numpy as np

LEVELS = ("month", "year", "two years")


def rows(
    count: int = 600, *, seed: int = 1, told: bool = True, answers: tuple[str, str] = ("No", "Yes")
) -> list[dict[str, str]]:
    """One dict per customer; where not `told`, leaving has nothing to do with the columns."""
    chance = np.random.default_rng(seed)
    contract = chance.integers(0, 3, count)
    months = chance.integers(1, 72, count)
    fee = np.round(chance.gamma(6.0, 10.0, count), 2)
    score = 1.2 - 1.6 * contract - months / 25
    leave = chance.random(count) < 1 / (1 + np.exp(-score))
    if not told:
        leave = chance.permutation(leave)
    joined = np.datetime64("2025-06-30") - months * 30
    return [
        {
            "customer_id": f"K{place:05}",
            "sex": "FM"[int(chance.integers(0, 2))],
            "age": str(int(chance.integers(18, 80))),
            "contract": LEVELS[contract[place]],
            "joined_on": str(joined[place]),
            "monthly_fee": "" if chance.random() < 0.03 else f"{fee[place]:.2f}",
            "colour": "rgb"[int(chance.integers(0, 3))],
            "churn": answers[int(leave[place])],
        }
        for place in range(count)
    ]


def written(path: Path, table: list[dict[str, str]], *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(table[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(table)
    return path
