"""Why a column was taken for what it is, in words; the codes are those of `regulars.history.reasons`."""

from collections.abc import Mapping
from typing import Final

from regulars.history.reasons import told
from regulars.insight.report.sentences.codes import FIELDS
from regulars.insight.report.words import Sentence, Words, mark

WHY: Final = {
    "given": mark("you said so"),
    "heading": mark("its heading says so"),
    "heading-numbers": mark("its heading says so, and it holds numbers"),
    "heading-dates": mark("its heading says so, and {percent}% of its cells are dates"),
    "dates": mark("{percent}% of its cells are dates"),
    "clock": mark("it holds the time of the day beside the date"),
    "basket-a-line": mark("rows differ in width: each is one basket, each cell a product"),
    "pieces-beside-price": mark("small whole numbers beside a price: pieces, not money"),
    "pieces-beside-amount": mark("small whole numbers beside an amount"),
    "only-codes": mark("the only column of codes that come back"),
    "only-dates": mark("the only column of dates"),
    "only-money": mark("the only column that may be what was paid"),
    "only-decimals": mark("the only column of numbers with decimals"),
    "no-quantity": mark("without a quantity it is the line’s value"),
    "grows": mark("within a product it grows with the quantity: the line’s total"),
    "stays": mark("within a product it stays the same whatever the quantity: one piece’s price"),
    "receipt-total": mark("the amount column repeats the receipt’s total on every line"),
    "order-some": mark("{order}: some dates can only be read so"),
    "order-most": mark("{order}: most dates can only be read so"),
    "order-close": mark("{order}: read so, the days lie side by side"),
    "takes-back": mark("numbers beginning with {letters} take a sale back"),
}
_ORDERS: Final = {
    "dmy": mark("day first"),
    "mdy": mark("month first"),
    "ymd": mark("year first"),
    "as written": mark("as written"),
}


def why(reason: str, words: Words) -> str:
    """The whole reason; a code that is not known is shown as it is."""
    return words.t("; ").plain.join(_one(code, facts, words).plain for code, facts in told(reason))


def _one(code: str, facts: Mapping[str, str], words: Words) -> Sentence:
    if code not in WHY:
        return Sentence("{code}", {"code": code})
    shown = {name: words.of({**_ORDERS, **FIELDS}, fact).plain for name, fact in facts.items()}
    return words.t(WHY[code], **shown)
