"""A longer batch costs no more statements."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from tests.ledger.conftest import AT, TILL, earn, spend
from tests.statements import counted

from regulars.journal.statements import column, run, table
from regulars.ledger import services
from regulars.ledger.moves import NewHold, Posting

OWNERS = [UUID(int=7 << 76 | 2 << 62 | number) for number in range(200)]


def cost(monkeypatch: pytest.MonkeyPatch, postings: list[Posting]) -> int:
    with counted() as seen:
        services.post(postings, actor=TILL, at=AT)
    return len(seen)


def test_a_longer_batch_costs_no_more_statements(points: str, monkeypatch: pytest.MonkeyPatch) -> None:
    services.post([earn(owner, 100) for owner in OWNERS], actor=TILL, at=AT)
    services.post([spend(OWNERS[0], 1)], actor=TILL, at=AT)

    def both(count: int, mark: str) -> list[Posting]:
        earns = [earn(owner, 5, source=mark, external_id=f"e{n}") for n, owner in enumerate(OWNERS[:count])]
        spends = [spend(owner, 5, source=mark, external_id=f"s{n}") for n, owner in enumerate(OWNERS[:count])]
        return earns + spends

    one, many = cost(monkeypatch, both(1, "a")), cost(monkeypatch, both(200, "b"))
    assert one == many
    assert 5 <= many <= 14  # with those of the journal


def test_many_holds_cost_no_more_statements_than_one(points: str, monkeypatch: pytest.MonkeyPatch) -> None:
    services.post([earn(owner, 100) for owner in OWNERS], actor=TILL, at=AT)
    wanted = [NewHold(owner, "points", 5, AT + timedelta(days=1)) for owner in OWNERS]
    with counted() as one:
        services.place_holds(wanted[:1], actor=TILL, at=AT)
    with counted() as many:
        services.place_holds(wanted, actor=TILL, at=AT)
    assert len(one) == len(many)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        ["plain", 'quo"ted', "back\\slash", "{brace,comma}", "NULL", "", " blank ", "新年快乐", "line\nbreak", "tab\t"],
        [None, "a", None],
        [None, None],
        [],
    ],
)
def test_a_column_comes_back_as_it_went(values: list[str | None]) -> None:
    assert run("SELECT %s::text[]", [column(values)])[0][0] == values


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, 2, 49, 50, 120])
def test_a_table_comes_back_as_it_went_whatever_is_the_same_in_its_rows(count: int) -> None:
    types = {
        "own": "int", "same": "uuid", "other": "uuid", "nothing": "text", "said": "text", "rarely": "text",
        "yes": "boolean", "kept": "jsonb", "at": "timestamptz", "mark": "bytea",
    }  # fmt: skip
    rows = [
        (
            7, OWNERS[3], OWNERS[number], None, 'quo"ted {brace,comma}', None if number % 2 else "NULL", True,
            {"a": [1, "ü"]}, AT, b"\x00\xff",
        )
        for number in range(count)
    ]  # fmt: skip
    new, values = table(types, rows)
    found = run(f"SELECT * FROM {new}", values)
    assert [(*row[:7], json.loads(row[7]), row[8], bytes(row[9])) for row in found] == rows
