"""The tills' exports: every line spelled as its till spells it, packed as its till packs it."""

import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.sample.dialects import DIALECTS, MACROS, WEB, WEB_COLUMNS, Dialect
from regulars.sample.goods import STORE, Goods
from regulars.sample.lines import NOBODY, Lines, column
from regulars.sample.receipts import Numbered, numbered
from regulars.sample.seasons import SECONDS
from regulars.sample.shops import Shop, Till
from regulars.sample.vocabulary import CATEGORIES
from regulars.sample.workbook import put, write_workbook

Ints = npt.NDArray[np.int64]

OVERLAP_DAYS: Final = 3
OVERLAPPING: Final = (5, 14)  # months (from 0) whose Riverside export ran some days into the next
COPIED: Final = 8  # month that somebody saved twice
CUT: Final = 6  # month whose Northgate export broke off in the middle of a row
NORTHGATE_ZIP: Final = "northgate.zip"
RUBBISH: Final = ("__MACOSX/._2025", "Thumbs.db", ".DS_Store")
# Head office names the categories, so that they are the same in all towns.
_CATEGORY_NAMES: Final = [category.name for category in CATEGORIES] + ["Services"]


@dataclass(frozen=True, slots=True)
class Export:
    """One file written: its rows are `lines`, of which the last `overlap` come again in the next file."""

    name: str
    lines: Lines
    overlap: int = 0
    copy_of: str | None = None
    footers: int = 0  # total rows at the end
    cut_rows: int = 0  # rows that break off


@dataclass(frozen=True, slots=True)
class Journal:
    """What all tills share."""

    shops: tuple[Shop, ...]
    goods: Goods
    cards: list[str]  # by customer number, the odd accounts last
    first_on: date
    days: int


def write_tills(out: Path, lines: Lines, journal: Journal) -> Iterator[Export]:
    """Writes the files of all tills, one after the other."""
    tills = np.array([list(Till).index(shop.till) for shop in journal.shops])[lines["shop"]]
    writers: dict[Till, Callable[[Path, Numbered, Journal], Iterator[Export]]] = {
        Till.RIVERSIDE: _riverside,
        Till.STONEBRIDGE: _stonebridge,
        Till.NORTHGATE: _northgate,
        Till.CORNER: _corner,
        Till.WEB: _web,
    }
    for number, till in enumerate(Till):
        yield from writers[till](out, numbered(lines[tills == number]), journal)


def _riverside(out: Path, till: Numbered, journal: Journal) -> Iterator[Export]:
    """A CSV a month; two of them ran on into the next month, and one was saved twice."""
    dialect = DIALECTS[Till.RIVERSIDE]
    rows = _Rows(till, dialect, journal)
    folder = out / "riverside"
    folder.mkdir()
    for number, (month, start, end) in enumerate(_periods(till, journal, months=1)):
        further = _until_day(till, end, OVERLAP_DAYS) if number in OVERLAPPING else end
        body = (dialect.top + rows.text(start, further)).encode()
        name = f"riverside-{month:%Y-%m}.csv"
        (folder / name).write_bytes(body)
        export = Export(f"riverside/{name}", till.lines[start:further], overlap=further - end)
        yield export
        if number == COPIED:
            copy = f"riverside-{month:%Y-%m} (1).csv"
            (folder / copy).write_bytes(body)
            yield Export(f"riverside/{copy}", export.lines, copy_of=export.name)


