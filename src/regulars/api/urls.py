"""The addresses of the API, its document and its reference page."""

from django.urls import path

from regulars.api.openapi import ABOUT, RegularsApi
from regulars.api.reference import reference
from regulars.api.routes import own

api = RegularsApi(
    title="Regulars", version="1", description=ABOUT, docs_url=None, urls_namespace="api", openapi_url="/openapi.json"
)
api.add_router("", own.router)

urlpatterns = [
    path("v1/reference", reference, {"draw": api.get_openapi_schema}),
    path("v1/", api.urls),
]
