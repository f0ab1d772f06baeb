"""A small organisation with two merchants, a second organisation, and a key for any built-in role."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from regulars.access import gate
from regulars.access.moves import NewMerchant, NewStore, Place
from regulars.access.services.keys import create_key
from regulars.access.services.places import found_organisation, open_merchants, open_stores
from regulars.journal.moves import Actor

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
SETUP = Actor.job("setup")


@dataclass(frozen=True, slots=True)
class World:
    organisation: UUID
    other_organisation: UUID
    merchant: UUID
    other: UUID
    store: UUID

    def key(self, role: str, *, merchant: UUID | None = None, foreign: bool = False) -> str:
        """A new key with this role: of the whole organisation, of one merchant, or of the second organisation."""
        place = Place(self.other_organisation if foreign else self.organisation, merchant)
        return create_key(f"The {role}", role, place, by=gate.HOUSE, actor=SETUP, at=AT).text


def make_world(*, alone: bool = False) -> World:
    """Two organisations, or one that has the installation to itself."""
    names = ("Riverside",) if alone else ("Riverside", "Hillside")
    made = [found_organisation(name, zone="Europe/London", by=gate.HOUSE, actor=SETUP, at=AT) for name in names]
    one, two = made[0], made[-1]
    wanted = [NewMerchant("Market", "Europe/London", "GBP"), NewMerchant("Bakery", "Europe/London", "GBP")]
    market, bakery = open_merchants(one, wanted, by=gate.HOUSE, actor=SETUP, at=AT)
    (quay,) = open_stores(market, [NewStore("Quay", "001")], by=gate.HOUSE, actor=SETUP, at=AT)
    return World(one, two, market, bakery, quay)


class Till:
    """A client that speaks as tills do: with a key, in JSON, and with a new Idempotency-Key for each deed."""

    def __init__(self, key: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.head = {"Authorization": f"Bearer {key}"}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers=self.head)

    def look(self, path: str, body: Any) -> Any:
        """A search: a POST that changes nothing."""
        return self.send("POST", path, body, key=None)

    def send(self, method: str, path: str, body: Any = None, *, key: str | None = "", **headers: str) -> Any:
        head = self.head | {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            head["Idempotency-Key"] = key or str(uuid4())
        text = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.generic(method, f"/api/v1{path}", text, content_type="application/json", headers=head)

    def post(self, path: str, body: Any = None, *, key: str | None = "", **headers: str) -> Any:
        return self.send("POST", path, body, key=key, **headers)

    def done(self, path: str, body: Any = None, *, key: str | None = "") -> Any:
        """A deed that must succeed: what it answers."""
        answer = self.post(path, body, key=key)
        assert answer.status_code < 300, answer.content
        return answer.json()
