"""A programme in a small shop: what tests of the checkout begin with."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from regulars.basics.ids import typed
from regulars.journal.moves import Actor
from regulars.ledger.services import define_unit
from regulars.programme.services.terms import publish
from tests.api.world import Till, World

ANN = Actor("staff", "stf_ann", "Ann")
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
PER_TEN = {"unit": "points", "currency": "GBP", "award": {"type": "per-amount", "units": 1, "per": 1000}}
POINTS = {"unit": "points", "currency": "GBP", "points": 1, "worth": 10}


def promise(world: World, kind: str, code: str, document: dict[str, Any], *, begins_at: datetime = BEGUN) -> None:
    publish(
        kind, code, document, organisation=world.organisation, begins_at=begins_at, moving_in=True, actor=ANN, at=now()
    )


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Shop:
    """A till with a member before it."""

    world: World
    till: Till
    member: str
    documents: int = 0
    bought: list[dict[str, Any]] = field(default_factory=list)

    def document(self) -> str:
        self.documents += 1
        return f"doc-{self.documents}"

    def asked(self, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
        bill = {
            "source": "till-4", "external_id": self.document(), "merchant": typed("mrc", self.world.merchant),
            "currency": "GBP", "lines": list(lines), "member": self.member,
        } | more  # fmt: skip
        return {name: value for name, value in bill.items() if value is not None}

    def buy(self, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
        answer = self.till.done("/purchases", self.asked(*lines, **more))
        assert isinstance(answer, dict)
        return answer

    def back(self, purchase: dict[str, Any], *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
        asked = {
            "source": "till-4", "external_id": self.document(), "merchant": typed("mrc", self.world.merchant),
            "lines": list(lines),
        } | more  # fmt: skip
        answer = self.till.done(f"/purchases/{purchase['id']}/returns", asked)
        assert isinstance(answer, dict)
        return answer

    def points(self, unit: str = "points") -> tuple[int, int, int]:
        """Available, pending, owed."""
        for one in self.till.get(f"/members/{self.member}/balances").json()["items"]:
            if one["unit"] == unit:
                return one["available"], one["pending"], one["owed"]
        return 0, 0, 0


def line(amount: int, item: str = "tea", **more: Any) -> dict[str, Any]:
    return {"item": item, "amount": amount, **more}


def open_shop(world: World) -> Shop:
    """Points defined, one member enrolled; no rules yet."""
    define_unit("points", "Points", zone="Europe/London", actor=ANN, at=BEGUN)
    till = Till(world.key("till"))
    member = till.done("/members", {"facts": {"given_name": "Ada"}})["id"]
    return Shop(world, till, member)


def later(**more: Any) -> str:
    return (now() + timedelta(**more)).isoformat()


def owner(member: str) -> UUID:
    from regulars.basics.ids import untyped

    return untyped("mbr", member)
