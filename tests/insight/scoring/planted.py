"""Examples whose truth is known: what moves the outcome, and what does not."""

import numpy as np
import pyarrow as pa

from regulars.insight.scoring import Examples


def planted(seed: int, rows: int = 2000, *, per_customer: int = 1) -> Examples:
    """`pace` and `channel` move the outcome; `noise` does not; `number` counts the rows; `twin` repeats `channel`."""
    chance = np.random.default_rng(seed)
    pace = chance.normal(size=rows)
    channel = chance.choice(["shop", "web", "phone"], rows)
    log_odds = -0.8 + 1.3 * pace + np.where(channel == "web", 1.0, 0.0)
    known = chance.random(rows) > 0.05
    features = pa.table(
        {
            "pace": pa.array(pace, mask=~known),
            "channel": channel,
            "noise": chance.normal(size=rows),
            "number": np.arange(rows) + 10_000,
            "twin": np.char.upper(channel),
            "same": np.ones(rows),
        }
    )
    outcome = chance.random(rows) < 1 / (1 + np.exp(-log_odds))
    customers = pa.array(np.arange(rows) // per_customer)
    return Examples(features, outcome, customers, np.zeros(rows, np.int64))


def nothing(seed: int, rows: int = 400, columns: int = 6) -> Examples:
    """An outcome that no column knows anything about."""
    chance = np.random.default_rng(seed)
    features = {f"column_{number}": chance.normal(size=rows) for number in range(columns - 1)}
    table = pa.table({**features, "channel": chance.choice(["shop", "web", "phone"], rows)})
    return Examples(table, chance.random(rows) < 0.4, pa.array(np.arange(rows)), np.zeros(rows, np.int64))
