"""A sale that comes back later had not come back yet: facts as of a day know nothing of what follows."""

from datetime import date

import pyarrow as pa

from regulars.insight import facts, rfm

LINES = pa.table(
    {
        "customer": ["ada", "ada", "ada"],
        "sold_at": [date(2026, 1, 5), date(2026, 1, 12), date(2026, 2, 20)],
        "amount_minor": [1000, 2000, -2000],
        "kind": ["sale", "sale", "return"],
        "returned": [False, True, False],
        "returned_on": [None, date(2026, 2, 20), None],
    }
)


def test_a_later_return_is_not_seen_before_its_day() -> None:
    before = facts(LINES, cut_off=date(2026, 2, 19)).to_pylist()[0]
    assert (before["visits"], before["spend_minor"]) == (2, 3000)
    after = facts(LINES, cut_off=date(2026, 2, 20)).to_pylist()[0]
    assert (after["visits"], after["spend_minor"]) == (1, 1000)


def test_repeat_purchases_neither() -> None:
    assert rfm(LINES, cut_off=date(2026, 2, 19)).to_pylist()[0]["frequency"] == 1
    assert rfm(LINES, cut_off=date(2026, 2, 20)).to_pylist()[0]["frequency"] == 0
