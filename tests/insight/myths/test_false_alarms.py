"""Loyal customers like all others: they are told from others no oftener than at 5 %, whatever is looked at."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from regulars.history.engine import Engine
from regulars.insight.facts import facts
from regulars.insight.myths.comparing import measured, strata_of, verdict
from regulars.insight.myths.costs import keep_costs, with_costs
from regulars.insight.myths.judging import NEGLIGIBLE
from regulars.insight.myths.people import keep_people, loyalty_of
from regulars.insight.myths.prices import keep_prices, with_prices

CUT_OFF = date(2025, 12, 31)
SHOPS = 200  # each a seed of its own; told apart by their number, so that one pass reads them all
AT_MOST = 18  # of 200 at 5 %: more happens once in a hundred
LOYAL, OTHERS, CATEGORIES, STORES = 110, 120, 3, 3
VISITS, FEW = 30, 4  # the loyal over two years, others in the last one
MEASURES = ("price", "cost_rate", "margin_share", "complaint_rate", "referrals", "recommends")


def tagged(letter: str, shop: Any, code: Any) -> Any:
    """Names like p17-3, by dictionary: strings of half a million lines are not made one by one."""
    size = int(code.max()) + 1
    names = [f"{letter}{at // size}-{at % size}" for at in range(SHOPS * size)]
    return pa.DictionaryArray.from_arrays(pa.array((shop * size + code).astype(np.int32)), pa.array(names))


def shops() -> tuple[pa.Table, Mapping[str, pa.Table]]:
    """Prices, discounts, costs, complaints, referrals and answers that do not ask who is loyal."""
    random = np.random.default_rng(11)
    size = LOYAL + OTHERS
    people = np.arange(SHOPS * size)
    visits = np.where(people % size < LOYAL, VISITS, FEW)
    customer = np.repeat(people, visits)
    shop, n = customer // size, len(customer)
    days = (random.random(n) * np.where(customer % size < LOYAL, 700, 330)).astype(int)
    home, store = (np.repeat(random.integers(0, many, len(people)), visits) for many in (CATEGORIES, STORES))
    category = np.where(random.random(n) < 0.6, home, random.integers(0, CATEGORIES, n))
    product = category
    usual = random.lognormal(6.0, 0.6, SHOPS * CATEGORIES)[shop * CATEGORIES + product]
    price = usual * np.clip(1 + 0.2 * random.standard_normal(n), 0.3, None) * np.where(store == 0, 1.05, 1.0)
    pieces = random.integers(1, 4, n)
    amount = np.maximum(1, np.rint(price * pieces)).astype(np.int64)
    lines = pa.table(
        {
            "customer": customer,
            "sold_at": np.datetime64(CUT_OFF, "D") - days,
            "amount_minor": amount,
            "quantity": pieces.astype(float),
            "product": tagged("p", shop, product).cast(pa.string()),
            "category": tagged("c", shop, category).cast(pa.string()),
            "store": tagged("s", shop, store).cast(pa.string()),
            "discount_minor": np.where(random.random(n) < 0.2, amount * 15 // 100, 0),
            "cost_minor": np.rint(amount * random.beta(20, 10, n)).astype(np.int64),
        }
    )
    asked = people[random.random(len(people)) < 0.9]
    said = random.integers(0, 11, len(asked)) / 10
    beside = {
        "complaints": pa.table({"customer": np.repeat(people, random.poisson(0.02 * visits))}),
        "referrals": pa.table({"customer": np.repeat(people, random.poisson(0.15, len(people)))}),
        "attitude": pa.table({"customer": asked, "attitude": said, "recommends": said}),
    }
    return lines, beside


@pytest.fixture(scope="module")
def strata() -> Mapping[str, Any]:
    """Per measure the sums of all shops, with the number of the shop."""
    lines, beside = shops()
    with Engine() as engine:
        sold = engine.register("sold", lines)
        known = engine.keep("known_facts", facts(sold, cut_off=CUT_OFF))
        people = keep_people(known, loyalty_of(known, engine), engine, **beside)
        priced = keep_prices(sold, people, engine, cut_off=CUT_OFF) is not None
        costed = keep_costs(sold, engine, cut_off=CUT_OFF)
        whole = engine.keep("whole", with_prices(with_costs(people, engine, known=costed), engine, known=priced))
        found = {name: strata_of(whole, name, engine).to_pandas() for name in MEASURES}
    return {name: rows.assign(shop=rows["store"].str[1:].str.split("-").str[0]) for name, rows in found.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", MEASURES)
def test_the_loyal_who_are_like_others_are_told_apart_no_oftener_than_chance(
    name: str, strata: Mapping[str, Any]
) -> None:
    differs, holds = 0, 0
    for _, rows in strata[name].groupby("shop"):
        measure = measured(name, pa.Table.from_pandas(rows, preserve_index=False))
        assert measure is not None
        assert np.isfinite(measure.matched_low)
        assert measure.matched_share > 0.9
        differs += not measure.matched_low <= 0 <= measure.matched_high
        if name in NEGLIGIBLE:
            said = verdict(measure.matched_low, measure.matched_high, more=True, negligible=NEGLIGIBLE[name])
            holds += said == "holds"
    assert len(strata[name]["shop"].unique()) == SHOPS
    assert differs <= AT_MOST
    assert holds <= AT_MOST
