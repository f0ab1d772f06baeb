"""Concentration against NumPy, and on cases that can be done by hand."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.history.engine import Engine
from regulars.insight.concentration import concentration, cut, top_share
from regulars.insight.findings import Concentration
from regulars.insight.lines import WrongColumns


def found_in(spends: list[int | None]) -> Concentration:
    table = pa.table({"customer": [f"c{n}" for n in range(len(spends))], "spend_minor": pa.array(spends, pa.int64())})
    with Engine() as engine:
        return concentration(engine.register("facts", table), engine)


@settings(deadline=None, max_examples=12)
@given(st.lists(st.integers(-5_000, 1_000_000), min_size=1, max_size=60))
def test_agrees_with_numpy(spends: list[int]) -> None:
    found = found_in([*spends])
    kept = np.sort(np.maximum(spends, 0))[::-1].astype(float)
    total = kept.sum()
    # The textbook's Gini: mean absolute difference over twice the mean.
    gini = np.abs(kept[:, None] - kept[None, :]).mean() / (2 * kept.mean()) if total else 0.0
    whole, part = divmod(0.2 * len(kept), 1)
    top = (kept[: int(whole)].sum() + part * (kept[int(whole)] if whole < len(kept) else 0)) / total if total else 0.0
    assert found.gini == pytest.approx(gini, abs=1e-9)
    assert found.top_20_percent_share == pytest.approx(top, abs=1e-9)
    assert found.deciles["customers"].to_numpy().sum() == len(spends)
    assert found.deciles["spend_minor"].to_numpy().sum() == total
    curve = found.lorenz["spend_share"].to_numpy()
    assert (np.diff(curve) >= -1e-12).all()
    assert np.diff(curve, 2).max() <= 1e-9  # from the best down, the curve can only flatten


@pytest.mark.parametrize(
    ("case", "spends", "top", "gini"),
    [
        ("all the same", [100] * 40, 0.025, 0.0),
        ("one brings all", [0] * 39 + [700], 1.0, 39 / 40),
        ("a cut within one customer", [50, 50], 0.025, 0.0),
        ("nobody spent", [0, -100], 0.0, 0.0),
        ("nobody there", [], 0.0, 0.0),
        ("unknown spend is none", [None, 100], 0.05, 0.5),
    ],
)
def test_by_hand(case: str, spends: list[int | None], top: float, gini: float) -> None:
    found = found_in(spends)
    assert found.top_2_5_percent_share == pytest.approx(top), case
    assert found.gini == pytest.approx(gini), case


def test_the_cut_is_whole_customers_and_ties_go_by_name() -> None:
    table = pd.DataFrame({"customer": list("dcbae"), "spend_minor": [5, 5, 5, 5, -1], "town": list("vwxyz")})
    assert cut(table, 0.3).sort_values("customer")["customer"].tolist() == ["a", "b"]
    assert cut(table, 1.0)["customer"].nunique() == 4  # who brought nothing is no part of the best
    assert list(cut(table, 0.3).columns) == ["customer", "spend_minor", "town"]
    assert top_share(table, 0.3).to_dict("records") == [{"customers": 2, "spend_minor": 10, "spend_share": 0.5}]


def test_says_which_column_is_missing() -> None:
    with pytest.raises(WrongColumns, match="spend_minor"):
        cut(pa.table({"customer": ["a"]}), 0.1)
