"""Recency, frequency and age against the published summary of CDNOW, and by hand."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.basics.money import to_minor
from regulars.insight.rfm import rfm

CUT = date(1997, 9, 30)


def cdnow_sample(folder: Path) -> pa.Table:
    rows = [line.split() for line in (folder / "cdnow" / "CDNOW_sample.txt").read_text().splitlines()]
    return pa.table(
        {
            "customer": [row[1] for row in rows],
            "sold_at": [date.fromisoformat(row[2]) for row in rows],
            "amount_minor": [to_minor(row[4], "USD") for row in rows],
        }
    )


def test_every_customer_of_cdnow_is_as_published(shared_data: Path) -> None:
    found = {int(row["customer"]): row for row in rfm(cdnow_sample(shared_data), cut_off=CUT).to_pylist()}
    with (shared_data / "cdnow" / "cdnow_customers_summary_with_transactions.csv").open() as file:
        published = list(csv.DictReader(file))
    assert len(published) == len(found) == 2357
    for row in published:
        ours = found[int(row["ID"])]
        assert ours["frequency"] == int(row["x"])
        assert ours["recency"] == pytest.approx(float(row["t_x"]), abs=0.0051)
        assert ours["age"] == pytest.approx(float(row["T"]), abs=0.0051)
        mean_minor = ours["mean_spend_minor"] or 0
        assert mean_minor == pytest.approx(100 * float(row["zbar"]), abs=0.51), row


Purchase = tuple[str, int, int]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-5, 60), st.integers(0, 900)), min_size=1, max_size=25))
def test_rfm_against_a_loop(purchases: list[Purchase]) -> None:
    rows = [(who, CUT - timedelta(days=ago), amount) for who, ago, amount in purchases]
    given = pa.table(dict(zip(("customer", "sold_at", "amount_minor"), zip(*rows, strict=True), strict=True)))
    found = {row["customer"]: row for row in rfm(given, cut_off=CUT, period_days=1).to_pylist()}
    for who in {who for who, ago, _ in purchases if ago >= 0}:
        by_day: dict[int, int] = {}
        for name, ago, amount in purchases:
            if name == who and ago >= 0:
                by_day[ago] = by_day.get(ago, 0) + amount
        first, last = max(by_day), min(by_day)
        repeat = [amount for ago, amount in by_day.items() if ago != first]
        assert found.pop(who) == {
            "customer": who,
            "frequency": len(by_day) - 1,
            "recency": first - last,
            "age": first,
            "mean_spend_minor": pytest.approx(sum(repeat) / len(repeat)) if repeat else None,
            "spend_minor": sum(by_day.values()),
        }
    assert found == {}


def test_pandas_and_polars_come_back_as_they_came() -> None:
    data = {"customer": ["a", "a"], "sold_at": [date(1997, 9, 1), date(1997, 9, 15)], "amount_minor": [100, 300]}
    # pandas has no day type of its own: there a day is a timestamp at midnight
    in_pandas = rfm(pd.DataFrame({**data, "sold_at": pd.to_datetime(data["sold_at"])}), cut_off=CUT)
    in_polars = rfm(pl.DataFrame(data), cut_off=CUT)
    assert isinstance(in_pandas, pd.DataFrame)
    assert isinstance(in_polars, pl.DataFrame)
    assert in_pandas["recency"].tolist() == in_polars["recency"].to_list() == [2.0]
    assert in_polars["mean_spend_minor"].to_list() == [300.0]
