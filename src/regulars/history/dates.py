"""How dates are written in a column: one decision for the whole column, never row by row."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

ISO: Final = "iso"  # 2024-03-05, 2024-03-05 14:30:00, 2024-03-05T14:30:00Z; an offset is left off: the shop's own clock
EXCEL: Final = "excel"  # days since 1899-12-30
EPOCH_S: Final = "epoch-seconds"
EPOCH_MS: Final = "epoch-milliseconds"
KEYWORDS: Final = (ISO, EXCEL, EPOCH_S, EPOCH_MS)
DAYS_SINCE: Final = "days since "  # and an ISO day: day numbers of a calendar of their own, as panels have them
BETWEEN: Final = " | "  # several formats in one date_format
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2100

_TRIPLE = re.compile(r"(\d{1,4})\s*([-/.年 ])\s*(\d{1,2})\s*([-/.月 ])\s*(\d{1,4})(?:\s*(日))?")
_MONTH_NAME = re.compile(r"(?:(\d{1,2})([-/. ]))?([A-Za-z]{3,9})([-/., ]+)(\d{1,4})(?:([-/., ]+)(\d{2,4}))?")
_TIME = re.compile(r"(?:(上午|下午|[AaPp][Mm])\s*)?\d{1,2}:\d{1,2}(:\d{1,2})?(\.\d+)?\s*(上午|下午|[AaPp]\.?[Mm]\.?)?")
_STRPTIME: Final = re.compile(r"%(?:[aAbBcdfgGhHIjmMnpSTuUVwWxXyYzZ%]|-[dmyHIMSj])")
_NAMES = {"ymd": ("%Y", "%m", "%d"), "dmy": ("%d", "%m", "%Y"), "mdy": ("%m", "%d", "%Y")}


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a column: the order of its parts, and the formats that all its writings need under it."""

    order: str  # "ymd", "dmy", "mdy"; "as written" where the writing leaves no choice
    formats: tuple[str, ...]

    @property
    def spelled(self) -> str:
        return BETWEEN.join(self.formats)


def is_strptime(text: str) -> bool:
    """Whether the engine can read with this format: at least one sign it knows, and none it does not.

    >>> is_strptime("%d/%m/%Y"), is_strptime("%Q"), is_strptime("dd/mm")
    (True, False, False)
    """
    signs = _STRPTIME.findall(text)
    return any(sign != "%%" for sign in signs) and "%" not in _STRPTIME.sub("", text)


def is_date_format(text: str) -> bool:
    """Whether one part of a date_format is understood.

    >>> is_date_format("iso"), is_date_format("days since 2024-01-01"), is_date_format("days since 2024-02-31")
    (True, True, False)
    """
    return text in KEYWORDS or _first_day(text) is not None or is_strptime(text)


def _first_day(text: str) -> date | None:
    """The day before day 1, of a format for days that are only numbered."""
    if not text.startswith(DAYS_SINCE):
        return None
    try:
        return date.fromisoformat(text.removeprefix(DAYS_SINCE))
    except ValueError:
        return None


def shape(text: str) -> str:
    """SQL: the writing of a text, digits as 9 (full-width ones too)."""
    return f"regexp_replace({text}, '[0-9]', '9', 'g')"


def prepared(text: str) -> str:
    """SQL: Chinese half-days as AM and PM, for formats with %p."""
    return f"replace(replace({text}, '上午', 'AM'), '下午', 'PM')"


def _time_format(rest: str) -> str | None:
    """The format of what follows a day; None when it is no time. Keeps the spaces and letters between."""
    found = _TIME.search(rest)
    if not found:
        return "" if not rest.strip() else None
    if rest[found.end() :].strip() or rest[: found.start()].strip(" T,"):
        return None
    before, seconds, fraction, after = found.groups()
    half_day = before or after
    clock = ("%I" if half_day else "%H") + ":%M" + (":%S" if seconds else "") + (".%f" if fraction else "")
    lead = rest[: found.start()]
    gap = re.match(r"\s*", rest[found.start() + len(before or "") :])
    if before:
        return f"{lead}%p{gap.group() if gap else ''}{clock}"
    if after:
        inner = re.search(r"(\s*)(上午|下午|[AaPp][Mm])$", found.group())
        return f"{lead}{clock}{inner.group(1) if inner else ' '}%p"
    return lead + clock


def _numeric_formats(example: str) -> dict[str, str]:
    """Order → format for a day written as three numbers."""
    found = _TRIPLE.match(example)
    if not found:
        return {}
    first, sep_1, _, sep_2, third, closing = found.groups()
    rest = _time_format(example[found.end() :])
    if rest is None:
        return {}
    gaps = re.split(r"\d+", example[: found.end()])

    def spell(order: str, year: str) -> str:
        parts = [year if part == "%Y" else part for part in _NAMES[order]]
        return f"{gaps[0]}{parts[0]}{gaps[1]}{parts[1]}{gaps[2]}{parts[2]}{closing or ''}{rest}"

    if len(first) == 4 or sep_1 == "年":
        return {"ymd": spell("ymd", "%Y" if len(first) == 4 else "%y")}
    if len(third) == 4:
        return {order: spell(order, "%Y") for order in ("dmy", "mdy")}
    if len(first) <= 2 and len(third) == 2 and sep_1 == sep_2:
        return {order: spell(order, "%y") for order in ("dmy", "mdy", "ymd")}
    return {}


def _named_format(example: str) -> str | None:
    """5 Mar 2024, 05-Mar-24, March 5, 2024."""
    found = _MONTH_NAME.match(example)
    if not found:
        return None
    day, gap, name, gap_2, second, gap_3, year = found.groups()
    rest = _time_format(example[found.end() :])
    month = "%b" if len(name) == 3 else "%B"
    if rest is None or (day is None) == (year is None):
        return None
    if day is not None:
        return f"%d{gap}{month}{gap_2}{'%Y' if len(second) == 4 else '%y'}{rest}"
    return f"{month}{gap_2}%d{gap_3}{'%Y' if len(year) == 4 else '%y'}{rest}"


