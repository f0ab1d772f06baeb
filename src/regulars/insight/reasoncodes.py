"""Reasons as codes with numbers, so that the same list can be worded in any language; standard library only.

"silent:41:24" says: no visit for 41 days, where 24 are usual. Numbers are whole; money is in minor units.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

# Code → what its numbers are. `…_minor` is money, the others are days, counts or whole percents.
REASONS: Final[Mapping[str, tuple[str, ...]]] = {
    "silent": ("silence_days", "usual_days"),  # no visit for … days, where … are usual
    "slowing": ("recent_visits", "former_visits"),  # … visits in the recent half of the time, … in the half before
    "faster": ("recent_visits", "former_visits"),
    "rare": ("chance_percent",),  # a silence this long happens by chance in at most … % of this customer's gaps
    "spent": ("days", "spend_minor"),  # spent … in the last … days
    "yearly": ("spend_minor",),  # brought about … a year while active
    "often": ("visits", "usual_days"),  # … visits, one every … days
    "seen": ("silence_days",),  # was last here … days ago
    "once": ("silence_days", "usual_days"),  # bought once, … days ago; others come back within … days
    "first": ("spend_minor",),  # spent … on the one visit
    "rhythm": ("usual_days",),  # comes every … days
    "lately": ("recent_visits", "former_visits"),  # … visits in the last months, … in the months before
    "known": ("tenure_days",),  # first came … days ago
    "breadth": ("products",),  # has bought … different products
    "favourite": ("share_percent",),  # … % of the spend is in one category
    "discounts": ("share_percent",),
    "returns": ("share_percent",),
    "margin": ("share_percent",),
    "habit": ("share_percent",),  # … % of the visits are at the weekend
    "person": (),  # age, sex or town
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason ready to be worded: `numbers` by the names of REASONS."""

    code: str
    numbers: Mapping[str, int]


def reason_of(text: str) -> Reason:
    """The reason a code stands for.

    >>> reason_of("silent:41:24").numbers["usual_days"]
    24
    """
    code, *numbers = text.split(":")
    return Reason(code, dict(zip(REASONS[code], map(int, numbers), strict=True)))


def say(text: str, words: Mapping[str, str], money: Callable[[int], str] = str) -> str:
    """The reason in words: `words` maps codes to sentences with the names of REASONS in braces.

    >>> say("silent:41:24", {"silent": "silent for {silence_days} days, usually {usual_days}"})
    'silent for 41 days, usually 24'
    """
    reason = reason_of(text)
    shown = {name: money(n) if name.endswith("_minor") else str(n) for name, n in reason.numbers.items()}
    return words[reason.code].format(**shown)
