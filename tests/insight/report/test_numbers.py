"""Numbers as the reader writes them."""

import math
from datetime import date

import pytest

from regulars.insight.report.numbers import Numbers


@pytest.mark.parametrize(
    ("lang", "currency", "digits", "minor", "said", "short"),
    [
        ("en", "USD", 2, 0, "$0", "$0"),
        ("en", "USD", 2, 5, "$0.05", "$0.05"),
        ("en", "USD", 2, -5_050, "-$50.50", "-$50.50"),
        ("en", "USD", 2, 10_050, "$100", "$100"),
        ("en", "USD", 2, 10_150, "$102", "$102"),
        ("en", "CNY", 2, 123_456_789, "CN¥1,234,568", "CN¥1.23M"),
        ("zh", "CNY", 2, 123_456_789, "¥1,234,568", "¥123万"),
        ("en", "JPY", 0, 123, "¥123", "¥123"),
        ("en", "KWD", 3, 1_234, "KWD\xa01.234", "KWD\xa01.234"),
        ("en", "XXX", 2, 99_999, "1,000", "1,000"),
        ("en", "XXX", 2, 12_345_678_901_234, "123,456,789,012", "123B"),
        ("zh", "XXX", 2, 12_345_678_901_234, "123,456,789,012", "1235亿"),
        ("en", "USD", 2, None, "–", "–"),
    ],
)
def test_money(lang: str, currency: str, digits: int, minor: int | None, said: str, short: str) -> None:
    numbers = Numbers(lang, currency, digits)
    assert (numbers.money(minor), numbers.money_short(minor)) == (said, short)


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "0%"),
        (0.00001, "<0.1%"),
        (0.012, "1.2%"),
        (0.05, "5%"),
        (0.331, "33%"),
        (0.9994, "99.9%"),
        (0.99999, ">99.9%"),
        (1.0, "100%"),
        (None, "–"),
    ],
)
def test_a_share_is_never_rounded_to_none_or_all(share: float | None, said: str) -> None:
    assert Numbers("en", "XXX", 2).share(share) == said


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_a_dash(bad: float) -> None:
    numbers = Numbers("en", "USD", 2)
    written = (
        numbers.count(bad),
        numbers.decimal(bad),
        numbers.share(bad),
        numbers.money(bad),
        numbers.money_short(bad),
    )
    assert set(written) == {"–"}


def test_days_and_decimals() -> None:
    english, chinese = Numbers("en", "XXX", 2), Numbers("zh", "XXX", 2)
    day = date(2011, 12, 9)
    assert (english.day(day), chinese.day(day)) == ("9 Dec 2011", "2011年12月9日")
    assert (english.month(day), chinese.month(day)) == ("Dec 2011", "2011年12月")
    assert (english.weekday(1), chinese.weekday(7)) == ("Monday", "星期日")
    assert (english.decimal(1234.5), english.decimal(0.0000012, 3), english.decimal(0)) == (
        "1,234.50",
        "1.2e-06",
        "0.00",
    )
