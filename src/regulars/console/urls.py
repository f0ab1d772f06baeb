"""The addresses of the console, made of the one table."""

from uuid import UUID

from django.urls import path, register_converter

from regulars.basics.ids import WrongId, typed, untyped
from regulars.console.pages import PAGES
from regulars.console.serving import served


def _of(prefix: str) -> type:
    """A path part that is a typed id; anything else leads nowhere."""

    class Typed:
        regex = f"{prefix}_[0-9a-z]{{26}}"

        def to_python(self, text: str) -> UUID:
            try:
                return untyped(prefix, text)
            except WrongId as wrong:
                raise ValueError(text) from wrong

        def to_url(self, number: UUID | str) -> str:
            return number if isinstance(number, str) else typed(prefix, number)

    return Typed


for _prefix in (
    "mbr", "crd", "sal", "trm", "stf", "key", "nte", "adj", "mrc", "str", "whk", "dlv", "cas", "fup", "inb", "msg",
    "prv", "rst", "viw",
):  # fmt: skip
    register_converter(_of(_prefix), f"id_{_prefix}")  # the API has its own, by the bare prefix

urlpatterns = [path(page.path, served(page, PAGES), name=page.name) for page in PAGES]
