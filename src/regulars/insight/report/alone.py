"""One chapter as a page of its own."""

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa
from markupsafe import Markup

from regulars import __version__
from regulars.insight.report.page import environment, style
from regulars.insight.report.sentences.chapter import Chapter
from regulars.insight.report.words import HTML_LANGUAGE, Words

_BLANKS = re.compile(r"\n\s*\n+")


def chapter_page(chapter: Chapter, words: Words) -> str:
    """A self-contained page with the report's look; nothing is fetched, nothing runs."""
    page = (
        environment()
        .get_template("chapter_page.html")
        .render(
            t=words.t,
            n=words.n,
            lang=HTML_LANGUAGE[words.lang],
            style=Markup(style()),
            chapter=chapter,
            version=__version__,
        )
    )
    return _BLANKS.sub("\n", page)


def write_alone(found: Any, chapter: Chapter, words: Words, out: Path) -> Path:
    """Writes `out`/<anchor>.html and <anchor>.json (every figure; people left out); gives the page's path."""
    out.mkdir(parents=True, exist_ok=True)
    page = out / f"{chapter.anchor}.html"
    page.write_text(chapter_page(chapter, words), encoding="utf-8", errors="replace", newline="\n")
    body = json.dumps(plain(found), ensure_ascii=False, allow_nan=False, indent=1)
    (out / f"{chapter.anchor}.json").write_text(body + "\n", encoding="utf-8", errors="replace", newline="\n")
    return page


def plain(value: Any) -> Any:
    """Dataclasses and tables as JSON has them: what is no number is null, tables with a customer are left out."""
    if is_dataclass(value):
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: plain(part) for name, part in parts.items() if not _of_people(part)}
    if isinstance(value, pa.Table):
        return [plain(row) for row in value.to_pylist()]
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and not isfinite(value) else value


def _of_people(value: Any) -> bool:
    return isinstance(value, pa.Table) and "customer" in value.column_names
