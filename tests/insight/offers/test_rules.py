"""Rules in a file: what is wrong is named with its line and key."""

from pathlib import Path

import pytest

from regulars.insight.offers import OfferRules, OfferRulesWrong, example, read_rules
from regulars.insight.offers.rules_file import rules_of


def test_the_example_says_the_same_as_no_rules() -> None:
    assert rules_of(example()) == OfferRules() == rules_of("")


def test_what_the_example_only_shows_can_be_used() -> None:
    shown = example().replace("# [[", "[[").replace("# name", "name").replace("# brands", "brands")
    shown = shown.replace("# amount", "amount").replace("# pays", "pays").replace("# ours", "ours")
    rules = rules_of(shown)
    assert (rules.vendors[0].budget_minor, rules.vendors[0].pays, rules.our_budget_minor) == (150_000, 0.5, 500_000)
    assert rules.by_brand == {"Acme": "Acme Foods", "Acme Gold": "Acme Foods"}


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ("goal = 'fame'", 1, "goal", 'one of "store-brand", "margin", "rescue", not "fame"'),
        ("\n[qualify]\nweekly_spend_min = -1", 3, "qualify.weekly_spend_min", "an amount from 0 on, not -1"),
        ("[qualify]\nweekly_spend_min = 1.234", 2, "qualify.weekly_spend_min", "more decimals than the currency"),
        ("[ladder.national]\nhigh = 130", 2, "ladder.national.high", "a number, 0 to 100, not 130"),
        ("ladder.national.high = true", 1, "ladder.national.high", "a number, 0 to 100, not true"),
        ("[anyway]\ndiscount_anyways = true", 2, "anyway.discount_anyways", "did you mean anyway.discount_anyway"),
        ("[value]\nordinary = 2.0", 1, "value", "must not get less"),
        ("[ladder.store]\nhigh = 50", 1, "ladder.national.high", "heavy buyers of national brands get the deepest"),
        ("[[vendor]]\nname='A'\n\n[[vendor]]\nname='B'\npays=2", 6, "vendor.pays", "a number, 0 to 1, not 2"),
        ("[[vendor]]\npays=1", 1, "vendor", "needs a name"),
        ("[[vendor]]\nname='A'\n[[vendor]]\nname='A'", 1, "vendor", "twice"),
        ("offers_max = 2.5", 1, "offers_max", "a whole number, 0 to 50, not 2.5"),
    ],
)
def test_what_is_wrong_is_named(text: str, line: int, key: str, says: str) -> None:
    with pytest.raises(OfferRulesWrong) as refusal:
        rules_of(text)
    assert says in str(refusal.value)
    assert refusal.value.facts["key"] == key
    assert refusal.value.facts["line"] == line


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OfferRulesWrong, match="cannot be read"):
        read_rules(tmp_path / "offers.toml")
    with pytest.raises(OfferRulesWrong, match="not TOML"):
        rules_of("goal = ")
