"""Money is whole minor units beside a currency code; a float never holds money."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

# ISO 4217 exponents that are not 2; "XXX" is the code for "no currency stated".
MINOR_DIGITS: Final = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "JOD": 3, "TND": 3}
UNSTATED: Final = "XXX"


def minor_digits(currency: str) -> int:
    """How many decimals the currency has.

    >>> minor_digits("CNY"), minor_digits("JPY"), minor_digits("XXX")
    (2, 0, 2)
    """
    return MINOR_DIGITS.get(currency, 2)


def to_minor(text: str, currency: str) -> int:
    """Whole minor units of a decimal text, half to even: the one rounding an amount from a file gets.

    >>> to_minor("12.345", "EUR"), to_minor("-0.5", "JPY")
    (1234, 0)
    """
    return int(Decimal(text).scaleb(minor_digits(currency)).to_integral_value(ROUND_HALF_EVEN))


def true_minus(text: object) -> str:
    """A number as people read it: what libraries write with a hyphen has a sign as wide as a plus.

    >>> true_minus("-£5.00")
    '−£5.00'
    """
    return str(text).replace("-", "\u2212")
