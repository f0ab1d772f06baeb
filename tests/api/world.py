"""A small organisation with two merchants, and a key for each built-in role."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from regulars.access.models import Assignment, Key, Map, Merchant, Organisation, Role, Secret, Store
from regulars.access.rights import BUILT_IN
from regulars.access.texts import digest_of, new_text, prefix_of
from regulars.basics.ids import new_id

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@dataclass
class World:
    organisation: UUID
    merchant: UUID
    other: UUID
    store: UUID
    roles: dict[str, UUID] = field(default_factory=dict)

    def key(self, role: str, *, merchant: UUID | None = None) -> str:
        """A new key with this role: of the whole organisation, or of one merchant."""
        text, number = new_text(), new_id(AT)
        Key.objects.create(id=number, name=f"The {role}", created_at=AT)
        Secret.objects.create(prefix=prefix_of(text), key_id=number, digest=digest_of(text), created_at=AT)
        Assignment.objects.create(
            id=new_id(AT),
            key_id=number,
            role_id=self.roles[role],
            organisation_id=self.organisation,
            merchant_id=merchant,
            given_at=AT,
        )
        return text


def make_world() -> World:
    house = Organisation.objects.create(id=new_id(AT), name="Riverside", zone="Europe/London", created_at=AT)
    first, second = (
        Merchant.objects.create(
            id=new_id(AT), organisation=house, name=name, zone="Europe/London", currency="GBP", created_at=AT
        )
        for name in ("Market", "Bakery")
    )
    store = Store.objects.create(
        id=new_id(AT), merchant=first, name="Quay", zone="Europe/London", currency="GBP", created_at=AT
    )
    Map.objects.update_or_create(one=True, defaults={"edition": uuid4()})
    world = World(house.id, first.id, second.id, store.id)
    for code, (name, rights) in BUILT_IN.items():
        role = Role.objects.create(id=new_id(AT), organisation=house, code=code, name=name, rights=sorted(rights))
        world.roles[code] = role.id
    return world


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
        head = dict(self.head) | headers
        if key is not None:
            head["Idempotency-Key"] = key or str(uuid4())
        return self.client.generic(
            method,
            f"/api/v1{path}",
            b"" if body is None else _json(body),
            content_type="application/json",
            headers=head,
        )

    def post(self, path: str, body: Any = None, *, key: str | None = "", **headers: str) -> Any:
        return self.send("POST", path, body, key=key, **headers)


def _json(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()
