"""Where a table begins: titles above it, its heading, and names that are unique."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

TOP_LINES: Final = 40  # titles are looked for in this many records
_VALUE: Final = re.compile(
    r"[-+(]?\s*[^\w\s]{0,3}\s*\d[\d.,' \u00a0]*\s*[^\w\s]?\s*\)?-?%?"  # a number, perhaps with currency or per cent
    r"|\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?(?:[ T].*)?"  # a day
    r"|\d{1,2}:\d{2}.*"  # a time
    r"|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}.*"
)
# fmt: off
_LATIN_WORDS: Final = frozenset((
    "id", "no", "nr", "num", "number", "code", "date", "time", "day", "month", "year", "datetime", "timestamp",
    "customer", "client", "member", "card", "loyalty", "user", "buyer", "household", "account", "name", "first",
    "last", "amount", "total", "value", "price", "unit", "sales", "sale", "spend", "revenue", "turnover", "net",
    "gross", "cost", "margin", "profit", "qty", "quantity", "count", "units", "pieces", "product", "item", "sku",
    "article", "goods", "ean", "barcode", "upc", "description", "category", "department", "class", "group",
    "brand", "store", "shop", "branch", "outlet", "location", "till", "register", "receipt", "invoice", "order",
    "ticket", "transaction", "bill", "basket", "document", "line", "channel", "discount", "tax", "vat", "currency",
    "country", "city", "age", "gender", "email", "phone", "kunde", "kundennummer", "datum", "betrag", "menge",
    "artikel", "filiale", "preis", "umsatz", "bon", "beleg", "marke", "client", "date", "montant", "produit",
    "quantite", "magasin", "prix", "cliente", "fecha", "importe", "cantidad", "producto", "tienda", "precio",
))
_CHINESE_WORDS: Final = (
    "会员", "客户", "顾客", "卡号", "编号", "日期", "时间", "金额", "商品", "产品", "数量", "单价", "价格",
    "门店", "店铺", "品类", "类别", "品牌", "订单", "小票", "单号", "渠道", "成本", "折扣", "名称", "条码",
    "會員", "客戶", "顧客", "卡號", "編號", "時間", "金額", "產品", "數量", "單價", "價格", "門市", "門店",
    "店鋪", "品類", "類別", "訂單", "單號", "通路", "名稱", "條碼",
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Top:
    """What stands above the first row. `skip_lines` counts physical lines, titles and heading included."""

    skip_lines: int
    headings: tuple[str, ...] | None

    def padded(self, width: int) -> list[str]:
        """Unique names for `width` columns.

        >>> Top(1, ("id", "", "id")).padded(4)
        ['id', 'column 2', 'id 2', 'column 4']
        """
        names = [*(self.headings or ()), *([""] * width)][:width]
        return unique_names(names)


def unique_names(cells: Sequence[str]) -> list[str]:
    """Headings as written, blanks trimmed; empty ones get "column N", repeated ones a number."""
    seen: set[str] = set()
    names = []
    for position, cell in enumerate(cells, 1):
        plain = " ".join(cell.split()) or f"column {position}"
        name, number = plain, 1
        while name.casefold() in seen:
            number += 1
            name = f"{plain} {number}"
        seen.add(name.casefold())
        names.append(name)
    return names


def is_value(cell: str) -> bool:
    """Whether the cell reads as a number, a day or a time.

    >>> [is_value(cell) for cell in ("¥12.50", "2024-01-31", "V1", "金额")]
    [True, True, False, False]
    """
    return _VALUE.fullmatch(cell.strip()) is not None


def known_words(cells: Sequence[str]) -> int:
    """How many cells hold a word that headings of sales files are made of."""
    found = 0
    for cell in cells:
        words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cell).lower())
        found += any(word in _LATIN_WORDS for word in words) or any(word in cell for word in _CHINESE_WORDS)
    return found


def top_of(records: Sequence[tuple[int, list[str]]], width: int) -> Top:
    """Finds the heading among the first records, given as (physical line from 0, fields).

    Without a heading nothing is skipped: what stands above the table then is refused row by row, never lost.
    """
    used = _columns_used(records, width)
    for place, (_, row) in enumerate(records[:TOP_LINES]):
        if not _fills(row, used):
            continue
        # A heading that comes again below (files joined into one) is no evidence against itself.
        below = [
            cells for _, cells in records[place + 1 : place + 400] if (len(cells) > 1 or width == 1) and cells != row
        ]
        if _is_heading(row, below) and not _fuller_heading_follows(row, below):
            after = records[place + 1][0] if place + 1 < len(records) else None
            begin = records[place][0]
            taken = 1 + sum(cell.count("\n") for cell in row)
            return Top(begin + taken if after is None else min(after, begin + taken), _trimmed(row))
        # The first full row is no heading: it is data, and so is everything after it.
        if place and not _looks_like_title(row, below):
            break
        if not place and any(is_value(cell) for cell in row):
            break
    return Top(0, None)


def _fills(row: Sequence[str], width: int) -> bool:
    filled = sum(bool(cell.strip()) for cell in row)
    return filled >= min(width, max(2, -(-width * 3 // 5)))


def _columns_used(records: Sequence[tuple[int, list[str]]], width: int) -> int:
    """How many columns hold anything below: a sheet saved with empty columns in it is no wider for them."""
    rows = [cells for _, cells in records[1:] if len(cells) > 1 or width == 1]
    used = sum(any(place < len(cells) and cells[place].strip() for cells in rows) for place in range(width))
    return used or width


def _fuller_heading_follows(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether this is a title with a delimiter in it: the line after it names more columns."""
    if not below or sum(map(bool, below[0])) <= sum(map(bool, row)):
        return False
    return not any(map(is_value, below[0])) and _is_heading(below[0], below[1:])


def _looks_like_title(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    return not any(is_value(cell) for cell in row) and bool(below)


def _trimmed(row: Sequence[str]) -> tuple[str, ...]:
    cells = list(row)
    while len(cells) > 1 and not cells[-1].strip():
        cells.pop()
    return tuple(cells)


def _is_heading(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    cells = [cell.strip() for cell in row]
    named = [cell for cell in cells if cell]
    values = sum(is_value(cell) for cell in named)
    words = known_words(named)
    if values and (words < len(named) / 2 or values > len(named) / 4):
        return False
    if any(len(cell) > 100 for cell in named):
        return False
    if not below:
        return words >= max(1, len(named) / 3)
    if words >= max(1, len(named) / 2):
        return not _repeats(cells, below)
    typed_below = any(_mostly_values(below, place) for place, cell in enumerate(cells) if cell and not is_value(cell))
    if typed_below:
        return True
    return len(set(named)) == len(named) and len(below) >= 2 and not _repeats(cells, below)


def _mostly_values(below: Sequence[Sequence[str]], place: int) -> bool:
    there = [row[place] for row in below if place < len(row) and row[place].strip()]
    return bool(there) and sum(is_value(cell) for cell in there) >= 0.6 * len(there)


def _repeats(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether most of the row's cells occur again below in their column: then they are values, not names."""
    named = [(place, cell) for place, cell in enumerate(cells) if cell]
    again = sum(any(place < len(row) and row[place].strip() == cell for row in below) for place, cell in named)
    return again > len(named) / 3
