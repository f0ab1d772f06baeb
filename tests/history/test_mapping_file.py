"""mapping.toml: written for people, read back as it was, and errors that say where."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.history.raw import raw_table

from regulars.history.columns import understand
from regulars.history.engine import Engine
from regulars.history.mapping_file import FIELDS, read_mappings, write_mappings
from regulars.history.moves import FileMapping
from regulars.history.refusals import BadMapping


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        yield opened


def by_heading(mapping: FileMapping) -> dict[str, str]:
    return {field: mapping.headings[position] for field, position in mapping.columns.items()}


def test_what_was_understood_comes_back_the_same(engine: Engine, tmp_path: Path) -> None:
    rows = [[f"K{n % 9}", f"{n % 28 + 1:02}.03.2024", f"{n + 1},50"] for n in range(60)]
    raw = raw_table(tmp_path, rows, headings=['Kunde "Nr"', "date", "amount (€)"])
    given = FileMapping({"customer": 0}, (), options={"store_brands": ["Ja!", "Gut & Günstig"]})
    _, mapping = understand(raw, engine=engine, given=given)
    assert mapping.currency == "EUR"
    write_mappings(tmp_path / "mapping.toml", {raw.name: mapping})
    text = (tmp_path / "mapping.toml").read_text(encoding="utf-8")
    assert "# its heading means a date" in text
    _, again = understand(raw, engine=engine, given=read_mappings(tmp_path / "mapping.toml")["sales.csv"])
    assert dict(again.columns) == dict(mapping.columns)
    assert (again.date_format, again.decimal_comma, again.amount_is, again.currency) == (
        "%d.%m.%Y",
        True,
        "line",
        "EUR",
    )
    assert dict(again.options) == dict(mapping.options)


def test_a_file_without_headings_is_mapped_by_number(engine: Engine, tmp_path: Path) -> None:
    raw = raw_table(tmp_path, [[f"K{n % 9}", f"2024-03-{n % 28 + 1:02}", f"{n + 1}.50"] for n in range(60)])
    _, mapping = understand(raw, engine=engine)
    write_mappings(tmp_path / "mapping.toml", {raw.name: mapping})
    assert "customer = 1" in (tmp_path / "mapping.toml").read_text(encoding="utf-8")
    again = understand(raw, engine=engine, given=read_mappings(tmp_path / "mapping.toml")[raw.name])[1]
    assert dict(again.columns) == dict(mapping.columns)


def test_an_empty_heading_means_that_there_is_no_such_column(engine: Engine, tmp_path: Path) -> None:
    rows = [[f"K{n % 9}", f"2024-03-{n % 28 + 1:02}", f"{n + 1}.50", "North"] for n in range(60)]
    raw = raw_table(tmp_path, rows, headings=["customer", "date", "amount", "store"])
    (tmp_path / "mapping.toml").write_text('["*.csv"]\nstore = ""\n', encoding="utf-8")
    _, mapping = understand(raw, engine=engine, given=read_mappings(tmp_path / "mapping.toml")["*.csv"])
    assert "store" not in mapping.columns
    write_mappings(tmp_path / "again.toml", {"*.csv": mapping})
    assert read_mappings(tmp_path / "again.toml")["*.csv"].options["without"] == ["store"]


@settings(max_examples=60, deadline=None)
@given(
    columns=st.dictionaries(
        st.sampled_from(FIELDS), st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip), min_size=1
    ),
    name=st.text(st.characters(codec="utf-8"), min_size=1),
    brands=st.lists(st.text(st.characters(codec="utf-8"))),
)
def test_any_text_survives_the_round_trip(
    tmp_path_factory: pytest.TempPathFactory, columns: dict[str, str], name: str, brands: list[str]
) -> None:
    headings = tuple(dict.fromkeys(columns.values()))
    mapping = FileMapping(
        {field: headings.index(heading) for field, heading in columns.items()},
        headings,
        options={"store_brands": brands},
    )
    path = tmp_path_factory.mktemp("mapping") / "mapping.toml"
    write_mappings(path, {name: mapping})
    back = read_mappings(path)[name]
    assert by_heading(back) == columns
    assert back.options["store_brands"] == brands


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ('["a.csv"]\ncustomer = 0\n', "customer", 2),
        ('["a.csv"]\n\ncustumer = "id"\n', "custumer", 3),
        ('["a.csv"]\namount_is = "each"\n', "amount_is", 2),
        ('["a.csv"]\ncurrency = "euro"\n', "currency", 2),
        ('["a.csv"]\ndate_format = "dd/mm/yyyy"\n', "date_format", 2),
        ('["a.csv"]\nstore_brands = "Ja!"\n', "store_brands", 2),
        ('["b.csv"]\ncustomer = 1\n["a.csv"]\ncustomer = true\n', "customer", 4),
        ('customer = "id"\n', "customer", 1),
        ('["a.csv"\n', None, 1),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, key: str | None, line: int) -> None:
    (tmp_path / "mapping.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadMapping, match=r"mapping\.toml") as caught:
        read_mappings(tmp_path / "mapping.toml")
    assert (caught.value.facts["key"], caught.value.facts["line"]) == (key, line)


def test_a_mapping_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadMapping, match="cannot be read"):
        read_mappings(tmp_path / "nowhere.toml")
