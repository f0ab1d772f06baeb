"""The document says what the code holds."""

from pathlib import Path

import pytest

from regulars.history.contract import LINES, REFUSED, Column

PAGE = (Path(__file__).parents[2] / "docs" / "lake.md").read_text(encoding="utf-8")


def table(contract: tuple[Column, ...]) -> str:
    return "\n".join(f"| `{c.name}` | {c.duckdb} | {'yes' if c.nullable else 'no'} | {c.meaning} |" for c in contract)


@pytest.mark.parametrize(("heading", "contract"), [("One line", LINES), ("A refused row", REFUSED)])
def test_the_page_shows_every_column_as_it_is(heading: str, contract: tuple[Column, ...]) -> None:
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [row for row in section.splitlines() if row.startswith("| `")]
    assert "\n".join(rows) == table(contract)
