"""The room as Django knows it."""

from typing import Any

from django.apps import AppConfig, apps
from django.core.signals import got_request_exception
from django.db.models.signals import post_migrate


class ServerConfig(AppConfig):
    name = "regulars.server"
    label = "server"

    def ready(self) -> None:
        from regulars.console import state as console_state
        from regulars.members import deeds
        from regulars.server import health, problems
        from regulars.server.people import STEPS
        from regulars.server.standing import Standing

        deeds.take_part(STEPS)
        console_state.take_part(health.state)
        console_state.is_served_by(Standing())
        # From the first failure on; the pages about them are read only when one is shown.
        got_request_exception.connect(problems.note, dispatch_uid="regulars.server.problems")
        post_migrate.connect(_keys_are_there, sender=apps.get_app_config("members"))


def _keys_are_there(**_: Any) -> None:
    """An installation whose tables are made has its keys, before the first value is sealed."""
    from django.utils import timezone

    from regulars.members.services.keys import make_first

    make_first(at=timezone.now())
