"""The addresses of the API, its document and its reference page."""

from django.urls import path

from regulars.api.openapi import ABOUT, RegularsApi
from regulars.api.reference import reference
from regulars.api.routes import (
    activities,
    baskets,
    benefits,
    cards,
    care,
    challenges,
    closing,
    companies,
    consents,
    coupons,
    deliveries,
    events,
    exchange,
    extending,
    extras,
    goodwill,
    holdings,
    households,
    identifiers,
    jobs,
    leaving,
    merging,
    moving,
    own,
    people,
    posting,
    programme,
    purchases,
    recognising,
    referrals,
    reviews,
    rewards,
    settings,
    simulations,
    tiers,
    value,
    webhooks,
)

api = RegularsApi(
    title="Regulars", version="1", description=ABOUT, docs_url=None, urls_namespace="api", openapi_url="/openapi.json"
)
for noun in (
    own,
    recognising,
    people,
    extras,
    households,
    companies,
    identifiers,
    cards,
    consents,
    merging,
    leaving,
    holdings,
    posting,
    programme,
    simulations,
    purchases,
    activities,
    goodwill,
    referrals,
    challenges,
    coupons,
    baskets,
    tiers,
    benefits,
    reviews,
    rewards,
    value,
    exchange,
    care,
    extending,
    closing,
    settings,
    jobs,
    moving,
    webhooks,
    deliveries,
    events,
):
    api.add_router("", noun.router)

urlpatterns = [
    path("v1/reference", reference, {"draw": api.get_openapi_schema}),
    path("v1/", api.urls),
]
