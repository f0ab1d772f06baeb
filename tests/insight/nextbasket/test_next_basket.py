"""Lists for the next basket: the protocol counted by hand, planted habits found, and nothing found where nothing is."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from tests.insight.nextbasket.baskets_given import CUT_OFF, AtRandom, habits, shop

from regulars.history.engine import Engine
from regulars.insight.estimator import NotFitted
from regulars.insight.holdout import TooShort
from regulars.insight.lines import WrongColumns
from regulars.insight.nextbasket import NextBasket, evaluate, judge, personal_lists
from regulars.insight.nextbasket.alike import Pool, groups_of, points_of
from regulars.insight.nextbasket.also import likelihood_ratio
from regulars.insight.nextbasket.baskets import assembled, read_baskets
from regulars.insight.nextbasket.later import split
from regulars.insight.nextbasket.measures import Truth, baselines, by_customer, difference, means
from regulars.insight.nextbasket.shop import NoProducts
from regulars.insight.nextbasket.vectors import Fading, matrix, vectors

BASKETS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(1, 4), st.sampled_from("uvwxyz")), min_size=1, max_size=40
)


def table_of(rows: list[tuple[str, int, str]]) -> pa.Table:
    customer, basket, product = zip(*rows, strict=True)
    return pa.table({"customer": pa.array(customer), "basket": pa.array(basket), "product": pa.array(product)})


TWO = [("ann", 1, "tea"), ("ann", 2, "tea"), ("ann", 2, "jam"), ("bob", 1, "jam"), ("bob", 1, "jam"), ("bob", 3, "rye")]


def test_baskets_are_counted_back_from_the_last_and_hold_a_product_once() -> None:
    found = read_baskets(table_of(TWO))
    rows = sorted(zip(found.customers[found.customer], found.products[found.product], found.age, strict=True))
    assert rows == [("ann", "jam", 0), ("ann", "tea", 0), ("ann", "tea", 1), ("bob", "jam", 1), ("bob", "rye", 0)]
    assert found.baskets.tolist() == [2, 2]


def test_a_basket_of_products_that_are_not_looked_at_still_counts() -> None:
    found = read_baskets(table_of([*TWO, ("ann", 3, "rare")]), products_max=3)
    assert len(found.products) == 3
    assert found.baskets.tolist() == [3, 2]


def test_weights_by_hand() -> None:
    """Four baskets in groups of two: the last group weighs 1 and 0.5, the one before 0.1 of that, over 2 × 2."""
    baskets = read_baskets(table_of([("ann", number, product) for number, product in enumerate("wxyz")]))
    own = vectors(baskets, Fading(within=0.5, across=0.1, group=2)).toarray()[0]
    assert own.tolist() == pytest.approx([0.0125, 0.025, 0.125, 0.25])


def test_days_fade_too() -> None:
    table = pa.table({"customer": ["a", "a"], "day": [0, 30], "product": ["old", "new"]})
    own = vectors(read_baskets(table), Fading(1.0, 1.0, 1, half_life_days=30.0)).toarray()[0]
    assert own.tolist() == pytest.approx([0.5, 0.25])


def test_the_protocol_by_hand() -> None:
    before = matrix(read_baskets(table_of([("ann", 1, "a"), ("bob", 1, "c"), ("bob", 1, "d")])), np.ones(3))
    truth = Truth.of(np.array([0, 0, 1]), np.array([0, 1, 2]), np.array([4, 1]), before)
    ranked = np.full((2, 20), -1)
    ranked[0, :3] = [2, 0, 1]  # ann bought a, b and two unknown ones: hits at 2 and 3
    ranked[1, :2] = [0, 1]  # bob bought c: no hit
    by = by_customer(ranked, truth)
    assert by["recall_10"].tolist() == [0.5, 0.0]
    ideal = sum(1 / np.log2(rank + 1) for rank in (1, 2, 3, 4))
    assert by["ndcg_10"][0] == pytest.approx((1 / np.log2(3) + 1 / np.log2(4)) / ideal)
    assert by["hit_10"].tolist() == [1.0, 0.0]
    whole = means(ranked, truth)
    assert whole["repeat_share"] == pytest.approx(2 / 5)
    assert whole["repeat_recall_10"] == pytest.approx((1 + 0) / 2)
    assert whole["new_recall_10"] == pytest.approx(1 / 3)


def test_plain_lists_by_hand() -> None:
    rows = [*TWO, ("bob", 4, "jam"), ("cid", 1, "jam")]
    baskets = read_baskets(table_of(rows))
    lists = {name: baskets.products[ranked[0][ranked[0] >= 0]].tolist() for name, ranked in
             baselines(baskets, np.array([0])).items()}  # fmt: skip
    assert lists == {
        "global_top": ["jam", "tea", "rye"],
        "personal_top": ["tea", "jam"],
        "personal_then_global": ["tea", "jam", "rye"],
    }


def test_the_interval_of_a_difference() -> None:
    gain, low, high = difference(np.array([1.0, 0, 1, 0]), np.zeros(4))
    assert (gain, round(low, 3), round(high, 3)) == (0.5, -0.066, 1.066)
    assert difference(np.ones(1), np.zeros(1))[1] == -np.inf


def test_only_the_first_later_basket_is_foretold() -> None:
    names, products = np.array(["ann", "new"], object), np.array(["a", "b", "c"], object)
    customer, product = np.array([0, 0, 0, 0, 1]), np.array([0, 1, 7, 2, 0])
    day = np.array([1.0, 12, 12, 15, 12])  # ann learns from day 1; her basket of day 12 has an unknown product
    found = split(names, products, customer, product, day, until=10.0, later=28)
    assert found.rows.tolist() == [0]
    assert (found.truth.keys.tolist(), found.truth.size.tolist()) == ([1], [2])
    assert found.before.product.tolist() == [0]


def test_likelihood_ratio_against_the_textbook() -> None:
    """Dunning's bigram example counts: 110, 2442, 111, 29114."""
    assert likelihood_ratio(np.array([110.0]), np.array([2552.0]), np.array([221.0]), 31777)[0] == pytest.approx(
        270.72, abs=0.01
    )


