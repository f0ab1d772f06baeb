"""Addresses of a test alone, one of which breaks."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from regulars.server.urls import handler400, handler403, handler404, handler500
from regulars.server.urls import urlpatterns as served

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def breaks(request: HttpRequest, what: str) -> HttpResponse:
    raise ValueError(f"Ada Planted, {what}")


urlpatterns = [path("breaks/<str:what>", breaks), *served]
