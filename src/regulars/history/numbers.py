"""How numbers are written in a column, and the SQL that reads them.

A plain cast is tried first; the slow reading (signs, brackets, separators, full-width digits) runs only for the texts
that the plain cast cannot read.
"""

from typing import Final

# Full-width digits and signs, minus signs, apostrophes and spaces, in the order of _NARROW.
_WIDE: Final = "".join(map(chr, range(0xFF10, 0xFF1A))) + (
    "\uff0e\uff0c\uff0d\uff0b\uff08\uff09\uffe5\uff04\u2212\u2019\u3000\u00a0\u202f"
)
_NARROW: Final = "0123456789.,-+()¥$-'   "
_SIGNS: Final = r"RMB|CNY|USD|EUR|GBP|JPY|HKD|TWD|HK\$|NT\$|US\$|[¥$€£₩₹元圆圓円]"
# What may be a number at all, once wide characters are narrow: one sign, before or after the currency or at the end.
_DIGITS: Final = r"\s*(?:[0-9][0-9 '.,]*|[.,][0-9]+)\s*"
_MONEY: Final = rf"(?:{_SIGNS})?"
_SIGNED: Final = rf"(?:[-+]?\s*{_MONEY}{_DIGITS}{_MONEY}|(?:{_SIGNS})\s*[-+]{_DIGITS}|{_MONEY}{_DIGITS}{_MONEY}\s*-)"
_LIKE_A_NUMBER: Final = rf"\(\s*{_SIGNED}\s*\)|\s*{_SIGNED}\s*"
_GROUPED_POINT: Final = r"(?:[0-9]{1,3}(?:[ ',][0-9]{2,3})*[ ',][0-9]{3}|[0-9]*)(?:\.[0-9]*)?"
_GROUPED_COMMA: Final = r"(?:[0-9]{1,3}(?:[ '.][0-9]{2,3})*[ '.][0-9]{3}|[0-9]*)(?:,[0-9]*)?"

# One decimal sign, not three digits after it; or after a group; or after a lone zero.
_SAYS_POINT: Final = r"^[^.]*\.([0-9]{1,2}|[0-9]{4,})[^0-9]*$|,[0-9]{3}\.[0-9]+|^[^0-9.,]*0\.[0-9]"
_SAYS_COMMA: Final = r"^[^,]*,([0-9]{1,2}|[0-9]{4,})[^0-9]*$|\.[0-9]{3},[0-9]+|^[^0-9.,]*0,[0-9]"

FAST: Final = "DECIMAL(18,6)"
WIDE: Final = "DECIMAL(38,12)"


def _text(pattern: str) -> str:
    return "'" + pattern.replace("'", "''") + "'"


def narrow(text: str) -> str:
    """SQL: full-width digits and signs, odd spaces and minus signs as their plain counterparts."""
    return f"translate({text}, {_text(_WIDE)}, {_text(_NARROW)})"


def like_a_number(text: str) -> str:
    """SQL: whether the text may be a number in any of the writings we read."""
    return f"regexp_full_match(upper({narrow(text)}), {_text(_LIKE_A_NUMBER)})"


def says_point(text: str) -> str:
    """SQL: whether the text can only be read with a decimal point."""
    return f"regexp_matches({text}, {_text(_SAYS_POINT)})"


def says_comma(text: str) -> str:
    """SQL: whether the text can only be read with a decimal comma."""
    return f"regexp_matches({text}, {_text(_SAYS_COMMA)})"


def _slow(text: str, decimal_comma: bool, kind: str) -> str:
    """Signs, brackets, currency and separators; NULL where groups of digits make no sense."""
    plain = f"upper({narrow(text)})"
    core = f"trim(regexp_replace({plain}, {_text(_SIGNS + '|[-+() ]')}, '', 'g'))"
    spaced = f"trim(regexp_replace({plain}, {_text(_SIGNS + '|[-+()]')}, '', 'g'))"
    grouped = _GROUPED_COMMA if decimal_comma else _GROUPED_POINT
    thousands, point = (".", ",") if decimal_comma else (",", ".")
    digits = f"replace(replace(replace({core}, '''', ''), '{thousands}', ''), '{point}', '.')"
    negative = f"(contains({plain}, '-') OR starts_with(trim({plain}), '('))"
    return (
        f"CASE WHEN regexp_full_match({plain}, {_text(_LIKE_A_NUMBER)})"
        f" AND regexp_full_match({spaced}, {_text(grouped)})"
        f" THEN TRY_CAST(CASE WHEN {negative} THEN '-' ELSE '' END || {digits} AS {kind}) END"
    )


def number(text: str, *, decimal_comma: bool = False, kind: str = FAST) -> str:
    """SQL: the number that a text stands for as `kind`, NULL where it stands for none."""
    slow = _slow(text, decimal_comma, kind)
    # CASE, not COALESCE: DuckDB lifts the repeated parts of `slow` out of a COALESCE and runs them for every row.
    if not decimal_comma:
        quick = f"TRY_CAST({text} AS {kind})"
        return f"CASE WHEN {quick} IS NOT NULL THEN {quick} ELSE {slow} END"
    quick = f"TRY_CAST(replace({text}, ',', '.') AS {kind})"
    # "1.234" is one thousand here: the plain cast must not see a point.
    return f"CASE WHEN NOT contains({text}, '.') AND {quick} IS NOT NULL THEN {quick} ELSE {slow} END"


def minor(amount: str, digits: int) -> str:
    """SQL: a decimal as whole minor units, half to even; NULL where it is too large to be an amount."""
    return f"CASE WHEN abs({amount}) < 1e15 THEN {_rounded(amount, digits)} END"


def _rounded(amount: str, digits: int) -> str:
    return f"CAST(round_even({amount}, {digits}) * {10**digits} AS BIGINT)"


def minor_product(quantity: str, price: str, digits: int, *, less: str = "") -> str:
    """SQL: quantity × price (less a discount) as whole minor units, exact to twelve decimals before the one rounding.

    Small factors with few decimals, nearly all there are, are multiplied in machine words. NULL for absurd factors.
    """
    # Multiplied as decimals of a fixed width, so that no product can overflow.
    small = f"CAST({price} AS DECIMAL(11,6)) * CAST({quantity} AS DECIMAL(7,3)){less}"
    large = f"CAST(CAST({price} AS DECIMAL(19,6)) * CAST({quantity} AS DECIMAL(16,6)) AS {WIDE}){less}"
    is_small = f"abs({price}) < 90000 AND abs({quantity}) < 9000 AND CAST({quantity} AS DECIMAL(7,3)) = {quantity}"
    is_large = f"abs({price}) < 1e12 AND abs({quantity}) < 1e9 AND abs(CAST({price} AS DOUBLE) * {quantity}) < 1e15"
    return (
        f"CASE WHEN {is_small} THEN {_rounded('(' + small + ')', digits)}"
        f" WHEN {is_large} THEN {_rounded('(' + large + ')', digits)} END"
    )
