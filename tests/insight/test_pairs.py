"""Pairs and rules: counted right, no false alarms, and what was put in is found."""

from collections import Counter
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom
from tests.insight.baskets_given import Held, drawn, lines_of, swapped, unrelated

from regulars.history.engine import Engine
from regulars.insight import frequent
from regulars.insight.findings import Pairs
from regulars.insight.lines import WrongColumns
from regulars.insight.pairs import item_pairs, pairs, pairs_of_baskets
from regulars.insight.rules import TooManySets, rules
from regulars.insight.significance import LEVEL, Expected, Strata, expected, holm, p_values

BASKETS = st.lists(st.sets(st.sampled_from("abcdefg"), max_size=6), min_size=1, max_size=30)


def table_of(baskets: list[set[str]]) -> pa.Table:
    rows = [(number, item) for number, basket in enumerate(baskets) for item in [*sorted(basket), *sorted(basket)[:1]]]
    number, items = zip(*rows, strict=True) if rows else ((), ())
    return pa.table({"basket": pa.array(number, pa.int64()), "item": pa.array(items, pa.string())})


def pairs_in(lines: pa.Table) -> Pairs:
    with Engine() as engine:
        return pairs(engine.register("lines", lines), engine)


def smallest_p(held: Held) -> float:
    """The family-wise p-value of the strongest pair of all."""
    sizes = held.sum(axis=1)
    kinds = np.unique(sizes[sizes > 0])
    per_size = [held[sizes == size] for size in kinds]
    counts = np.array([float(len(part)) for part in per_size])
    strata = Strata(counts, counts * kinds, counts * kinds**2, np.array([part.sum(axis=0) for part in per_size], float))
    left, right = np.triu_indices(held.shape[1], 1)
    shared = (held.astype(float).T @ held)[left, right]
    return float(holm(p_values(shared, expected(strata, left, right)), len(left)).min())


@settings(deadline=None, max_examples=12)
@given(BASKETS, st.sampled_from([0.01, 0.1, 0.3, 0.5]))
def test_pairs_agree_with_counting_by_hand(baskets: list[set[str]], support_min: float) -> None:
    total = sum(bool(basket) for basket in baskets)
    single = Counter(item for basket in baskets for item in basket)
    both = Counter(pair for basket in baskets for pair in combinations(sorted(basket), 2))
    found = {
        (row["left"], row["right"]): row for row in item_pairs(table_of(baskets), support_min=support_min).to_pylist()
    }
    assert {pair: row["baskets_both"] for pair, row in found.items()} == {
        pair: count for pair, count in both.items() if count / total >= support_min
    }
    for (left, right), row in found.items():
        assert row["confidence"] == pytest.approx(both[left, right] / single[left])
        assert row["confidence_back"] == pytest.approx(both[left, right] / single[right])
        assert row["lift"] == pytest.approx(both[left, right] * total / single[left] / single[right])
        assert row["leverage"] == pytest.approx(row["support"] - single[left] * single[right] / total**2)


@settings(deadline=None, max_examples=60)
@given(BASKETS, st.sampled_from([0.01, 0.1, 0.3]), st.sampled_from([0.0, 0.5, 0.9]))
def test_rules_agree_with_counting_by_hand(baskets: list[set[str]], support_min: float, confidence_min: float) -> None:
    total = sum(bool(basket) for basket in baskets)
    sets = Counter(
        part for basket in baskets for size in range(1, len(basket) + 1) for part in combinations(sorted(basket), size)
    )
    by_hand = {}
    for whole, count in sets.items():
        for item in whole if len(whole) > 1 and count / total >= support_min else ():
            others = tuple(other for other in whole if other != item)
            if count / sets[others] >= confidence_min:
                by_hand[others, item] = (count, count / sets[others], count / sets[others] / (sets[item,] / total))
    found = rules(table_of(baskets), support_min=support_min, confidence_min=confidence_min).to_pylist()
    assert len(found) == len(by_hand)
    for row in found:
        numbers = (row["baskets_both"], row["confidence"], row["lift"])
        assert numbers == pytest.approx(by_hand[tuple(row["antecedents"]), row["consequent"]])
    short = rules(table_of(baskets), support_min=support_min, confidence_min=confidence_min, antecedents_max=1)
    assert len(short) == sum(len(others) == 1 for others, _ in by_hand)


