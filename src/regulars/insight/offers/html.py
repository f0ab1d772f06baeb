"""Sheets as one page for print: self-contained, no scripts, nothing fetched."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from regulars.insight.bars import MODULE, bars, svg_path
from regulars.insight.offers.sheets import Issue, Sheet
from regulars.insight.report.page import environment
from regulars.insight.report.sentences.offer_sheets import SheetWords
from regulars.insight.report.words import HTML_LANGUAGE


@dataclass(frozen=True, slots=True)
class Paper:
    """Width and height in millimetres."""

    width: int
    height: int


PAPERS: Final = {"a6": Paper(105, 148), "a5": Paper(148, 210), "a4": Paper(210, 297)}


def html_of(sheets: Sequence[Sheet], issue: Issue, words: SheetWords, *, paper: Paper) -> str:
    """The page; one sheet of paper for each list."""
    return (
        environment()
        .get_template("offer_sheets.html")
        .render(
            sheets=sheets,
            shop=issue.shop,
            words=words,
            paper=paper,
            lang=HTML_LANGUAGE[words.words.lang],
            valid=words.valid(issue.issued_on, issue.until_on),
            bars=bars,
            svg_path=svg_path,
            module=MODULE,
        )
    )
