"""CDNOW as histories in weeks: repeat purchase days, time of the last one, age, mean spend per repeat day."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

CALIBRATION_END = date(1997, 9, 30)


def purchases(folder: Path, name: str) -> pd.DataFrame:
    """One row per customer and purchase day: id, day, usd."""
    columns = ["id", "day", "cds", "usd"] if name == "master" else ["master_id", "id", "day", "cds", "usd"]
    skip = 1 if name == "master" else 0
    raw = pd.read_csv(
        folder / "cdnow" / f"CDNOW_{name}.txt", sep=r"\s+", skiprows=skip, header=None, names=columns, dtype={"id": str}
    )
    raw["day"] = pd.to_datetime(raw["day"].astype(str))
    return raw.groupby(["id", "day"], as_index=False)["usd"].sum()


def histories(days: pd.DataFrame, until: date = CALIBRATION_END) -> pd.DataFrame:
    """frequency, recency, age (weeks), mean_spend, spend (dollars) of each customer as of the end of `until`."""
    end = pd.Timestamp(until)
    seen = days[days["day"] <= end]
    first = seen.groupby("id")["day"].min()
    by = seen.groupby("id")
    again = seen[seen["day"] > seen["id"].map(first)]
    history = pd.DataFrame(
        {
            "frequency": by["day"].count() - 1,
            "recency": (by["day"].max() - first).dt.days / 7,
            "age": (end - first).dt.days / 7,
            "spend": by["usd"].sum(),
        }
    )
    history["mean_spend"] = again.groupby("id")["usd"].mean().reindex(history.index).fillna(0.0)
    assert np.isfinite(history.to_numpy()).all()
    return history
