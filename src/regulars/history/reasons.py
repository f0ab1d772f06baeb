"""Why a column was taken for what it is: codes with their facts, so that any language can word them; and in English.

"heading-dates:100;order-most:dmy" says: its heading means a date, and all its cells are dates; the day comes first,
as most of them can only be read so. Codes and the names of their facts are stable, the sentences are not.
"""

from collections.abc import Mapping, Sequence
from typing import Final

# Code → what its facts are, and the English sentence.
REASONS: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "given": ((), "you said so"),
    "heading": (("field",), "its heading means {field}"),
    "heading-numbers": (("field",), "its heading means {field}, and it holds numbers"),
    "heading-dates": (("percent",), "its heading means a date, and {percent}% of its cells are dates"),
    "dates": (("percent",), "{percent}% of its cells are dates"),
    "clock": ((), "it holds the time of the day beside the date"),
    "basket-a-line": ((), "rows differ in width: each is one basket, each cell a product"),
    "pieces-beside-price": ((), "small whole numbers beside a price: pieces, not money"),
    "pieces-beside-amount": ((), "small whole numbers beside an amount"),
    "only-codes": ((), "the only column of codes that come back"),
    "only-dates": ((), "the only column of dates"),
    "only-money": ((), "the only column that may be what was paid"),
    "only-decimals": ((), "the only column of numbers with decimals"),
    "no-quantity": ((), "without a quantity it is the line's value"),
    "grows": ((), "within a product it grows with the quantity: the line's total"),
    "stays": ((), "within a product it stays the same whatever the quantity: one piece's price"),
    "receipt-total": ((), "the amount column repeats the receipt's total on every line"),
    "order-some": (("order",), "{order}: some dates can only be read so"),
    "order-most": (("order",), "{order}: most dates can only be read so"),
    "order-close": (("order",), "{order}: read so, the days lie side by side"),
    "takes-back": (("letters",), "numbers beginning with {letters} take a sale back"),
}
ORDERS: Final[Mapping[str, str]] = {
    "dmy": "day first",
    "mdy": "month first",
    "ymd": "year first",
    "as written": "as written",
}


def coded(code: str, *facts: object) -> str:
    """One reason; `facts` in the order of REASONS."""
    assert len(facts) == len(REASONS[code][0]), code
    return ":".join([code, *map(str, facts)])


def also(reason: str, further: str) -> str:
    """Both reasons, in this order."""
    return f"{reason};{further}"


def told(reason: str) -> Sequence[tuple[str, Mapping[str, str]]]:
    """Each code with its facts by name; a code that is not known has none.

    >>> told("heading:cost;stays")
    [('heading', {'field': 'cost'}), ('stays', {})]
    """
    parts = []
    for part in reason.split(";"):
        code, *facts = part.split(":")
        names = REASONS[code][0] if code in REASONS else ()
        parts.append((code, dict(zip(names, facts, strict=False))))
    return parts


def in_words(reason: str) -> str:
    """The reason in English.

    >>> in_words("heading:receipt_line;order-most:mdy")
    'its heading means receipt line; month first: most dates can only be read so'
    """
    return "; ".join(_sentence(code, facts) for code, facts in told(reason))


def _sentence(code: str, facts: Mapping[str, str]) -> str:
    if code not in REASONS:
        return code
    shown = {name: ORDERS.get(fact, fact.replace("_", " ")) for name, fact in facts.items()}
    return REASONS[code][1].format(**shown)
