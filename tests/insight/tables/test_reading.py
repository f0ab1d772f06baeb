"""What columns hold, who left, what gives the answer away and what is out of range; odd tables never break a run."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.insight.tables.planted import LEVELS, rows, written

from regulars.history.engine import Engine
from regulars.insight.cards.runs import Run, save_run
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.words import Words
from regulars.insight.tables.again import rescore
from regulars.insight.tables.errors import NotACustomerTable, UnclearLevels
from regulars.insight.tables.guard import gives_away, within_range
from regulars.insight.tables.keeping import content_of
from regulars.insight.tables.leaving import find_target, kinds_of, target_of
from regulars.insight.tables.moves import CustomerTable, Meaning
from regulars.insight.tables.reading import as_features, newest_day, read_customer_table
from regulars.insight.tables.study import Asked, study

ENGLISH = Words("en", Numbers("en", "XXX", 2))


def read(path: Path, engine: Engine) -> CustomerTable:
    return read_customer_table(path, engine=engine, work=path.parent)


def test_each_column_is_read_as_what_it_holds(tmp_path: Path) -> None:
    lines = ["id;joined;since;total;flag;zip;plan;none"]
    lines += [
        f"K{n};{n % 28 + 1:02}/{n % 12 + 1:02}/2024;2024{n % 12 + 1:02}15;{n},5;{n % 2};0{n % 9}123;P{n % 3};"
        for n in range(60)
    ]
    lines += ["K60;31/12/2024; ;;1;01234;None;", "K61;01/01/2024;20240115;n/a;0;01234;?;"]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with Engine() as engine:
        table = read(tmp_path / "t.csv", engine)
        kinds = {meaning.column: meaning.kind for meaning in table.meanings}
        newest = newest_day(table.texts, table.meanings, engine)
        features = as_features(table.texts, table.meanings, engine=engine, as_of=newest)
    assert kinds == {
        "id": "levels", "joined": "days", "since": "days", "total": "number", "flag": "levels", "zip": "levels",
        "plan": "levels", "none": "empty",
    }  # fmt: skip
    assert str(newest) == "2024-12-31"
    assert features["total"].to_pylist()[:2] == [0.5, 1.5]
    assert features["joined"].to_pylist()[60] == 0.0
    assert features["since"].to_pylist()[60] is None
    assert features["plan"].to_pylist()[60:] == ["None", None]


@pytest.mark.parametrize(
    ("levels", "left"),
    [
        (("Yes", "No"), ("Yes",)),
        (("1", "0"), ("1",)),
        (("TRUE", "FALSE"), ("TRUE",)),
        (("Churned", "Stayed"), ("Churned",)),
        (("Attrited Customer", "Existing Customer"), ("Attrited Customer",)),
        (("是", "否"), ("是",)),
        (("1.0", "0.0"), ("1.0",)),
        (("left", "here"), None),
        (("Yes", "No", "perhaps"), None),
        (("Yes",), None),
    ],
)
def test_values_that_mean_left_are_understood_or_asked_for(
    levels: tuple[str, ...], left: tuple[str, ...] | None
) -> None:
    texts = pa.table({"churn": pa.array([*levels, None] * 5, pa.string())})
    table = CustomerTable("t", "", texts, [Meaning("churn", "levels")])
    if left is None:
        with pytest.raises(UnclearLevels, match="--leavers"):
            target_of(table, "churn")
    else:
        assert find_target(table) == "churn"
        assert target_of(table, "churn").leavers == left


def test_a_heading_that_turns_yes_round_is_not_guessed() -> None:
    texts = pa.table({"active": pa.array(["Yes", "No"] * 5)})
    with pytest.raises(UnclearLevels):
        target_of(CustomerTable("t", "", texts, [Meaning("active", "levels")]), "active")


def test_kinds_of_leaving_by_words_and_as_given() -> None:
    told = {
        "Competitor made better offer": "external", "Involuntary - bad debt": "involuntary", "Deceased": "involuntary",
        "Upgraded to fibre": "internal-up", "Downgrade to prepaid": "internal-down",
        "欠费停机": "involuntary", "价格太高": "external",
    }  # fmt: skip
    assert kinds_of(told, {}, "why") == told
    assert kinds_of(["Q7"], {"q7": "internal"}, "why") == {"Q7": "internal"}
    with pytest.raises(UnclearLevels, match="'Q7'"):
        kinds_of(["Q7"], {}, "why")
    with pytest.raises(UnclearLevels, match="elsewhere"):
        kinds_of(["Q7"], {"Q7": "elsewhere"}, "why")


def test_the_guard_lets_through_what_tells_a_lot_and_what_is_each_ones_own() -> None:
    chance = np.random.default_rng(8)
    outcome = chance.random(2000) < 0.3
    table = pa.table(
        {
            "strong": outcome * 1.5 + chance.normal(size=2000),
            "own": pa.array([f"K{n}" for n in range(2000)]),
            "noise": chance.normal(size=2000),
            "answer": np.where(outcome, 5.0, 1.0) + chance.random(2000),
            "filled_after": pa.array(["price" if yes else None for yes in outcome]),
        }
    )
    assert set(gives_away(table, outcome, 7)) == {"answer", "filled_after"}


def test_out_of_range_is_what_cannot_be_and_not_a_long_tail() -> None:
    chance = np.random.default_rng(9)
    meaning = Meaning("x", "number")
    ages = np.append(chance.integers(18, 80, 500).astype(np.float64), [999.0, -1.0])
    limited, outside = within_range(meaning, ages)
    assert outside == 2
    assert limited.low is not None
    assert limited.low <= 0 < 18
    for values in (chance.lognormal(4, 2, 5000), chance.normal(size=5000), np.ones(500)):
        assert within_range(meaning, values) == (meaning, 0)
    # A power law knows no bound; as documented, it loses one in some thousands.
    assert within_range(meaning, chance.pareto(2.5, 5000))[1] <= 5


def test_a_table_with_nothing_to_learn_from_and_two_tables_are_refused(tmp_path: Path) -> None:
    written(tmp_path / "bare.csv", [{"customer_id": row["customer_id"], "churn": row["churn"]} for row in rows(150)])
    with Engine() as engine, pytest.raises(NotACustomerTable, match="nothing"):
        study(read(tmp_path / "bare.csv", engine), engine=engine)
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    with Engine() as engine, pytest.raises(NotACustomerTable):
        read(tmp_path / "empty.csv", engine)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("kept")
    written(folder / "c.csv", rows(500))
    with Engine() as engine:
        found = study(read(folder / "c.csv", engine), Asked(families=("tree",)), engine=engine)
    return save_run(folder / "runs", content_of(found, {}, ENGLISH))


cell = st.one_of(st.sampled_from(["", *LEVELS, "12", "1e9", "2024-02-30", "2024-05-01", "-", "?"]), st.text(max_size=6))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cells=st.lists(st.tuples(cell, cell, cell, cell), min_size=1, max_size=6), seed=st.integers(0, 3))
def test_blanks_and_unknown_values_are_scored_whatever_they_are(
    kept: Run, cells: list[tuple[str, ...]], seed: int
) -> None:
    names = ["contract", "joined_on", "monthly_fee", "age"]
    have = [(n, name) for n, name in enumerate(names) if n != seed or n < 2]
    columns = {name: pa.array([row[n] or None for row in cells], pa.string()) for n, name in have}
    table = CustomerTable("new", "", pa.table(columns), [Meaning(name, "levels") for name in columns])
    with Engine() as engine:
        scored = rescore(kept, table, engine=engine, words=ENGLISH).table
    probability = scored["probability"].to_numpy()
    assert len(probability) == len(cells)
    assert ((probability > 0) & (probability < 1)).all()


@pytest.mark.parametrize(
    ("id", "twice", "counted"), [(None, True, 600), ("customer_id", True, 600), (None, False, 620)]
)
def test_who_stands_there_twice_counts_once_and_who_has_no_name_is_somebody_else(
    id: str | None, twice: bool, counted: int, tmp_path: Path
) -> None:
    table = rows(600)
    again = table[:20]
    if not twice:  # nothing says that equal rows are one customer
        table = [{name: cell for name, cell in row.items() if name != "customer_id"} for row in [*table, *again]]
        again = []
    with Engine() as engine:
        found = study(read(written(tmp_path / "t.csv", [*table, *again]), engine), Asked(id=id), engine=engine)
    assert found.rows == counted
    assert found.id_column == ("customer_id" if twice else None)
    assert [one.count for one in found.decisions if one.code == "row-repeated"] == ([20] if twice else [])
