"""Earning rules among the terms: what they name must be there."""

from typing import Any

import pytest
from tests.api.world import World, make_world
from tests.programme.conftest import ANN, AT

from regulars.basics.ids import typed
from regulars.ledger.services import define_unit
from regulars.ledger.words import UnitKind
from regulars.programme.book import book
from regulars.programme.errors import WrongTerms
from regulars.programme.moves import NewTerms
from regulars.programme.services.terms import publish, publish_all
from regulars.rules.earning.earn import KIND
from regulars.rules.earning.rule import PerAmount

TEN = {"type": "per-amount", "units": 1, "per": 1000}
LADDER = {"levels": [{"code": "member"}, {"code": "gold", "reach": [{"points": 1000}]}]}


@pytest.fixture
def world(db: None) -> World:
    define_unit("points", "Points", actor=ANN, at=AT)
    define_unit("GBP", "Wallet", kind=UnitKind.PAID, currency="GBP", may_expire=False, actor=ANN, at=AT)
    define_unit("GBP-bonus", "Bonus", kind=UnitKind.BONUS, currency="GBP", may_expire=False, actor=ANN, at=AT)
    return make_world()


def refused(world: World, **document: Any) -> list[str]:
    with pytest.raises(WrongTerms) as wrong:
        publish(
            KIND, "base", {"unit": "points", "award": TEN} | document, organisation=world.organisation, actor=ANN, at=AT
        )
    told = wrong.value.facts["errors"]
    assert isinstance(told, list)
    return [one["pointer"] for one in told]


def test_what_a_rule_names_is_there(world: World) -> None:
    assert refused(world, unit="miles") == ["/unit"]
    assert refused(world, unit="GBP") == ["/unit"], "paid value is bought, not earned"
    assert refused(world, unit="GBP-bonus", validity="12M") == ["/validity"]
    nowhere = {"where": {"stores": [typed("str", world.merchant), "quay"], "merchants": [typed("mrc", world.store)]}}
    pointers = ["/conditions/where/merchants/0", "/conditions/where/stores/0", "/conditions/where/stores/1"]
    assert refused(world, conditions=nowhere) == pointers
    gold = {"permille": 2000, "conditions": {"who": {"tiers": ["status/gold"]}}}
    assert refused(world, multipliers=[gold]) == ["/multipliers/0/conditions/who/tiers/0"]
    assert refused(world, award={"type": "fixed", "units": 5}) == [""]


def test_a_rule_may_name_what_comes_with_it(world: World) -> None:
    here = {"where": {"stores": [typed("str", world.store)], "merchants": [typed("mrc", world.merchant)]}}
    gold = {"permille": 2000, "conditions": {"who": {"tiers": ["status/gold"]}}}
    rule = {"unit": "points", "award": TEN, "multipliers": [gold], "conditions": here}
    wanted = [NewTerms("ladder", "status", LADDER), NewTerms(KIND, "base", rule)]
    publish_all(wanted, organisation=world.organisation, actor=ANN, at=AT)
    (found,) = book(world.organisation).at(KIND, AT)
    assert found.terms.award == PerAmount(1, 1000)
