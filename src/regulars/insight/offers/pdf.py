"""Sheets as PDF: one page each, text as text, bars as rectangles, the font's used letters embedded."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from regulars.insight.bars import MODULE, bars
from regulars.insight.offers.fonts import Font
from regulars.insight.offers.html import Paper
from regulars.insight.offers.sheets import Issue, Row, Sheet
from regulars.insight.report.sentences.offer_sheets import SheetWords

_GREEN: Final = (0, 105, 74)
_INK, _GREY, _LINE, _WHITE = (17, 17, 17), (88, 92, 102), (220, 218, 211), (255, 255, 255)
_SIDE, _TOP, _HEAD, _FOOT = 8.0, 7.0, 14.0, 26.0  # millimetres
_ROW_MAX: Final = 11.0
_BAR_HEIGHT: Final = 11.0


class SheetPdf:
    """A PDF that grows sheet by sheet. The day of issue is its date, so that the same lists are the same file."""

    def __init__(self, issue: Issue, words: SheetWords, font: Font, paper: Paper) -> None:
        from fpdf import FPDF

        self._issue, self._words, self._font, self._paper = issue, words, font, paper
        self._pdf: Any = FPDF(unit="mm", format=(paper.width, paper.height))
        self._pdf.set_auto_page_break(False)
        self._pdf.set_margin(0)
        self._pdf.c_margin = 0
        self._pdf.set_creation_date(datetime.combine(issue.issued_on, datetime.min.time(), tzinfo=UTC))
        self._pdf.set_title(f"{issue.shop} · {words.title}" if issue.shop else words.title)
        self._pdf.set_lang(words.words.lang)
        self._face, self._has_bold = "Helvetica", True
        if font.path is not None:
            self._face, self._has_bold = "sheet", font.bold is not None
            self._pdf.add_font(self._face, "", str(font.path), collection_font_number=font.face)
            if font.bold:
                self._pdf.add_font(self._face, "B", str(font.bold))
        self._valid = words.valid(issue.issued_on, issue.until_on)

    def add(self, sheets: Sequence[Sheet]) -> None:
        """A page for each."""
        for sheet in sheets:
            self._pdf.add_page()
            self._heading(sheet)
            self._rows(sheet.rows)
            self._footing(sheet)

    def output(self) -> bytes:
        """The whole file."""
        return bytes(self._pdf.output())

    def _heading(self, sheet: Sheet) -> None:
        width = self._paper.width - 2 * _SIDE
        end = self._words.for_whom(sheet.customer)
        end_width = self._text(end, _SIDE, _TOP, width * 0.55, 8, grey=True, side="R", within=width)
        shop = self._issue.shop or self._words.no_shop
        self._text(shop, _SIDE, _TOP, width - end_width - 3, 9, bold=True, color=_GREEN)
        self._text(self._words.title, _SIDE, _TOP + 5.5, width * 0.6, 14, bold=True)
        self._text(self._valid, _SIDE, _TOP + 4.2, width * 0.5, 8, grey=True, side="R", within=width)
        if sheet.offers:
            told = self._words.offers(sheet.offers)
            self._text(told, _SIDE, _TOP + 8.2, width * 0.5, 8, bold=True, color=_GREEN, side="R", within=width)
        self._pdf.set_draw_color(*_GREEN)
        self._pdf.set_line_width(0.5)
        self._pdf.line(_SIDE, _TOP + _HEAD - 0.5, _SIDE + width, _TOP + _HEAD - 0.5)

    def _rows(self, rows: Sequence[Row]) -> None:
        room = self._paper.height - _TOP - _HEAD - _FOOT
        height = min(_ROW_MAX, room / max(len(rows), 1))
        for place, row in enumerate(rows):
            self._row(row, _TOP + _HEAD + place * height, height)

    def _row(self, row: Row, top: float, height: float) -> None:
        pdf, width = self._pdf, self._paper.width - 2 * _SIDE
        pdf.set_line_width(0.25)
        size = min(10.5, height * 1.25)
        middle = top + height / 2
        pdf.set_draw_color(*_GREY)
        pdf.rect(_SIDE, middle - 1.6, 3.2, 3.2)
        taken = self._prices(row, middle, size, width)
        room = width - 6 - taken
        high = middle - (size * 0.17 if row.why else 0)
        self._text(row.product, _SIDE + 6, high, room, size, bold=bool(row.off), middle=True)
        if row.why:
            self._text(row.why, _SIDE + 6, middle + size * 0.22, room, size * 0.68, grey=True, middle=True)
        pdf.set_draw_color(*_LINE)
        pdf.set_line_width(0.2)
        pdf.line(_SIDE, top + height, _SIDE + width, top + height)

    def _prices(self, row: Row, middle: float, size: float, width: float) -> float:
        """Draws what stands at the end of a row; gives the width it takes."""
        if not row.price:
            taken = self._text(
                row.usual, _SIDE, middle, 40, size * 0.86, grey=True, side="R", within=width, middle=True
            )
            taken = max(taken, 16.0)
        else:
            struck = self._text(
                row.usual, _SIDE, middle - size * 0.17, 40, size * 0.7, grey=True, side="R", within=width, middle=True
            )
            line, end = middle - size * 0.17, _SIDE + width
            self._pdf.set_draw_color(*_GREY)
            self._pdf.set_line_width(0.2)
            self._pdf.line(end - struck, line, end, line)
            now = middle + size * 0.17
            paid = self._text(row.price, _SIDE, now, 40, size, bold=True, side="R", within=width, middle=True)
            taken = max(struck, paid, 16.0)
        if row.off:
            high, wide = size * 0.5, size * 1.2
            self._pdf.set_fill_color(*_GREEN)
            left = _SIDE + width - taken - 2 - wide
            self._pdf.rect(left, middle - high / 2, wide, high, style="F")
            self._text(
                row.off, left, middle, wide, size * 0.9, bold=True, color=_WHITE, side="C", within=wide, middle=True
            )
            taken += 2 + wide
        return taken + 2

    def _footing(self, sheet: Sheet) -> None:
        found, modules = bars(sheet.code)
        width = self._paper.width - 2 * _SIDE
        module = min(MODULE, width / modules)
        left = (self._paper.width - module * modules) / 2
        top = self._paper.height - _FOOT + 3
        self._pdf.set_fill_color(0, 0, 0)
        for begin, wide in found:
            self._pdf.rect(left + begin * module, top, wide * module, _BAR_HEIGHT, style="F")
        under = top + _BAR_HEIGHT
        self._text(sheet.spelled, _SIDE, under + 1, width, 9, side="C", within=width)
        self._text(self._words.how, _SIDE, under + 5.3, width, 7, grey=True, side="C", within=width)

    def _text(
        self,
        text: str,
        left: float,
        top: float,
        most: float,
        size: float,
        *,
        bold: bool = False,
        grey: bool = False,
        color: tuple[int, int, int] = _INK,
        side: str = "L",
        within: float | None = None,
        middle: bool = False,
    ) -> float:
        """Draws a line of text no wider than `most`, cut with an ellipsis; `top` is its middle if so said."""
        pdf = self._pdf
        pdf.set_font(self._face, "B" if bold and self._has_bold else "", size)
        pdf.set_text_color(*(_GREY if grey else color))
        shown, width = self._cut(self._font.shown(text), most)
        if not shown:
            return 0.0
        height = size * 0.3528
        drawn_bold = bold and not self._has_bold
        pdf.text_mode = "FILL_STROKE" if drawn_bold else "FILL"
        if drawn_bold:
            pdf.set_draw_color(*(_GREY if grey else color))
            pdf.set_line_width(size * 0.009)
        pdf.set_xy(left, top - height / 2 if middle else top)
        pdf.cell(within or width, height, shown, align=side)
        return width

    def _cut(self, text: str, most: float) -> tuple[str, float]:
        width = float(self._pdf.get_string_width(text))
        if width <= most:
            return text, width
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self._pdf.get_string_width(text[:middle].rstrip() + "…") <= most
            low, high = (middle, high) if fits else (low, middle - 1)
        shown = text[:low].rstrip() + "…"
        return shown, float(self._pdf.get_string_width(shown))
