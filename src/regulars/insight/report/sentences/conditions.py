"""Rules and reasons about columns of a table that the house has never seen, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from regulars.insight.report.sentences.levels import levels_said
from regulars.insight.report.words import Sentence, Words


def condition(part: Mapping[str, Any], words: Words, days: Sequence[str] = ()) -> str:
    """One condition of a rule (as in a model card); `days` names the columns that hold days before the newest."""
    column = str(part["column"])
    low, high, levels = part["low"], part["high"], list(part["levels"])
    number = words.numbers.decimal
    ends = {name: _short(value, number) for name, value in (("low", low), ("high", high)) if value is not None}
    if levels:
        said = levels_said(column, levels, part.get("others", ()), words)
    elif not ends:
        known = words.t("{column} is known", column=column)
        return words.t("{column} is not known", column=column).plain if part["unknown"] else known.plain
    elif column in days:
        said = _days(column, ends, words)
    elif len(ends) == 2:
        said = words.t("{column} above {low}, at most {high}", column=column, **ends)
    elif low is not None:
        said = words.t("{column} above {low}", column=column, **ends)
    else:
        said = words.t("{column} at most {high}", column=column, **ends)
    return words.t("{said} (or not known)", said=said.plain).plain if part["unknown"] else said.plain


def rule(
    found: Mapping[str, Any], words: Words, days: Sequence[str] = (), parts: Sequence[str] | None = None
) -> Sentence:
    """IF … AND … THEN this share leaves; `parts` are the conditions where they are in words already."""
    percent = words.numbers.share
    if parts is None:
        parts = [condition(part, words, days) for part in found["conditions"]]
    low, high = found["interval"]
    return words.t(
        "IF {conditions} THEN {rate} leave ({low} to {high}), {lift} times the average; {share} of customers",
        conditions=words.t(" AND ").plain.join(parts) if parts else words.t("anybody").plain,
        rate=percent(found["rate"]),
        low=percent(low),
        high=percent(high),
        lift=words.numbers.decimal(found["lift"], 2),
        share=percent(found["share"]),
    )


def _days(column: str, ends: Mapping[str, str], words: Words) -> Sentence:
    if len(ends) == 2:
        return words.t("{column} more than {low} and at most {high} days ago", column=column, **ends)
    if "low" in ends:
        return words.t("{column} more than {low} days ago", column=column, **ends)
    return words.t("{column} at most {high} days ago", column=column, **ends)


def _short(value: float, number: Any) -> str:
    return str(number(value, 0 if float(value).is_integer() else 2))


def reason_patterns(column: str, words: Words, *, days: bool) -> tuple[str, str, str, str]:
    """Patterns around {value}: raising, lowering; and the same where the value is not known."""
    raised = words.t("{column} is {value}: more likely to leave", column=column, value="{value}").plain
    lowered = words.t("{column} is {value}: more likely to stay", column=column, value="{value}").plain
    if days:
        raised = words.t("{column} was {value} days ago: more likely to leave", column=column, value="{value}").plain
        lowered = words.t("{column} was {value} days ago: more likely to stay", column=column, value="{value}").plain
    return (
        raised,
        lowered,
        words.t("{column} is not known: more likely to leave", column=column).plain,
        words.t("{column} is not known: more likely to stay", column=column).plain,
    )
