"""Letters for the print shop: a PDF with a page or more each, and a CSV with the same letters as rows.

Where no font of the machine has every letter, an HTML file takes the PDF's place, and the run says so.
REGULARS_PRINT_FONT  a font file to take before those of the system
"""

import csv
import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from regulars.insight.bars import CODE, MODULE, bars, svg_path
from regulars.outreach.templates.liquid import BARS

PRINT_FONT: Final = "REGULARS_PRINT_FONT"
PDF: Final = "pdf"
HTML: Final = "html"
_COLUMNS: Final = ("id", "name", "street", "address_more", "postcode", "town", "country", "language", "subject", "text")
_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BEGINS: Final = BARS[0]
_NO_BARS: Final = dict.fromkeys(map(ord, BARS.format("")))
_DRAWN: Final = re.compile(f"({BARS.format('[^{}]*'.format(BARS.format('')))})")
_LEFT, _WIDTH, _ADDRESS, _BODY = 20.0, 165.0, 50.0, 98.0  # millimetres; the address shows in a window (DIN 5008 B)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that is ready for print."""

    id: str
    name: str
    street: str
    address_more: str
    postcode: str
    town: str
    country: str
    language: str
    subject: str
    text: str

    @property
    def address(self) -> tuple[str, ...]:
        """The lines of the window: in Chinese from the largest to the smallest, as it is written there."""
        if self.language == "zh":
            lines = (self.postcode, f"{self.country} {self.town}", self.street, self.address_more, self.name)
        else:
            lines = (self.name, self.address_more, self.street, f"{self.postcode} {self.town}", self.country)
        return tuple(line.strip() for line in lines if line.strip())


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes."""

    lines: tuple[str, ...] = ()
    closing: str = ""


def folder() -> Path:
    """Where print runs are, each file readable by its owner alone."""
    found: Path = settings.PLACE.data / "letters"
    return found


def write(run: str, letters: Sequence[Letter], sender: Sender, *, within: Path) -> str:
    """The files of a run, each whole or not at all; written again they take the same place. Says in which form."""
    within.mkdir(mode=0o700, parents=True, exist_ok=True)
    _put(within / f"{run}.csv", _csv(letters))
    made = _pdf(letters, sender)
    form = PDF if made else HTML
    _put(within / f"{run}.{form}", made or _html(letters, sender))
    return form


def _put(path: Path, content: bytes) -> None:
    half = path.with_name(f"{path.name}.part")
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)


def _csv(letters: Sequence[Letter]) -> bytes:
    """UTF-8 with its mark; no cell begins a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for one in letters:
        writer.writerow([harmless(getattr(one, name).translate(_NO_BARS)) for name in _COLUMNS])
    return ("\ufeff" + out.getvalue()).encode()


def harmless(text: str) -> str:
    """
    >>> harmless("=1+1"), harmless("Ann"), harmless("  @SUM(A1)")
    ("'=1+1", 'Ann', "'  @SUM(A1)")
    """
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS) or text.startswith(_STARTS) else text


def _pdf(letters: Sequence[Letter], sender: Sender) -> bytes:
    """Empty where no font has every letter."""
    from regulars.insight.offers.fonts import NoFont, font_for  # slow to load, and of the worker alone

    given = os.environ.get(PRINT_FONT)
    texts = [
        *sender.lines,
        sender.closing,
        *(text.translate(_NO_BARS) for one in letters for text in (*one.address, one.subject, one.text)),
    ]
    try:
        font = font_for("".join(texts), given=Path(given) if given else None)
    except NoFont:
        return b""
    pages = _begun(font)
    for one in letters:
        _page(pages, one, sender, font.shown)
    return bytes(pages.output())


def _begun(font: Any) -> Any:
    from fpdf import FPDF

    pages = FPDF(unit="mm", format="A4")
    pages.set_auto_page_break(True, margin=20)
    pages.set_margins(_LEFT, 20, 25)
    if font.path is not None:
        pages.add_font("letter", "", str(font.path), collection_font_number=font.face)
    pages.set_font("letter" if font.path is not None else "Helvetica", "", 11)
    return pages