def test_groups_are_bounded_and_nobody_is_left_out() -> None:
    baskets = read_baskets(shop(300).rename_columns(["customer", "day", "amount", "product"]))
    own = vectors(baskets, Fading())
    groups = groups_of(own, group_max=40, seed=1)
    assert max(map(len, groups)) <= 40
    assert sorted(np.concatenate(groups).tolist()) == list(range(300))
    found = Pool.of(points_of(own, seed=1, exact=False), groups[0]).nearest(groups[0], 5)
    assert (np.diff(found.indptr) == 5).all()
    assert set(found.indices.tolist()) <= set(groups[0].tolist())
    assert not any(found[[at], [int(row)]][0] for at, row in enumerate(groups[0]))


@settings(deadline=None, max_examples=25)
@given(BASKETS, st.integers(1, 8))
def test_a_list_holds_a_product_once_and_at_most_n(rows: list[tuple[str, int, str]], n: int) -> None:
    lists = NextBasket(neighbours=2).fit(table_of(rows)).recommend(n).to_pandas()
    assert not lists.duplicated(["customer", "product"]).any()
    for _, mine in lists.groupby("customer"):
        assert mine["rank"].tolist() == list(range(1, len(mine) + 1))
        assert len(mine) <= n
        assert mine["score"].is_monotonic_decreasing
    assert set(lists["customer"]) == {customer for customer, _, _ in rows}


def test_the_order_of_rows_and_the_kind_of_table_do_not_matter() -> None:
    table = shop(150).rename_columns(["customer", "day", "amount", "product"])
    shuffled = table.take(np.random.default_rng(0).permutation(table.num_rows))
    lists = NextBasket().fit(table).recommend(5)
    assert NextBasket().fit(shuffled).recommend(5).equals(lists)
    frame = table.to_pandas()
    assert NextBasket().fit(frame).recommend(5).equals(lists)


def test_manners() -> None:
    model = NextBasket(neighbours=50, own=0.3)
    assert clone(model).get_params() == model.get_params()
    assert model.fit(table_of(TWO)) is model
    with pytest.raises(NotFitted):
        NextBasket().recommend()
    with pytest.raises(WrongColumns):
        NextBasket().fit(pa.table({"customer": ["a"], "product": ["b"]}))


def test_who_was_never_seen_gets_what_is_popular() -> None:
    model = NextBasket().fit(table_of([*TWO, ("bob", 4, "jam")]))
    lists = model.recommend(2, customers=["ann", "stranger"]).to_pandas()
    theirs = lists[lists.customer == "stranger"]
    assert theirs["reason"].tolist() == ["popular", "popular"]
    assert theirs["product"].tolist()[0] == "jam"


