"""Which column of a survey is what, by the words of its heading and by what stands in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from regulars.history.headings import meanings

FACTORS: Final = ("satisfaction", "deepen", "repeat", "recommend", "resist")
# Told in order: the first factor whose words a heading has takes it. “Switch” is not among the words for resistance:
# would they switch, or would they not? Such a question is named by hand.
_WORDS: Final[Mapping[str, Sequence[str]]] = {
    "recommend": ("recommend", "nps", "tell a friend", "推荐", "推薦"),
    "resist": (
        "stay if",
        "stay even",
        "even if others",
        "resist",
        "loyal even",
        "更便宜也",
        "不会换",
        "不換",
        "仍会选择",
    ),
    "deepen": (
        "buy more",
        "more often",
        "expand",
        "deepen",
        "other products",
        "多买",
        "购买更多",
        "增加购买",
        "更多产品",
    ),
    "repeat": (
        "come again",
        "buy again",
        "repurchase",
        "repeat",
        "return again",
        "再来",
        "再次购买",
        "回购",
        "继续购买",
    ),
    "satisfaction": ("overall", "in all", "satisfaction", "总体", "整体", "總體", "综合满意"),
}
_IMPORTANCE: Final = ("importance of ", "importance: ", "importance ", "重要性", "重要程度")
_DAY: Final = ("answered", "responded", "submitted", "timestamp", "填写", "提交", "答题")
_WAVE: Final = ("wave", "round", "波次", "期次", "轮次")
_CUSTOMER: Final = ("respondent", "respondent id", "panelist")


@dataclass(frozen=True, slots=True)
class Roles:
    """Heading by role; None where there is no such column."""

    customer: str | None
    answered_on: str | None
    wave: str | None
    importance: Mapping[str, str]  # heading of importance → words that remain of it
    others: Sequence[str]


def roles(headings: Sequence[str]) -> Roles:
    """What the headings say; the first of several equal candidates is taken."""
    day = next((h for h in headings if _has(h, _DAY)), None) or _meant(headings, "sold_at")
    customer = _meant([h for h in headings if h != day], "customer")
    customer = customer or next((h for h in headings if _plain(h) in _CUSTOMER), None)
    wave = next((h for h in headings if _plain(h) in _WAVE), None)
    importance = {h: left for h in headings if (left := _left_of_importance(h))}
    taken = {day, customer, wave, *importance}
    return Roles(customer, day, wave, importance, [h for h in headings if h not in taken])


def factors_by_words(headings: Sequence[str]) -> dict[str, str]:
    """Factor → heading, where the words say so.

    >>> factors_by_words(["Quality", "Overall", "Come again", "会推荐给朋友"])
    {'satisfaction': 'Overall', 'repeat': 'Come again', 'recommend': '会推荐给朋友'}
    """
    found: dict[str, str] = {}
    for heading in headings:
        factor = next((name for name, words in _WORDS.items() if _has(heading, words)), None)
        if factor is not None:
            found.setdefault(factor, heading)
    return {name: found[name] for name in FACTORS if name in found}


def item_named(name: str, items: Sequence[str]) -> str | None:
    """The item meant by a name as a person writes it, or by what is left of a heading of importance."""
    plain = _plain(name)
    return next((item for item in items if _plain(item) == plain), None)


def _meant(headings: Sequence[str], field: str) -> str | None:
    weights = {heading: meanings(heading).get(field, 0.0) for heading in headings}
    best = max(weights, key=lambda heading: weights[heading], default=None)
    return best if best is not None and weights[best] > 0 else None


def _left_of_importance(heading: str) -> str:
    plain = _plain(heading)
    for words in _IMPORTANCE:
        trimmed = words.strip()
        if plain.startswith(words) or plain.endswith(" " + trimmed) or (not trimmed.isascii() and trimmed in plain):
            return plain.replace(trimmed, "").strip(" :：_-的")
    return ""


def _has(heading: str, words: Sequence[str]) -> bool:
    plain = _plain(heading)
    return any(word in plain for word in words)


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").lower().split())
