"""The addresses of the console, made of the one table."""

from django.urls import path, register_converter

from regulars.access.addresses import id_in_path
from regulars.console.pages import PAGES
from regulars.console.serving import served

for _prefix in (
    "mbr", "crd", "sal", "trm", "stf", "key", "nte", "adj", "mrc", "str", "whk", "dlv", "cas", "fup", "inb", "msg",
    "prv", "rst", "viw",
):  # fmt: skip
    register_converter(id_in_path(_prefix), f"id_{_prefix}")  # the API has its own, by the bare prefix

urlpatterns = [path(page.path, served(page, PAGES), name=page.name) for page in PAGES]
