"""The addresses of the portal, made of the one table."""

from django.urls import path, register_converter

from regulars.access.addresses import id_in_path
from regulars.portal.pages import PAGES
from regulars.portal.serving import served

for _prefix in ("cas", "org", "rst", "sal"):
    register_converter(id_in_path(_prefix), f"my_{_prefix}")

urlpatterns = [path(page.path, served(page, PAGES), name=page.name) for page in PAGES]
