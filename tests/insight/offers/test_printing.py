"""Lists on paper: the code can be read back, pages and PDF hold every list, JSON says the same as the table."""

import json
import re
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from barcode.charsets import code128
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.insight.offers.given import boxes, due, lists, products, value

from regulars.history.engine import Engine
from regulars.insight.bars import QUIET, bars
from regulars.insight.offers import OfferRules, make_offers
from regulars.insight.offers.codes import (
    OfferCodeWrong,
    OfferKeyUnsafe,
    check_digit,
    code_of,
    read_code,
    read_key,
    write_key,
)
from regulars.insight.offers.fonts import NoFont, font_for
from regulars.insight.offers.sheets import Issue
from regulars.insight.offers.writing import Print, UnknownFormat, Written, write_offers
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.words import Words

KEY = bytes(range(32))
DAY = date(2026, 1, 5)


def printed(out: Path, *, lang: str = "en", shop: str = "Riverside", how: Print | None = None, **names: str) -> Written:
    goods = products()
    shown = [names.get(row["product"].replace(" ", "_"), row["product_name"]) for row in goods.to_pylist()]
    goods = goods.set_column(goods.column_names.index("product_name"), "product_name", pa.array(shown))
    with Engine() as engine:
        made = make_offers(lists(), due(), boxes(), value(), goods, OfferRules(), engine=engine)
        words = Words(lang, Numbers(lang, "EUR", 2))
        return write_offers(made, engine, out, issue=Issue(shop, DAY, 14, KEY), words=words, how=how)


def read_bars(path: str) -> str:
    """The digits of an SVG path of Code 128, by the patterns of the norm; its checksum is checked."""
    found = [(int(at), int(width)) for at, width in re.findall(r"M(\d+) 0h(\d+)v", path)]
    modules = ["0"] * (found[-1][0] + found[-1][1])
    for at, width in found:
        modules[at : at + width] = ["1"] * width
    row = "".join(modules[QUIET:])
    symbols = [code128.CODES.index(row[at : at + 11]) for at in range(0, len(row) - 13, 11)]
    assert row[-13:] == code128.STOP + "11"
    start, *values, checksum = symbols
    assert (start + sum(place * symbol for place, symbol in enumerate(values, 1))) % 103 == checksum
    assert start == 105  # code set C: pairs of digits
    return "".join(f"{symbol:02}" for symbol in values)


@settings(max_examples=40, deadline=None)
@given(number=st.integers(1, 99_999_999), place=st.integers(0, 19), other=st.integers(1, 9))
def test_a_code_is_read_back_and_a_wrong_digit_noticed(number: int, place: int, other: int) -> None:
    code = code_of(number, issued_on=DAY, key=KEY)
    assert read_code(f"{code[:4]} {code[4:]}", key=KEY).number == number
    wrong = code[:place] + str((int(code[place]) + other) % 10) + code[place + 1 :]
    with pytest.raises(OfferCodeWrong, match="mistyped"):
        read_code(wrong, key=KEY)
    for at in range(19):
        swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
        assert swapped == code or check_digit(swapped[:-1]) != swapped[-1]


def test_a_code_of_another_shop_is_refused() -> None:
    with pytest.raises(OfferCodeWrong, match="key"):
        read_code(code_of(7, issued_on=DAY, key=b"x" * 32), key=KEY)
    with pytest.raises(OfferCodeWrong, match="20 digits"):
        read_code("12", key=KEY)


def test_a_key_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "offers.key"
    write_key(path, KEY)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key(path) == KEY
    with pytest.raises(FileExistsError):
        write_key(path, KEY)
    path.chmod(0o644)
    with pytest.raises(OfferKeyUnsafe, match="chmod 600"):
        read_key(path)
    path.write_text("00")
    path.chmod(0o600)
    with pytest.raises(OfferKeyUnsafe, match="1 bytes"):
        read_key(path)


