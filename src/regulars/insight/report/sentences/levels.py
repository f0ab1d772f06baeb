"""Values of a text column that a rule allows, said the shorter way: which they are, or which they are not."""

from collections.abc import Sequence
from typing import Final

from regulars.insight.report.words import Sentence, Words
from regulars.insight.scoring.reading import OTHER

_NAMED: Final = 3  # values that are said by name; where there are more, two of them and a count


def levels_said(column: str, levels: Sequence[str], others: Sequence[str], words: Words) -> Sentence:
    """“column is A or B”, or “column is not C” where fewer are ruled out (`others`) than allowed (`levels`).

    Both name the frequent values first, so those that are only counted are the rare ones.
    """
    if 0 < len(others) < len(levels):
        return words.t("{column} is not {levels}", column=column, levels=_listed(others, words))
    return words.t("{column} is {levels}", column=column, levels=_listed(levels, words))


def _listed(levels: Sequence[str], words: Words) -> str:
    named = [words.t("a rarer one").plain if level == OTHER else level for level in levels]
    if len(named) <= _NAMED:
        *first, last = named
        return words.t("{values} or {last}", values=words.t(", ").plain.join(first), last=last).plain if first else last
    shown = words.t(", ").plain.join(named[:2])
    rest = len(named) - 2
    return words.n("{values} or {count} other", "{values} or {count} others", rest, values=shown).plain
