"""A batch large enough to be copied in is kept as a small one is, and refused as a whole where it cannot be."""

from typing import Any
from uuid import UUID

import pytest
from django.db import DataError, transaction
from tests.ledger.conftest import TILL
from tests.members.shop import ANN, AT, OURS, enrol

from regulars.journal.copying import copy, of_document, of_uuid
from regulars.ledger import services as ledger
from regulars.programme.checkout import booking, rows
from regulars.programme.checkout.moves import NewPurchase
from regulars.programme.models import Checkout
from regulars.programme.services.terms import publish
from regulars.rules.occasion import Line
from regulars.sales.moves import Place, SoldLine

pytestmark = pytest.mark.django_db
COUNT = 3


def bills(of: str, members: list[UUID]) -> list[NewPurchase]:
    lines = (SoldLine(Line(1, "Käse \u2028 \\ 'x'", 1000)), SoldLine(Line(2, "tea", 250)))
    there = [
        NewPurchase(Place(OURS, "till", f"{of}/{n}"), "EUR", lines, AT, True, one, one) for n, one in enumerate(members)
    ]
    return [*there, NewPurchase(Place(OURS, "till", f"{of}/nobody"), "EUR", lines, AT, True)]


def kept(wanted: list[NewPurchase]) -> list[tuple[Any, ...]]:
    """What is kept of each, without the ids that differ."""
    done = booking.check_out(wanted, actor=TILL, at=AT)
    found = {row.sale: row for row in Checkout.objects.filter(sale__in=[one.id for one in done])}
    told = []
    for row in (found[one.id] for one in done):
        for gain in row.gains:
            del gain["transfer"]
        assert row.told.pop("id")
        told.append((row.organisation, row.member, row.shown, row.facts, row.parts, row.gains, row.told, row.given,
                     row.paid))  # fmt: skip
    return told


def test_what_is_copied_in_is_what_a_statement_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.define_unit("points", "Points", actor=ANN, at=AT)
    award = {"type": "per-amount", "units": 1, "per": 100}
    publish("earn", "earn", {"unit": "points", "currency": "EUR", "award": award}, organisation=OURS, actor=ANN, at=AT)
    members = [enrol() for _ in range(COUNT)]
    by_statement = kept(bills("few", members))
    monkeypatch.setattr(rows, "MANY", 1)
    copied = kept(bills("many", members))
    assert copied == by_statement
    assert [len(one[5]) for one in copied] == [1, 1, 1, 0]


def test_what_the_database_cannot_keep_is_refused() -> None:
    with pytest.raises(DataError), transaction.atomic():
        copy("programme_checkout", ["sale", "told"], [of_uuid(UUID(int=1)) + of_document(b'"\\u0000"')])
    assert not Checkout.objects.exists()
