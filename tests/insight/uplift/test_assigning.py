"""Who is left out: the same everywhere, as many as asked, and nobody twice."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.insight.uplift import assign
from regulars.insight.uplift.assigning import DIGITS
from regulars.insight.uplift.assignments import read_assignments
from regulars.insight.uplift.campaigning import first_sent
from regulars.insight.uplift.errors import WrongCampaign


def people(count: int, strata: int = 3) -> pa.Table:
    return pa.table(
        {"customer": [f"顾客-{n}" for n in range(count)], "value_class": [f"class {n % strata}" for n in range(count)]}
    )


def arms(table: pa.Table) -> dict[str, str]:
    return {str(row["customer"]): str(row["arm"]) for row in table.to_pylist()}


def test_the_hash_is_the_one_that_is_documented() -> None:
    chosen = arms(assign(people(500), name="spring", share=0.3, salt="shop"))
    for name, arm in chosen.items():
        digits = hashlib.sha256(f"shop|spring|{name}".encode()).hexdigest()[:DIGITS]
        assert (int(digits, 16) / 16**DIGITS < 0.3) == (arm == "control")


@settings(max_examples=20, deadline=None)
@given(
    count=st.integers(2, 300), share=st.floats(0.02, 0.9), strata=st.integers(1, 7), name=st.text("abc ü", min_size=1)
)
def test_strata_are_balanced_to_one_person_in_whatever_order(count: int, share: float, strata: int, name: str) -> None:
    table = people(count, strata)
    chosen = assign(table, name=name, share=share, strata=["value_class"])
    turned = assign(table.take(list(reversed(range(count)))), name=name, share=share, strata=["value_class"])
    assert arms(chosen) == arms(turned)
    rows = chosen.to_pylist()
    for stratum in {row["stratum"] for row in rows}:
        inside = [row["arm"] == "control" for row in rows if row["stratum"] == stratum]
        assert abs(sum(inside) - share * len(inside)) < 1


def test_a_latecomer_moves_nobody_when_each_has_an_own_hash() -> None:
    few, many = (arms(assign(people(n), name="spring", share=0.2)) for n in (200, 400))
    assert {name: many[name] for name in few} == few


def test_another_campaign_draws_anew_and_the_universal_holdout_stays() -> None:
    one, two = (arms(assign(people(4000), name=n, share=0.5, universal_share=0.05)) for n in ("spring", "autumn"))
    kept_out = {name for name, arm in one.items() if arm == "universal"}
    assert kept_out == {name for name, arm in two.items() if arm == "universal"}
    assert 0.03 < len(kept_out) / 4000 < 0.07
    alike = sum(one[name] == two[name] for name in one if name not in kept_out) / (4000 - len(kept_out))
    assert 0.46 < alike < 0.54


def test_a_customer_stands_once_and_nobody_without_a_name() -> None:
    table = pa.table({"customer": ["a", "a", None, "b"]})
    assert sorted(assign(table, name="x", share=0.5)["customer"].to_pylist()) == ["a", "b"]


@pytest.mark.parametrize(
    ("case", "asked"),
    [
        ("no name", {"name": "", "share": 0.1}),
        ("a bar in the name", {"name": "a|b", "share": 0.1}),
        ("everyone left out", {"name": "a", "share": 1.0}),
        ("a column that is not there", {"name": "a", "share": 0.1, "strata": ["town"]}),
    ],
)
def test_what_cannot_be_assigned_is_refused(case: str, asked: dict[str, Any]) -> None:
    with pytest.raises(WrongCampaign):
        assign(people(10), **asked)


def test_costs_in_units_of_the_currency_become_its_minor_units(tmp_path: Path) -> None:
    path = tmp_path / "spring.csv"
    path.write_text(
        "Card no,Group,Contact cost,Reward cost\na,offer,0.80,2.50\nb,nothing,0.00,0.00\n", encoding="utf-8"
    )
    (euros,), (yen,) = (read_assignments(path, minor_digits=digits).values() for digits in (2, 0))
    assert euros["contact_minor"].to_pylist() == [80, 0]
    assert euros["reward_minor"].to_pylist() == [250, 0]
    assert yen["contact_minor"].to_pylist() == [1, 0]
    assert set(euros.column_names) == {"customer", "arm", "contact_minor", "reward_minor"}


@pytest.mark.parametrize(
    "written", ["2026-05-11", "11.05.2026", "11/05/2026", "2026/5/11", "2026年5月11日", "20260511"]
)
def test_a_file_from_an_office_says_the_day_in_its_own_way(tmp_path: Path, written: str) -> None:
    rows = "".join(f"春季,{number},{arm},{written}\n" for number, arm in ((1, "实验组"), (2, "对照组")))
    (tmp_path / "a.csv").write_text("活动,会员号,组别,发送日期\n" + rows, encoding="gb18030")
    (table,) = read_assignments(tmp_path / "a.csv").values()
    assert table["customer"].to_pylist() == ["1", "2"]
    assert first_sent(table) == date(2026, 5, 11)
