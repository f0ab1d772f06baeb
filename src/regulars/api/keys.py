"""Who is asking: an API key in the header Authorization, its grants, and the right each address demands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja.security.http import HttpAuthBase

from regulars.access import gate
from regulars.access.moves import Grants, Holder
from regulars.access.rights import Right
from regulars.access.selectors import grants_of_key
from regulars.access.services.keys import note_use
from regulars.access.services.refused_keys import note_refused
from regulars.api.errors import KeyNeeded, TooManyWrongKeys
from regulars.api.limits import spend_request
from regulars.journal.moves import Actor


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the rooms need to know it."""

    holder: Holder
    actor: Actor
    at: datetime

    @property
    def key(self) -> UUID:
        return self.holder.id

    @property
    def grants(self) -> Grants:
        return self.holder.grants


class Request(HttpRequest):
    """A request that came through `KeyWith`."""

    id: str
    call: Call
    rate: Mapping[str, str]  # headers of the answer: how much the key may ask for


class KeyWith(HttpAuthBase):
    """The one way into an address: a valid key that has the right, or the other one, somewhere; where, the gate asks
    later."""

    openapi_scheme: str = "bearer"

    def __init__(self, right: Right | None, other: Right | None = None) -> None:
        super().__init__()
        self.right, self.other = right, other

    def __call__(self, request: HttpRequest) -> Call:
        """Raises KeyNeeded, TooManyRequests and NotAllowed."""
        request = cast(Request, request)
        request.call = call_of(request, at=timezone.now())
        request.rate = spend_request(request.call.key, at=request.call.at)
        grants = request.call.grants
        if self.right is not None and (self.other is None or gate.scope(grants, self.other).empty):
            gate.require_any(grants, self.right)
        return request.call


def call_of(request: Request, *, at: datetime) -> Call:
    """Whose request this is. Raises KeyNeeded, TooManyWrongKeys."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    holder = grants_of_key(text.strip(), at) if scheme.lower() == "bearer" and text.isascii() else None
    if holder is None:
        if scheme.lower() == "bearer":
            _refused(request, text.strip(), at)
        raise KeyNeeded(
            "Send an API key that is valid: Authorization: Bearer ….", headers={"WWW-Authenticate": "Bearer"}
        )
    if holder.unnoted:
        note_use(text.strip(), at=at)
    return Call(holder, holder.actor(request_id=request.id, address=address_of(request)), at)


def _refused(request: Request, text: str, at: datetime) -> None:
    """Raises TooManyWrongKeys."""
    wait = note_refused(text, address=address_of(request), request_id=request.id, at=at)
    if wait:
        raise TooManyWrongKeys(
            "Too many keys that are not valid came from here. Send one that is: it is served at once.",
            headers={"Retry-After": str(wait)},
            retry_after=wait,
        )


def address_of(request: HttpRequest) -> str:
    """Of the network, as the server knows it."""
    return str(request.META.get("REMOTE_ADDR", ""))