def test_pages_hold_every_list_with_a_code_that_can_be_scanned(tmp_path: Path) -> None:
    printed(tmp_path, how=Print(formats=("html", "json")), bread="<b>Bread & butter</b>")
    page = (tmp_path / "offers.html").read_text("utf-8")
    told = json.loads((tmp_path / "offers.json").read_text("utf-8"))
    assert page.count("<article") == len(told["lists"]) == 4
    scanned = [read_bars(path) for path in re.findall(r'd="(M[^"]+)"', page)]
    assert scanned == [one["code"] for one in told["lists"]]
    assert {read_code(code, key=KEY).number for code in scanned} == {1, 2, 3, 4}
    assert "<b>Bread" not in page
    assert "&lt;b&gt;Bread &amp; butter" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_json_says_who_gets_what_and_who_pays(tmp_path: Path) -> None:
    printed(tmp_path, how=Print(formats=("json",)))
    told = json.loads((tmp_path / "offers.json").read_text("utf-8"))
    assert (told["schema"], told["valid_from"], told["valid_until"]) == (
        "regulars.offers/1",
        "2026-01-05",
        "2026-01-18",
    )
    amy: dict[str, Any] = next(one for one in told["lists"] if one["customer"] == "amy")
    by_product = {row["product"]: row for row in amy["products"]}
    assert "offer" not in by_product["cola"]
    assert by_product["own cola"]["offer"]["price_minor"] == 130
    assert by_product["own cola"]["offer"]["paid_by"] == "us"
    assert by_product["own cola"]["offer"]["our_minor"] == 70


def test_many_lists_go_to_several_files_with_numbers_that_go_on(tmp_path: Path) -> None:
    written = printed(tmp_path, how=Print(formats=("html", "json"), chunk=3))
    assert [path.name for path in written.files[:2]] == ["offers-0001.html", "offers-0002.html"]
    told = json.loads((tmp_path / "offers.json").read_text("utf-8"))
    assert [read_code(one["code"], key=KEY).number for one in told["lists"]] == [1, 2, 3, 4]


def test_a_pdf_has_a_page_per_list_with_text_and_bars(tmp_path: Path) -> None:
    how = Print(formats=("pdf", "json"))
    printed(tmp_path, how=how)
    again = tmp_path / "again"
    printed(again, how=how)
    made = (tmp_path / "offers.pdf").read_bytes()
    assert made == (again / "offers.pdf").read_bytes()
    assert made.startswith(b"%PDF-")
    assert made.count(b"/Type /Page\n") == 4
    pages = [text for text in streams(made) if b" re" in text and b"BT" in text]
    assert len(pages) == 4
    codes = [one["code"] for one in json.loads((tmp_path / "offers.json").read_text("utf-8"))["lists"]]
    for page, code in zip(pages, codes, strict=True):
        found, _ = bars(code)
        black = page[page.rindex(b"0 g\n") :]
        drawn = [float(width) for width in re.findall(rb"\s([\d.]+) -[\d.]+ re\s+f", black)]
        narrow = min(drawn)
        assert [round(width / narrow) for width in drawn] == [width for _, width in found]


def streams(pdf: bytes) -> list[bytes]:
    found = []
    for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(part))
        except zlib.error:
            continue
    return found


def test_without_a_font_there_are_pages_instead_and_it_says_so(tmp_path: Path) -> None:
    written = printed(tmp_path, how=Print(formats=("pdf",)), bread="\u16a0\u16a2 \U00012000")
    assert "\U00012000" in written.no_pdf
    assert (tmp_path / "offers.html").exists()
    assert not (tmp_path / "offers.pdf").exists()
    with pytest.raises(NoFont):
        font_for("a", given=tmp_path / "offers.html")


def test_a_chinese_list_is_in_chinese(tmp_path: Path) -> None:
    printed(tmp_path, lang="zh", shop="周明丽", how=Print(formats=("html",)), bread="面包")
    page = (tmp_path / "offers.html").read_text("utf-8")
    assert 'lang="zh-Hans"' in page
    assert "您的购物清单" in page
    assert "2026年1月5日" in page


def test_formats_and_paper_that_are_not_there_are_refused() -> None:
    with pytest.raises(UnknownFormat, match="html, pdf, json"):
        Print(formats=("docx",))
    with pytest.raises(UnknownFormat, match="a6, a5, a4"):
        Print(paper="b5")
