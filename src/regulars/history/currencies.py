"""Which money a file speaks of, from signs beside the numbers and words in the heading."""

import re
from typing import TYPE_CHECKING, Final

from regulars.basics.money import UNSTATED
from regulars.history.evidence import ColumnFacts

if TYPE_CHECKING:
    from regulars.history.finding import Finding

_BY_SIGN: Final = (
    ("HK$", "HKD"),
    ("NT$", "TWD"),
    ("US$", "USD"),
    ("RMB", "CNY"),
    ("元", "CNY"),
    ("圆", "CNY"),
    ("圓", "TWD"),
    ("円", "JPY"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("₩", "KRW"),
    ("₹", "INR"),
    ("$", "USD"),
)
_CODE: Final = re.compile(r"\b(CNY|USD|EUR|GBP|JPY|HKD|TWD|KRW|INR|CHF|SGD|MYR|THB|VND|AUD|CAD)\b")
_CHINESE: Final = re.compile(r"[一-鿿]")


def currency_of(facts: ColumnFacts, finding: "Finding") -> str:
    """The ISO code, or XXX when nothing states it."""
    for text in (facts.heading.upper(), *facts.signs):
        code = _CODE.search(text)
        if code:
            return code.group(1)
        for sign, meant in _BY_SIGN:
            if sign in text:
                return meant
    if any(sign in ("¥", "￥") for sign in facts.signs) or "¥" in facts.heading:
        chinese = any(_CHINESE.search(other.heading) for other in finding.facts)
        return "CNY" if chinese or facts.whole < 0.98 else "JPY"
    return UNSTATED