def test_rules_are_the_same_without_room_for_the_bits_of_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    held = unrelated(np.random.default_rng(5), 3_000, 30)
    table = lines_of(held)
    near = rules(table, support_min=0.004, confidence_min=0.2)
    monkeypatch.setattr(frequent, "NEAR_WORDS_MAX", 0)
    monkeypatch.setattr(frequent, "PLACES_MAX", 0)
    assert rules(table, support_min=0.004, confidence_min=0.2).equals(near)
    several = near.to_pandas()
    assert several.antecedents.map(len).max() >= 4
    for row in several.itertuples():
        columns = [int(name[1:]) for name in row.antecedents]
        having = held[:, columns].all(axis=1)
        assert row.baskets_both == (having & held[:, int(row.consequent[1:])]).sum()
        assert row.confidence == row.baskets_both / having.sum()


def test_groceries_give_the_published_number_of_rules(shared_data: Path) -> None:
    lines = (shared_data / "groceries" / "groceries.basket").read_text().splitlines()
    table = table_of([{item.strip() for item in line.split(",")} for line in lines])
    found = rules(table, support_min=0.001, confidence_min=0.5)
    assert len(found) == 5_668
    best = {tuple(row["antecedents"]): row for row in found.to_pylist() if row["consequent"] == "bottled beer"}
    assert best["liquor", "red/blush wine"]["lift"] == pytest.approx(11.2352693603)
    assert len(item_pairs(table)) == 2_981


@pytest.mark.slow
@pytest.mark.parametrize("make", [unrelated, drawn])
def test_at_5_percent_at_most_18_of_200_false_alarms(make: Callable[..., Held]) -> None:
    alarms = sum(smallest_p(make(np.random.default_rng(seed), 400, 30)) <= LEVEL for seed in range(200))
    assert alarms <= 18


def test_big_baskets_alone_are_no_association() -> None:
    """Against plain independence nearly every pair of these would look associated."""
    held = unrelated(np.random.default_rng(4), 5_000, 40, spread=1.2)
    left, right = np.triu_indices(40, 1)
    shared, alone = (held.astype(float).T @ held)[left, right], held.sum(axis=0)
    plain = hypergeom.sf(shared - 1, len(held), alone[left], alone[right])
    assert (plain * len(left) <= LEVEL).mean() > 0.9
    assert smallest_p(held) > LEVEL


def test_finds_what_was_put_in_and_nothing_in_a_shuffled_copy() -> None:
    random = np.random.default_rng(11)
    held = unrelated(random, 6_000, 80)
    planted = [(10, 40), (20, 60), (30, 70), (5, 50)]
    for one, two in planted:
        held[held[:, one] & (random.random(len(held)) < 0.4), two] = True
    found = pairs_in(lines_of(held, customers=900))
    names = {tuple(sorted((row["left"], row["right"]))) for row in found.table.to_pylist()[:50] if row["significant"]}
    assert names >= {(f"i{one:03d}", f"i{two:03d}") for one, two in planted}
    assert found.tested == 80 * 79 // 2
    shuffled = pairs_in(lines_of(swapped(random, held, 30_000), customers=900))
    assert not any(shuffled.table["significant"].to_pylist())


def test_one_customers_habit_is_not_what_sells_together() -> None:
    random = np.random.default_rng(2)
    held = unrelated(random, 4_000, 40, spread=0.5)
    held[::100, 20] = held[::100, 30] = True  # of 400 customers, four who always buy these
    rows = {(row["left"], row["right"]): row for row in pairs_in(lines_of(held, customers=400)).table.to_pylist()}
    row = rows.get(("i020", "i030")) or rows["i030", "i020"]
    assert not row["significant"]
    many = pairs_in(lines_of(held, customers=4_000)).table.to_pylist()  # the same baskets, each by somebody else
    assert any({row["left"], row["right"]} == {"i020", "i030"} and row["significant"] for row in many)


