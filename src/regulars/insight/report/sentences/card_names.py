"""What a card calls things: columns that the house made itself have names in words; who rises does not leave."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from regulars.insight.churn.learning import RISES
from regulars.insight.report.sentences.churn import FEATURE_NAMES, MODEL_NAMES, condition
from regulars.insight.report.words import Sentence, Words, mark
from regulars.insight.scoring import Condition

Card = Mapping[str, Any]

FAMILIES: Final[Mapping[str, str]] = {
    **MODEL_NAMES,
    "linear": mark("linear"),
    "logistic": mark("logistic"),
    "tree": mark("decision tree"),
    "additive": mark("additive boosting"),
    "base-rate": mark("the average for everybody"),
}
# Of a model of who rises the same sentences speak of rising.
_RISING: Final[Mapping[str, str]] = {
    "Learned from {examples} examples; {rate} of them left.": mark(
        "Learned from {examples} examples; {rate} of them rose."
    ),
    "Leavers in the first 30%": mark("Those who rose, in the first 30%"),
    "Share foretold to leave, and share that left, tenth by tenth": mark(
        "Share foretold to rise, and share that rose, tenth by tenth"
    ),
    "foretold share leaving": mark("foretold share rising"),
    "share that left": mark("share that rose"),
    "No rule separates those who leave from those who stay.": mark("No rule separates those who rise from the others."),
    "IF {conditions} THEN {rate} leave ({low} to {high}), {lift} times the average; {share} of customers": mark(
        "IF {conditions} THEN {rate} rise ({low} to {high}), {lift} times the average; {share} of customers"
    ),
    "No group was found whose leaving it misjudges by more than chance explains.": mark(
        "No group was found whose rising it misjudges by more than chance explains."
    ),
    "Flagged: among the tenth most likely to leave. Where leave rates differ, flagging differs with them; look for "
    "groups where what is foretold and what happened part.": mark(
        "Flagged: among the tenth most likely to rise. Where rates differ, flagging differs with them; look for groups "
        "where what is foretold and what happened part."
    ),
    "Left": mark("Rose"),
    "Left at each cut-off": mark("Rose at each cut-off"),
    "Since run {run} the leave rate went from {then} to {now}.": mark(
        "Since run {run} the rate of rising went from {then} to {now}."
    ),
    "does not tell who leaves from who stays": mark("does not tell who rises from who does not"),
    "no column tells those who leave from those who stay": mark("no column tells those who rise from the others"),
    "On the days learned from {learned} left; on the later ones {later}, where {foretold} had been foretold. "
    "Scores are moved to the later rate, since rates change with the season.": mark(
        "On the days learned from {learned} rose; on the later ones {later}, where {foretold} had been foretold. "
        "Scores are moved to the later rate, since rates change with the season."
    ),
    "It finds who is like those who left, not what would keep them: only a test with a control group tells that.": mark(
        "It finds who is like those who rose, not what makes them: only a test with a control group tells that."
    ),
}


class _OfRising(Words):
    """Says of rising what is said of leaving."""

    def t(self, message: str, /, **values: object) -> Sentence:
        return super().t(_RISING.get(message, message), **values)


def spoken(card: Card, words: Words) -> Words:
    """The words for what this card foretells."""
    rises = str(card.get("question", "")).startswith(RISES)
    return _OfRising(words.lang, words.numbers) if rises else words


def column(card: Card, name: str, words: Words) -> str:
    """A column by its name in words where the house made it, else as its file calls it."""
    if card["data"]["reads"] != "lines":
        return name
    return words.of(FEATURE_NAMES, name).plain if name != "score" else words.t("the score itself").plain


def group(card: Card, found: Mapping[str, Any], words: Words) -> str:
    """A group of customers: its column, and what they have in common."""
    ends = (found.get("low"), found.get("high"))
    if card["data"]["reads"] == "lines" and ends != (None, None):
        return condition(Condition(str(found["column"]), *ends), words).plain
    return f"{column(card, str(found['column']), words)}: {found['group']}"


def conditions(card: Card, found: Mapping[str, Any], words: Words) -> Sequence[str] | None:
    """The conditions of a rule in words where the house made the columns."""
    if card["data"]["reads"] != "lines":
        return None
    return [condition(Condition(**part), words).plain for part in found["conditions"]]
