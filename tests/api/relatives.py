"""Members of one household, and what they have, for the tests of families."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from regulars.ledger.services import post as post_units
from regulars.members.models import Member
from tests.api.shop import ANN, BEGUN, Shop, now, owner, promise
from tests.ledger.conftest import earn

ADULT, CHILD, BABY = "1980-02-29", "2018-05-04", "2025-12-24"


def family(shop: Shop, **more: Any) -> None:
    promise(shop.world, "family", "home", {"unit": "points", **more})


def person(shop: Shop, points: int = 0, born_on: str | None = ADULT, **more: Any) -> str:
    facts = {"given_name": "Somebody"} | ({"birth_on": born_on} if born_on else {})
    member = str(shop.till.done("/members", {"facts": facts})["id"])
    give(member, points, **more)
    return member


def give(member: str, points: int, **more: Any) -> None:
    if points:
        post_units([earn(owner(member), points, effective_at=BEGUN, **more)], actor=ANN, at=now())


def home(shop: Shop, *members: str, head: str | None = None) -> str:
    made = shop.till.done("/households", {"members": list(members)} | ({"head": head} if head else {}))
    return str(made["id"])


def moved_in(member: str, days_ago: int) -> None:
    Member.objects.filter(id=owner(member)).update(household_since=now() - timedelta(days=days_ago))


def has(shop: Shop, *members: str) -> list[int]:
    found = []
    for member in members:
        items = shop.till.get(f"/members/{member}/balances").json()["items"]
        found.append(sum(one["available"] for one in items if one["unit"] == "points"))
    return found


def ours(points: int | None = None) -> dict[str, Any]:
    return {"points": [{"unit": "points", "from": "family"} | ({"points": points} if points else {})]}


def paid(told: Mapping[str, Any]) -> dict[str, int]:
    return {one["member"]: one["amount"] for one in told["effects"] if one["kind"] == "pay-points"}
