"""The cells of a row, read as what they are; the first that cannot be is remembered, the others are still read, so that
the report can say how much a refused row would have brought."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from regulars.basics.periods import start_of, zone_of

_DAY: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?")
_PLAIN_DAY: Final = re.compile(r"(\d{4})(\d\d)(\d\d)")
_TIME: Final = re.compile(r"[T ]?(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?")
_AMOUNT: Final = re.compile(r"-?\d+(?:\.\d+)?")
_YES: Final = frozenset(("yes", "y", "true", "1", "是", "终身"))
_NO: Final = frozenset(("no", "n", "false", "0", "否"))


@dataclass(slots=True)
class Cells:
    """By field. `headings`: what each field's column is called in the file."""

    texts: Mapping[str, str]
    headings: Mapping[str, str]
    date_format: str = ""
    decimal_comma: bool = False
    wrong: tuple[str, str] | None = field(default=None)  # column and reason of the first that cannot be read

    def text(self, name: str) -> str:
        return self.texts.get(name, "")

    def amount(self, name: str, scale: int) -> int | None:
        """As people write it, in whole smallest parts: 12.50 of a unit with two decimals is 1250."""
        text = self.text(name).replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
        if self.decimal_comma:
            text = text.replace(".", "").replace(",", ".")
        if not _AMOUNT.fullmatch(text):
            self._wrong(name, "wrong-amount")
            return None
        smallest = Decimal(text).scaleb(scale)
        if smallest != smallest.to_integral_value() or smallest <= 0:
            self._wrong(name, "nothing" if smallest == 0 else "wrong-amount")
            return None
        return int(smallest)

    def whole(self, name: str, otherwise: int) -> int | None:
        text = self.text(name).removesuffix(".0")
        if not text:
            return otherwise
        if not (text.isascii() and text.isdigit()):
            self._wrong(name, "wrong-uses")
            return None
        return int(text)

    def flag(self, name: str) -> bool:
        text = self.text(name).casefold()
        if text and text not in _YES | _NO:
            self._wrong(name, "wrong-flag")
        return text in _YES

    def begins(self, name: str, zone: str) -> datetime | None:
        """A moment; a day is its first instant in the zone."""
        return self._moment(name, zone, days=0)

    def ends(self, name: str, zone: str) -> datetime | None:
        """A moment; a day is included: what ends on it is good until the next begins."""
        return self._moment(name, zone, days=1)

    def _moment(self, name: str, zone: str, *, days: int) -> datetime | None:
        text = self.text(name)
        if not text:
            return None
        try:
            day, clock, offset = _read(text, self.date_format)
            if offset is not None:
                return datetime.fromisoformat(f"{day}T{clock or time()}{offset}").astimezone(UTC)
            if clock is None or clock == time():  # spreadsheets write days with midnight
                return start_of(day + timedelta(days=days), zone)
            return datetime.combine(day, clock, zone_of(zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            self._wrong(name, "wrong-date")
            return None

    def _wrong(self, name: str, reason: str) -> None:
        self.wrong = self.wrong or (self.headings.get(name, name), reason)


def _read(text: str, date_format: str) -> tuple[date, time | None, str | None]:
    """Day, time of day and offset from UTC. Year first, unless told otherwise. Raises ValueError.

    >>> _read("2027年3月5日", "")[0].isoformat(), _read("5/3/2027", "%d/%m/%Y")[0].isoformat()
    ('2027-03-05', '2027-03-05')
    >>> _read("2027-03-05T10:30:00Z", "")
    (datetime.date(2027, 3, 5), datetime.time(10, 30), '+00:00')
    """
    if date_format:
        there = datetime.strptime(text, date_format).replace(tzinfo=UTC)
        return there.date(), there.time(), None
    found = _DAY.match(text) or _PLAIN_DAY.match(text)
    if found is None:
        raise ValueError(text)
    day = date(*map(int, found.groups()))
    rest = text[found.end() :].strip()
    if not rest:
        return day, None, None
    clock = _TIME.fullmatch(rest)
    if clock is None:
        raise ValueError(text)
    hour, minute, second, offset = clock.groups()
    told = "+00:00" if offset == "Z" else offset
    return day, time(int(hour), int(minute), int(second or 0)), told