_DIGITS_ONLY = {
    "99999999": "%Y%m%d",
    "99999999.9": "%Y%m%d.0",
    "999999999999": "%Y%m%d%H%M",
    "99999999999999": "%Y%m%d%H%M%S",
    "9999999999": EPOCH_S,
    "9999999999999": EPOCH_MS,
    "99999": EXCEL,
}
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{1,2}(:\d{1,2}(\.\d+)?)?\s*(Z|[+-]\d\d(:?\d\d)?)?)?")


def _formats(example: str, written: str) -> dict[str, str]:
    if written in _DIGITS_ONLY:
        return {"as written": _DIGITS_ONLY[written]}
    if re.fullmatch(r"9{5}\.9+", written):
        return {"as written": EXCEL}
    if _ISO.fullmatch(example):
        return {"as written": ISO}
    numeric = _numeric_formats(example)
    if numeric:
        return {"as written": numeric["ymd"]} if list(numeric) == ["ymd"] else numeric
    named = _named_format(example)
    return {"as written": named} if named else {}


def readings(examples: Iterable[tuple[str, str]]) -> list[Reading]:
    """The ways to read a column, from (shape, example) pairs, commonest first.

    >>> [r.spelled for r in readings([("99/9/9999", "31/1/2024")])]
    ['%d/%m/%Y', '%m/%d/%Y']
    >>> [r.spelled for r in readings([("9999年9月9日 99:99", "2024年3月5日 14:30")])]
    ['%Y年%m月%d日 %H:%M']
    """
    found = [formats for written, example in examples if (formats := _formats(example, written))]
    orders = sorted({order for formats in found for order in formats} - {"as written"})
    answer = []
    for order in orders or ["as written"]:
        wanted = [formats.get(order) or formats.get("as written") for formats in found]
        spelled = tuple(dict.fromkeys(text for text in wanted if text))
        if spelled:
            answer.append(Reading(order, spelled))
    return answer


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def moment(text: str, date_format: str) -> str:
    """SQL: the TIMESTAMP a text stands for under a date_format (see docs/reading.md), NULL where it stands for none."""
    formats = date_format.split(BETWEEN)
    starts = {name: start for name in formats if (start := _first_day(name)) is not None}
    spelled = [name for name in formats if name not in KEYWORDS and name not in starts]
    tries: list[str] = []
    for start in starts.values():
        days = f"TRY_CAST({text} AS INTEGER)"
        tries.append(f"CASE WHEN abs({days}) < 100000 THEN TIMESTAMP '{start}' + to_days({days}) END")
    if ISO in formats:
        tries.append(f"TRY_CAST({text} AS TIMESTAMP)")
    if spelled:
        source = prepared(text) if any("%p" in name for name in spelled) else text
        tries.append(f"try_strptime({source}, [{', '.join(_text(name) for name in spelled)}])")
    if EXCEL in formats:
        days = f"TRY_CAST({text} AS DOUBLE)"
        tries.append(
            f"CASE WHEN {days} BETWEEN 1 AND 2958465 THEN TIMESTAMP '1899-12-30'"
            f" + to_seconds(CAST(round({days} * 86400) AS BIGINT)) END"
        )
    if EPOCH_S in formats:
        seconds = f"TRY_CAST({text} AS DOUBLE)"
        tries.append(
            f"CASE WHEN {seconds} BETWEEN 0 AND 1e11 THEN make_timestamp(CAST({seconds} * 1000000 AS BIGINT)) END"
        )
    if EPOCH_MS in formats:
        millis = f"TRY_CAST({text} AS DOUBLE)"
        tries.append(f"CASE WHEN {millis} BETWEEN 0 AND 1e14 THEN make_timestamp(CAST({millis} * 1000 AS BIGINT)) END")
    return f"COALESCE({', '.join(tries)})" if len(tries) > 1 else tries[0]


def clock_formats(examples: Iterable[str]) -> tuple[str, ...]:
    """Formats of a column that holds only the time of day; empty when it does not.

    >>> clock_formats(["14:30", "9:05:10"]), clock_formats(["1430"]), clock_formats(["P12"])
    (('%H:%M', '%H:%M:%S'), ('%H%M',), ())
    """
    found: dict[str, None] = {}
    for example in examples:
        text = example.strip()
        if re.fullmatch(r"\d{1,2}", text):
            found["%H"] = None
        elif re.fullmatch(r"\d{3,4}", text):
            found["%H%M"] = None
        elif re.fullmatch(r"\d{5,6}", text):
            found["%H%M%S"] = None
        elif spelled := _time_format(text):
            found[spelled] = None
        else:
            return ()
    return tuple(found)


def time_of_day(text: str, formats: Sequence[str]) -> str:
    """SQL: the INTERVAL since midnight, NULL where the text is no time of day."""
    digits = {"%H": 2, "%H%M": 4, "%H%M%S": 6}
    width = max((digits.get(name, 0) for name in formats), default=0)
    source = f"lpad({text}, {width}, '0')" if width else text
    source = prepared(source) if any("%p" in name for name in formats) else source
    spelled = ", ".join(_text(name) for name in formats)
    return f"(try_strptime({source}, [{spelled}]) - TIMESTAMP '1900-01-01')"


def plausible(at: str) -> str:
    """SQL: whether a moment lies in the years in which shops kept files."""
    return f"({at} >= TIMESTAMP '{FIRST_YEAR}-01-01' AND {at} < TIMESTAMP '{LAST_YEAR + 1}-01-01')"
