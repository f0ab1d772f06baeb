"""The working copy of the lines says what the lines say."""

from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest

from regulars.history.accounts import suspicious_accounts
from regulars.history.engine import Engine
from regulars.insight import working as module
from regulars.insight.lines import complete
from regulars.insight.working import keep_working

Row = dict[str, Any]


def sold(customer: str | None, day: int, product: str | None = None, **more: Any) -> Row:
    return {"customer": customer, "sold_at": day * 86_400_000_000, "amount_minor": 100, "product": product, **more}


def table(rows: list[Row]) -> pa.Table:
    kinds: dict[str, pa.DataType] = {
        "customer": pa.string(),
        "sold_at": pa.timestamp("us"),
        "amount_minor": pa.int64(),
        "product": pa.string(),
        "quantity": pa.decimal128(18, 3),
    }
    kinds |= {"channel": pa.string(), "basket": pa.int64(), "kind": pa.string()}
    full = [{"kind": "sale", "basket": number} | row for number, row in enumerate(rows)]
    return pa.Table.from_pylist(full, pa.schema(list(kinds.items())))


LINES = [sold("zoe", 1, "tea"), sold("ada", 2, "jam"), sold(None, 3, "tea"), sold("ada", 4), sold("Ärzte", 5, "tea")]


@pytest.mark.parametrize("most", [module.ENUM_MOST, 1])
def test_lines_come_back_with_their_names_and_texts(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENUM_MOST", most)
    with Engine(threads=1) as engine:
        kept = keep_working(engine.register("lines", table(LINES)), engine)
        assert "channel" not in kept.lines.columns, "a column that holds nothing"
        named = kept.texts(kept.lines).left_join(kept.names.select("number", name="customer"), [("customer", "number")])
        found = engine.rows(named.select("name", "sold_at", "product").order_by("sold_at"))
    assert [(row["name"], row["product"]) for row in found] == [(row["customer"], row["product"]) for row in LINES]


@pytest.mark.parametrize("most", [199, 2_000_000_000, 2_000_000_001, -(10**13)])
def test_amounts_come_back_to_the_unit_whether_they_fit_half_the_room_or_not(most: int) -> None:
    given = table([*LINES, sold("ada", 6) | {"amount_minor": most, "quantity": Decimal("0.125")}])
    with Engine(threads=1) as engine:
        kept = keep_working(engine.register("lines", given), engine)
        found = engine.arrow(kept.lines.order_by("sold_at").select("amount_minor", "quantity"))
    assert found["amount_minor"].to_pylist() == given["amount_minor"].to_pylist()
    assert found["quantity"].to_pylist() == given["quantity"].to_pylist()
    assert found.schema.field("amount_minor").type == pa.int64()


def test_numbers_are_in_the_order_of_names() -> None:
    with Engine(threads=1) as engine:
        kept = keep_working(engine.register("lines", table(LINES)), engine)
        assert engine.arrow(kept.names.order_by("number"))["customer"].to_pylist() == ["ada", "zoe", "Ärzte"]


def test_shares_hold_whole_customers_and_everyone_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINES_AT_ONCE", 2)
    with Engine(threads=1) as engine:
        kept = keep_working(engine.register("lines", table(LINES)), engine)
        shares = [
            sorted(map(int, engine.arrow(share)["customer"].to_numpy())) for share in kept.shares(complete(kept.lines))
        ]
    assert shares == [[1, 1], [2, 3]]


def test_without_customers_there_is_one_empty_share() -> None:
    with Engine(threads=1) as engine:
        kept = keep_working(engine.register("lines", table([sold(None, 1, "tea")])), engine)
        assert [engine.arrow(share).num_rows for share in kept.shares(complete(kept.lines))] == [0]


def test_known_people_keep_their_numbers_and_strangers_get_their_own() -> None:
    people = pa.table({"customer": ["zoe", "new", "newer", None, "zoe"]})
    with Engine(threads=1) as engine:
        kept = keep_working(engine.register("lines", table(LINES)), engine)
        numbers = engine.arrow(kept.numbered(engine.register("people", people)))["customer"].to_numpy()
    assert sorted(map(int, numbers)) == [-2, -1, 2]


def test_the_same_accounts_are_set_aside_as_from_the_lines() -> None:
    card = [sold("K1", day, "tea", basket=1000 + 10 * day + n) for day in range(25) for n in range(8)]
    people = [sold(f"p{n:03}", day) for n in range(40) for day in range(0, 20, 4)]
    given = table([*card, *people, sold("test", 3), sold("0000", 4), sold("walk-in", 5)])
    with Engine(threads=1) as engine:
        lines = engine.register("lines", given)
        plain = engine.rows(suspicious_accounts(lines))
        found = engine.arrow(keep_working(lines, engine).suspicious())
    assert found.drop_columns(["number"]).to_pylist() == plain
    assert [row["customer"] for row in plain] == ["0000", "K1", "test", "walk-in"]


def test_names_join_in_again() -> None:
    with Engine(threads=1) as engine:
        kept = keep_working(engine.register("lines", table(LINES)), engine)
        spent = kept.lines.filter(ibis._.customer.notnull()).group_by("customer").agg(lines=ibis._.count())
        found = engine.rows(kept.named(spent).order_by("customer"))
    assert found == [
        {"customer": "ada", "lines": 2},
        {"customer": "zoe", "lines": 1},
        {"customer": "Ärzte", "lines": 1},
    ]
