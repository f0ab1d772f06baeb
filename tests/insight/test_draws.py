"""Who is drawn: as many as asked for, always the same, and alike to the others whatever order they stand in."""

from collections.abc import Iterator

import pyarrow as pa
import pytest

from regulars.history.engine import Engine
from regulars.insight.draws import drawn, part_of

MANY = 100_000


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        yield opened


@pytest.mark.parametrize("shares", [2, 3, 4, 7, 20, 100])
def test_each_part_has_its_share_of_whatever_comes_at_regular_places(engine: Engine, shares: int) -> None:
    people = engine.register("people", pa.table({"customer": pa.array(range(MANY), pa.int32())}))
    parts = people.mutate(part=part_of(people.customer, shares))
    regular = (2, 3, 4, 5, 12, shares)
    rows = engine.rows(
        parts.group_by("part").agg(
            n=parts.count(), **{f"every_{of}": (parts.customer % of == 0).sum() for of in regular}
        )
    )
    assert sorted(row["part"] for row in rows) == list(range(shares))
    sizes = [row["n"] for row in rows]
    assert max(sizes) - min(sizes) < 10
    for of in regular:
        expected = MANY / shares / of
        assert all(abs(int(row[f"every_{of}"]) - expected) <= 0.1 * expected + 5 for row in rows), of


def test_a_smaller_draw_lies_within_a_larger_one_it_divides(engine: Engine) -> None:
    people = engine.register("people", pa.table({"customer": pa.array(range(MANY), pa.int64())}))
    small, large = (
        set(engine.arrow(people.filter(drawn(people.customer, of)))["customer"].to_pylist()) for of in (40, 8)
    )
    assert small < large
    assert len(small) == pytest.approx(MANY / 40, abs=10)


def test_names_are_drawn_by_themselves(engine: Engine) -> None:
    names = pa.table({"customer": [f"card {n}" for n in range(10_000)]})
    turned = pa.concat_tables([names.slice(5_000), names.slice(0, 5_000)])
    one, other = (
        engine.arrow(table.filter(drawn(table.customer, 5)).order_by("customer"))
        for table in (engine.register("people", names), engine.register("turned", turned))
    )
    assert one.equals(other)
    assert 1_800 < one.num_rows < 2_200
