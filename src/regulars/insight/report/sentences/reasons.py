"""Why somebody is on a list, in words; the codes and their numbers are those of `regulars.insight.reasoncodes`.

The page words a few rows in Python (`wordings`); files of millions of rows are worded by the database, from the same
patterns.
"""

from typing import Any

from regulars.history.engine import quoted
from regulars.insight.reasoncodes import REASONS
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.sentences.wordings import WORDINGS as WORDINGS
from regulars.insight.report.sentences.wordings import reason as reason
from regulars.insight.report.words import Words


def codes_of(row: dict[str, Any]) -> list[str]:
    """The codes of a list's row, in their order."""
    return [str(row[name]) for name in sorted(row) if name.startswith("reason_") and row[name]]


def worded_sql(column: str, words: Words) -> str:
    """SQL for the words of a column of codes: the same sentences as `reason` gives, null for null."""
    cases = []
    for kind, wording in WORDINGS.items():
        names = REASONS[kind]
        parts = {name: f"split_part({column}, ':', {at})" for at, name in enumerate(names, 2)}
        said = _filled(words.pattern(wording.patterns, 1), parts, words.numbers)
        if wording.counted:
            many = _filled(words.pattern(wording.patterns, 2), parts, words.numbers)
            # `=` here stops DuckDB 2.0 where a stored column is null throughout: nobody has a third reason.
            said = f"CASE WHEN {parts[wording.counted]} IS NOT DISTINCT FROM '1' THEN {said} ELSE {many} END"
        shape = quoted(f"{kind}(:-?[0-9]+){{{len(names)}}}")
        cases.append(f"WHEN regexp_full_match({column}, {shape}) THEN {said}")
    return f"CASE {' '.join(cases)} ELSE {column} END"


def _filled(pattern: str, parts: dict[str, str], numbers: Numbers) -> str:
    said = quoted(pattern)
    for name, part in parts.items():
        said = f"replace({said}, {quoted('{' + name + '}')}, {_shown_sql(name, part, numbers)})"
    return said


def _shown_sql(name: str, part: str, numbers: Numbers) -> str:
    """What `_shown` does, in SQL; both languages group digits by commas."""
    if name.endswith("_percent"):
        return f"{part} || '%'"
    if not name.endswith("_minor"):
        return f"format('{{:,}}', {part}::BIGINT)"
    return money_sql(part, numbers)


def money_sql(part: str, numbers: Numbers) -> str:
    """Minor units, as text, written like `Numbers.money` writes them."""
    scale, places = 10**numbers.minor_digits, numbers.minor_digits
    minor = f"{part}::HUGEINT"
    whole = f"format('{{:,}}', round_even(abs({minor})::DECIMAL(38,3) / {scale}, 0)::BIGINT)"
    exact = f"format('{{:,}}', abs({minor}) // {scale})"
    if places:
        exact += f" || '.' || lpad((abs({minor}) % {scale})::VARCHAR, {places}, '0')"
    sign = quoted(numbers.sign)
    text = f"CASE WHEN {minor} = 0 OR abs({minor}) >= {100 * scale} THEN {whole} ELSE {exact} END"
    return f"(CASE WHEN {minor} < 0 THEN '-' ELSE '' END || {sign} || {text})"
