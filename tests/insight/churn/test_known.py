"""The probability models of one cut-off, kept as parameters, say the same of every customer."""

import json

import pytest
from tests.insight.churn.given import CUT_OFF, FIRST_ON, given_shop, tables

from regulars.history.engine import Engine
from regulars.insight.churn import features_of, windows_of
from regulars.insight.churn.known import Known


def test_kept_parameters_say_the_same_to_the_last_digit() -> None:
    windows = windows_of(FIRST_ON, CUT_OFF)
    with Engine() as engine:
        _, facts, days = tables(engine, given_shop(150).lines)
        table = engine.arrow(features_of(facts, days, cut_off=CUT_OFF).order_by("customer"))
    known = Known.of(table, windows)
    again = Known.from_plain(json.loads(json.dumps(known.to_plain())), windows)
    assert again.added(table).equals(known.added(table))


@pytest.mark.parametrize("plain", [{}, {"rhythm": {"k": 1.0}, "buying": None}, {"rhythm": None, "buying": None}])
def test_what_is_missing_is_an_error(plain: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError)):
        Known.from_plain(plain, windows_of(FIRST_ON, CUT_OFF))