def test_a_store_where_a_pair_sells_better_is_found() -> None:
    random = np.random.default_rng(8)
    held = unrelated(random, 9_000, 30, spread=0.5)
    held[(np.arange(9_000) % 3 == 0) & held[:, 4] & (random.random(9_000) < 0.7), 12] = True
    held[held[:, 5] & (random.random(9_000) < 0.4), 15] = True
    found = pairs_in(lines_of(held, customers=3_000))
    stores = found.by_store.to_pandas()
    stores["pair"] = ["-".join(sorted(pair)) for pair in zip(stores["left"], stores["right"], strict=True)]
    only_there, everywhere = stores[stores.pair == "i004-i012"], stores[stores.pair == "i005-i015"]
    assert only_there.set_index("store")["lift"].idxmax() == "s0"
    assert only_there["differs"].all()
    assert not everywhere["differs"].any()
    assert len(only_there) == len(everywhere) == 3
    assert not found.by_weekday["differs"].to_pylist().count(True)
    assert set(found.by_weekday["weekday"].to_pylist()) == set(range(1, 8))


def test_baskets_without_customers_and_names_of_products(tmp_path: Path) -> None:
    held = unrelated(np.random.default_rng(1), 2_000, 20)
    table = lines_of(held)
    pq.write_table(table.rename_columns(["basket", "product"]), tmp_path / "baskets.parquet")
    with Engine() as engine:
        found = pairs_of_baskets(engine, tmp_path / "baskets.parquet")
        drawn_part = pairs_of_baskets(engine, tmp_path / "baskets.parquet", lines_max=4_000)
    counted = item_pairs(table, support_min=0.0025).to_pandas().set_index(["left", "right"])
    assert found.baskets == int(held.any(axis=1).sum())
    assert (found.sampled, found.names, found.by_store.num_rows) == (1.0, {}, 0)
    for row in found.table.to_pylist():
        expected_row = counted.loc[tuple(sorted((row["left"], row["right"])))]
        assert row["baskets_both"] == expected_row["baskets_both"]
        assert row["lift"] == pytest.approx(expected_row["lift"])
    assert 0 < drawn_part.sampled < 1
    assert drawn_part.baskets == pytest.approx(found.baskets * drawn_part.sampled, rel=0.2)
    named = lines_of(held, customers=50)
    named = named.append_column("product_name", pa.array([f"Name of {name}" for name in named["product"].to_pylist()]))
    assert pairs_in(named).names["i000"] == "Name of i000"


def test_p_values_are_bounds_of_the_exact_ones() -> None:
    shared = np.arange(1, 41, dtype=float)
    mean = np.full(40, 40 * 60 / 500)
    exact = hypergeom.sf(shared - 1, 500, 40, 60)
    found = p_values(shared, Expected(mean, np.full(40, 40.0)))
    assert (found >= exact * (1 - 1e-9)).all()
    near = (exact < 0.2) & (exact > 1e-6)
    assert (found[near] < exact[near] * 4).all()


@pytest.mark.parametrize("table", [pa.table({"basket": [1]}), pa.table({"basket": [1], "product": ["a"]})])
def test_says_which_column_is_missing(table: pa.Table) -> None:
    with pytest.raises(WrongColumns, match="item"):
        item_pairs(table)
    with pytest.raises(WrongColumns, match="item"):
        rules(table)


def test_nothing_sold_is_no_pair() -> None:
    empty = table_of([])
    assert item_pairs(empty).num_rows == rules(empty).num_rows == 0
    found = pairs_in(lines_of(np.zeros((0, 3), bool), customers=1))
    assert (found.baskets, found.tested, found.table.num_rows) == (0, 0, 0)


def test_refuses_a_support_that_lets_everything_through() -> None:
    table = pd.DataFrame({"basket": 1, "item": range(7_000)})
    with pytest.raises(TooManySets, match="higher"):
        rules(table, support_min=0.001)


def test_what_only_one_store_sells_is_no_association() -> None:
    held = unrelated(np.random.default_rng(21), 9_000, 40, spread=0.5)
    inside = np.arange(9_000) % 3 == 1
    held[~inside, 20:] = False  # the second store's own goods
    found = pairs_in(lines_of(held, customers=9_000)).table.to_pylist()
    assert sum(row["lift"] > 1.5 for row in found) > 50
    assert not any(row["significant"] for row in found)
