"""Next baskets of a real grocer: settings by validation users only, then one look at the test users."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.insight.nextbasket.tafeng import read_fold, read_histories

from regulars.insight.nextbasket import search
from regulars.insight.nextbasket.measures import baselines, means


@pytest.mark.slow
def test_above_the_plain_lists_with_few_tries(shared_data: Path) -> None:
    """The benchmark searches in full and looks at all five folds; here one fold and three tries."""
    history = read_histories(shared_data)
    val, test = (read_fold(shared_data, history, 0, part) for part in ("val", "test"))
    chosen = search(history.baskets, *val, tries_max=3)
    model = chosen.model().fit(history.baskets)
    ours = means(model.ranked(test[0], 20), test[1])
    plain = means(baselines(history.baskets, test[0])["personal_then_global"], test[1])
    assert plain["recall_10"] == pytest.approx(0.1350, abs=0.003)
    assert ours["recall_10"] > 0.155
    assert ours["ndcg_10"] > plain["ndcg_10"]


def test_the_padding_is_no_basket(shared_data: Path) -> None:
    history = read_histories(shared_data)
    raw = json.loads((shared_data / "tafeng_baskets" / "tafeng_history.json").read_text())
    assert len(history.baskets.customers) == len(raw) == 13_858
    assert int(history.baskets.baskets.sum()) == sum(len(baskets) - 2 for baskets in raw.values())
    assert not np.isin("-1", history.baskets.products)
