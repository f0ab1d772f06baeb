"""A page of its own beside the report, in its look: a heading, sentences, sections with tables and pictures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from regulars.insight.report.page import environment, style
from regulars.insight.report.words import HTML_LANGUAGE, Sentence, Words

_BLANKS = re.compile(r"\n\s*\n+")


@dataclass(frozen=True, slots=True)
class Tabled:
    """A table; the first cell of a row names it."""

    caption: Sentence
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: bool = True  # all cells but the first are numbers


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page."""

    anchor: str
    title: Sentence
    says: Sequence[Sentence] = ()
    picture: Markup | None = None
    lists: Sequence[Sequence[Sentence]] = ()
    tables: Sequence[Tabled] = ()
    links: Sequence[tuple[str, Sentence]] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on the page."""

    title: Sentence
    subtitle: str
    says: Sequence[Sentence]
    sections: Sequence[Section]
    foot: str


def write_page(page: Page, path: Path, words: Words) -> Path:
    """Writes the page as one self-contained file: no script, nothing fetched."""
    text = (
        environment()
        .get_template("own_page.html")
        .render(
            t=words.t,
            lang=HTML_LANGUAGE[words.lang],
            style=Markup(style()),
            title=page.title,
            subtitle=page.subtitle,
            says=page.says,
            sections=page.sections,
            foot=page.foot,
        )
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_BLANKS.sub("\n", text), encoding="utf-8", errors="replace", newline="\n")
    return path
