"""What a key may know of itself: who it is and what it may, where."""

from typing import Annotated

from ninja import Router
from pydantic import Field

from regulars.api.doors import read
from regulars.api.fields import KeyId, MerchantId, Moment, OrganisationId, StoreId, Telling
from regulars.api.keys import Request

router = Router(tags=["Own"])


class GrantTold(Telling):
    """Rights at a place, and at everything within it."""

    rights: list[str]
    organisation: OrganisationId
    merchant: MerchantId | None
    store: StoreId | None
    closed_at: Annotated[Moment | None, Field(description="Since when nothing new is booked there.")]


class OwnTold(Telling):
    """The key that asks."""

    key: KeyId
    name: str
    at: Moment
    grants: list[GrantTold]


@read(router, "/me", right=None, answer=OwnTold)
def read_own_key(request: Request) -> OwnTold:
    """Which key this is, and what it may do where. No query beyond recognising the key."""
    call = request.call
    grants = [
        GrantTold(
            rights=sorted(right.value for right in grant.rights),
            organisation=grant.place.organisation,
            merchant=grant.place.merchant,
            store=grant.place.store,
            closed_at=call.grants.places.closed_since(grant.place.merchant, grant.place.store),
        )
        for grant in call.grants.given
    ]
    return OwnTold(key=call.key, name=call.holder.name, at=call.at, grants=grants)