def test_bought_with_names_an_own_product() -> None:
    random = np.random.default_rng(4)
    rows = [(f"c{n:03d}", b, f"f{random.integers(40)}") for n in range(200) for b in range(4)]
    rows += [(f"c{n:03d}", 1, item) for n in range(60) for item in ("bread", "butter")]
    rows += [("ann", b, "bread") for b in range(4)]
    model = NextBasket(also=3.0, popular=0.01, alike=0.0).fit(table_of(rows))
    mine = model.recommend(3, customers=["ann"]).to_pandas().set_index("product")
    assert (mine.loc["butter", "reason"], mine.loc["butter", "reason_product"]) == ("with", "bread")
    assert mine.loc["bread", "reason"] in {"habit", "due"}


@pytest.mark.slow
def test_planted_habits_come_up_and_the_lists_beat_plain_ones() -> None:
    with Engine() as engine:
        lines = engine.register("lines", shop())
        found = evaluate(lines, engine, cut_off=CUT_OFF, tries_max=2)
        assert found.usable
        assert found.used == "model"
        assert found.score("model", "recall_10") > found.score("personal_then_global", "recall_10")
        lists = engine.arrow(personal_lists(lines, engine, cut_off=CUT_OFF, found=found)).to_pandas()
    listed = lists.groupby("customer")["product"].agg(set).to_dict()
    planted = habits()
    caught = sum(len(own & listed[customer]) for customer, own in planted.items())
    assert caught / sum(map(len, planted.values())) > 0.95
    assert set(listed) == set(shop()["customer"].to_pylist())


@pytest.mark.slow
def test_in_a_shuffled_shop_nothing_is_found() -> None:
    seed = 3
    with Engine() as engine:
        lines = engine.register("lines", shop(400, seed=seed, shuffled=True))
        found = evaluate(lines, engine, cut_off=CUT_OFF, tries_max=2, seed=seed)
        assert not found.usable
        assert found.why_not == "not-better-than-baseline"
        assert found.used != "model"
        lists = engine.arrow(personal_lists(lines, engine, cut_off=CUT_OFF, n=5, found=found)).to_pandas()
    assert set(lists["reason"]) <= {"habit", "popular"}
    assert lists.groupby("customer").size().max() == 5


@pytest.mark.slow
def test_lists_of_customers_who_buy_at_random_are_not_called_usable() -> None:
    """200 shops; each plain list beaten with 95 % in at most 18 of them."""
    shops = (AtRandom(seed) for seed in range(200))
    alarms = sum(judge(given, tries_max=1).usable for given in shops)  # type: ignore[arg-type]
    assert alarms <= 18


@pytest.mark.slow
def test_nothing_after_the_cut_off_is_looked_at() -> None:
    table = shop(300)
    until = CUT_OFF - timedelta(days=31)
    past = table.filter(pa.array([str(day) <= str(until) for day in table["sold_at"].to_pylist()]))
    answers = []
    for given_lines in (past, table):
        with Engine() as engine:
            lines = engine.register("lines", given_lines)
            found = evaluate(lines, engine, cut_off=until, tries_max=1)
            lists = engine.arrow(personal_lists(lines, engine, cut_off=until, found=found))
            answers.append(
                (found.settings, found.scores, lists.sort_by([("customer", "ascending"), ("rank", "ascending")]))
            )
    assert answers[0][0] == answers[1][0]
    assert answers[0][1].equals(answers[1][1])
    assert answers[0][2].equals(answers[1][2])


def test_refusals() -> None:
    with Engine() as engine:
        short = shop(20)
        lines = engine.register("lines", short)
        with pytest.raises(TooShort):
            evaluate(lines, engine, cut_off=CUT_OFF - timedelta(days=170))
        nothing = engine.register("nothing", short.drop_columns(["product"]))
        with pytest.raises(NoProducts):
            evaluate(nothing, engine, cut_off=CUT_OFF)


def test_parts_of_customers_are_put_together_again() -> None:
    names = np.array(["a", "b"], object)
    baskets = assembled(names, np.array(["x"], object), np.array([0, 1, 1]), np.array([0, 0, 5]), np.array([1.0, 1, 2]))
    assert baskets.baskets.tolist() == [1, 2]
    assert pd.Series(baskets.age).tolist() == [0, 1]
