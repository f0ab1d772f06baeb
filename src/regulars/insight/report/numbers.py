"""Numbers, money and days as people of one language write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from math import isfinite
from typing import Final

from babel import dates
from babel import numbers as babel_numbers

from regulars.basics.money import UNSTATED

NOTHING: Final = "–"
_WHOLE_FROM: Final = 100  # from this many major units on, cents are noise
_SHORT_FROM: Final = 1_000_000
# Day before month, as everywhere but in one country; digits and signs stay those of plain English.
_DAYS: Final[Mapping[str, str]] = {"en": "en_001", "zh": "zh_Hans_CN"}
_DIGITS: Final[Mapping[str, str]] = {"en": "en", "zh": "zh_Hans_CN"}


def known(number: float | None) -> float | None:
    """The number, or None where it is none.

    >>> known(2.5), known(float("nan"))
    (2.5, None)
    """
    return number if number is not None and isfinite(number) else None


@dataclass(frozen=True, slots=True)
class Numbers:
    """One language and one currency. `currency` "XXX" means that none is stated: amounts carry no sign then.

    What is not a number is written as a dash.

    >>> Numbers("en", "USD", 2).money(123456), Numbers("en", "XXX", 2).money(1250)
    ('$1,235', '12.50')
    """

    lang: str
    currency: str
    minor_digits: int

    def count(self, number: float | None) -> str:
        """A whole number with its thousands marked."""
        if number is None or not isfinite(number):
            return NOTHING
        # Half goes up, as the database rounds, so that the same figure is the same everywhere.
        whole = Decimal(str(number)).to_integral_value(ROUND_HALF_UP)
        return str(babel_numbers.format_decimal(whole, locale=self._digits))

    def decimal(self, number: float | None, places: int = 2) -> str:
        """A number with a fixed count of decimals; very small ones with a power of ten."""
        if number is None or not isfinite(number):
            return NOTHING
        if number != 0 and abs(number) < 10**-places / 2:
            return f"{number:.1e}"
        pattern = "#,##0." + "0" * places if places else "#,##0"
        return str(babel_numbers.format_decimal(number, pattern, locale=self._digits, decimal_quantization=True))

    def share(self, share: float | None, places: int | None = None) -> str:
        """A share of 0 … 1 in percent: one decimal below ten percent, none above, and never a rounded 0 or 100."""
        if share is None or not isfinite(share):
            return NOTHING
        if 0 < share < 0.0005:
            return "<" + self.share(0.001)
        if 0.9995 <= share < 1:
            return ">" + self.share(0.999)
        if places is None:
            fine = 0 < abs(share) < 0.0995 or 0.995 <= share < 1
            pattern = "#,##0.#%" if fine else "#,##0%"
        else:
            pattern = "#,##0." + "0" * places + "%" if places else "#,##0%"
        return str(babel_numbers.format_percent(share, pattern, locale=self._digits))

    def money(self, minor: float | None) -> str:
        """An amount in full: with decimals below a hundred, whole above."""
        if minor is None or not isfinite(minor):
            return NOTHING
        major = self._major(minor)
        places = 0 if major == 0 or abs(major) >= _WHOLE_FROM else self.minor_digits
        exact = major.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
        digits = "#,##0" + ("." + "0" * places if places else "")
        return self._signed(exact, str(babel_numbers.format_decimal(abs(exact), digits, locale=self._digits)))

    def money_short(self, minor: float | None) -> str:
        """An amount for a small place: from a million on, three digits and a word."""
        if minor is None or not isfinite(minor):
            return NOTHING
        major = self._major(minor)
        if abs(major) < _SHORT_FROM:
            return self.money(minor)
        group = 4 if self.lang == "zh" else 3
        leading = (abs(major).adjusted()) % group + 1
        short = babel_numbers.format_compact_decimal(
            abs(major), fraction_digits=max(0, 3 - leading), locale=self._digits
        )
        return self._signed(major, str(short))

    @property
    def sign(self) -> str:
        """The currency's sign as it stands before an amount, with the blank that letters need; "" for none."""
        if self.currency == UNSTATED:
            return ""
        symbol = str(babel_numbers.get_currency_symbol(self.currency, locale=self._digits))
        return symbol + "\N{NO-BREAK SPACE}" if symbol[-1:].isalpha() else symbol

    def _signed(self, amount: Decimal, digits: str) -> str:
        return ("-" if amount < 0 else "") + self.sign + digits

    def day(self, day: date | None) -> str:
        """A day, its month in words."""
        return NOTHING if day is None else str(dates.format_date(day, "medium", locale=_DAYS[self.lang]))

    def month(self, day: date | None) -> str:
        """The month of a day, with its year."""
        skeleton = "yMMM"
        return NOTHING if day is None else str(dates.format_skeleton(skeleton, day, locale=_DAYS[self.lang]))

    def weekday(self, number: int) -> str:
        """The name of a weekday; 1 is Monday."""
        return str(dates.get_day_names("wide", locale=_DAYS[self.lang])[number - 1])

    @property
    def _digits(self) -> str:
        return _DIGITS[self.lang]

    def _major(self, minor: float) -> Decimal:
        return Decimal(str(minor)).scaleb(-self.minor_digits)
