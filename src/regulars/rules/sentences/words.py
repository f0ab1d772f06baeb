"""How numbers, money, days, lengths and lists are written; and the names that an organisation gives its codes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from regulars.basics.money import minor_digits
from regulars.basics.periods import Period
from regulars.rules.sentences.phrases import CURRENCIES, KNOWN, MONTHS, PHRASES, WEEKDAYS


class Language(StrEnum):
    """The languages there are."""

    ENGLISH = "en"
    CHINESE = "zh-hans"


@dataclass(frozen=True, slots=True)
class Words:
    """A language with names: {"unit": {"points": "Points"}, "store": {"str_…": "Quay"}, "tier": {"status/gold": …}}.

    What has no name of its own and no known word is said as its code.
    """

    language: Language = Language.ENGLISH
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    currency: str = ""  # whose decimals amounts have that say none: these are of any
    scales: Mapping[str, int] = field(default_factory=dict)  # decimals of units that have some

    def say(self, phrase: str, **parts: object) -> str:
        """A phrase of the table with its parts."""
        return PHRASES[phrase][self._place].format(**parts)

    @property
    def _place(self) -> int:
        return 0 if self.language == Language.ENGLISH else 1

    def name(self, kind: str, code: str) -> str:
        """
        >>> Words(names={"store": {"str_1": "Quay"}}).name("store", "str_1"), Words().name("mark", "gift-card")
        ('Quay', 'gift cards')
        """
        own = self.names.get(kind, {}).get(code)
        known = KNOWN.get(f"{kind} {own or code}", KNOWN.get(f"{kind} {code}"))
        if known is not None and (own is None or own.isascii()):
            return known[self._place]
        return own or code

    def listed(self, kind: str, codes: Iterable[str], *, joined: str = "or") -> str:
        """
        >>> Words().listed("item", ["a", "b", "c"])
        'a, b or c'
        """
        return self.all([self.name(kind, code) for code in codes], joined=joined)

    def all(self, texts: Iterable[str], *, joined: str = "and") -> str:
        """A list of texts as one."""
        *first, last = texts
        if not first:
            return last
        return self.say("comma").join(first) + self.say(joined) + last

    def number(self, value: int, scale: int = 0) -> str:
        """
        >>> Words().number(1234567), Words().number(-5, 2), Words().number(120050, 2)
        ('1,234,567', '-0.05', '1,200.50')
        """
        whole, rest = divmod(abs(value), 10**scale)
        sign = "-" if value < 0 else ""
        return f"{sign}{whole:,}" + (f".{rest:0{scale}}" if scale else "")

    def units(self, value: int, unit: str) -> str:
        """
        >>> Words(names={"unit": {"p": "Points"}}).units(1, "p"), Words(names={"unit": {"p": "Points"}}).units(20, "p")
        ('1 point', '20 points')
        """
        return self.say("units", number=self.number(value, self.scales.get(unit, 0)), unit=self.unit(unit, value == 1))

    def unit(self, unit: str, single: bool = False) -> str:
        """The name of a unit within a sentence."""
        name = self.name("unit", unit)
        if self.language != Language.ENGLISH:
            return name
        name = name.lower() if name.istitle() and " " not in name else name
        return name[:-1] if single and name.endswith("s") and not name.endswith(("ss", "us", "is")) else name

    def money(self, value: int, currency: str = "") -> str:
        """
        >>> Words().money(123450, "GBP"), Words(Language.CHINESE).money(500, "CNY"), Words().money(500)
        ('GBP 1,234.50', '5.00元', '5.00')
        >>> Words(currency="JPY").money(500), Words(currency="JPY").money(500, "GBP")
        ('500', 'GBP 5.00')
        """
        number = self.number(value, minor_digits(currency or self.currency))
        if not currency:
            return number
        if self.language == Language.ENGLISH:
            return f"{currency} {number}"
        return f"{number}{CURRENCIES.get(currency, f' {currency}')}"

    def quantity(self, thousandths: int) -> str:
        """
        >>> Words().quantity(3000), Words().quantity(1250)
        ('3', '1.25')
        """
        return self.number(thousandths, 3).rstrip("0").rstrip(".") if thousandths % 1000 else f"{thousandths // 1000:,}"

    def times(self, permille: int) -> str:
        """
        >>> Words().times(2000), Words().times(1500), Words(Language.CHINESE).times(2000)
        ('twice', '1.5 times', '2倍')
        """
        if permille == 2000:
            return self.say("twice")
        return self.say("times", number=self.quantity(permille))

    def percent(self, permille: int) -> str:
        """
        >>> Words().percent(200), Words().percent(125)
        ('20%', '12.5%')
        """
        return f"{permille // 10}%" if permille % 10 == 0 else f"{permille // 10}.{permille % 10}%"

    def day(self, day: date) -> str:
        """
        >>> Words().day(date(2026, 5, 4)), Words(Language.CHINESE).day(date(2026, 5, 4))
        ('4 May 2026', '2026年5月4日')
        """
        return self.say("day", year=day.year, month=day.month, name=MONTHS[day.month - 1], day=day.day)

    def days(self, days: Iterable[date], joined: str = "or") -> str:
        return self.all([self.day(day) for day in days], joined=joined)

    def weekdays(self, weekdays: Iterable[int]) -> str:
        """
        >>> Words().weekdays([1, 2]), Words(Language.CHINESE).weekdays([6, 7])
        ('Mondays and Tuesdays', '周六和周日')
        """
        return self.all([WEEKDAYS[day - 1][self._place] for day in weekdays])

    def clock(self, minute: int) -> str:
        """
        >>> Words().clock(17 * 60 + 5)
        '17:05'
        """
        return f"{minute // 60:02}:{minute % 60:02}"

    def length(self, period: str) -> str:
        """
        >>> Words().length("12M@month"), Words().length("1D"), Words(Language.CHINESE).length("30D@day")
        ('12 months (to the end of the month)', '1 day', '30天（至当天结束）')
        """
        found = Period.parse(period)
        phrase = f"length {found.of}" + (" 1" if found.count == 1 else "")
        return self.say(phrase, count=found.count) + (self.say(f"to end of {found.to}") if found.to else "")

    def clauses(self, clauses: Iterable[str]) -> str:
        """A sentence of its clauses."""
        said = [clause for clause in clauses if clause]
        text = self.say("semicolon").join(said)
        return text[:1].upper() + text[1:] + self.say("stop")
