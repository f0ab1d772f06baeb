"""The room as Django knows it."""

from django.apps import AppConfig


class ServerConfig(AppConfig):
    name = "regulars.server"
    label = "server"

    def ready(self) -> None:
        from regulars.members import deeds
        from regulars.server.people import STEPS

        deeds.take_part(STEPS)
