"""The report as one file: `write_report(findings, out)`."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from regulars import __version__
from regulars.insight.findings import Findings
from regulars.insight.headline import REGULAR_VISITS
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.sentences import (
    boxes,
    campaign,
    churn,
    classes,
    cohorts,
    complaints,
    due,
    first,
    future,
    lists,
    money,
    myths,
    next,
    offers,
    pairs,
    reading,
    stages,
    survey,
)
from regulars.insight.report.sentences.chapter import Chapter
from regulars.insight.report.sentences.future import check_value
from regulars.insight.report.words import HTML_LANGUAGE, Words

_Writer = Callable[[Findings, Words], Chapter]
# Those on files beside the sales come only where such a file was given.
_BESIDE = frozenset({"campaign", "survey", "complaints"})
_CHAPTERS: Sequence[tuple[str, _Writer]] = tuple(
    (room.__name__.rpartition(".")[2], room.chapter)
    for room in (
        money,
        classes,
        stages,
        future,
        churn,
        due,
        next,
        offers,
        pairs,
        boxes,
        cohorts,
        campaign,
        survey,
        complaints,
        myths,
        lists,
        reading,
    )
)
_BLANKS = re.compile(r"\n\s*\n+")


def write_report(findings: Findings, out: Path, *, lang: str = "en") -> Path:
    """Writes `out`/index.html, one self-contained page in English ("en") or Simplified Chinese ("zh").

    Nothing in it is fetched from anywhere; it can be mailed, printed, and read without scripts. Raises UnknownLanguage.
    """
    page = render(findings, lang=lang)
    out.mkdir(parents=True, exist_ok=True)
    path = out / "index.html"
    # A name in a file name may hold half a character; the page must be written all the same.
    path.write_text(page, encoding="utf-8", errors="replace", newline="\n")
    return path


def render(findings: Findings, *, lang: str = "en") -> str:
    """The page as text."""
    shop = findings.shop
    numbers = Numbers(lang, shop.currency if shop else "XXX", shop.minor_digits if shop else 2)
    words = Words(lang, numbers)
    chapters = [write(findings, words) for write in _told(findings)]
    page = (
        environment()
        .get_template("index.html")
        .render(
            t=words.t,
            n=words.n,
            numbers=numbers,
            lang=HTML_LANGUAGE[lang],
            style=Markup(style()),
            findings=findings,
            shop=shop,
            name=first.short(shop.name, 80) if shop else "",
            period=_period(findings, words),
            headline=first.headline(findings, words),
            facts=first.facts(findings, words),
            steps=first.steps(findings, words),
            chapters=chapters,
            check_value=lambda code, value: check_value(code, value, words),
            regular_visits=REGULAR_VISITS,
            version=__version__,
        )
    )
    return _BLANKS.sub("\n", page)


def _told(findings: Findings) -> Sequence[_Writer]:
    """Without customers only what sells together and how it was read; everything otherwise."""
    if findings.shop is None:
        return pairs.chapter, reading.chapter
    return [write for name, write in _CHAPTERS if name not in _BESIDE or getattr(findings, name) is not None]


def _period(findings: Findings, words: Words) -> str:
    if findings.shop is None:
        return ""
    day = words.numbers.day
    return words.t("{first} to {last}", first=day(findings.shop.first_on), last=day(findings.shop.cut_off)).plain


@cache
def environment() -> Environment:
    """Templates beside this module; what stands in them is escaped unless it is Markup made here."""
    return Environment(
        loader=PackageLoader("regulars.insight.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def style() -> str:
    """The style sheet, which goes into the page."""
    return (resources.files("regulars.insight.report") / "style.css").read_text(encoding="utf-8")