def _page(pages: Any, one: Letter, sender: Sender, shown: Any) -> None:
    pages.add_page()
    pages.set_font_size(8)
    pages.set_xy(_LEFT, _ADDRESS - 6)
    pages.cell(85, 4, shown(" · ".join(sender.lines)))
    pages.set_font_size(11)
    for place, line in enumerate(one.address[:6]):
        pages.set_xy(_LEFT, _ADDRESS + 5 * place)
        pages.cell(85, 5, shown(line))
    pages.set_xy(_LEFT, _BODY)
    if one.subject:
        pages.set_font_size(13)
        pages.multi_cell(_WIDTH, 6.5, shown(one.subject), align="L", new_x="LMARGIN", new_y="NEXT")
        pages.ln(3)
    pages.set_font_size(11)
    for text in (*_parts(one.text), sender.closing):
        if text.startswith(_BEGINS):
            _bars(pages, text.translate(_NO_BARS))
        elif text:
            pages.multi_cell(_WIDTH, 5.5, _lines(text, shown), align="L", new_x="LMARGIN", new_y="NEXT")
            pages.ln(4)


def _parts(text: str) -> list[str]:
    """Texts and codes that are drawn, in their order.

    >>> _parts("Your code \ue000AB-12\ue001 is good.")
    ['Your code', '\ue000AB-12\ue001', 'is good.']
    """
    return [part.strip() for part in _DRAWN.split(text) if part.strip()]


def _bars(pages: Any, code: str) -> None:
    """Code 128, and below it the code for people; whole on one page."""
    if not CODE.fullmatch(code):
        return
    found, whole = bars(code)
    module = min(MODULE, _WIDTH / whole)
    if pages.will_page_break(24):
        pages.add_page()
    top = pages.get_y()
    for begin, width in found:
        pages.rect(_LEFT + begin * module, top, width * module, 15, style="F")
    pages.set_xy(_LEFT, top + 16)
    pages.cell(whole * module, 5, code, align="C", new_x="LMARGIN", new_y="NEXT")
    pages.ln(4)


def _lines(text: str, shown: Any) -> str:
    return "\n".join(shown(line) for line in text.splitlines())


def _paragraphs(part: str) -> str:
    if not part.startswith(_BEGINS):
        return "".join(f"<p>{escape(one)}</p>" for one in part.split("\n\n"))
    code = part.translate(_NO_BARS)
    if not CODE.fullmatch(code):
        return ""
    found, whole = bars(code)
    drawing = f'<svg viewBox="0 0 {whole} 30" width="{whole * MODULE:.1f}mm"><path d="{svg_path(found, 30)}"/></svg>'
    return f"<p>{drawing}<br>{escape(code)}</p>"


def _html(letters: Sequence[Letter], sender: Sender) -> bytes:
    body = []
    for one in letters:
        text = "".join(_paragraphs(part) for part in _parts(one.text))
        body.append(
            f'<section lang="{"zh-Hans" if one.language == "zh" else "en"}">'
            f"<p class=from>{escape(' · '.join(sender.lines))}</p>"
            f"<address>{'<br>'.join(map(escape, one.address))}</address>"
            f"<h1>{escape(one.subject)}</h1>{text}<p>{escape(sender.closing)}</p></section>"
        )
    style = (
        "@page{size:A4;margin:20mm 25mm 20mm 20mm}section{break-after:page}address{font-style:normal;height:48mm}"
        ".from{font-size:8pt;padding-top:20mm}p{white-space:pre-line}h1{font-size:13pt}body{font:11pt sans-serif}"
    )
    return f'<!DOCTYPE html>\n<meta charset="utf-8"><style>{style}</style>\n{"".join(body)}\n'.encode()
