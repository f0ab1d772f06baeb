"""S25, a luxury hotel group: points for stays or private trips, redeemed at the desk at once; who is gold comes first
when the house is full; what a guest prefers (room, pillow, diet) is before every desk of the group.
"""

from typing import Any

import pytest
from tests.api.world import Till, World

LADDER = {
    "name": "Guests",
    "levels": [{"code": "guest"}, {"code": "gold", "name": "Gold", "reach": [{"stays": 2}]}],
    "zone": "Europe/London",
}
STAY = {
    "unit": "points", "occasions": ["stay"], "award": {"type": "fixed", "units": 500},
    "multipliers": [{"permille": 2000, "conditions": {"who": {"tiers": ["guests/gold"]}}}],
}  # fmt: skip
NIGHTS = {"unit": "stays", "occasions": ["stay"], "award": {"type": "fixed", "units": 1}}
TRIP = {"unit": "points", "occasions": ["private-trip"], "award": {"type": "fixed", "units": 100}}
DINNER = {"name": "Dinner for two", "prices": [{"unit": "points", "amount": 900}]}
PRIORITY = {"ladder": "guests", "levels": {"gold": 4}, "name": "A room when the house is full", "every": "year"}


@pytest.fixture
def group(world: World) -> Till:
    """The office sets everything up through the API."""
    office = Till(world.key("administrator"))
    for unit in ("points", "stays"):
        office.done("/units", {"code": unit, "name": unit.title(), "zone": "Europe/London"})
    for kind, code, document in (
        ("ladder", "guests", LADDER),
        ("earn", "stay", STAY),
        ("earn", "stays", NIGHTS),
        ("earn", "trip", TRIP),
        ("reward", "dinner", DINNER),
        ("benefit", "priority", PRIORITY),
    ):
        office.done("/programme/terms", {"kind": kind, "code": code, "document": document})
    for name, choices in (("room", ["quiet", "high floor"]), ("pillow", ["feather", "foam"]), ("diet", [])):
        kind = "choice" if choices else "text"
        said = {"label": name.title(), "kind": kind, "choices": choices, "is_preference": True}
        answer = office.send("PUT", f"/fields/{name}", said)
        assert answer.status_code == 200, answer.content
    return office


@pytest.fixture
def desks(group: Till, world: World) -> list[Till]:
    """One desk of each house."""
    return [Till(world.key("clerk", merchant=house)) for house in (world.merchant, world.other)]


def happened(desk: Till, guest: str, name: str, document: str) -> dict[str, Any]:
    told = desk.done("/activities", {"source": "desk", "external_id": document, "member": guest, "name": name})
    assert isinstance(told, dict)
    return told


def given(told: dict[str, Any]) -> dict[str, int]:
    return {one["code"]: one["amount"] for one in told["effects"]}


def test_s25_a_guest_of_a_hotel_group(desks: list[Till]) -> None:
    here, there = desks
    guest = here.done("/members", {"facts": {"given_name": "Ada"}})["id"]
    said = {"preferences": {"room": "quiet", "pillow": "feather", "diet": "no nuts"}}
    assert here.send("PATCH", f"/members/{guest}/preferences", said).status_code == 200
    known = there.get(f"/members/{guest}/preferences").json()["items"]
    assert {one["name"]: one["value"] for one in known} == {"room": "quiet", "pillow": "feather", "diet": "no nuts"}

    assert given(happened(here, guest, "stay", "1")) == {"stay": 500, "stays": 1}
    assert given(happened(there, guest, "private-trip", "2")) == {"trip": 100}
    assert there.get(f"/members/{guest}/benefits").json()["items"] == []
    short = here.post(f"/members/{guest}/redemptions", {"reward": "dinner", "source": "desk", "external_id": "3"})
    assert (short.json()["code"], short.json()["missing"]) == ("not-enough", 300)

    happened(there, guest, "stay", "4")
    [benefit] = here.get(f"/members/{guest}/benefits").json()["items"]
    assert (benefit["benefit"], benefit["level"], benefit["left"]) == ("priority", "gold", 4)
    full = {"count": 1, "source": "desk", "external_id": "5"}
    assert there.done(f"/members/{guest}/benefits/priority/uses", full)["left"] == 3
    assert given(happened(here, guest, "stay", "6"))["stay"] == 1000

    paid = here.done(f"/members/{guest}/redemptions", {"reward": "dinner", "source": "desk", "external_id": "7"})
    assert (paid["state"], paid["amount"]) == ("fulfilled", 900)
    left = {one["unit"]: one["available"] for one in there.get(f"/members/{guest}/balances").json()["items"]}
    assert left["points"] == 500 + 100 + 500 + 1000 - 900
