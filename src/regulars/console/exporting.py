"""What stands on a page as a file: its tables row by row, page after page of a list, for who sees them there.

The page itself is asked, by the same view with the same filters, order and columns; numbers, days and amounts are
written plainly, an amount with its currency beside it. So nobody gets in a file what they do not see on the screen.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

from django.http import HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from regulars.access.errors import NotAllowed
from regulars.access.rights import Right
from regulars.console.cells import harmless
from regulars.console.desk import Desk
from regulars.console.page import Page
from regulars.console.plain import MARK, plainly
from regulars.journal.moves import Deed

ASKED: Final = "as"
FORM: Final = "csv"
PAGES: Final = 200  # of a list, so that no file is asked for without end
_OK: Final = 200
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_ID: Final = re.compile(r"/([a-z]{3}_[0-9a-z]{26})(?:[/?#]|$)")
_UNSAID: Final = frozenset({"button", "form", "svg", "script", "select", "meter", "progress", "style", "template"})
_APART: Final = frozenset({"br", "small", "p", "div", "li", "ul", "span", "a", "dt", "dd", "strong"})
_EMPTY: Final = frozenset({"br", "input", "img", "hr", "wbr", "meta", "link", "source", "col"})


@dataclass(slots=True)
class Row:
    """One row of a table; `id`: of what its first link leads to."""

    cells: list[str] = field(default_factory=list)
    head: bool = False
    id: str = ""


@dataclass(slots=True)
class Table:
    """A table as it stands on the page."""

    title: str
    hidden: frozenset[int]
    rows: list[Row] = field(default_factory=list)


class Reader(HTMLParser):
    """The tables of a page, and the query of its next page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self.next = ""
        self._title = ""
        self._within: list[str] = []
        self._said: list[str] | None = None
        self._silent = 0
        self._span = 1
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: Mapping[str, str] = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("rel") == "next":
            self.next = given.get("href", "").partition("?")[2]
        if self._silent or tag in _UNSAID or "narrow-only" in given.get("class", ""):
            self._silent += tag not in _EMPTY
            return
        if tag == "table":
            hidden = re.findall(r"\bno-(\d+)\b", given.get("class", ""))
            self.tables.append(Table(self._title, frozenset(int(one) - 1 for one in hidden)))
        elif tag == "tr" and self.tables:
            self.tables[-1].rows.append(Row())
        elif tag in ("td", "th") and self.tables and self.tables[-1].rows:
            row = self.tables[-1].rows[-1]
            row.head = row.head or (tag == "th" and "scope" not in given and not row.cells)
            span = given.get("colspan", "1")
            self._said, self._span = [], int(span) if span.isdecimal() else 1
        elif tag in ("h1", "h2", "h3", "caption"):
            self._said = []
        elif tag in _APART and self._said is not None:
            self._said.append(" ")
        if tag == "a" and self._said is not None and self.tables and self.tables[-1].rows:
            row, found = self.tables[-1].rows[-1], _ID.search(given.get("href", ""))
            row.id = row.id or (found[1] if found and "row-link" in given.get("class", "") else "")

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._silent -= tag not in _EMPTY
            return
        if tag in ("td", "th") and self._said is not None and self.tables and self.tables[-1].rows:
            self.tables[-1].rows[-1].cells += [self._text(), *[""] * (self._span - 1)]
        elif tag in ("h1", "h2", "h3"):
            self._title = self._text()
        elif tag == "caption" and self.tables:
            self.tables[-1].title = self._text() or self._title
        elif tag in _APART and self._said is not None:
            self._said.append(" ")

    def handle_data(self, data: str) -> None:
        if self._said is not None and not self._silent:
            self._said.append(data)

    def _text(self) -> str:
        said, self._said = " ".join("".join(self._said or ()).split()), None
        return "" if said == "–" else said


def file_of(desk: Desk, page: Page, values: Mapping[str, Any]) -> HttpResponseBase:
    """The page as a file, written while it is sent. Raises NotAllowed where it shows members to who may not export
    them."""
    first, following = _asked(desk, page, values)
    if isinstance(first, HttpResponse):
        return first
    query = desk.query()
    desk.noted(Deed("console.export", after={"page": page.name, "query": query[:500]}))
    desk.note_looks()
    answer = StreamingHttpResponse(_lines(desk, page, values, first, following), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{page.name}.csv"'
    return answer


def _asked(desk: Desk, page: Page, values: Mapping[str, Any]) -> tuple[list[Table] | HttpResponse, str]:
    """What one page shows, and the query of the next; or its answer, where it shows none."""
    with plainly():
        answer = page.view(desk, **values)
    if answer.status_code != _OK:
        return answer, ""
    if desk.looks and not desk.may_all_over(Right.MEMBERS_EXPORT):
        raise NotAllowed("Members leave the house in a file with another role.", right=Right.MEMBERS_EXPORT)
    found = Reader(answer.text)
    return [_cut(one) for one in found.tables], found.next


def _cut(table: Table) -> Table:
    """Without the columns that are not shown."""
    for row in table.rows:
        row.cells = [cell for place, cell in enumerate(row.cells) if place not in table.hidden]
    return table


def _lines(desk: Desk, page: Page, values: Mapping[str, Any], tables: list[Table], following: str) -> Iterator[str]:
    """Each page of the list is asked when its turn has come; whom it shows is in the trail before it is sent."""
    language = get_language() or "en"
    yield "\ufeff"
    if len(tables) != 1:
        for table in tables:
            yield _csv([[table.title], *_rows(table, _money(table), bool(_ids(table))), []])
        return
    money, ids = _money(tables[0]), _ids(tables[0])
    yield _csv(_rows(tables[0], money, ids))
    for _number in range(PAGES - 1):
        if not following:
            return
        desk.request.GET = QueryDict(following)
        with override(language), timezone.override(desk.zone):
            more, following = _asked(desk, page, values)
            desk.note_looks()
        if isinstance(more, HttpResponse) or not more:
            return
        yield _csv(_rows(more[0], money, ids, heads=False))
    if following:
        with override(language):
            yield _csv([[_("The file ends here: cut the list for the rest.")]])


def _money(table: Table) -> frozenset[int]:
    """The columns that hold amounts."""
    return frozenset(place for row in table.rows for place, cell in enumerate(row.cells) if MARK in cell)


def _ids(table: Table) -> bool:
    return any(row.id for row in table.rows)


def _rows(table: Table, money: frozenset[int], ids: bool, *, heads: bool = True) -> Iterator[list[object]]:
    for row in table.rows:
        if row.head and not heads:
            continue
        made: list[object] = [] if not ids else [_("Id") if row.head else row.id]
        for place, cell in enumerate(row.cells):
            amount, _mark, currency = cell.partition(MARK)
            made.append(cell.replace(MARK, " ") if cell.count(MARK) > 1 else amount.strip())
            if place in money:
                made.append(_("Currency") if row.head else currency.strip() if cell.count(MARK) == 1 else "")
        yield made


def _csv(rows: Iterator[list[object]] | Sequence[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([cell if _NUMBER.fullmatch(str(cell)) else harmless(cell) for cell in row])
    return out.getvalue()