def _stonebridge(out: Path, till: Numbered, journal: Journal) -> Iterator[Export]:
    """A quarter a file, with a total at its end; half of the files from before the till's update."""
    dialect = DIALECTS[Till.STONEBRIDGE]
    rows = _Rows(till, dialect, journal)
    folder = out / "stonebridge"
    folder.mkdir()
    periods = list(_periods(till, journal, months=3))
    for number, (month, start, end) in enumerate(periods):
        encoding = dialect.encodings[number * len(dialect.encodings) // len(periods)]
        total = int(column(till.lines, "amount")[start:end].sum())
        footer = f"Total;{';' * 9};{total // 100},{total % 100:02d}{dialect.end}"
        body = (dialect.top + rows.text(start, end) + footer).encode(encoding)
        name = f"stonebridge_{month:%Y}Q{(month.month + 2) // 3}.csv.gz"
        (folder / name).write_bytes(gzip.compress(body, compresslevel=3, mtime=0))
        yield Export(f"stonebridge/{name}", till.lines[start:end], footers=1)


def _northgate(out: Path, till: Numbered, journal: Journal) -> Iterator[Export]:
    """A zip of months, packed on somebody's desk with all that lay around there."""
    dialect = DIALECTS[Till.NORTHGATE]
    rows = _Rows(till, dialect, journal)
    exports = []
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in RUBBISH:
            put(archive, name, b"\x00\x05\x16\x07" * 8)
        for number, (month, start, end) in enumerate(_periods(till, journal, months=1)):
            text = dialect.top + rows.text(start, end)
            broken = number == CUT and end > start
            if broken:
                text += rows.text(end - 1, end)[:24]
            name = f"北门/{month:%Y年%m月}.txt"
            put(archive, name, text.encode(dialect.encodings[0]))
            exports.append(Export(f"{NORTHGATE_ZIP}/{name}", till.lines[start:end], cut_rows=int(broken)))
    (out / NORTHGATE_ZIP).write_bytes(packed.getvalue())
    yield from exports


def _corner(out: Path, till: Numbered, journal: Journal) -> Iterator[Export]:
    dialect = DIALECTS[Till.CORNER]
    rows = _Rows(till, dialect, journal)
    write_workbook(out / "corner-shop.xlsx", dialect.headings, rows.text(0, len(till.lines)).encode())
    yield Export("corner-shop.xlsx", till.lines)


def _web(out: Path, till: Numbered, journal: Journal) -> Iterator[Export]:
    with _session(till, WEB, journal) as session:
        table = session.sql(f"SELECT {WEB_COLUMNS} FROM sheet ORDER BY n").to_arrow_table()
    pq.write_table(table, out / "webshop.parquet", compression="zstd")
    yield Export("webshop.parquet", till.lines)


class _Rows:
    """All rows of a till as one text, cut where a file begins or ends."""

    def __init__(self, till: Numbered, dialect: Dialect, journal: Journal) -> None:
        with _session(till, dialect, journal) as session:
            table = session.sql(f"SELECT {dialect.row} AS spelled FROM sheet ORDER BY n").to_arrow_table()
        spelled = table["spelled"].combine_chunks().cast(pa.large_string())
        _, offsets, data = spelled.buffers()
        self._bytes = memoryview(data) if data is not None else memoryview(b"")
        self._offsets = np.frombuffer(offsets, dtype=np.int64)

    def text(self, start: int, end: int) -> str:
        return bytes(self._bytes[self._offsets[start] : self._offsets[end]]).decode()


def _session(till: Numbered, dialect: Dialect, journal: Journal) -> duckdb.DuckDBPyConnection:
    """A DuckDB session that knows the till's lines as `sheet`."""
    session = duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"})
    session.execute(MACROS)
    session.register("sheet", _sheet(till, dialect, journal))
    return session


def _sheet(till: Numbered, dialect: Dialect, journal: Journal) -> pa.Table:
    """The lines with words instead of numbers, in the till's language."""
    goods, lines = journal.goods, till.lines
    product = column(lines, "product")
    names = goods.chinese if dialect.chinese else goods.name
    brands = [
        brand + (dialect.brand_note if kind == STORE else "")
        for brand, kind in zip(goods.brand_chinese if dialect.chinese else goods.brand, goods.brand_kind, strict=True)
    ]
    shop = column(lines, "shop")
    customer = np.where(column(lines, "customer") == NOBODY, len(journal.cards), column(lines, "customer"))
    first = np.datetime64(journal.first_on, "s")
    numbers = {name: column(lines, name) for name in ("quantity", "price", "discount", "amount", "cost", "fault")}
    return pa.table(
        {
            "n": np.arange(len(lines)),
            "moment": pa.array(first + column(lines, "at").astype("timedelta64[s]")),
            "shop": _worded(shop, [entry.name for entry in journal.shops], dialect),
            "shop_code": _worded(shop, [entry.code for entry in journal.shops], dialect),
            "card": _worded(customer, [*journal.cards, ""], dialect),
            "code": _worded(product, goods.code, dialect),
            "name": _worded(product, names, dialect),
            "category": _worded(goods.category[product], _CATEGORY_NAMES, dialect),
            "brand": _worded(product, brands, dialect),
            "brand_kind": _worded(goods.brand_kind[product], list(dialect.brand_kinds), dialect),
            "place": till.place,
            "running": till.running,
            "today": till.today,
            "cancels_running": till.cancels_running,
            "cancels_today": till.cancels_today,
            **numbers,
        }
    )


def _worded(number: Ints, words: list[str], dialect: Dialect) -> Any:
    """Numbers as words, spelled so that they may stand in the till's file."""
    spelled = [escape(word) if dialect.markup else word for word in words]
    if dialect.quoted:
        spelled = [f'"{word}"' if dialect.quoted in word else word for word in spelled]
    return pa.DictionaryArray.from_arrays(number.astype(np.int32), spelled)


def _periods(till: Numbered, journal: Journal, *, months: int) -> Iterator[tuple[date, int, int]]:
    """First day of each calendar period of so many months, with the range of its lines."""
    at = column(till.lines, "at")
    day = journal.first_on.replace(day=1)
    day = day.replace(month=day.month - (day.month - 1) % months)
    start = 0
    while (day - journal.first_on).days < journal.days:
        past = day.year * 12 + day.month - 1 + months
        following = date(past // 12, past % 12 + 1, 1)
        end = int(np.searchsorted(at, (following - journal.first_on).days * SECONDS))
        yield day, start, end
        day, start = following, end


def _until_day(till: Numbered, end: int, days: int) -> int:
    """The end of the lines of some further days."""
    at = column(till.lines, "at")
    if end >= len(at):
        return end
    return int(np.searchsorted(at, (at[end] // SECONDS + days) * SECONDS))
