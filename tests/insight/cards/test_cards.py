"""Cards say what is so; runs are kept whole, the same question is the same run, and damage is refused."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.insight.cards import (
    CardContent,
    NoSuchRun,
    NotARun,
    RunNewer,
    card_of,
    list_runs,
    read_run,
    run_id,
    save_run,
)
from regulars.insight.cards.drift import drift, new_levels, profile_of, psi
from regulars.insight.cards.groups import bad_for, fairness
from regulars.insight.cards.writing import write_card
from regulars.insight.scoring.learning import learn
from regulars.insight.scoring.moves import Examples


def table_of(count: int, seed: int, *, shift: float = 0.0) -> tuple[pa.Table, Any]:
    chance = np.random.default_rng(seed)
    wear = chance.normal(size=count) + shift
    outcome = chance.random(count) < 1 / (1 + np.exp(1 - 1.5 * wear))
    levels = np.where(chance.random(count) < 0.5, "f", "m")
    columns: dict[str, Any] = {
        "wear": wear,
        "sex": pa.array(levels),
        "age": chance.integers(18, 80, count).astype(float),
    }
    return pa.table(columns), outcome


def content(seed: int = 1, /, **changes: Any) -> CardContent:
    table, outcome = table_of(600, seed)
    customers = pa.array([f"C{n}" for n in range(600)])
    learned = learn(Examples(table, outcome, customers, np.zeros(600, np.int64)), families=("tree",))
    assert learned.unseen is not None
    given_: dict[str, Any] = {
        "kind": "table", "purpose": "To see {who} goes.", "target": "gone = yes", "sources": [("c.csv", f"sha{seed}")],
        "rows": 600, "learned": learned, "scored": table, "probability": learned.model.probability(table),
        "judged": table, "judged_outcome": outcome, "settings": {"seed": 7},
        "judged_probability": learned.unseen["probability"].to_numpy(),
    }  # fmt: skip
    return CardContent(**(given_ | changes))


@pytest.fixture(scope="module")
def one() -> CardContent:
    return content()


def test_a_kept_run_is_read_again_to_the_last_bit(one: CardContent, tmp_path: Path) -> None:
    saved = save_run(tmp_path, one)
    again = read_run(tmp_path, saved.id[:5])
    assert again.plain == json.loads(json.dumps(saved.plain))
    np.testing.assert_array_equal(again.model.probability(one.scored), one.probability)
    assert save_run(tmp_path, one).id == saved.id == run_id(one)
    assert [run.id for run in list_runs(tmp_path)] == [saved.id]


def test_a_run_of_new_data_tells_its_drift_and_an_unlike_target_none(one: CardContent, tmp_path: Path) -> None:
    first = save_run(tmp_path, one)
    assert first.card["drift"] is None
    moved, _ = table_of(600, 3, shift=2.0)
    second = save_run(tmp_path, content(3, scored=moved))
    found = second.card["drift"]
    assert found["since"] == first.id
    verdicts = {row["column"]: row["verdict"] for row in found["columns"]}
    assert verdicts["wear"] == "changed"
    assert verdicts["sex"] == "steady"
    other = save_run(tmp_path, content(3, target="something else"))
    assert other.card["drift"] is None
    assert [run.plain["number"] for run in list_runs(tmp_path)] == [1, 2, 3]


def test_a_question_is_the_same_in_every_language_and_a_longer_look_ahead_is_said(
    one: CardContent, tmp_path: Path
) -> None:
    asked = {"kind": "lines", "question": "leaves-own-horizon|0.95|active"}
    english = content(question=asked["question"], kind="lines", reading={"windows": {"outcome_days": 60}})
    first = save_run(tmp_path, english)
    assert run_id(content(**asked, target="流失", purpose="流失")) == first.id
    second = save_run(tmp_path, content(3, **asked, target="流失", reading={"windows": {"outcome_days": 91}}))
    found = second.card["drift"]
    assert found["since"] == first.id
    assert found["windows_then"] == {"outcome_days": 60}
    page = write_card(tmp_path, second.card, second.id).read_text(encoding="utf-8")
    assert "It looked <b>60</b> days ahead" in page
    assert "Its AUC was" in page
    assert save_run(tmp_path, content(4, **asked | {"question": "another"})).card["drift"] is None


def test_a_card_of_who_rises_does_not_speak_of_leaving(one: CardContent, tmp_path: Path) -> None:
    moved = {"learned_rate": 0.2, "foretold_rate": 0.25, "later_rate": 0.3, "log_odds": 0.2}
    told: dict[str, Any] = {
        "kind": "lines",
        "question": "becomes-important|0.95|active",
        "shift": moved,
        "purpose": "",
        "target": "",
    }
    judged = [{"cut_off": "2024-01-01", "customers": 600, "rate": 0.3}]
    card = card_of(content(**told, judged_at=judged))
    page = write_card(tmp_path, card, "abc").read_text(encoding="utf-8")
    said = " ".join(re.sub(r"<style.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL).split())
    said = said.replace("written after the leaving", "")  # said of tables without dates, as this one is
    assert "rose" in said
    assert re.findall(r".{50}\b(?:leav\w+|left(?! out)|stay)\b.{20}", said, re.IGNORECASE) == []


def test_what_is_no_run_is_refused(one: CardContent, tmp_path: Path) -> None:
    saved = save_run(tmp_path, one)
    path = tmp_path / saved.id / "run.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    for change, refusal in (
        ({"version": 99}, RunNewer),
        ({"version": "one"}, NotARun),
        ({"kind": "a letter"}, NotARun),
        ({"model": {"kind": "score-model", "version": 1}}, NotARun),
    ):
        path.write_text(json.dumps(whole | change), encoding="utf-8")
        with pytest.raises(refusal):
            read_run(tmp_path, saved.id)
    path.write_text(json.dumps({name: value for name, value in whole.items() if name != "profile"}), encoding="utf-8")
    with pytest.raises(NotARun, match="profile"):
        read_run(tmp_path, saved.id)
    path.write_text(json.dumps(whole)[:100], encoding="utf-8")
    with pytest.raises(NotARun):
        list_runs(tmp_path)
    with pytest.raises(NoSuchRun, match="there: "):
        read_run(tmp_path, "zz")


def test_the_card_is_plain_json_and_a_page_in_both_languages(one: CardContent, tmp_path: Path) -> None:
    card = card_of(one)
    assert json.loads(json.dumps(card, allow_nan=False)) == card
    for lang, said in (("en", "Model card"), ("zh", "模型卡")):
        page = write_card(tmp_path / lang, card, "abc", lang=lang).read_text(encoding="utf-8")
        assert said in page
        assert "To see {who} goes." in page
        assert "default-src 'none'" in page
        assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")


def test_a_group_that_is_misjudged_is_named_and_none_where_none_is() -> None:
    chance = np.random.default_rng(4)
    probability = chance.uniform(0.1, 0.4, 4000)
    town = np.where(np.arange(4000) % 5 == 0, "Aix", "Bonn")
    fair = chance.random(4000) < probability
    table = pa.table({"town": pa.array(town)})
    assert bad_for(table, fair, probability) == []
    unfair = np.where(town == "Aix", chance.random(4000) < probability + 0.25, fair)
    worst = bad_for(table, unfair, probability)[0]
    assert (worst["column"], worst["group"]) == ("town", "Aix")
    assert worst["rate_interval"][0] > worst["foretold"]
    groups = fairness(table, unfair, probability)
    assert sum(group["customers"] for group in groups) == 4000
    assert {group["role"] for group in groups} == {"town"}


def test_nothing_is_called_misjudged_by_chance_alone() -> None:
    """Forty groups looked at in each of fifty draws; |z| > 3 for one in 370 of them by chance."""
    found = 0
    for seed in range(50):
        chance = np.random.default_rng(seed)
        probability = chance.uniform(0.05, 0.5, 2000)
        columns = {f"c{n}": pa.array(chance.integers(0, 4, 2000).astype(str)) for n in range(10)}
        found += len(bad_for(pa.table(columns), chance.random(2000) < probability, probability))
    assert found <= 16  # 5.4 expected; more than 16 has a chance below 1e-4


def test_age_is_in_bands_also_as_days_since_birth() -> None:
    years = np.repeat([20.0, 30.0, 70.0], 100)
    outcome, probability = np.zeros(300, np.bool_), np.full(300, 0.2)
    in_years = fairness(pa.table({"age": years}), outcome, probability)
    in_days = fairness(pa.table({"birthday": years * 365.25}), outcome, probability)
    assert [group["group"] for group in in_years] == ["≤ 25", "> 25, ≤ 35", "> 65"]
    assert [group["group"] for group in in_days] == ["≤ 25", "> 25, ≤ 35", "> 65"]


shares = st.lists(st.integers(1, 100), min_size=4, max_size=4)


@given(then=shares, now=shares)
def test_the_stability_index_is_never_negative_and_the_same_both_ways(then: list[int], now: list[int]) -> None:
    one, two = [v / sum(then) for v in then], [v / sum(now) for v in now]
    assert psi(one, two) >= 0
    assert psi(one, two) == pytest.approx(psi(two, one))
    assert psi(one, one) == 0


def test_values_never_seen_are_new_and_rare_ones_that_were_merged_are_not() -> None:
    table = pa.table({"town": pa.array(["Aix", "Bonn"] * 50), "shop": pa.array([f"S{n % 30}" for n in range(100)])})
    was = profile_of(table, np.linspace(0.1, 0.9, 100))
    assert new_levels(was, {"town": ["Aix", "Cork"], "shop": ["S99"], "sex": ["f"]}) == {"town": ("Cork",)}


def test_a_column_that_is_gone_or_of_another_kind_is_told() -> None:
    table, _ = table_of(300, 1)
    was = profile_of(table, np.linspace(0.1, 0.9, 300))
    now = pa.table({"wear": pa.array(["a"] * 300), "sex": table["sex"]})
    told = {row["column"]: row["verdict"] for row in drift(was, now, np.linspace(0.1, 0.9, 300))}
    assert told == {"wear": "gone", "age": "gone", "sex": "steady", "score": "steady"}
