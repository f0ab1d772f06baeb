"""Every reason that reading gives is a code that can be worded."""

from pathlib import Path

import pytest

from regulars.history.columns import understand
from regulars.history.engine import Engine
from regulars.history.moves import RawTable
from regulars.history.reasons import REASONS, also, coded, in_words, told
from regulars.history.sources import raw_tables

NAMED = "Card no;Date;Receipt;Product;Quantity;Price;Cost\n"
NAMED_ROWS = "".join(f"C{n % 7};{n % 28 + 1:02}/03/2024;R{n};tea;{n % 3 + 1};{4.5 + n % 5};2.5\n" for n in range(200))
UNNAMED = "".join(f"C{n % 9:04},2024-03-{n % 28 + 1:02},{n % 50 + 0.25:.2f}\n" for n in range(200))


@pytest.mark.parametrize(("text", "wanted"), [(NAMED + NAMED_ROWS, 6), ("x1,x2,x3\n" + UNNAMED, 3)])
def test_reasons_of_reading_are_codes(text: str, wanted: int, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(text)
    with Engine(memory="1GB") as engine:
        (raw,) = raw_tables([path], engine=engine, work=tmp_path)
        assert isinstance(raw, RawTable)
        _, mapping = understand(raw, engine=engine)
    codes = [code for reason in mapping.reasons.values() for code, _ in told(reason)]
    assert len(mapping.reasons) >= wanted
    assert set(codes) <= set(REASONS)


@pytest.mark.parametrize(
    ("reason", "english"),
    [
        (coded("given"), "you said so"),
        (coded("heading-dates", 98), "its heading means a date, and 98% of its cells are dates"),
        (
            also(coded("heading", "receipt_line"), coded("stays")),
            "its heading means receipt line; within a product it stays "
            "the same whatever the quantity: one piece's price",
        ),
        ("from-tomorrow:3", "from-tomorrow"),
        ("", ""),
    ],
)
def test_reasons_in_english(reason: str, english: str) -> None:
    assert in_words(reason) == english
