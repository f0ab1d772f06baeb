"""What a purchase costs in statements: few for one, no more for many."""

from typing import Any

import pytest
from django.db import connection, transaction

from regulars.access.models import Organisation
from regulars.journal.transactions import whole
from tests.api.shop import PER_TEN, POINTS, Shop, line, open_shop, promise
from tests.api.world import World
from tests.statements import counted


@pytest.fixture
def shop(world: World) -> Shop:
    found = open_shop(world)
    promise(world, "earn", "one-for-ten", PER_TEN)
    promise(world, "points-payment", "points", POINTS)
    found.buy(line(100_000))
    return found


def cost(shop: Shop, monkeypatch: pytest.MonkeyPatch, path: str, body: Any) -> list[str]:
    """The statements of a call, those of the API around it among them."""
    with counted() as seen:
        shop.till.done(path, body)
    return seen


MOST = 18  # five before the deed (key, rate, same request), one for its answer, two for the transaction


def test_a_purchase_is_a_few_statements_and_many_are_no_more(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = line(2500), line(1200, "jam")
    one = cost(shop, monkeypatch, "/purchases", shop.asked(*lines))
    assert len(one) <= MOST, "\n".join(one)
    many = cost(shop, monkeypatch, "/purchases/batch", {"purchases": [shop.asked(*lines) for _ in range(40)]})
    assert len(many) <= len(one)  # a single one tells balances too


def test_a_purchase_paid_with_points_is_a_few_statements_more(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (shop.asked(line(2500), points=[{"unit": "points", "points": 10}]) for _ in range(2))
    shop.till.done("/purchases", first)
    seen = cost(shop, monkeypatch, "/purchases", second)
    assert len(seen) <= MOST + 2, "\n".join(seen)  # what there is to pay with, and of which lots


@pytest.mark.django_db
def test_verbs_within_a_verb_make_no_savepoints_and_are_undone_together(world: World) -> None:
    depths = []

    @whole()
    def inner() -> None:
        depths.append(len(connection.savepoint_ids))
        Organisation.objects.update(name="lost")

    @whole()
    def outer() -> None:
        depths.append(len(connection.savepoint_ids))
        inner()
        raise ZeroDivisionError

    with transaction.atomic():
        before = len(connection.savepoint_ids)
        with pytest.raises(ZeroDivisionError):
            outer()
        assert not Organisation.objects.filter(name="lost").exists()
    assert depths == [before + 1, before + 1]
