"""Why somebody is on a list, in words: the patterns, and one code worded in Python; loads no engine.

The codes and their numbers are those of `regulars.insight.reasoncodes`.
"""

from dataclasses import dataclass
from typing import Final

from regulars.insight.reasoncodes import REASONS
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.words import Sentence, Words, mark, mark_plural


@dataclass(frozen=True, slots=True)
class Wording:
    """A pattern for one and for many of `counted`, one of the code's numbers; "" where grammar does not care."""

    patterns: tuple[str, str]
    counted: str = ""


def _plain(pattern: str) -> Wording:
    return Wording((pattern, pattern))


WORDINGS: Final = {
    "silent": Wording(
        mark_plural(
            "silent for {silence_days} day, usually {usual_days}",
            "silent for {silence_days} days, usually {usual_days}",
        ),
        "silence_days",
    ),
    "slowing": Wording(
        mark_plural(
            "{recent_visits} visit lately, {former_visits} in as long before",
            "{recent_visits} visits lately, {former_visits} in as long before",
        ),
        "recent_visits",
    ),
    "faster": Wording(
        mark_plural(
            "{recent_visits} visit lately, up from {former_visits}",
            "{recent_visits} visits lately, up from {former_visits}",
        ),
        "recent_visits",
    ),
    "rare": _plain(mark("at most {chance_percent} of their pauses last as long")),
    "spent": Wording(
        mark_plural("spent {spend_minor} in the last {days} day", "spent {spend_minor} in the last {days} days"), "days"
    ),
    "yearly": _plain(mark("brought about {spend_minor} a year")),
    "often": Wording(
        mark_plural(
            "{visits} visit, {usual_days} days apart as a rule", "{visits} visits, {usual_days} days apart as a rule"
        ),
        "visits",
    ),
    "seen": Wording(mark_plural("here {silence_days} day ago", "here {silence_days} days ago"), "silence_days"),
    "once": Wording(
        mark_plural(
            "came once, {silence_days} day ago; others are back after {usual_days}",
            "came once, {silence_days} days ago; others are back after {usual_days}",
        ),
        "silence_days",
    ),
    "first": _plain(mark("spent {spend_minor} on that visit")),
    "rhythm": Wording(
        mark_plural("comes every {usual_days} day, as a rule", "comes every {usual_days} days, as a rule"), "usual_days"
    ),
    "lately": Wording(
        mark_plural(
            "{recent_visits} visit in the last months, {former_visits} in the months before",
            "{recent_visits} visits in the last months, {former_visits} in the months before",
        ),
        "recent_visits",
    ),
    "known": Wording(
        mark_plural("first came {tenure_days} day ago", "first came {tenure_days} days ago"), "tenure_days"
    ),
    "breadth": Wording(
        mark_plural("has bought {products} product", "has bought {products} different products"), "products"
    ),
    "favourite": _plain(mark("{share_percent} of the spend in one category")),
    "discounts": _plain(mark("discounts of {share_percent}")),
    "returns": _plain(mark("brought back {share_percent}")),
    "margin": _plain(mark("a margin of {share_percent}")),
    "habit": _plain(mark("{share_percent} of the visits at the weekend")),
    "person": _plain(mark("age, sex or town")),
}


def reason(code: str, words: Words) -> Sentence:
    """One reason in words; a code that is not known, or has other numbers than it should, is shown as it is."""
    kind, *parts = code.split(":")
    wording, names = WORDINGS.get(kind), REASONS.get(kind, ())
    if wording is None or len(parts) != len(names) or not all(_whole(part) for part in parts):
        return Sentence("{code}", {"code": code})
    numbers = dict(zip(names, map(int, parts), strict=True))
    shown = {name: _shown(name, number, words.numbers) for name, number in numbers.items()}
    if not wording.counted:
        return words.t(wording.patterns[0], **shown)
    return words.n(*wording.patterns, numbers[wording.counted], **shown)


def _whole(part: str) -> bool:
    return part.removeprefix("-").isascii() and part.removeprefix("-").isdigit()


def _shown(name: str, number: int, numbers: Numbers) -> str:
    if name.endswith("_minor"):
        return numbers.money(number)
    return numbers.share(number / 100) if name.endswith("_percent") else numbers.count(number)
