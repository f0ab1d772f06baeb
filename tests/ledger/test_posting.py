"""Units go from one end to another, once."""

from datetime import timedelta

import pytest
from tests.ledger.conftest import ADA, AT, TILL, earn, spend

from regulars.journal.errors import KeyReused
from regulars.ledger.errors import NotEnough, WrongPosting
from regulars.ledger.models import Account, Transfer
from regulars.ledger.moves import Reversal
from regulars.ledger.services import post, reverse


def test_a_batch_sees_what_came_before_in_it(points: str) -> None:
    earned, spent, _ = post([earn(ADA, 100), spend(ADA, 70), earn(ADA, 5)], actor=TILL, at=AT)
    assert spent.used == ((earned.lots[0], 70),)
    assert Account.objects.get(owner=ADA).balance == 35
    with pytest.raises(NotEnough) as refused:
        post([spend(ADA, 36)], actor=TILL, at=AT)
    assert refused.value.facts == {"required": 36, "available": 35, "missing": 1, "unit": "points"}
    assert Transfer.objects.count() == 3


def test_a_key_is_used_once_for_ever(points: str) -> None:
    asked = [
        earn(ADA, 100, source="till", external_id="1"),
        earn(ADA, 100, source="till", external_id="1"),
        spend(ADA, 5),
    ]
    first, again, _ = post(asked, actor=TILL, at=AT)
    assert (first.replayed, again.replayed, again.id) == (False, True, first.id)
    later = post(asked[:1], actor=TILL, at=AT + timedelta(days=400))[0]
    assert (later.id, later.lots, later.replayed) == (first.id, first.lots, True)
    with pytest.raises(KeyReused):
        post([earn(ADA, 101, source="till", external_id="1")], actor=TILL, at=AT)
    assert Account.objects.get(owner=ADA).balance == 95


def test_what_has_not_happened_yet_is_not_taken_back(points: str) -> None:
    (earned,) = post([earn(ADA, 10)], actor=TILL, at=AT)
    with pytest.raises(WrongPosting):
        reverse(Reversal(earned.id, effective_at=AT + timedelta(days=1)), actor=TILL, at=AT)
    assert not Transfer.objects.filter(reverses=earned.id).exists()
