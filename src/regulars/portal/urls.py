"""The addresses of the portal, made of the one table."""

from uuid import UUID

from django.urls import path, register_converter

from regulars.basics.ids import WrongId, typed, untyped
from regulars.portal.pages import PAGES
from regulars.portal.serving import served


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


for _prefix in ("org", "rst", "sal"):
    register_converter(_of(_prefix), f"my_{_prefix}")

urlpatterns = [path(page.path, served(page, PAGES), name=page.name) for page in PAGES]
