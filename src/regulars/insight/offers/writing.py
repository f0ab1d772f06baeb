"""Writes the lists of a run: pages and PDFs of a thousand sheets each, one JSON, one CSV, the bill."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import ibis.expr.types as ir

from regulars.basics.errors import RegularsError
from regulars.basics.progress import Progress, silent
from regulars.history.engine import Engine, sql_of
from regulars.insight.offers.fonts import Font, NoFont, font_for
from regulars.insight.offers.found import Offers
from regulars.insight.offers.html import PAPERS, Paper, html_of
from regulars.insight.offers.pdf import SheetPdf
from regulars.insight.offers.sheets import Issue, Sheet, sheets
from regulars.insight.report.outputs import write_csv
from regulars.insight.report.sentences.offer_sheets import SheetWords
from regulars.insight.report.words import Words

FORMATS: Final = ("html", "pdf", "json")
SCHEMA: Final = "regulars.offers/1"
CHUNK: Final = 1_000


class UnknownFormat(RegularsError):
    """Lists are not written in this format or for this paper."""

    code = "unknown-format"


@dataclass(frozen=True, slots=True)
class Print:
    """How to write. `font` is for the PDF; without one a font of the system is looked for."""

    formats: Sequence[str] = FORMATS
    paper: str = "a6"
    font: Path | None = None
    chunk: int = CHUNK

    def __post_init__(self) -> None:
        for name, known, given in (("format", FORMATS, self.formats), ("paper", tuple(PAPERS), [self.paper])):
            wrong = [one for one in given if one not in known]
            if wrong:
                raise UnknownFormat(f"There is no {name} {wrong[0]!r}; choose from {', '.join(known)}.")


@dataclass(frozen=True, slots=True)
class Written:
    """The files, and why there is no PDF where one was asked for."""

    files: Sequence[Path]
    sheets: int
    no_pdf: str = ""


def write_offers(
    offers: Offers,
    engine: Engine,
    out: Path,
    *,
    issue: Issue,
    words: Words,
    how: Print | None = None,
    progress: Progress = silent,
) -> Written:
    """Writes into `out`, chunk by chunk; offers.json and offers.csv hold every list.

    `offers.table` must be of this engine. Where no font has the letters of the lists, pages take the place of the PDF,
    and `no_pdf` says why. Raises NoFont only for a font that was named.
    """
    out.mkdir(parents=True, exist_ok=True)
    how, texts = how or Print(), SheetWords(words)
    font, no_pdf = _font(offers.table, engine, issue, texts, how)
    if no_pdf:
        how = replace(how, formats=tuple(dict.fromkeys("html" if one == "pdf" else one for one in how.formats)))
    files: list[Path] = []
    done, paper = 0, PAPERS[how.paper]
    many = offers.found.listed > how.chunk
    with ExitStack() as stack:
        told = stack.enter_context(_Json(out / "offers.json", issue, words)) if "json" in how.formats else None
        for number, some in enumerate(sheets(offers.table, engine, issue, texts, chunk=how.chunk), 1):
            name = f"offers-{number:04}" if many else "offers"
            files += _written(some, out / name, issue, texts, how, paper, font)
            if told:
                told.add(some)
            done += len(some)
            progress("printing lists", done, offers.found.listed)
    files += [out / "offers.json"] if told else []
    files += _tables(offers, engine, out)
    return Written(files, done, no_pdf)


def _written(
    some: Sequence[Sheet], path: Path, issue: Issue, words: SheetWords, how: Print, paper: Paper, font: Font | None
) -> Iterator[Path]:
    if "html" in how.formats:
        page = path.with_suffix(".html")
        page.write_text(html_of(some, issue, words, paper=paper), encoding="utf-8", errors="replace", newline="\n")
        yield page
    if "pdf" in how.formats and font is not None:
        pdf = SheetPdf(issue, words, font, paper)
        pdf.add(some)
        path.with_suffix(".pdf").write_bytes(pdf.output())
        yield path.with_suffix(".pdf")


def _font(table: ir.Table, engine: Engine, issue: Issue, words: SheetWords, how: Print) -> tuple[Font | None, str]:
    if "pdf" not in how.formats:
        return None, ""
    names: set[str] = set(issue.shop + words.fixed)
    for name in ("product", "product_name", "customer"):
        for batch in engine.arrow(table.select(name).distinct()).to_batches(50_000):
            names.update(*(text for text in batch.column(0).to_pylist() if text))
    try:
        return font_for(names, given=how.font), ""
    except NoFont as refusal:
        if how.font is not None:
            raise
        return None, str(refusal)


def _tables(offers: Offers, engine: Engine, out: Path) -> list[Path]:
    """The decisions row by row, the bill, and what was not offered and why, for spreadsheets."""
    lists = out / "offers.csv"
    write_csv(sql_of(offers.table.order_by("customer", "rank", "product")), engine, lists)
    for name, table in (("bill", offers.bill), ("why_not", offers.why_not)):
        engine.register("offer_small", table)
        write_csv("SELECT * FROM offer_small", engine, out / f"{name}.csv")
    return [lists, out / "bill.csv", out / "why_not.csv"]


class _Json:
    """A JSON object with a line for each list, written as they come."""

    def __init__(self, path: Path, issue: Issue, words: Words) -> None:
        self._file = path.open("w", encoding="utf-8", errors="replace", newline="\n")
        numbers = words.numbers
        head = {
            "schema": SCHEMA,
            "shop": issue.shop,
            "currency": numbers.currency,
            "minor_digits": numbers.minor_digits,
            "valid_from": issue.issued_on.isoformat(),
            "valid_until": issue.until_on.isoformat(),
        }
        self._file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "lists": [')
        self._separator = "\n"

    def __enter__(self) -> "_Json":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.write("\n]}\n")
        self._file.close()

    def add(self, some: Sequence[Sheet]) -> None:
        for sheet in some:
            told = {"customer": sheet.customer, "code": sheet.code, "products": [_told(row) for row in sheet.told]}
            self._file.write(self._separator + json.dumps(told, ensure_ascii=False))
            self._separator = ",\n"


def _told(row: dict[str, Any]) -> dict[str, Any]:
    kept = ("rank", "product", "product_name", "reason", "reason_product", "usual_minor")
    told = {name: row[name] for name in kept}
    if row["discount_percent"]:
        price = None if row["by_weight"] else row["price_minor"]
        paid = {"paid_by": row["paid_by"], "vendor": row["vendor"]}
        parts = {name: row[name] for name in ("vendor_minor", "our_minor")}
        told["offer"] = {"discount_percent": row["discount_percent"], "price_minor": price, **paid, **parts}
    return told
