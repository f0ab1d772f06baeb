"""The dirt is in the files, and counted to the row."""

import re
import zipfile
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

DAY = re.compile(r"20\d\d-(0\d|1[0-2])-\d\d|20\d\d/(0\d|1[0-2])/\d\d|\d\d\.(0\d|1[0-2])\.20\d\d \d\d:\d\d")
IMPOSSIBLE = ("2025-02-30", "31.02.2025 11:15")


def broken_date(row: Any) -> bool:
    return not DAY.fullmatch(row.day) or row.day in IMPOSSIBLE


def absurd(row: Any) -> bool:
    return bool(row.price) and Decimal(row.price) > 10**9


def sound(row: Any) -> bool:
    return bool(row.amount) and not broken_date(row) and not absurd(row)


def counted(small: Any, name: str) -> Counter[str]:
    """How many rows of each file are odd in a way that shows in a single row."""
    tests: dict[str, Callable[[Any], bool]] = {
        "broken_date": lambda row: broken_date(row) and row.day != "Total" and bool(row.amount),
        "missing_amount": lambda row: not row.amount and not broken_date(row),
        "footers": lambda row: row.day == "Total",
        "absurd": absurd,
        "returns": lambda row: Decimal(row.quantity or 0) < 0 and sound(row) and row.category != "Services",
        "anonymous": lambda row: not row.card.strip() and sound(row),
        "odd_account": lambda row: row.card in small.truth.odd_accounts and sound(row),
    }
    return Counter(row.file for row in small.rows if tests[name](row))


def test_every_row_is_counted(small: Any) -> None:
    assert Counter(row.file for row in small.rows) == Counter(
        {entry["name"]: entry["rows"] for entry in small.truth.rows("files")}
    )
    assert len(small.rows) == small.truth.rows_written


@pytest.mark.parametrize(
    "name", ["broken_date", "missing_amount", "footers", "absurd", "returns", "anonymous", "odd_account"]
)
def test_dirt_is_counted_by_file(small: Any, name: str) -> None:
    planted = {entry["name"]: entry[name] for entry in small.truth.rows("files")}
    assert counted(small, name) == Counter({file: rows for file, rows in planted.items() if rows})
    assert sum(planted.values()) > 0


def test_free_samples_cost_nothing(small: Any) -> None:
    free = [row for row in small.rows if row.price and Decimal(row.price) == 0]
    rounded = small.truth.total("zero_price", copies=True) - len(free)
    assert len(free) > 0
    assert rounded == 0


def test_a_copy_is_the_same_file_under_another_name(small: Any) -> None:
    copies = [entry for entry in small.truth.rows("files") if entry["copy_of"]]
    assert len(copies) == 1
    for entry in copies:
        assert (small.folder / entry["name"]).read_bytes() == (small.folder / entry["copy_of"]).read_bytes()


def test_an_export_that_ran_on_has_the_same_receipts_as_the_next(small: Any) -> None:
    names = [entry["name"] for entry in small.truth.rows("files") if entry["name"].startswith("riverside/")]
    rows = {name: [row for row in small.rows if row.file == name] for name in names}
    overlapping = [entry for entry in small.truth.rows("files") if entry["overlap"]]
    assert len(overlapping) == 2
    for entry in overlapping:
        following = rows[names[names.index(entry["name"]) + 1]]
        tail = rows[entry["name"]][-entry["overlap"] :]
        assert [row.receipt for row in tail] == [row.receipt for row in following[: len(tail)]]
        assert [row.amount for row in tail] == [row.amount for row in following[: len(tail)]]


def test_cancelled_receipts_take_back_all_of_theirs(small: Any) -> None:
    """Their number is C and that of the sale; at Stonebridge numbers begin anew every day."""
    totals: dict[tuple[str, str, str], Decimal] = {}
    for row in small.rows:
        if row.file.startswith(("stonebridge", "webshop")) and row.amount and not broken_date(row):
            key = (row.store, row.day[:10], row.receipt)
            totals[key] = totals.get(key, Decimal(0)) + Decimal(row.amount)
    cancelled = [key for key in totals if key[2].startswith("C")]
    assert cancelled
    for store, day, receipt in cancelled:
        assert totals[store, day, receipt] == -totals[store, day, receipt[1:]]


def test_amounts_are_price_times_quantity_less_discount_nearly_always(small: Any) -> None:
    """Nothing is invented between price and amount: without discount they agree to the fen."""
    off = 0
    for row in small.rows:
        if row.amount and row.price and row.day != "Total":
            gap = abs(Decimal(row.price) * Decimal(row.quantity)) - abs(Decimal(row.amount))
            assert gap > Decimal("-0.01"), row
            off += gap > Decimal("0.01")
    assert 0.03 < off / len(small.rows) < 0.09  # promotions


def test_rubbish_lies_in_the_zip(small: Any) -> None:
    with zipfile.ZipFile(small.folder / "northgate.zip") as archive:
        inside = {f"northgate.zip/{name}" for name in archive.namelist()}
    rubbish = {name for name, why in small.truth.not_sales.items() if why == "rubbish"}
    assert rubbish
    assert rubbish < inside


def test_members_include_some_who_never_bought(small: Any) -> None:
    listed = {line.split(",")[0] for line in (small.folder / "members.csv").read_text().splitlines()[1:]}
    bought = {row.card for row in small.rows}
    known = set(small.truth.customers["customer"].to_pylist())
    assert known < listed
    assert len(listed - known) == 30
    assert not (listed - known) & bought
