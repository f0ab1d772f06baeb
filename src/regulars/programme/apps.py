"""The room as Django knows it."""

from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "regulars.programme"
    label = "programme"

    def ready(self) -> None:
        from regulars.programme import kinds  # noqa: F401 - says which kinds of terms there are
