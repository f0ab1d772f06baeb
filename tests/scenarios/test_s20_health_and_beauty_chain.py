"""S20, a health and beauty chain: cards earn a point for each 10 spent, a point pays 0.1 at the till on any goods,
members have a fifth off chosen goods in rounds of two weeks, and points can be saved up.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.api.shop import now
from tests.api.world import Till, World

from regulars.basics.ids import typed

BEGUN = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def chain(world: World) -> Till:
    """The programme, as the administrator sets it up through the API."""
    office = Till(world.key("administrator"))
    office.done("/units", {"code": "points", "name": "Points", "zone": "Europe/London"})
    ten = {"type": "per-amount", "units": 1, "per": 1000}
    terms: list[tuple[str, str, dict[str, Any]]] = [
        ("earn", "one-for-ten", {"unit": "points", "currency": "GBP", "award": ten}),
        ("points-payment", "at-the-till", {"unit": "points", "currency": "GBP", "points": 1, "worth": 10}),
    ]
    today = now().date()
    for number, items in enumerate((["shampoo", "soap"], ["lipstick"])):
        begins = today + timedelta(days=14 * number)
        window = {"begins_on": begins.isoformat(), "ends_on": (begins + timedelta(days=13)).isoformat()}
        offer = {
            "benefit": {"type": "percent", "permille": 200},
            "what": {"items": items},
            "conditions": {"when": window},
        }
        terms.append(
            ("promotion", f"round-{number + 1}", {"name": f"Member prices, round {number + 1}", "offer": offer})
        )
    for kind, code, document in terms:
        assert office.done("/programme/terms", {"kind": kind, "code": code, "document": document})["sentence"]
    return office


def bill(world: World, member: str | None, document: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    who = {"member": member} if member else {}
    place = {"merchant": typed("mrc", world.merchant), "currency": "GBP"}
    return {"source": "till-1", "external_id": document, "lines": list(lines), **place, **who, **more}


def test_s20_points_and_member_prices_of_a_health_and_beauty_chain(chain: Till, world: World) -> None:
    till = Till(world.key("till"))
    ranges = chain.done("/card-ranges", {"prefix": "6012", "name": "Club", "programme": "club", "serial_digits": 6})
    number = chain.done(f"/card-ranges/{ranges['id']}/cards", {"count": 1})["items"][0]["number"]
    card = {"identifier": {"kind": "card", "value": number}}
    basket = [{"item": "shampoo", "amount": 4000}, {"item": "vitamins", "amount": 9000}]

    first = till.done("/purchases", bill(world, None, "1", *basket, **card))
    assert [(one["paid"], [o["code"] for o in one["offers"]]) for one in first["lines"]] == [
        (3200, ["round-1"]),
        (9000, []),
    ]
    assert first["balances"][0]["available"] == 12

    nobody = till.done("/purchases", bill(world, None, "2", *basket))
    assert (nobody["due"], nobody["effects"]) == (13_000, [])

    saved = till.done("/purchases", bill(world, None, "3", {"item": "perfume", "amount": 88_000}, **card))
    assert saved["balances"][0]["available"] == 100
    asked = bill(world, None, "4", {"item": "lipstick", "amount": 3000}, points=[{"unit": "points"}], **card)
    assert till.done("/purchases?dry_run=true", asked)["paid_with_points"] == 1000
    paid = till.done("/purchases", asked)
    assert (paid["paid_with_points"], paid["due"], paid["discount"]) == (1000, 2000, 0)
    assert paid["balances"][0]["available"] == 2

    later = (now() + timedelta(days=15)).isoformat()
    asked = {"lines": [{"item": "lipstick", "amount": 3000}], "currency": "GBP", "effective_at": later, "facts": {}}
    told = chain.look("/programme/simulations", asked).json()
    assert [one["paid"] for one in told["lines"]] == [2400]
