"""Reasons of scores as sentences, in the reader's language."""

from collections.abc import Iterable

from regulars.basics.money import minor_digits
from regulars.console.desk import Desk
from regulars.scorebook.models import Run, Score
from regulars.scorebook.reasons import stage_because


def sentences(codes: Iterable[str], currency: str, desk: Desk) -> list[str]:
    """The codes worded. No query."""
    from regulars.insight.report.numbers import Numbers
    from regulars.insight.report.sentences.wordings import reason
    from regulars.insight.report.words import Words

    lang = "zh" if desk.chinese else "en"
    words = Words(lang, Numbers(lang, currency, minor_digits(currency)))
    return [reason(code, words).plain for code in codes]


def why(score: Score, run: Run, desk: Desk) -> str:
    """The first reason why somebody stands in their stage."""
    found = sentences(stage_because(score, run.cut_off)[:1], run.currency, desk)
    return found[0] if found else ""
